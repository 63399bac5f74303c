// The network of flows: <div data-network data-source="ID"> beside a JSON script with that id.
// Where marks stand is worked out on the server, so that the same flows give the same picture at once.

import { onResize } from "./map-controls.js";
import { FONT } from "./map-layers.js";
import { wrapped } from "./map-words.js";
import { exportButtons } from "./picture-export.js";

const NARROW = 640;
const MARGIN = { wide: [70, 34], narrow: [44, 30] };
// Shapes that ECharts does not know, around the middle of a square of 2.
const PATHS = {
  hexagon: "path://M-0.5,-0.87L0.5,-0.87L1,0L0.5,0.87L-0.5,0.87L-1,0Z",
  octagon: "path://M-0.41,-1L0.41,-1L1,-0.41L1,0.41L0.41,1L-0.41,1L-1,0.41L-1,-0.41Z",
  pentagon: "path://M0,-1L0.95,-0.31L0.59,0.81L-0.59,0.81L-0.95,-0.31Z",
};

// On a narrow screen the picture is turned: what lies side by side stands one below the other.
function spots(data, width, height) {
  const narrow = width < NARROW;
  const [x0, y0] = narrow ? MARGIN.narrow : MARGIN.wide;
  const [across, down] = narrow ? [data.height, data.width] : [data.width, data.height];
  return (mark) => {
    const [x, y] = narrow ? [mark.y, mark.x] : [mark.x, mark.y];
    return [x0 + (x / across) * (width - 2 * x0), y0 + (y / down) * (height - 2 * y0 - 14)];
  };
}

function option(data, width, height) {
  const at = spots(data, width, height);
  const narrow = width < NARROW;
  const scale = narrow ? 0.62 : Math.min(1, width / data.width);
  const most = Math.max(1, ...data.links.map((link) => link.tonnes));
  const lineWidth = (link) => (1 + 7 * Math.sqrt(link.tonnes / most)) * (narrow ? 0.7 : 1);
  const places = data.marks.map(at);
  const edge = (axis, pick) => pick(...places.map((place) => place[axis]));
  return {
    animation: false,
    tooltip: {
      renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: "#ffffff", borderColor: "#d9dcd6",
      textStyle: { color: "#1f2933", fontSize: 13, lineHeight: 20 },
      formatter: ({ data: item }) => (item && item.market ? `${wrapped(item.market.name)}\n${wrapped(item.market.text)}` : ""),
    },
    series: [{
      type: "graph", layout: "none", roam: false, draggable: false, animation: false,
      // The box of the marks at its own size: positions are pixels of this very drawing.
      left: edge(0, Math.min), top: edge(1, Math.min),
      width: Math.max(1, edge(0, Math.max) - edge(0, Math.min)), height: Math.max(1, edge(1, Math.max) - edge(1, Math.min)),
      edgeSymbol: ["none", "arrow"],
      labelLayout: { hideOverlap: true },
      emphasis: { focus: "adjacency", lineStyle: { opacity: 1 } },
      data: data.marks.map((mark, index) => ({
        id: mark.id, name: mark.id, x: places[index][0], y: places[index][1], value: mark.tonnes, market: mark,
        symbol: PATHS[mark.shape] || mark.shape, symbolSize: Math.max(12, mark.size * scale), cursor: mark.url ? "pointer" : "default",
        itemStyle: { color: mark.colour, borderColor: "#ffffff", borderWidth: 1 },
        label: {
          show: true, position: "bottom", distance: 3, formatter: `${mark.letter} ${mark.short}`, color: "#1f2933", fontFamily: FONT,
          fontSize: narrow ? 10 : 12, width: narrow ? 84 : 150, overflow: "truncate", textBorderColor: "#ffffff", textBorderWidth: 3,
        },
      })),
      links: data.links.map((link) => ({
        source: link.source, target: link.target, value: link.tonnes, market: link,
        symbolSize: [0, 5 + 1.5 * lineWidth(link)],
        lineStyle: { width: lineWidth(link), color: "#5b6672", opacity: 0.5, curveness: 0.14 },
      })),
    }],
  };
}

function open(item) {
  if (!item) return;
  if (item.url) { window.location.assign(item.url); return; }
  const row = item.row && document.getElementById(item.row);
  if (!row) return;
  const folded = row.closest("details");
  if (folded) folded.open = true;
  row.scrollIntoView({ block: "center" });
  row.focus({ preventScroll: true });
}

async function start() {
  for (const element of document.querySelectorAll("[data-network]")) {
    const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    try {
      const echarts = await import("../vendor/echarts/echarts.esm.min.js");
      const chart = echarts.init(element, null, { renderer: "canvas" });
      const optionOf = () => option(data, element.clientWidth, element.clientHeight);
      const draw = () => chart.setOption(optionOf(), true);
      draw();
      chart.on("click", ({ data: item }) => open(item && item.market));
      onResize(element, () => { chart.resize(); draw(); });
      exportButtons(element, element, chart, { echarts, words: data.words, optionOf });
      element.dispatchEvent(new CustomEvent("network:ready", { bubbles: true }));
    } catch {
      element.removeAttribute("role");
      element.classList.add("map-failed");
      element.textContent = data.words.failed;
    }
  }
}

start();
