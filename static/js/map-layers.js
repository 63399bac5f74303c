// One function per layer, each returning ECharts series; colours come from the data.

import { fill, tonnesText, wrapped } from "./map-words.js";

// Quoted singly: in a saved SVG the names stand inside an attribute.
export const FONT = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', system-ui, sans-serif";
export const PARK_FONT = `500 12px ${FONT}`;
export const AREA_FONT = `12px ${FONT}`;
export const PARK_SIZE = 13;
const INK = "#1f2933";
const FLOW = "#2b5c8a";
const COLOURS = { supply: "#1f7a5c", demand: "#b8560f", enterprise: "#5b6672", stockpile: "#5b6672", overdue: "#a4262c" };
// Kinds of waste differ in their dashes as well as in their colours.
export const DASHES = ["solid", [9, 4], [3, 3], [12, 3, 3, 3]];
// A diamond or a triangle of the same area as a circle is wider; a heap that is overdue stands on its head.
const LATE = "path://M0 0L20 0L10 17.320z";
const SHAPES = { supply: ["circle", 1], demand: ["diamond", 1.2533], enterprise: ["circle", 1], stockpile: ["triangle", 1.2533], overdue: [LATE, 1.2533] };

// ECharts reads polylines as one flat row of numbers: how many points, then longitude and latitude of each.
export function flatLines(collection) {
  const numbers = [];
  for (const feature of collection.features) {
    for (const line of feature.geometry.coordinates) {
      numbers.push(line.length);
      for (const [lon, lat] of line) numbers.push(lon, lat);
    }
  }
  return Float64Array.from(numbers);
}

// No series where the lines are not installed: ECharts cannot draw polylines without any.
export function network(id, collection, lineStyle) {
  if (!collection) return [];
  return [{
    id, name: id, type: "lines", coordinateSystem: "geo", polyline: true, silent: true, large: true, largeThreshold: 0,
    progressive: 0, animation: false, z: 2, lineStyle, data: flatLines(collection),
  }];
}

export function areaNames(regions, chinese, shown) {
  return {
    id: "areas", name: "areas", type: "scatter", coordinateSystem: "geo", silent: true, symbolSize: 0, z: 3, animation: false,
    data: regions.map((region) => ({
      name: region.id, value: region.centre,
      label: {
        show: shown.has(region.id), position: "inside", formatter: chinese ? region.name_zh : region.name_en,
        color: "#6b7580", font: AREA_FONT, textBorderColor: "#fbfbf9", textBorderWidth: 3,
      },
    })),
  };
}

export function parks(list, positions) {
  return {
    id: "parks", name: "parks", type: "scatter", coordinateSystem: "geo", z: 7, animation: false,
    symbol: "roundRect", symbolSize: PARK_SIZE, cursor: "pointer",
    itemStyle: { color: "#ffffff", borderColor: INK, borderWidth: 2 },
    emphasis: { scale: 1.25, itemStyle: { borderColor: FLOW, borderWidth: 3 } },
    data: list.map((park) => ({
      name: park.id, value: [park.lon, park.lat], market: park,
      itemStyle: park.colour ? { color: park.colour } : undefined,
      label: {
        show: positions.has(park.id), position: positions.get(park.id) || "right", distance: 3,
        formatter: park.short || park.name, color: INK, font: PARK_FONT, textBorderColor: "#ffffff", textBorderWidth: 3,
      },
    })),
  };
}

export function plants(kind, list) {
  const [symbol, factor] = SHAPES[kind];
  return {
    id: kind, name: kind, type: "scatter", coordinateSystem: "geo", z: 5, animation: false, symbol, cursor: "pointer",
    itemStyle: { opacity: 0.82, borderColor: "#ffffff", borderWidth: 1 },
    emphasis: { scale: 1.25, itemStyle: { opacity: 1, borderColor: INK, borderWidth: 2 } },
    data: list.map((point) => ({
      name: point.id, value: [point.lon, point.lat, point.tonnes || 0], market: point,
      symbolSize: point.size * factor, symbolOffset: point.offset,
      itemStyle: { color: point.colour || COLOURS[kind] },
    })),
  };
}

const samePlace = (flow) => Math.abs(flow.from[0] - flow.to[0]) < 1e-6 && Math.abs(flow.from[1] - flow.to[1]) < 1e-6;

// Flows between one pair of places fan out; each bends to its own side of the way it goes.
function curves(flows) {
  const seen = new Map();
  return flows.map((flow) => {
    const key = [...flow.from, ...flow.to].join();
    const before = seen.get(key) || 0;
    seen.set(key, before + 1);
    return 0.16 + 0.1 * before;
  });
}

