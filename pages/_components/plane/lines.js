// Paths with the arrows of their steps, and the curves of a model.
const ARROW = 8;
const MOST_ARROWS = 80;

function readLine(line) {
  const flat = unpack(line.xy);
  const [losses, numbers, trained] = [line.losses, line.numbers, line.trained].map((packed) => packed && unpack(packed));
  return { ...line, flat, losses, numbers, trained, steps: flat.length / 2 - 1 };
}

function shapeOf(line, upTo, pixel) {
  const places = [];
  for (let i = 0; i <= Math.min(upTo, line.steps); i++) {
    const [x, y] = [line.flat[2 * i], line.flat[2 * i + 1]];
    places.push(Number.isFinite(x) && Number.isFinite(y) ? pixel(x, y) : null);
  }
  let pen = "M";
  let drawn = "";
  for (const place of places) {
    if (place) drawn += `${pen}${place[0].toFixed(2)},${place[1].toFixed(2)}`;
    pen = place ? "L" : "M";
  }
  return { drawn, heads: line.arrows ? arrows(places, line.steps) : "" };
}

// A triangle at the end of a step; where steps are many or shorter than an arrow, not at each of them.
function arrows(places, steps) {
  const every = Math.max(1, Math.ceil(steps / MOST_ARROWS));
  const last = places.length - 1;
  let heads = "";
  let before = places[0];
  for (let i = 1; i <= last; i++) {
    const [from, to] = [places[i - 1], places[i]];
    if (!from || !to || !before || (i % every && i !== last)) continue;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (length < 1e-6 || (i !== last && Math.hypot(to[0] - before[0], to[1] - before[1]) < ARROW)) continue;
    before = to;
    const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    const back = [to[0] - ARROW * ux, to[1] - ARROW * uy];
    const corner = (side) => `${(back[0] - side * uy).toFixed(2)},${(back[1] + side * ux).toFixed(2)}`;
    heads += `M${to[0].toFixed(2)},${to[1].toFixed(2)}L${corner(3.5)}L${corner(-3.5)}Z`;
  }
  return heads;
}

// Each line as far as a step, and pale what comes after it.
function drawLines(layer, lines, upTo, pixel) {
  while (layer.children.length > lines.length) layer.lastChild.remove();
  while (layer.children.length < lines.length) {
    const group = element("g", {}, layer);
    element("path", { class: "nlm-ahead", fill: "none" }, group);
    element("path", { class: "nlm-path", fill: "none" }, group);
    element("path", { class: "nlm-heads" }, group);
  }
  // The first is the visitor's own: it lies on top.
  [...lines].reverse().forEach((line, k) => {
    const [ahead, path, heads] = layer.children[k].children;
    const shape = shapeOf(line, line.steady ? Infinity : upTo, pixel);
    const left = !line.steady && upTo < line.steps;
    set(ahead, { d: left ? shapeOf({ ...line, arrows: false }, Infinity, pixel).drawn : "", stroke: line.colour });
    set(path, { d: shape.drawn, stroke: line.colour, "stroke-dasharray": line.dash || "none" });
    set(heads, { d: shape.heads, fill: line.colour });
  });
}

function drawMarks(layer, marks, pixel) {
  layer.replaceChildren();
  for (const [x, y] of marks) {
    const [px, py] = pixel(x, y);
    const d = `M${px - 6},${py - 6}L${px + 6},${py + 6}M${px - 6},${py + 6}L${px + 6},${py - 6}`;
    element("path", { d, class: "nlm-mark" }, layer);
  }
}
