// Names of parks and areas are set where they cover neither another name nor a park nor a control.

let pen;

export function textWidth(text, font) {
  pen = pen || document.createElement("canvas").getContext("2d");
  pen.font = font;
  return pen.measureText(text).width;
}

const overlaps = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const inside = (a, frame) => a.x >= 2 && a.y >= 2 && a.x + a.width <= frame.width - 2 && a.y + a.height <= frame.height - 2;

// Positions of a name around its mark, best first: [position, box].
function positions({ x, y, width, height, gap }) {
  return [
    ["right", { x: x + gap, y: y - height / 2, width, height }],
    ["left", { x: x - gap - width, y: y - height / 2, width, height }],
    ["top", { x: x - width / 2, y: y - gap - height, width, height }],
    ["bottom", { x: x - width / 2, y: y + gap, width, height }],
  ];
}

// `marks`: {id, x, y, text, font, height, gap, centred}; returns a Map of id to position, absent where there is no room.
export function place(marks, blocked, frame) {
  const taken = [...blocked];
  const chosen = new Map();
  for (const mark of marks) {
    const width = textWidth(mark.text, mark.font) + 4;
    const candidates = mark.centred
      ? [["inside", { x: mark.x - width / 2, y: mark.y - mark.height / 2, width, height: mark.height }]]
      : positions({ ...mark, width });
    const found = candidates.find(([, box]) => inside(box, frame) && !taken.some((other) => overlaps(box, other)));
    if (found) {
      chosen.set(mark.id, found[0]);
      taken.push(found[1]);
    }
  }
  return chosen;
}
