// Waste type to use, widths by tonnes: <div data-sankey data-source="ID"> beside a JSON script with that id.
// At most some 40 marks: the small ones stand together as "others", which opens with a click.

import { FONT } from "./map-layers.js";
import { tonnesText } from "./map-words.js";

const MOST_MARKS = 18;

// Per side, nodes beyond the largest are gathered in one; `open` sides show all of theirs.
function grouped(data, open) {
  const totals = new Map();
  for (const link of data.links) {
    for (const end of [link.source, link.target]) totals.set(end, (totals.get(end) || 0) + link.tonnes);
  }
  const alias = new Map();
  const nodes = [];
  for (const side of [0, 1]) {
    const own = data.nodes.filter((node) => node.side === side).sort((a, b) => totals.get(b.id) - totals.get(a.id));
    const kept = open.has(side) || own.length <= MOST_MARKS ? own : own.slice(0, MOST_MARKS - 1);
    nodes.push(...kept);
    if (kept.length === own.length) continue;
    const id = `others-${side}`;
    nodes.push({ id, name: side === 0 ? data.words.others_waste : data.words.others_use, colour: "#8b8f94", side });
    for (const node of own.slice(kept.length)) alias.set(node.id, id);
  }
  const sums = new Map();
  for (const { source, target, tonnes } of data.links) {
    const key = `${alias.get(source) || source}|${alias.get(target) || target}`;
    sums.set(key, (sums.get(key) || 0) + tonnes);
  }
  const links = [...sums].map(([key, value]) => ({ source: key.split("|")[0], target: key.split("|")[1], value }));
  return { nodes, links };
}

function option(data, open, narrow) {
  const { nodes, links } = grouped(data, open);
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  return {
    animation: false,
    tooltip: {
      renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: "#ffffff", borderColor: "#d9dcd6",
      textStyle: { color: "#1f2933", fontSize: 13, lineHeight: 20 },
      formatter: ({ dataType, data: item, value }) => {
        if (dataType === "edge") return `${names.get(item.source)} → ${names.get(item.target)}\n${tonnesText(item.value)}`;
        const hint = item.name.startsWith("others-") ? `\n${data.words.open}` : "";
        return `${names.get(item.name)}\n${tonnesText(value)}${hint}`;
      },
    },
    series: [{
      type: "sankey", left: 8, right: 8, top: 12, bottom: 12, nodeWidth: 14, nodeGap: narrow ? 10 : 15, draggable: false,
      emphasis: { focus: "adjacency" }, layoutIterations: 48, labelLayout: { hideOverlap: true },
      lineStyle: { color: "source", opacity: 0.38, curveness: 0.5 },
      data: nodes.map((node) => ({
        name: node.id, depth: node.side, itemStyle: { color: node.colour },
        label: {
          position: node.side === 0 ? "right" : "left", color: "#1f2933", fontFamily: FONT, fontSize: narrow ? 11 : 13,
          width: narrow ? 128 : 260, overflow: "truncate", textBorderColor: "#ffffff", textBorderWidth: 3,
          formatter: ({ value }) => (narrow ? node.name : `${node.name}  ${tonnesText(value)}`),
        },
      })),
      links,
    }],
  };
}

async function start() {
  for (const element of document.querySelectorAll("[data-sankey]")) {
    const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    try {
      const echarts = await import("../vendor/echarts/echarts.esm.min.js");
      const chart = echarts.init(element, null, { renderer: "canvas" });
      const open = new Set();
      const draw = () => chart.setOption(option(data, open, element.clientWidth < 640), true);
      draw();
      chart.on("click", ({ name }) => {
        if (!name || !name.startsWith("others-")) return;
        open.add(Number(name.slice("others-".length)));
        draw();
      });
      new ResizeObserver(() => { chart.resize(); draw(); }).observe(element);
    } catch {
      element.removeAttribute("role");
      element.classList.add("map-failed");
      element.textContent = data.words.failed;
    }
  }
}

start();
