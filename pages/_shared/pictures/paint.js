// What a style sheet says about a shape, as attributes of the shape: a saved picture has no style sheet.
const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
const INHERITED = {
  fill: "rgb(0, 0, 0)", "fill-opacity": "1", "fill-rule": "nonzero", stroke: "none", "stroke-opacity": "1",
  "stroke-width": "1px", "stroke-dasharray": "none", "stroke-linecap": "butt", "stroke-linejoin": "miter",
  "font-family": "", "font-size": "", "font-style": "normal", "font-weight": "400", "text-anchor": "start",
  visibility: "visible",
};
const OWN = {
  opacity: "1", "clip-path": "none", "dominant-baseline": "auto", "paint-order": "normal", "stop-color": "rgb(0, 0, 0)",
  "stop-opacity": "1",
};
// Characters that no XML may hold, however they are written.
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function draw(name, attributes, parent) {
  const node = document.createElementNS(SVG_NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent?.append(node);
  return node;
}

const readable = (text) => text.replace(NOT_IN_XML, "\uFFFD");
const short = (number) => String(+number.toFixed(2));

// A colour without its transparency, which older readers of SVG do not take there, and the transparency.
function colour(value) {
  const parts = /^rgba\(([^,]+),([^,]+),([^,]+),([^)]+)\)$/.exec(value);
  return parts ? [`rgb(${parts[1]},${parts[2]},${parts[3]})`, +parts[4]] : [value, 1];
}

// The page's own fonts are not in the file: each is told by its kind.
function family(value) {
  if (/mono|code|courier/i.test(value)) return "monospace";
  return /(^|[^-])\bserif/i.test(value) ? "serif" : "sans-serif";
}

// The place that a reference names, whatever address the page had.
const local = (value) => value.replace(/url\(["']?[^"')]*#([^"')]+)["']?\).*/, "url(#$1)");

function painted(style, above) {
  const found = {};
  for (const [name, initial] of Object.entries(INHERITED)) {
    const value = style.getPropertyValue(name);
    if (value !== (above ? above.getPropertyValue(name) : initial)) found[name] = value;
  }
  for (const [name, initial] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name);
    if (value && value !== initial) found[name] = local(value);
  }
  for (const name of ["fill", "stroke"]) {
    if (!(name in found)) continue;
    const [plain, alpha] = colour(found[name]);
    found[name] = local(plain);
    if (alpha < 1) found[`${name}-opacity`] = short(alpha * +style.getPropertyValue(`${name}-opacity`));
  }
  if ("font-family" in found) found["font-family"] = family(found["font-family"]);
  return found;
}
