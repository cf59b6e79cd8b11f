// Numbers from -1 to 1, units by steps, as colours between orange and blue: the nearer to 0, the more of the page shows
// through. The pointer, or the arrow keys where the strip has the focus, reads each of them.
const STRIP = { right: 42, row: 12, height: 256, most: 12, angle: 35 };

function strip(root) {
  const svg = element("svg", { role: "img", tabindex: 0 }, root);
  const words = element("g", { class: "words" }, svg);
  const plot = element("g", {}, svg);
  const names = element("g", { class: "names" }, svg);
  const legend = element("g", { class: "names" }, svg);
  const cursor = element("rect", { class: "cursor", visibility: "hidden" }, svg);
  const told = html("output", { "aria-live": "polite" }, root);
  const columns = [];
  let [data, values, width, size, at] = [null, null, 0, {}, null];

  // The rest of a column stays empty until its step is taken: the strip only fills up.
  const taken = () => values.length / data.units.length;
  const value = (column, row) => values[column * data.units.length + row];

  function ramp() {
    const defs = element("defs", {}, svg);
    const gradient = element("linearGradient", { id: "nlm-strip-ramp", x1: 0, x2: 0, y1: 0, y2: 1 }, defs);
    for (const [offset, side, opacity] of [[0, "plus", 1], [0.5, "plus", 0], [0.5, "minus", 0], [1, "minus", 1]]) {
      element("stop", { offset, class: side, "stop-opacity": opacity }, gradient);
    }
  }

  function drawNames() {
    names.replaceChildren();
    words.replaceChildren();
    legend.replaceChildren();
    const { left, top, width, height, column, row } = size;
    if (data.named) {
      data.units.forEach((unit, i) => {
        element("text", { x: left - 4, y: top + (i + 0.5) * row + 4, "text-anchor": "end" }, names).textContent = unit;
      });
    }
    const title = { transform: `translate(10 ${top + height / 2}) rotate(-90)`, "text-anchor": "middle" };
    element("text", title, names).textContent = data.named ? "unit" : `${data.units.length} units`;
    // Where the columns are narrow, not every word has room for its name.
    const every = Math.ceil(15 / column);
    data.words.forEach((word, i) => {
      if (i % every) return;
      const place = `translate(${left + (i + 0.5) * column} ${top - 4}) rotate(-${STRIP.angle})`;
      const short = word.length > STRIP.most ? `${word.slice(0, STRIP.most - 1)}…` : word;
      element("text", { transform: place }, words).textContent = short;
    });
    const x = left + width + 14;
    element("rect", { class: "ramp", x, y: top, width: 10, height }, legend);
    for (const [number, y] of [["1", 4], ["0", height / 2 + 4], ["−1", height + 4]]) {
      element("text", { x: x + 14, y: top + y }, legend).textContent = number;
    }
  }

  function layOut() {
    width ||= root.clientWidth;
    if (!width) return;
    const [longest, count] = [Math.max(...data.words.map((word) => Math.min(word.length, STRIP.most))), data.units.length];
    const frame = JSON.stringify([width, data.words, data.units]);
    if (frame !== size.frame) {
      const [left, top] = [data.named ? 42 : 22, 14 + Math.ceil(longest * 4)];
      const height = data.named ? count * STRIP.row : STRIP.height;
      const inner = Math.max(60, width - left - STRIP.right);
      size = { frame, left, top, height, width: inner, column: inner / data.words.length, row: height / count };
      set(svg, { width, height: top + height + 8 });
      // Rows thinner than a pixel would shine through one another, and all be too pale.
      set(plot, { "shape-rendering": data.named ? "auto" : "crispEdges" });
      drawNames();
    }
    data.words.forEach((_, i) => fill(i));
    columns.forEach(({ group }, i) => (group.style.display = i < Math.min(taken(), data.words.length) ? "" : "none"));
    if (at) read(at.column, at.row);
  }

  // A column is drawn in units of its own, so that a wider strip writes nothing but where its columns are.
  function fill(i) {
    if (i >= taken()) return;
    columns[i] ??= { group: element("g", {}, plot), cells: [] };
    const { group, cells } = columns[i];
    set(group, { transform: `translate(${size.left + i * size.column} ${size.top}) scale(${size.column} ${size.row})` });
    const gap = data.named ? 0.06 : 0;
    data.units.forEach((_, row) => {
      const cell = (cells[row] ??= { node: element("rect", { x: 0, y: row, width: 1 }, group) });
      const h = value(i, row);
      set(cell.node, { height: 1 - gap });
      if (cell.h !== h) {
        set(cell.node, { class: h < 0 ? "minus" : "plus", "fill-opacity": Math.abs(h).toFixed(4) });
        cell.h = h;
      }
    });
    while (cells.length > data.units.length) cells.pop().node.remove();
  }

  function read(column, row) {
    at = { column: Math.min(taken() - 1, Math.max(0, column)), row: Math.min(data.units.length - 1, Math.max(0, row)) };
    set(cursor, {
      x: size.left + at.column * size.column, y: size.top + at.row * size.row,
      width: size.column, height: Math.max(2, size.row), visibility: "visible",
    });
    const step = data.first + at.column;
    say(told, `unit ${data.units[at.row]}, step ${step}, ${data.words[at.column]}: h = ${value(at.column, at.row).toFixed(6)}`);
  }

  function leave() {
    at = null;
    set(cursor, { visibility: "hidden" });
    say(told, data ? data.hint : "");
  }

  svg.addEventListener("pointermove", (event) => {
    if (!data) return;
    const box = svg.getBoundingClientRect();
    const scale = svg.width.baseVal.value / box.width;
    const column = Math.floor(((event.clientX - box.left) * scale - size.left) / size.column);
    const row = Math.floor(((event.clientY - box.top) * scale - size.top) / size.row);
    if (column >= 0 && column < taken() && row >= 0 && row < data.units.length) read(column, row);
    else leave();
  });
  svg.addEventListener("pointerleave", leave);
  // A click reads; it does not take the arrow keys from the steps.
  svg.addEventListener("mousedown", (event) => event.preventDefault());
  const MOVES = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  svg.addEventListener("focus", () => data && read(taken() - 1, 0));
  svg.addEventListener("blur", leave);
  svg.addEventListener("keydown", (event) => {
    const [across, down] = MOVES[event.key] ?? [];
    if (across === undefined || !at) return;
    event.preventDefault();
    event.stopPropagation();
    read(at.column + across, at.row + down);
  });
  ramp();

  return {
    resize() {
      const now = root.clientWidth;
      if (!data || now === width) return;
      width = now;
      layOut();
    },
    update(next) {
      data = next;
      // Numbers of 32 bits, step after step, as the model has them.
      values = new Float32Array(Uint8Array.from(atob(data.h), (letter) => letter.charCodeAt(0)).buffer);
      set(svg, { "aria-label": data.finding });
      if (!at) say(told, data.hint);
      layOut();
    },
  };
}

KINDS.strip = (state) => strip(state.root);
