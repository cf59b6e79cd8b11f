// The surface from above: bands of equal height with lines between them, painted once for each surface and size.
// A ground with a key is sent once; later messages hold the key alone.
const MOST_GROUNDS = 8;
const grounds = new Map();

function knownGround(ground) {
  if (!ground?.key) return ground;
  if (ground.heights) {
    grounds.delete(ground.key);
    grounds.set(ground.key, ground);
    if (grounds.size > MOST_GROUNDS) grounds.delete(grounds.keys().next().value);
  }
  return grounds.get(ground.key) ?? null;
}

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

function lattice(ground) {
  const heights = unpack(ground.heights);
  const { columns } = ground;
  const rows = heights.length / columns;
  return {
    columns,
    rows,
    heights,
    // Between the four points around; without a value where one of them has none.
    height(u, v) {
      const x = Math.min(columns - 1.000001, Math.max(0, u * (columns - 1)));
      const y = Math.min(rows - 1.000001, Math.max(0, v * (rows - 1)));
      const j = Math.floor(x);
      const i = Math.floor(y);
      const a = i * columns + j;
      const b = a + columns;
      const lower = heights[a] + (heights[a + 1] - heights[a]) * (x - j);
      const upper = heights[b] + (heights[b + 1] - heights[b]) * (x - j);
      return lower + (upper - lower) * (y - i);
    },
  };
}

function paintGround(canvas, ground, field, box) {
  const dense = Math.min(2, window.devicePixelRatio || 1);
  const width = Math.round(box.width * dense);
  const height = Math.round(box.height * dense);
  Object.assign(canvas, { width, height });
  Object.assign(canvas.style, {
    left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px`,
  });
  const [low, high] = ground.span;
  const spread = high - low || 1;
  const level = new Float32Array((width + 1) * (height + 1));
  for (let i = 0, at = 0; i <= height; i++) {
    for (let j = 0; j <= width; j++, at++) {
      level[at] = ((field.height(j / width, 1 - i / height) - low) / spread) * ground.bands;
    }
  }
  const [first, last, line] = [...ground.colours, ground.line].map(channels);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let i = 0, to = 0; i < height; i++) {
    for (let j = 0; j < width; j++, to += 4) {
      const at = i * (width + 1) + j;
      const here = level[at];
      if (!Number.isFinite(here)) continue;
      const band = Math.min(ground.bands - 1, Math.max(0, Math.floor(here)));
      const share = band / Math.max(1, ground.bands - 1);
      // How many pixels away the nearest line is; where all is flat there is none.
      const steep = Math.hypot(level[at + 1] - here, level[at + width + 1] - here);
      const nearest = Math.round(here);
      const inside = nearest > 0 && nearest < ground.bands && steep > 1e-9;
      const away = inside ? Math.abs(here - nearest) / steep / dense : 9;
      const drawn = 0.7 * Math.min(1, Math.max(0, 0.95 - away));
      for (let c = 0; c < 3; c++) {
        const fill = first[c] + (last[c] - first[c]) * share;
        image.data[to + c] = fill + (line[c] - fill) * drawn;
      }
      image.data[to + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

function drawColourBar(layer, ground, box, id) {
  layer.replaceChildren();
  const x = box.x + box.width + 14;
  const [low, high] = ground.span;
  const fade = element("linearGradient", { id, x1: 0, x2: 0, y1: 1, y2: 0 }, layer);
  ground.colours.forEach((colour, k) => element("stop", { offset: k, "stop-color": colour }, fade));
  element("rect", { x, y: box.y + 16, width: 9, height: box.height - 16, fill: `url(#${id})`, class: "bar" }, layer);
  element("text", { x: x + 4, y: box.y + 8, "text-anchor": "middle", class: "title" }, layer).textContent = "L";
  for (const [height, loss] of ground.ticks) {
    const share = (height - low) / (high - low || 1);
    const y = box.y + box.height - share * (box.height - 16);
    element("text", { x: x + 13, y: y + 4 }, layer).textContent = digits(+loss, 3);
  }
}

// The loss at the point of the lattice that is nearest to a place: a computed one, not one between.
function nearestLoss(data, ground, field, [x, y]) {
  const index = (value, [low, high], count) => Math.round(((value - low) / (high - low)) * (count - 1));
  const j = index(x, data.x.range, field.columns);
  const i = index(y, data.y.range, field.rows);
  const height = field.heights[i * field.columns + j];
  const at = (k, [low, high], count) => low + (k / (count - 1)) * (high - low);
  const loss = ground.unit === null ? height : ground.low + ground.unit * (10 ** height - 1);
  return { x: at(j, data.x.range, field.columns), y: at(i, data.y.range, field.rows), loss };
}
