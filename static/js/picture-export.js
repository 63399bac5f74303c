// Two quiet buttons under a picture: save it as PNG or as SVG.  Both are made here, from the drawing itself.

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

export function pngOf(chart) {
  const address = chart.getDataURL({ type: "png", pixelRatio: SCALE, backgroundColor: PAPER, excludeComponents: ["toolbox"] });
  return new Blob([bytesOf(address)], { type: "image/png" });
}

// The same option drawn once more, off the screen, as vectors.
export function svgOf(chart, echarts) {
  const drawn = echarts.init(null, null, { renderer: "svg", ssr: true, width: chart.getWidth(), height: chart.getHeight() });
  try {
    drawn.setOption({ ...chart.getOption(), backgroundColor: PAPER, animation: false });
    return new Blob([drawn.renderToSVGString()], { type: "image/svg+xml" });
  } finally {
    drawn.dispose();
  }
}

// Local calendar date: the day on which somebody saved it.
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

export function exportButtons(after, element, chart, echarts, words) {
  const bar = document.createElement("div");
  bar.className = "picture-export";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", words.save || "");
  const name = () => `${element.dataset.picture || "picture"}-${today()}`;
  for (const [kind, label, make] of [["png", words.png, () => pngOf(chart)], ["svg", words.svg, () => svgOf(chart, echarts)]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label || kind.toUpperCase();
    button.dataset.export = kind;
    button.addEventListener("click", () => save(make(), `${name()}.${kind}`));
    bar.append(button);
  }
  after.after(bar);
  return bar;
}
