// The market's map: <div class="map" data-market-map data-source="ID"> beside a JSON script with that id.
//
// JSON: {points: [{id, kind: supply|demand|park|enterprise|stockpile|overdue, name, lat, lon, tonnes, colour, url, text, short}],
//        flows: [{id, from: [lon, lat], to: [lon, lat], tonnes, colour, name, group, text, url}], words, parks: bool}
// Sends "market-map:hover" with {id}; listens to "market-map:light" with {id}, null to put the light out, and to
// "market-map:month" with {at}, the month whose flows to show, -1 for all of them.

import { failure, frameOf, legend, onResize, sources, zoomButtons } from "./map-controls.js";
import { bounds, clustered, dotSizes, readGeometry, readGround, readPage, spread, withParks } from "./map-data.js";
import { place } from "./map-labels.js";
import { AREA_FONT, legendMarks, PARK_FONT, PARK_SIZE, areaNames, flowGroups, flowSeries, inMonth, network, parks, plants, tooltipText } from "./map-layers.js";
import { isChinese } from "./map-words.js";
import { exportButtons } from "./picture-export.js";

const ASPECT = 0.77;
const KM_PER_DEGREE = 111.195;
const KINDS = ["supply", "demand", "enterprise", "stockpile", "overdue"];
const styles = new URL("../css/map.css", import.meta.url);

class MarketMap {
  constructor(element, echarts, page, geometry, ground) {
    this.element = element;
    this.page = withParks(page, ground);
    this.geometry = geometry;
    this.words = { ...ground.words, ...page.words };
    this.regions = regionsOf(geometry.regions);
    this.bounds = bounds(this.page, geometry.regions);
    this.groups = flowGroups(this.page.flows, this.words);
    this.sizeOf = dotSizes(this.page.plants);
    this.shown = this.groups;
    this.scale = 0;
    this.where = new Map();
    this.frame = frameOf(element);
    this.chart = echarts.init(element, null, { renderer: "canvas" });
    echarts.registerMap("market", geometry.regions);
    this.controls();
    // Where things fall is known from the ground alone: names are placed before anything is drawn, once.
    const option = this.option();
    this.chart.setOption({ animation: false, geo: option.geo });
    this.chart.setOption(this.withNames(option, this.settled()));
    this.listen();
    exportButtons(this.frame, element, this.chart, { echarts, words: this.words, optionOf: () => this.picture() });
  }

  option() {
    const { view } = this.bounds;
    return {
      animation: false,
      legend: { show: false, data: this.layerNames() },
      tooltip: {
        renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: "#ffffff", borderColor: "#d9dcd6",
        textStyle: { color: "#1f2933", fontSize: 13, lineHeight: 20 },
        formatter: ({ data }) => tooltipText(data && data.market, this.words),
      },
      geo: {
        map: "market", roam: true, aspectScale: ASPECT, silent: true, selectedMode: false, z: 1,
        boundingCoords: [[view.west, view.north], [view.east, view.south]], preserveAspect: "contain",
        left: this.legendWidth(), right: 48, top: 12, bottom: 44,
        scaleLimit: { min: this.leastZoom(), max: 24 },
        itemStyle: { areaColor: "#f4f5f0", borderColor: "#bfc5ba", borderWidth: 1 },
        emphasis: { disabled: true }, label: { show: false },
      },
      series: [
        ...network("roads", this.geometry.roads, { color: "#b9b2a4", width: 0.7, opacity: 0.55 }),
        ...network("rail", this.geometry.rail, { color: "#6f7780", width: 0.9, opacity: 0.6, type: [5, 3] }),
        areaNames(this.regions, isChinese(), new Set()),
        ...this.plantSeries(1),
        ...flowSeries(this.shown, this.scale),
        parks(this.page.parks, new Map()),
      ],
    };
  }

