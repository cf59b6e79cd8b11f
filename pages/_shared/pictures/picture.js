const MARGIN_AROUND = 10;

// A part of the page as one SVG: drawings, pixels, boxes and text, each in its place, from the back to the front.
function copyPart(element, origin, limit, parent, struck) {
  if (element.matches(LEFT_OUT)) return;
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return;
  const outer = element.getBoundingClientRect();
  const within = (box) => ({ x: box.left - origin.x, y: box.top - origin.y, width: box.width, height: box.height });
  if (element.localName === "svg" || element.localName === "canvas") {
    if (!outer.width || !outer.height) return;
    const place = Object.fromEntries(Object.entries(within(outer)).map(([name, value]) => [name, short(value)]));
    (element.localName === "svg" ? copyDrawing : copyPixels)(element, place, parent);
    return;
  }
  const scale = element.offsetWidth ? outer.width / element.offsetWidth : 1;
  const layer = +style.opacity < 1 ? draw("g", { opacity: style.opacity }, parent) : parent;
  for (const box of element.getClientRects()) copyBox(style, within(box), scale, layer);
  copySign(element, within(outer), scale, layer);
  const hides = style.overflowX === "hidden" && style.textOverflow === "ellipsis";
  const end = hides ? Math.min(limit, outer.right - parseFloat(style.paddingRight) * scale) : limit;
  const line = style.textDecorationLine === "none" ? struck : style.textDecorationLine;
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copyText(child, style, origin, scale, end, layer, line);
    else if (child.nodeType === Node.ELEMENT_NODE) copyPart(child, origin, end, layer, line);
  }
}

// A figure ends where its own player begins.
function bottomOf(part) {
  const players = [...part.querySelectorAll(".updatemenu-container, .slider-container")];
  const { top, bottom } = part.getBoundingClientRect();
  return Math.min(bottom, ...players.map((player) => player.getBoundingClientRect().top).filter((at) => at > (top + bottom) / 2));
}

function pictureOf({ parts, title }) {
  const rects = parts.map((part) => part.getBoundingClientRect());
  // What is scrolled out of sight belongs to the picture.
  const wide = parts.map((part, k) => rects[k].left + Math.max(rects[k].width, (part.scrollWidth || 0) * (rects[k].width / part.offsetWidth || 1)));
  const left = Math.min(...rects.map((rect) => rect.left)) - MARGIN_AROUND;
  const top = Math.min(...rects.map((rect) => rect.top)) - MARGIN_AROUND;
  const width = Math.ceil(Math.max(...wide) - left + MARGIN_AROUND);
  const height = Math.ceil(Math.max(...parts.map(bottomOf)) - top + MARGIN_AROUND);
  const svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" }, null);
  draw("title", {}, svg).textContent = readable(title);
  const app = document.querySelector("[data-testid=stApp]") ?? document.body;
  draw("rect", { width, height, fill: colour(getComputedStyle(app).backgroundColor)[0] }, svg);
  for (const part of parts) copyPart(part, { x: left - part.scrollLeft, y: top }, Infinity, svg, "none");
  return { svg, width, height };
}
