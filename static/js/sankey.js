// From source to product, widths by tonnes: <div data-sankey data-source="ID"> beside a JSON script with that id.
// At most some 40 marks: the small ones of a column stand together as "others", which opens with a click.

import { onResize } from "./map-controls.js";
import { FONT } from "./map-layers.js";
import { tonnesText } from "./map-words.js";
import { exportButtons } from "./picture-export.js";

const MOST_MARKS = 40;
const NARROW = 640;

function totalsOf(links) {
  const into = new Map();
  const out = new Map();
  for (const { source, target, tonnes } of links) {
    out.set(source, (out.get(source) || 0) + tonnes);
    into.set(target, (into.get(target) || 0) + tonnes);
  }
  return (id) => Math.max(into.get(id) || 0, out.get(id) || 0);
}

// How many marks each column may show: all of them where there is room, else the largest of the whole picture.
function keptMarks(columns, total, open) {
  const all = [...columns.values()].flat().sort((a, b) => total(b.id) - total(a.id));
  const kept = new Set(all.slice(0, Math.max(columns.size, MOST_MARKS - columns.size)));
  for (const [column, nodes] of columns) {
    const left = nodes.filter((node) => !kept.has(node));
    // "Others" that hold a single mark would hide its name for nothing.
    if (open.has(column) || left.length === 1) left.forEach((node) => kept.add(node));
  }
  return kept;
}

const othersWords = (words, column, last) => (column === last ? words.others_product : column % 2 ? words.others_use : words.others_waste);

function grouped(data, open) {
  const total = totalsOf(data.links);
  const numbers = [...new Set(data.nodes.map((node) => node.column))].sort((a, b) => a - b);
  const columns = new Map(numbers.map((number) => [number, data.nodes.filter((node) => node.column === number)]));
  const kept = keptMarks(columns, total, open);
  const alias = new Map();
  const nodes = [];
  for (const [column, own] of columns) {
    nodes.push(...own.filter((node) => kept.has(node)));
    const left = own.filter((node) => !kept.has(node));
    if (!left.length) continue;
    const id = `others-${column}`;
    nodes.push({ id, name: othersWords(data.words, column, 8), colour: "#8b8f94", column });
    for (const node of left) alias.set(node.id, id);
  }
  const sums = new Map();
  for (const { source, target, tonnes } of data.links) {
    const key = `${alias.get(source) || source}|${alias.get(target) || target}`;
    sums.set(key, (sums.get(key) || 0) + tonnes);
  }
  const links = [...sums].map(([key, value]) => ({ source: key.split("|")[0], target: key.split("|")[1], value }));
  return { nodes, links, depth: new Map(numbers.map((number, index) => [number, index])) };
}

function option(data, open, width) {
  const { nodes, links, depth } = grouped(data, open);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const narrow = width < NARROW;
  const last = depth.size - 1;
  // A name may run to the next column and no further.
  const room = Math.max(56, width / Math.max(1, last) - 40);
  return {
    animation: false,
    tooltip: {
      renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: "#ffffff", borderColor: "#d9dcd6",
      textStyle: { color: "#1f2933", fontSize: 13, lineHeight: 20 },
      formatter: ({ dataType, data: item, value }) => {
        if (dataType === "edge") return `${byId.get(item.source).name} → ${byId.get(item.target).name}\n${tonnesText(item.value)}`;
        const hint = item.name.startsWith("others-") ? data.words.open : data.words.follow;
        return `${byId.get(item.name).name}\n${tonnesText(value)}\n${hint}`;
      },
    },
    series: [{
      type: "sankey", left: 8, right: 8, top: 12, bottom: 12, nodeWidth: 14, nodeGap: narrow ? 8 : 12, draggable: false,
      emphasis: { focus: "trajectory" }, layoutIterations: 48, labelLayout: { hideOverlap: true }, nodeAlign: "justify",
      lineStyle: { color: "source", opacity: 0.38, curveness: 0.5 },
      data: nodes.map((node) => ({
        name: node.id, depth: depth.get(node.column), itemStyle: { color: node.colour },
        label: {
          position: depth.get(node.column) === last ? "left" : "right", color: "#1f2933", fontFamily: FONT, fontSize: narrow ? 10 : 12,
          width: narrow ? Math.min(room, 128) : Math.min(room, 260), overflow: "truncate", textBorderColor: "#ffffff", textBorderWidth: 3,
          formatter: ({ value }) => (narrow || last > 3 ? node.name : `${node.name}  ${tonnesText(value)}`),
        },
      })),
      links,
    }],
  };
}

async function drawIn(element) {
  const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
  try {
    const echarts = await import("../vendor/echarts/echarts.esm.min.js");
    const chart = echarts.init(element, null, { renderer: "canvas" });
    const open = new Set();
    const addresses = new Map(data.nodes.map((node) => [node.id, node.url]));
    const optionOf = () => option(data, open, element.clientWidth);
    const draw = () => chart.setOption(optionOf(), true);
    draw();
    chart.on("click", ({ dataType, name }) => {
      if (dataType === "edge" || !name) return;
      if (name.startsWith("others-")) {
        open.add(Number(name.slice("others-".length)));
        draw();
      } else if (addresses.get(name)) window.location.assign(addresses.get(name));
    });
    onResize(element, () => { chart.resize(); draw(); });
    exportButtons(element, element, chart, { echarts, words: data.words, optionOf });
    element.dispatchEvent(new CustomEvent("sankey:ready", { bubbles: true }));
  } catch {
    element.removeAttribute("role");
    element.classList.add("map-failed");
    element.textContent = data.words.failed;
  }
}

// It stands below the map and is drawn as one comes near it, or prints: the map is not to wait for it.
function start() {
  for (const element of document.querySelectorAll("[data-sankey]")) {
    let drawn = false;
    const begin = () => {
      if (drawn) return;
      drawn = true;
      near.disconnect();
      drawIn(element);
    };
    const near = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) begin(); }, { rootMargin: "300px" });
    near.observe(element);
    window.addEventListener("beforeprint", begin);
  }
}

start();
