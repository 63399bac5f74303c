// Comforts of the posting form; every step works without them.

// The fields of a new place are open only while one is being entered.
const site = document.querySelector("#site");
const place = document.querySelector("[data-new-place]");
if (site && place) {
  site.addEventListener("change", () => {
    place.open = site.value === "new";
    if (place.open) place.querySelector("input").focus();
  });
  place.addEventListener("toggle", () => {
    const typed = [...place.querySelectorAll("#lat, #lon")].some((field) => field.value.trim());
    if (place.open && !typed && site.value !== "new") site.value = "new";
  });
}

// Both coordinates pasted at once are shown in their two fields; the server does the same and decides the order.
const [lat, lon] = [document.querySelector("#lat"), document.querySelector("#lon")];
const PAIR = /^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[,，;；\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$/;
for (const field of [lat, lon].filter(Boolean)) {
  field.addEventListener("change", () => {
    const other = field === lat ? lon : lat;
    const pair = PAIR.exec(field.value);
    if (!pair || other.value.trim()) return;
    // In China every longitude is above 72 and every latitude below 55.
    const turned = Number(pair[1]) > 72 && Number(pair[2]) < 55;
    [lat.value, lon.value] = turned ? [pair[2], pair[1]] : [pair[1], pair[2]];
  });
}

// A share is only asked of a waste that is accepted; entering one ticks its box.
for (const share of document.querySelectorAll("input[name$='-max_share_pct']")) {
  share.addEventListener("input", () => {
    const tick = document.getElementById(share.id.replace("max_share_pct", "take"));
    if (tick && share.value.trim()) tick.checked = true;
  });
}

// Leaving with unsaved entries asks first; sending the form does not.
const form = document.querySelector(".post-form");
if (form) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
