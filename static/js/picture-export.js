// Two quiet buttons under a picture: save it as PNG or as SVG.  Both are made here, from the drawing itself.

import { FONT } from "./map-layers.js";

const SCALE = 2;
const PAPER = "#ffffff";

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the blob after the click; a minute is ample.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Decoded by hand: fetching a data address is refused by the page's policy.
function bytesOf(dataUrl) {
  const text = atob(dataUrl.slice(dataUrl.indexOf(",") + 1));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

// What the page says around the picture goes with it: its name, the view, and what is chosen in the filters.
function caption() {
  const heading = document.querySelector("h1");
  const view = document.querySelector(".switch a[aria-current]");
  const chosen = [...document.querySelectorAll(".filters select")].filter((one) => one.value && one.name !== "level");
  const month = document.querySelector("[data-map-months] output");
  const parts = [heading, view, ...chosen.map((one) => one.selectedOptions[0]), month];
  return parts.filter(Boolean).map((one) => one.textContent.trim()).filter(Boolean).join(" · ");
}

// On a narrow picture the line below it is the credit's alone.
function captioned(option, width) {
  const text = {
    type: "text", left: 10, bottom: width < 700 && option.graphic ? 38 : 5, silent: true,
    style: { text: caption(), fill: "#5b6672", font: `11px ${FONT}`, stroke: PAPER, lineWidth: 3 },
  };
  return { ...option, backgroundColor: PAPER, animation: false, graphic: [...(option.graphic || []), text] };
}

// The same option drawn once more, off the screen, with `below` pixels more where it asks for them.  It is asked for anew: what a chart gives back of its own option
// is a copy in which rows of typed numbers do not survive.
function drawn(chart, { echarts, optionOf }, how, take) {
  const { below = 0, ...option } = optionOf();
  const room = { width: chart.getWidth(), height: chart.getHeight() + below };
  const copy = echarts.init(how.ssr ? null : document.createElement("div"), null, { ...room, ...how });
  try {
    copy.setOption(captioned(option, room.width));
    return take(copy);
  } finally {
    copy.dispose();
  }
}

function pngOf(chart, means) {
  const address = drawn(chart, means, { renderer: "canvas", devicePixelRatio: SCALE }, (copy) =>
    copy.getDataURL({ type: "png", pixelRatio: SCALE, backgroundColor: PAPER }));
  return new Blob([bytesOf(address)], { type: "image/png" });
}

function svgOf(chart, means) {
  const text = drawn(chart, means, { renderer: "svg", ssr: true }, (copy) => copy.renderToSVGString());
  return new Blob([text], { type: "image/svg+xml" });
}

// Local calendar date: the day on which somebody saved it.
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

// `after`: what the buttons stand under; `means.optionOf`: gives what the chart shows now.
export function exportButtons(after, element, chart, means) {
  const { words } = means;
  const bar = document.createElement("div");
  bar.className = "picture-export";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", words.save || "");
  const page = window.location.pathname.split("/").filter(Boolean).join("-") || "board";
  const name = () => `${element.dataset.picture || `${page}-map`}-${today()}`;
  for (const [kind, label, make] of [["png", words.png, pngOf], ["svg", words.svg, svgOf]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label || kind.toUpperCase();
    button.dataset.export = kind;
    button.addEventListener("click", () => save(make(chart, means), `${name()}.${kind}`));
    bar.append(button);
  }
  after.after(bar);
  return bar;
}
