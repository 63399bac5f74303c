// The frame works without this; it only adds small comforts once it arrives.

// A form sent twice is resolved by the server, but the second click is spared where it can be.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  setTimeout(() => {
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
  });
});

// Coming back with the browser's button shows the page as it was left: its buttons must work again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[type=submit]:disabled")) {
    if (!button.hasAttribute("data-refused")) button.disabled = false;
  }
});

// An open menu closes with Escape or a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.me[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.me[open]")) menu.open = false;
});