  plantSeries(zoom) {
    const { view } = this.bounds;
    const cell = (view.north - view.south) / zoom / 40;
    const dots = spread(clustered(this.page.plants, cell, this.words), this.sizeOf);
    this.where.clear();
    this.page.parks.forEach((park, index) => this.where.set(park.id, ["parks", index]));
    return KINDS.map((kind) => {
      const own = dots.filter((dot) => dot.kind === kind);
      own.forEach((dot, index) => this.where.set(dot.id, [kind, index]));
      return plants(kind, own);
    });
  }

  // Zooming out ends where the whole of the boundaries is in sight.
  leastZoom() {
    const { view, whole } = this.bounds;
    return Math.min(1, 0.9 * Math.min((view.east - view.west) / (whole.east - whole.west), (view.north - view.south) / (whole.north - whole.south)));
  }

  // On a wide page the drawing starts beside its open legend, not under it.
  legendWidth() {
    return this.legend.open ? this.legend.offsetWidth + 20 : 12;
  }

  layerNames() {
    return ["roads", "rail", "areas", "parks", ...KINDS, ...this.groups.map((group) => group.id)];
  }

  controls() {
    const { words } = this;
    this.zoomBar = zoomButtons(this.frame, words, (what) => this.move(what));
    const has = (kind) => this.page.plants.some((plant) => plant.kind === kind);
    this.entries = [
      ...this.groups.map((group) => ({ id: group.id, name: group.name, kind: "line", colour: group.colour, dash: group.dash, arrow: true, width: 3 })),
      ...(has("supply") ? [{ id: "supply", name: words.supplies, kind: "circle", colour: "#1f7a5c" }] : []),
      ...(has("demand") ? [{ id: "demand", name: words.demands, kind: "diamond", colour: "#b8560f" }] : []),
      ...(has("enterprise") ? [{ id: "enterprise", name: words.enterprises, kind: "circle", colour: "#5b6672" }] : []),
      ...(has("stockpile") ? [{ id: "stockpile", name: words.stockpiles, kind: "heap", colour: "#5b6672" }] : []),
      ...(has("overdue") ? [{ id: "overdue", name: words.overdue, kind: "late", colour: "#a4262c" }] : []),
      ...(this.page.parks.length ? [{ id: "parks", name: words.parks, kind: "square", colour: "#1f2933" }] : []),
      ...(this.geometry.roads ? [{ id: "roads", name: words.roads, kind: "line", colour: "#a39b8b", width: 1.5 }] : []),
      ...(this.geometry.rail ? [{ id: "rail", name: words.rail, kind: "line", colour: "#6f7780", dash: [5, 3], width: 1.5 }] : []),
      { id: "areas", name: words.areas, kind: "area" },
    ];
    this.legend = legend(this.frame, words, this.entries, (id, on) => {
      this.chart.dispatchAction({ type: on ? "legendSelect" : "legendUnSelect", name: id });
    });
    this.legend.addEventListener("toggle", () => this.settle());
    const credits = [this.geometry.roads && this.geometry.roads.credit, this.geometry.regions.credit];
    this.foot = sources(this.frame, credits);
  }

  move(what) {
    const centre = { originX: this.element.clientWidth / 2, originY: this.element.clientHeight / 2 };
    const roam = (more) => this.chart.dispatchAction({ type: "geoRoam", componentType: "geo", geoIndex: 0, ...more });
    if (what === "in") roam({ zoom: 1.5, ...centre });
    else if (what === "out") roam({ zoom: 1 / 1.5, ...centre });
    else if (what === "reset") this.chart.setOption({ geo: { zoom: 1, center: null } });
    else {
      const step = 60;
      roam({ dx: { ArrowLeft: step, ArrowRight: -step }[what] || 0, dy: { ArrowUp: step, ArrowDown: -step }[what] || 0 });
    }
    this.settleSoon();
  }

  get zoom() {
    return this.chart.getOption().geo[0].zoom || 1;
  }

