// Boxes and lines of text of the page as shapes. HTML inside of an SVG would be simpler, but few programs show it.
const DASHES = { dashed: [3, 3], dotted: [1, 2] };
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const ruler = document.createElement("canvas").getContext("2d");

const dashes = (kind, width) => (DASHES[kind] ? { "stroke-dasharray": DASHES[kind].map((part) => part * width).join(" ") } : {});

function stroke(value, kind, width) {
  const [plain, alpha] = colour(value);
  return { fill: "none", stroke: plain, "stroke-opacity": alpha, "stroke-width": width, ...dashes(kind, width) };
}

function frame(x, y, width, height, radius, attributes, parent) {
  draw("rect", { x: short(x), y: short(y), width: short(width), height: short(height), rx: radius, ...attributes }, parent);
}

// `scale` is how many pixels of the screen one of the style's is: the projector magnifies.
function copyBox(style, box, scale, parent) {
  const radius = Math.min(parseFloat(style.borderTopLeftRadius) * scale || 0, box.height / 2);
  const [fill, alpha] = colour(style.backgroundColor);
  if (alpha > 0) frame(box.x, box.y, box.width, box.height, radius, { fill, "fill-opacity": alpha }, parent);
  const sides = ["Top", "Right", "Bottom", "Left"].map((side) => ({
    kind: style[`border${side}Style`],
    width: parseFloat(style[`border${side}Width`]) * scale || 0,
    value: style[`border${side}Color`],
  }));
  const [top] = sides;
  if (top.width > 0 && sides.every((side) => side.width === top.width && side.kind === top.kind)) {
    const half = top.width / 2;
    const attributes = stroke(top.value, top.kind, top.width);
    frame(box.x + half, box.y + half, box.width - top.width, box.height - top.width, radius, attributes, parent);
  } else {
    const [right, bottom] = [box.x + box.width, box.y + box.height];
    const ends = [
      [box.x, box.y, right, box.y], [right, box.y, right, bottom], [box.x, bottom, right, bottom], [box.x, box.y, box.x, bottom],
    ];
    sides.forEach(({ kind, width, value }, side) => {
      if (!(width > 0) || kind === "none") return;
      const [x1, y1, x2, y2] = ends[side].map((end, k) => short(end + (side % 2 === k % 2 ? 0 : (side === 1 || side === 2 ? -width : width) / 2)));
      draw("line", { x1, y1, x2, y2, ...stroke(value, kind, width) }, parent);
    });
  }
  const around = parseFloat(style.outlineWidth) * scale || 0;
  if (around > 0 && style.outlineStyle !== "none") {
    const attributes = stroke(style.outlineColor, style.outlineStyle, around);
    frame(box.x - around / 2, box.y - around / 2, box.width + around, box.height + around, radius, attributes, parent);
  }
}

// The sign before an entry of a legend is drawn by the style sheet alone.
function copySign(element, box, scale, parent) {
  const style = getComputedStyle(element, "::before");
  const width = parseFloat(style.borderTopWidth) * scale || 0;
  if (style.content === "none" || !(width > 0)) return;
  const y = short(box.y + box.height / 2);
  const [x1, x2] = [short(box.x), short(box.x + parseFloat(style.width) * scale)];
  draw("line", { x1, y1: y, x2, y2: y, ...stroke(style.borderTopColor, style.borderTopStyle, width) }, parent);
}

// One text a line as the browser broke them; what its box cuts off ends in three dots here as there.
function copyText(node, style, origin, scale, limit, parent, struck) {
  const range = document.createRange();
  const lines = [];
  for (const { segment, index } of letters.segment(node.data)) {
    range.setStart(node, index);
    range.setEnd(node, index + segment.length);
    const box = range.getClientRects()[0];
    const line = lines.at(-1);
    if (!box || (!box.width && !segment.trim())) continue;
    if (!line || Math.abs(line.top - box.top) > box.height / 2) {
      lines.push({ text: segment, top: box.top, height: box.height, left: box.left, right: box.right, cut: box.right > limit });
    } else if (!line.cut) {
      const cut = box.right > limit + 0.5;
      Object.assign(line, { text: line.text + (cut ? "…" : segment), cut });
      if (!cut) Object.assign(line, { left: Math.min(line.left, box.left), right: Math.max(line.right, box.right) });
    }
  }
  ruler.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = ruler.measureText("x");
  const [fill, alpha] = colour(style.color);
  for (const line of lines) {
    if (!line.text.trim()) continue;
    const text = draw("text", {
      x: short(line.left - origin.x), y: short(line.top - origin.y + (line.height * up) / (up + down)), fill, "fill-opacity": alpha,
      "font-family": family(style.fontFamily), "font-size": `${short(parseFloat(style.fontSize) * scale)}px`,
      "font-weight": style.fontWeight, "font-style": style.fontStyle, style: "white-space: pre",
      textLength: short(line.right - line.left), lengthAdjust: "spacingAndGlyphs",
    }, parent);
    if (struck !== "none") text.setAttribute("text-decoration", struck);
    text.textContent = readable(line.text);
  }
}
