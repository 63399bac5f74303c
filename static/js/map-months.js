// The month on the map: <div data-map-months="ID" hidden> with a range input and an output; 0 is the whole period.
// The tonnes of each month came with the page, so nothing is asked for while it moves.

import { fill, tonnesText } from "./map-words.js";

function control(box) {
  const source = document.getElementById(box.dataset.mapMonths);
  const data = source ? JSON.parse(source.textContent).months : null;
  const map = document.querySelector(`[data-market-map][data-source="${box.dataset.mapMonths}"]`);
  if (!data || !data.names || !map) return;
  const [input, output] = [box.querySelector("input"), box.querySelector("output")];

  const show = () => {
    const at = Number(input.value) - 1;
    const month = data.names[at];
    if (at < 0) output.textContent = data.words.all;
    else {
      const tonnes = Object.values(data.tonnes).map((row) => row[at]).filter((one) => one > 0);
      const sum = tonnes.reduce((total, one) => total + one, 0);
      output.textContent = fill(data.words.said, { month, tonnes: tonnesText(sum), count: tonnes.length });
    }
    input.setAttribute("aria-valuetext", at < 0 ? data.words.all : month);
    return at;
  };
  const draw = () => map.dispatchEvent(new CustomEvent("market-map:month", { detail: { at: show() } }));
  input.addEventListener("input", draw);
  map.addEventListener("market-map:ready", () => {
    box.hidden = false;
    // A browser that comes back to the page may have kept where the slider stood.
    if (show() >= 0) draw();
  });
}

for (const box of document.querySelectorAll("[data-map-months]")) control(box);
