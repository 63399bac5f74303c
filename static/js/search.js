// Small comforts of the search pages; without this the form is sent by its button and the list stands alone.

const form = document.getElementById("search-form");
const map = document.querySelector("[data-market-map]");
const wide = window.matchMedia("(min-width: 901px)");
const KEPT = "gongsheng-search-place";

// Ticking a box shows its result at once beside the filters; on a phone one ticks several and then asks.
form?.addEventListener("change", (event) => {
  if (!wide.matches || !event.target.hasAttribute("data-submits")) return;
  sessionStorage.setItem(KEPT, JSON.stringify({ id: event.target.id, top: form.scrollTop, page: window.scrollY }));
  form.requestSubmit();
});

// After that, one stands where one stood: same box, same place in the rail.
const kept = sessionStorage.getItem(KEPT);
sessionStorage.removeItem(KEPT);
if (kept && form && wide.matches) {
  const { id, top, page } = JSON.parse(kept);
  const box = document.getElementById(id);
  const folded = box?.closest("details:not([open])");
  if (folded) folded.open = true;
  box?.focus({ preventScroll: true });
  form.scrollTop = top;
  window.scrollTo(0, page);
}

// Fields left empty would only lengthen the address.
form?.addEventListener("submit", () => {
  const empty = [...form.elements].filter((field) => field.name && field.value === "");
  for (const field of empty) field.disabled = true;
  setTimeout(() => empty.forEach((field) => { field.disabled = false; }));
});

// A place to measure from shows distances at once; a distance alone still waits for its place.
document.getElementById("f-near")?.addEventListener("change", () => { if (wide.matches) form.requestSubmit(); });

// A fault in a filter opens the sheet in which it stands.
if (document.querySelector(".rail .error")) document.querySelector(".sheet-switch")?.setAttribute("open", "");

// The list and the map light each other.
const rows = new Map([...document.querySelectorAll("[data-listing]")].map((row) => [row.dataset.listing, row]));
const light = (id) => map?.dispatchEvent(new CustomEvent("market-map:light", { detail: { id } }));
for (const [id, row] of rows) {
  row.addEventListener("pointerenter", () => light(id));
  row.addEventListener("pointerleave", () => light(null));
  row.addEventListener("focus", () => light(id));
  row.addEventListener("blur", () => light(null));
}
map?.addEventListener("market-map:hover", (event) => {
  for (const [id, row] of rows) row.classList.toggle("lit", id === event.detail?.id);
});
