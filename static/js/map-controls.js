// What stands around the drawing and works by keyboard: zoom buttons, legend, scale bar and sources.

import { kilometresText } from "./map-words.js";

const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// The drawing is put in a frame that holds the controls beside it: inside role="img" nobody could reach them.
export function frameOf(element) {
  const frame = make("div", { class: "map-frame" });
  element.replaceWith(frame);
  frame.append(element);
  return frame;
}

export function zoomButtons(frame, words, act) {
  const bar = make("div", { class: "map-zoom", role: "group", "aria-label": words.controls });
  for (const [sign, name, label] of [["+", "in", words.zoom_in], ["−", "out", words.zoom_out], ["⟲", "reset", words.reset]]) {
    const button = make("button", { type: "button", title: label, "aria-label": label }, sign);
    button.addEventListener("click", () => act(name));
    bar.append(button);
  }
  bar.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    act(event.key);
  });
  frame.append(bar);
  return bar;
}

function sample(entry) {
  const picture = shape("svg", { width: 26, height: 14, viewBox: "0 0 26 14", "aria-hidden": "true" });
  const { kind, colour, dash } = entry;
  if (kind === "line") {
    const line = shape("line", { x1: 1, y1: 7, x2: entry.arrow ? 19 : 25, y2: 7, stroke: colour, "stroke-width": entry.width || 2 });
    if (Array.isArray(dash)) line.setAttribute("stroke-dasharray", dash.map((part) => part * 0.6).join(" "));
    picture.append(line);
    if (entry.arrow) picture.append(shape("path", { d: "M18 3l7 4-7 4z", fill: colour }));
  } else if (kind === "circle") picture.append(shape("circle", { cx: 13, cy: 7, r: 5.5, fill: colour }));
  else if (kind === "diamond") picture.append(shape("path", { d: "M13 0.500L19.500 7L13 13.500L6.500 7z", fill: colour }));
  else if (kind === "heap") picture.append(shape("path", { d: "M13 1L19.500 13L6.500 13z", fill: colour }));
  else if (kind === "late") picture.append(shape("path", { d: "M6.500 1L19.500 1L13 13z", fill: colour }));
  else if (kind === "square") picture.append(shape("rect", { x: 8, y: 2, width: 10, height: 10, rx: 3, fill: "#fff", stroke: colour, "stroke-width": 2 }));
  else picture.append(shape("rect", { x: 3, y: 1, width: 20, height: 12, rx: 2, fill: "#eef0e9", stroke: "#b9bfb4" }));
  return picture;
}

// `entries`: {id, name, kind, colour, dash, on}; `toggle(id, on)` switches the layer.
export function legend(frame, words, entries, toggle) {
  const box = make("details", { class: "map-legend" });
  box.open = frame.clientWidth > 700;
  box.append(make("summary", {}, words.legend));
  const list = make("ul");
  for (const entry of entries) {
    const button = make("button", { type: "button", "aria-pressed": String(entry.on !== false) });
    button.append(sample(entry), make("span", {}, entry.name));
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      toggle(entry.id, on);
    });
    const line = make("li");
    line.append(button);
    list.append(line);
  }
  box.append(list, make("p", { class: "map-note" }, words.legend_note));
  frame.append(box);
  return box;
}

export function sources(frame, credits) {
  const box = make("div", { class: "map-foot" });
  const scale = make("div", { class: "map-scale" });
  const line = shape("svg", { height: 8, "aria-hidden": "true" });
  const path = shape("path", { fill: "none", stroke: "#1f2933", "stroke-width": 1.5 });
  const label = make("span");
  line.append(path);
  scale.append(line, label);
  const credit = make("p", { class: "map-credit" }, credits.filter(Boolean).join(" · "));
  box.append(scale, credit);
  frame.append(box);
  return { box, credit, draw: (kmPerPixel) => drawScale(line, path, label, kmPerPixel) };
}

// The longest of 1, 2, 5, 10, 20 … km that stays under 120 pixels.
function drawScale(line, path, label, kmPerPixel) {
  const room = 120 * kmPerPixel;
  const power = 10 ** Math.floor(Math.log10(room));
  const km = [5, 2, 1].map((step) => step * power).find((length) => length <= room) || power;
  const width = Math.round(km / kmPerPixel);
  line.setAttribute("width", width + 2);
  path.setAttribute("d", `M1 1V7H${width + 1}V1`);
  label.textContent = kilometresText(km);
}

// An observer speaks up once as it begins; only what comes after is a change.
export function onResize(element, act) {
  let [width, height] = [element.clientWidth, element.clientHeight];
  new ResizeObserver(() => {
    if (element.clientWidth === width && element.clientHeight === height) return;
    [width, height] = [element.clientWidth, element.clientHeight];
    act();
  }).observe(element);
}

export function failure(element, words) {
  element.removeAttribute("role");
  element.classList.add("map-failed");
  const text = words.failed || (document.documentElement.lang.startsWith("zh")
    ? "地图暂时无法显示；下方表格列有同样的内容。" : "The map cannot be shown now; the tables on this page hold the same facts.");
  element.replaceChildren(make("p", {}, text));
}
