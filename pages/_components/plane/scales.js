// From the numbers of the data to the pixels of the drawing, and back.
const PLANE_MARGIN = { left: 50, right: 12, bar: 64, top: 10, bottom: 40 };
// A path that leaves all bounds is drawn this many pixels far at most, in its own direction.
const FAR = 1e5;

function planeScale(data, width, height) {
  const margin = PLANE_MARGIN;
  const box = {
    x: margin.left,
    y: margin.top,
    width: Math.max(60, width - margin.left - (data.ground ? margin.bar : margin.right)),
    height: height - margin.top - margin.bottom,
  };
  const [left, right] = data.x.range;
  const [bottom, top] = data.y.range;
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  return {
    box,
    pixel(x, y) {
      const px = box.x + ((x - left) / (right - left)) * box.width - middle[0];
      const py = box.y + ((top - y) / (top - bottom)) * box.height - middle[1];
      const share = Math.min(1, FAR / (Math.hypot(px, py) || 1));
      return [middle[0] + px * share, middle[1] + py * share];
    },
    value(px, py) {
      const within = (share) => Math.min(1, Math.max(0, share));
      return [
        left + within((px - box.x) / box.width) * (right - left),
        top - within((py - box.y) / box.height) * (top - bottom),
      ];
    },
  };
}

function roundNumbers(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(+(k * step).toPrecision(10));
  return found;
}

function drawPlaneAxes(layer, data, { box, pixel }) {
  layer.replaceChildren();
  const text = (words, attributes) => (element("text", attributes, layer).textContent = words);
  const foot = box.y + box.height;
  if (!data.ground) {
    element("rect", { x: box.x, y: box.y, width: box.width, height: box.height, class: "nlm-plane-empty" }, layer);
  }
  for (const value of roundNumbers(...data.x.range, Math.max(2, Math.floor(box.width / 70)))) {
    const [px] = pixel(value, data.y.range[0]);
    element("line", { x1: px, x2: px, y1: foot, y2: foot + 4 }, layer);
    text(digits(value), { x: px, y: foot + 16, "text-anchor": "middle" });
  }
  for (const value of roundNumbers(...data.y.range, Math.max(2, Math.floor(box.height / 50)))) {
    const [, py] = pixel(data.x.range[0], value);
    element("line", { x1: box.x - 4, x2: box.x, y1: py, y2: py }, layer);
    text(digits(value), { x: box.x - 7, y: py + 4, "text-anchor": "end" });
  }
  text(data.x.title, { x: box.x + box.width / 2, y: foot + 33, "text-anchor": "middle", class: "title" });
  const upright = `translate(13 ${box.y + box.height / 2}) rotate(-90)`;
  text(data.y.title, { transform: upright, "text-anchor": "middle", class: "title" });
}
