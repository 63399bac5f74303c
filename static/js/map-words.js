// Numbers on the map, in the page's language: 3.2 万吨, 32 kt.

export const isChinese = () => (document.documentElement.lang || "zh").startsWith("zh");

const plain = (value, digits) => value.toLocaleString("en-US", { maximumFractionDigits: digits });

export function tonnesText(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "—";
  const size = Math.abs(value);
  if (isChinese()) {
    if (size >= 1e8) return `${plain(value / 1e8, 2)} 亿吨`;
    return size >= 1e4 ? `${plain(value / 1e4, 2)} 万吨` : `${plain(value, 1)} 吨`;
  }
  if (size >= 1e6) return `${plain(value / 1e6, 2)} Mt`;
  return size >= 1e4 ? `${plain(value / 1e3, 1)} kt` : `${plain(value, 1)} t`;
}

export const kilometresText = (km) => `${plain(km, km < 1 ? 1 : 0)} ${isChinese() ? "公里" : "km"}`;

export function fill(template, values) {
  return (template || "").replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}

// Long names are broken before a tooltip grows wider than a phone.
export function wrapped(text, width = 26) {
  const lines = [];
  let line = "";
  let used = 0;
  for (const word of text.split(/(?<=[\s·,，、→])|(?=[一-鿿])/u)) {
    const size = [...word].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? 2 : 1), 0);
    if (used + size > width * 1.6 && line) { lines.push(line); line = ""; used = 0; }
    line += word;
    used += size;
  }
  return [...lines, line].join("\n");
}
