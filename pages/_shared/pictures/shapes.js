// A drawing on the screen as one that stands alone. Only shapes and what places them go along: no script, no link.
const SHAPES = new Set([
  "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "image", "use", "defs",
  "clipPath", "linearGradient", "radialGradient", "stop", "pattern", "mask",
]);
const DEFINING = new Set(["defs", "clipPath", "linearGradient", "radialGradient", "stop", "pattern", "mask"]);
const PLACING = new Set([
  "id", "d", "x", "y", "width", "height", "r", "cx", "cy", "rx", "ry", "fx", "fy", "x1", "x2", "y1", "y2", "dx", "dy",
  "points", "transform", "viewBox", "preserveAspectRatio", "offset", "rotate", "gradientUnits", "gradientTransform", "shape-rendering",
  "spreadMethod", "clipPathUnits", "patternUnits", "patternContentUnits", "patternTransform", "maskUnits",
]);
// What only a hand can use, and what shows where it is.
const LEFT_OUT =
  ".hoverlayer, .draglayer, .zoomlayer, .modebar-container, .updatemenu-container, .slider-container, .reach, " +
  ".nlm-plane-play, .nlm-plane-note, details, button, input";

function copyShape(shape, parent, above) {
  if (shape.nodeType === Node.TEXT_NODE) {
    parent.append(readable(shape.data));
    return;
  }
  if (!SHAPES.has(shape.localName) || shape.matches(LEFT_OUT)) return;
  const style = getComputedStyle(shape);
  if (style.display === "none" && !DEFINING.has(shape.localName)) return;
  const copy = draw(shape.localName, {}, parent);
  for (const { name, value } of shape.attributes) if (PLACING.has(name)) copy.setAttribute(name, value);
  const target = shape.getAttribute("href") ?? shape.getAttribute("xlink:href");
  if (target && /^(#|data:image\/)/.test(target)) copy.setAttribute("href", target);
  for (const [name, value] of Object.entries(painted(style, above))) copy.setAttribute(name, value);
  if (shape.localName === "text") fixText(shape, copy, style);
  for (const child of shape.childNodes) copyShape(child, copy, style);
}

// Another font is wider or narrower: the words keep the length that they have on the screen.
function fixText(shape, copy, style) {
  if (style.whiteSpace.startsWith("pre")) copy.setAttribute("style", "white-space: pre");
  const length = shape.childElementCount ? 0 : shape.getComputedTextLength();
  if (length > 0) Object.entries({ textLength: short(length), lengthAdjust: "spacingAndGlyphs" }).forEach((pair) => copy.setAttribute(...pair));
}

// A drawing inside of the picture, with the units that it has on the screen.
function copyDrawing(svg, place, parent) {
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  if (!(width > 0 && height > 0)) return;
  const viewBox = svg.getAttribute("viewBox") ?? `0 0 ${width} ${height}`;
  const inner = draw("svg", { ...place, viewBox }, parent);
  const style = getComputedStyle(svg);
  for (const [name, value] of Object.entries(painted(style, null))) inner.setAttribute(name, value);
  for (const child of svg.childNodes) copyShape(child, inner, style);
}

// Pixels as they are. WebGL forgets what it drew as soon as it is shown: it draws once more, and is read at once.
function copyPixels(canvas, place, parent) {
  const layout = canvas.closest(".js-plotly-plot")?._fullLayout ?? {};
  const scene = Object.values(layout).find((part) => part?._scene?.glplot?.canvas === canvas)?._scene;
  scene?.glplot.redraw();
  const still = document.createElement("canvas");
  Object.assign(still, { width: canvas.width, height: canvas.height });
  const context = still.getContext("2d");
  context.drawImage(canvas, 0, 0);
  const pixels = context.getImageData(0, 0, still.width, still.height).data;
  if (!pixels.some((value) => value > 0)) throw new Error("the browser does not hand out what it drew in 3-D");
  draw("image", { ...place, preserveAspectRatio: "none", href: still.toDataURL("image/png") }, parent);
}