export function flowGroups(flows, words) {
  const groups = new Map();
  for (const flow of flows) {
    const name = flow.group || words.flows || "";
    if (!groups.has(name)) groups.set(name, { name, colour: flow.colour || FLOW, dash: flow.dash, flows: [], tonnes: 0 });
    const group = groups.get(name);
    group.flows.push(flow);
    group.tonnes += flow.tonnes || 0;
  }
  const sorted = [...groups.values()].sort((a, b) => b.tonnes - a.tonnes);
  sorted.forEach((group, index) => { group.id = `flow-${index}`; group.dash = group.dash || DASHES[index % DASHES.length]; });
  return sorted;
}

// The same group in one month: a flow without tonnes in it is not drawn.
export function inMonth(group, tonnes, at) {
  const flows = group.flows.filter((flow) => (tonnes[flow.id] || [])[at] > 0)
    .map((flow) => ({ ...flow, tonnes: tonnes[flow.id][at], text: `${group.name}: ${tonnesText(tonnes[flow.id][at])}` }));
  return { ...group, flows };
}

// Widths compare with the largest flow, or with `scale` tonnes where several pictures are to compare.
export function flowSeries(groups, scale = 0) {
  const flows = groups.flatMap((group) => group.flows);
  const most = scale || Math.max(1, ...flows.map((flow) => flow.tonnes || 0));
  const width = (flow) => 1.2 + 7 * Math.sqrt((flow.tonnes || 0) / most);
  const bends = curves(flows);
  const bendOf = new Map(flows.map((flow, index) => [flow, bends[index]]));
  return groups.flatMap((group) => [arcs(group, width, bendOf), rings(group, width)]);
}

function arcs(group, width, bendOf) {
  return {
    id: group.id, name: group.id, type: "lines", coordinateSystem: "geo", z: 6, animation: false,
    symbol: ["none", "arrow"],
    emphasis: { lineStyle: { opacity: 1, color: INK } },
    data: group.flows.filter((flow) => !samePlace(flow)).map((flow) => ({
      name: flow.id || flow.name, coords: [flow.from, flow.to], market: flow,
      symbolSize: 6 + 1.6 * width(flow),
      lineStyle: {
        color: flow.colour || group.colour, width: width(flow), opacity: 0.72, curveness: bendOf.get(flow), type: group.dash,
      },
    })),
  };
}

// Tonnes that stay where they are have no arc: they are a ring around the place.
function rings(group, width) {
  return {
    id: `${group.id}-within`, name: group.id, type: "scatter", coordinateSystem: "geo", z: 6, animation: false, symbol: "circle",
    emphasis: { scale: false, itemStyle: { opacity: 1 } },
    data: group.flows.filter(samePlace).map((flow) => ({
      name: flow.id || flow.name, value: flow.from, market: flow, symbolSize: PARK_SIZE + 12 + 2 * width(flow),
      itemStyle: { color: "rgba(0,0,0,0)", borderColor: flow.colour || group.colour, borderWidth: width(flow), borderType: group.dash, opacity: 0.72 },
    })),
  };
}

export function tooltipText(item, words) {
  if (!item) return "";
  const lines = [wrapped(item.name || "")];
  if (item.text) lines.push(wrapped(item.text));
  else if (item.tonnes !== null && item.tonnes !== undefined) {
    const unit = item.from ? words.flow_tonnes : words.point_tonnes;
    lines.push(fill(unit || "%(tonnes)s", { tonnes: tonnesText(item.tonnes) }));
  }
  return lines.join("\n");
}

// The legend, drawn into a picture that leaves the page from `top` down; `credit` says whose data it is.
export function legendMarks(entries, { credit, top, width }) {
  const ink = { fill: INK, font: `12px ${FONT}`, stroke: "#ffffff", lineWidth: 3 };
  const marks = entries.flatMap(({ kind, colour, dash, name }, row) => {
    const y = top + 18 + row * 19;
    const label = { type: "text", x: 46, y: y - 7, silent: true, style: { ...ink, text: name } };
    if (kind === "line") return [label, { type: "line", silent: true, shape: { x1: 12, y1: y, x2: 38, y2: y }, style: { stroke: colour, lineWidth: 3, lineDash: dash } }];
    const square = kind === "square";
    const shape = square ? { x: 20, y: y - 5, width: 10, height: 10, r: 3 } : { cx: 25, cy: y, r: 5 };
    const style = square ? { fill: "#ffffff", stroke: colour, lineWidth: 2 } : { fill: colour };
    return [label, { type: square ? "rect" : "circle", silent: true, shape, style }];
  });
  return [...marks, { type: "text", right: 10, bottom: 5, silent: true, style: { ...ink, fill: "#5b6672", font: `11px ${FONT}`, text: credit, width, overflow: "break", align: "right" } }];
}