  // After every move: stay within bounds, set the names anew, measure the scale.
  settle() {
    const series = this.named(this.settled());
    if (this.page.plants.length > 3000) series.push(...this.plantSeries(this.zoom));
    this.chart.setOption({ series });
  }

  settled() {
    this.stayWithin();
    const kmPerPixel = this.kmPerPixel();
    if (Number.isFinite(kmPerPixel) && kmPerPixel > 0) this.foot.draw(kmPerPixel);
    return this.names();
  }

  withNames(option, names) {
    const named = new Map(this.named(names).map((series) => [series.id, series]));
    return { ...option, series: option.series.map((series) => named.get(series.id) || series) };
  }

  // What is seen now, with the layers that are on and as far as one has moved, for a picture to keep.
  picture() {
    const { geo: [{ zoom, center }], legend: [{ selected }] } = this.chart.getOption();
    const option = this.option();
    const on = (entry) => entry.kind !== "area" && (selected || {})[entry.id] !== false;
    const entries = this.entries.filter(on);
    // A legend that is folded, as on a phone, has no room beside the drawing: it stands below it.
    const below = this.legend.open ? 0 : entries.length * 19 + 60;
    const graphic = legendMarks(entries, {
      credit: this.foot.credit.textContent, top: below ? this.element.clientHeight - 10 : 0, width: this.element.clientWidth - 20,
    });
    const geo = { ...option.geo, zoom, center, bottom: option.geo.bottom + below };
    return { ...this.withNames({ ...option, graphic, geo, legend: { ...option.legend, selected } }, this.names()), below };
  }

  named(names) {
    return [areaNames(this.regions, isChinese(), names), parks(this.page.parks, names)];
  }

  settleSoon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.settle(), 90);
  }

  stayWithin() {
    const middle = this.chart.convertFromPixel("geo", [this.element.clientWidth / 2, this.element.clientHeight / 2]);
    if (!middle) return;
    const { whole } = this.bounds;
    const held = [Math.min(whole.east, Math.max(whole.west, middle[0])), Math.min(whole.north, Math.max(whole.south, middle[1]))];
    if (held[0] !== middle[0] || held[1] !== middle[1]) this.chart.setOption({ geo: { center: held } });
  }

  // A degree of longitude shrinks with the cosine of the latitude.
  kmPerPixel() {
    const { view } = this.bounds;
    const lat = (view.north + view.south) / 2;
    const [west, east] = [view.west, view.east].map((lon) => this.chart.convertToPixel("geo", [lon, lat])[0]);
    return ((view.east - view.west) * KM_PER_DEGREE * Math.cos((lat * Math.PI) / 180)) / (east - west);
  }

  names() {
    const at = (lon, lat) => this.chart.convertToPixel("geo", [lon, lat]);
    const frame = { width: this.element.clientWidth, height: this.element.clientHeight };
    const origin = this.element.getBoundingClientRect();
    const blocked = [this.zoomBar, this.legend, this.foot.box].map((control) => {
      const box = control.getBoundingClientRect();
      return { x: box.x - origin.x, y: box.y - origin.y, width: box.width, height: box.height };
    });
    const marks = this.page.parks.map((park) => {
      const [x, y] = at(park.lon, park.lat);
      blocked.push({ x: x - PARK_SIZE / 2, y: y - PARK_SIZE / 2, width: PARK_SIZE, height: PARK_SIZE });
      return { id: park.id, x, y, text: park.short || park.name, font: PARK_FONT, height: 16, gap: PARK_SIZE / 2 + 3 };
    });
    const areas = this.regions.map((region) => {
      const [x, y] = at(...region.centre);
      return { id: region.id, x, y, text: isChinese() ? region.name_zh : region.name_en, font: AREA_FONT, height: 16, centred: true };
    });
    return place([...marks, ...areas], blocked, frame);
  }

  listen() {
    const { chart, element } = this;
    const tell = (id) => element.dispatchEvent(new CustomEvent("market-map:hover", { bubbles: true, detail: { id } }));
    chart.on("georoam", () => this.settleSoon());
    chart.on("mouseover", ({ data }) => data && data.market && tell(data.market.id ?? null));
    chart.on("mouseout", () => tell(null));
    chart.on("click", ({ data }) => { if (data && data.market && data.market.url) window.location.assign(data.market.url); });
    element.addEventListener("market-map:light", ({ detail }) => this.light(detail && detail.id));
    element.addEventListener("market-map:month", ({ detail }) => this.showMonth(detail.at));
    onResize(element, () => { chart.resize(); this.settleSoon(); });
    this.leavePageScrolling();
  }

  // Widths keep their scale from month to month, so that months compare.
  showMonth(at) {
    const { tonnes } = this.page.months;
    this.scale = at < 0 ? 0 : Math.max(1, ...Object.values(tonnes).flat());
    this.shown = at < 0 ? this.groups : this.groups.map((group) => inMonth(group, tonnes, at));
    this.chart.setOption({ series: flowSeries(this.shown, this.scale) });
  }

  light(id) {
    this.chart.dispatchAction({ type: "downplay" });
    const found = this.where.get(id);
    if (!found) { this.chart.dispatchAction({ type: "hideTip" }); return; }
    this.chart.dispatchAction({ type: "highlight", seriesId: found[0], dataIndex: found[1] });
    const seriesIndex = this.chart.getOption().series.findIndex((series) => series.id === found[0]);
    this.chart.dispatchAction({ type: "showTip", seriesIndex, dataIndex: found[1] });
  }

  // The wheel and one finger scroll the page; they move the map once it has been taken hold of.
  leavePageScrolling() {
    let held = false;
    const stop = (event) => event.stopPropagation();
    document.addEventListener("pointerdown", (event) => { held = this.frame.contains(event.target); });
    this.frame.addEventListener("wheel", (event) => { if (!held && !event.ctrlKey && !event.metaKey) stop(event); }, { capture: true });
    this.frame.addEventListener("touchmove", (event) => { if (event.touches.length < 2 && this.zoom <= 1.01) stop(event); }, { capture: true, passive: true });
  }
}

function regionsOf(collection) {
  return collection.features.map((feature) => ({ id: `area-${feature.properties.adcode}`, ...feature.properties, centre: centroid(feature.geometry) }));
}

// The centre of gravity of the largest ring.
function centroid(geometry) {
  let best = { area: 0, at: [0, 0] };
  for (const [ring] of geometry.coordinates) {
    let area = 0;
    let x = 0;
    let y = 0;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const cross = ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1];
      area += cross / 2;
      x += (ring[j][0] + ring[i][0]) * cross;
      y += (ring[j][1] + ring[i][1]) * cross;
    }
    if (Math.abs(area) > best.area) best = { area: Math.abs(area), at: [x / (6 * area), y / (6 * area)] };
  }
  return best.at;
}

function addStyles() {
  const there = [...document.querySelectorAll("link[rel=stylesheet]")].some((link) => new URL(link.href).pathname === styles.pathname);
  if (!there) document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: styles.href }));
}

async function start() {
  const elements = [...document.querySelectorAll("[data-market-map]")];
  if (!elements.length) return;
  addStyles();
  // Everything is fetched at once: the map waits for the slowest only.
  const arriving = Promise.all([import("../vendor/echarts/echarts.esm.min.js"), readGeometry()]);
  arriving.catch(() => null);
  const ground = await readGround().catch(() => ({ words: {}, parks: [] }));
  try {
    const [echarts, geometry] = await arriving;
    for (const element of elements) {
      new MarketMap(element, echarts, readPage(element), geometry, ground);
      element.dispatchEvent(new CustomEvent("market-map:ready", { bubbles: true }));
    }
  } catch {
    for (const element of elements) failure(element, ground.words);
  }
}

start();
