// A plane that is drawn and touched. Only what differs from the last data is drawn anew: a new path is one attribute.
const FRAME_MS = 90;
const FRAMES = 40;
let planes = 0;

function build(parent) {
  const root = document.createElement("div");
  root.className = "nlm-plane";
  root.innerHTML = `
    <div class="nlm-plane-legend"></div>
    <div class="nlm-plane-stage"><canvas></canvas><svg></svg></div>
    <div class="nlm-plane-note" aria-hidden="true"></div>
    <div class="nlm-plane-play">
      <button type="button"></button><input type="range" min="0" step="1"><output></output>
    </div>`;
  parent.append(root);
  const find = (selector) => root.querySelector(selector);
  const svg = find("svg");
  const id = `nlm-plane-${++planes}`;
  const clip = element("clipPath", { id: `${id}-clip` }, element("defs", {}, svg));
  const [axes, bar] = [element("g", { class: "axes" }, svg), element("g", { class: "axes" }, svg)];
  const inside = element("g", { "clip-path": `url(#${id}-clip)` }, svg);
  const [marks, lines] = [element("g", {}, inside), element("g", {}, inside)];
  const ring = element("circle", { class: "nlm-ring", r: 7 }, inside);
  const dotLayer = element("g", {}, svg);
  const state = {
    root, svg, dotLayer, ring, id, axes, bar, marks, clip: element("rect", {}, clip), lineLayer: lines, canvas: find("canvas"),
    stage: find(".nlm-plane-stage"), legend: find(".nlm-plane-legend"), note: find(".nlm-plane-note"),
    play: find("button"), slider: find("input"), output: find("output"),
    data: null, dots: [], lines: [], shown: 0, held: null, pending: null, waiting: false, clock: null,
  };
  state.answered = handle(state, () => drawDots(dotLayer, state));
  state.hover = (at) => hover(state, at);
  state.play.addEventListener("click", () => (state.clock ? pause(state) : start(state)));
  state.slider.addEventListener("input", () => (pause(state), show(state, +state.slider.value)));
  state.slider.setAttribute("aria-label", "Step shown");
  state.watch = new ResizeObserver(() => state.data && layOut(state, true));
  state.watch.observe(state.stage);
  pause(state);
  return state;
}

const last = (state) => Math.max(0, ...state.lines.filter((line) => !line.steady).map((line) => line.steps));

function show(state, step) {
  state.shown = step;
  drawLines(state.lineLayer, state.lines, step, state.scale.pixel);
  const own = state.lines[0];
  if (!own || own.steady) return;
  const i = Math.min(step, own.steps);
  const [x, y] = [own.flat[2 * i], own.flat[2 * i + 1]];
  const where = Number.isFinite(x) ? `${state.data.point} = (${digits(x)}, ${digits(y)})` : "outside of the window";
  const loss = own.losses && Number.isFinite(x) ? `, L = ${digits(own.losses[i])}` : "";
  // The network of a step of training lies beside the plane: its own loss is another.
  const trained = own.trained ? `, L in training = ${digits(own.trained[i])}` : "";
  state.output.textContent = `step ${own.numbers ? own.numbers[i] : i}: ${where}${loss}${trained}`;
  state.slider.value = step;
}

// The step that the page writes out, on the visitor's own path.
function drawRing(state) {
  const { step } = state.data;
  const own = state.lines[0];
  const here = step > 0 && own && step <= own.steps ? [own.flat[2 * step], own.flat[2 * step + 1]] : [NaN];
  const seen = here.every(Number.isFinite);
  state.ring.style.display = seen ? "" : "none";
  if (!seen) return;
  const [x, y] = state.scale.pixel(...here);
  state.ring.setAttribute("cx", x);
  state.ring.setAttribute("cy", y);
}

function pause(state) {
  clearInterval(state.clock);
  state.clock = null;
  state.play.textContent = "▶ Play";
}

function start(state) {
  const end = last(state);
  const stride = Math.max(1, Math.ceil(end / FRAMES));
  show(state, state.shown >= end ? 0 : state.shown);
  state.play.textContent = "❚❚ Pause";
  state.clock = setInterval(() => {
    show(state, Math.min(end, state.shown + stride));
    if (state.shown >= end) pause(state);
  }, FRAME_MS);
}

function hover(state, at) {
  const { data } = state;
  if (!at) state.note.textContent = "";
  if (!at || !data.ground) return;
  const { x, y, loss } = nearestLoss(data, state.field, state.scale.value(...at));
  state.note.textContent = `${data.point} = (${digits(x, 3)}, ${digits(y, 3)}): L = ${digits(loss)}. ${data.hint}`;
}

function layOut(state, anew) {
  const { data, svg } = state;
  const width = state.stage.clientWidth;
  const frame = JSON.stringify([width, data.height, data.x, data.y, !!data.ground]);
  if (anew || frame !== state.frame) {
    state.frame = frame;
    state.scale = scales(data, width, data.height);
    state.stage.style.height = `${data.height}px`;
    svg.setAttribute("width", width);
    svg.setAttribute("height", data.height);
    for (const side of ["x", "y", "width", "height"]) state.clip.setAttribute(side, state.scale.box[side]);
    drawAxes(state.axes, data, state.scale);
    state.painted = null;
  }
  const ground = data.ground && JSON.stringify(data.ground);
  if (ground && ground !== state.painted) {
    state.field = lattice(data.ground);
    paintGround(state.canvas, data.ground, state.field, state.scale.box);
    drawBar(state.bar, data.ground, state.scale.box, `${state.id}-fade`);
  }
  state.painted = ground;
  state.canvas.hidden = !ground;
  drawMarks(state.marks, data.marks, state.scale.pixel);
  drawDots(state.dotLayer, state);
  drawRing(state);
  show(state, Math.min(state.shown, last(state)));
}

function update(state, given) {
  const { held } = state;
  // While a dot is in the hand the frame stands still under it, and the dot stays where the hand is.
  const data = held && state.data ? { ...given, x: state.data.x, y: state.data.y } : given;
  const before = state.data;
  state.data = data;
  const kept = held || state.pending ? state.dots : null;
  const flat = decode(data.dots);
  state.dots = Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
  if (kept && kept.length === state.dots.length) state.dots = kept;
  if (!before || JSON.stringify(before.lines) !== JSON.stringify(data.lines)) {
    pause(state);
    state.lines = data.lines.map(read);
    state.shown = last(state);
    state.slider.max = last(state);
  } else if (data.step !== before.step) {
    // What is written out is shown: the path as far as that step; all of it where none is.
    pause(state);
    state.shown = data.step ?? last(state);
  }
  state.svg.setAttribute("aria-label", data.alt);
  state.svg.setAttribute("role", "group");
  state.svg.classList.toggle("picks", data.picks);
  state.svg.classList.toggle("rings", data.rings);
  state.root.querySelector(".nlm-plane-play").hidden = last(state) === 0;
  state.note.hidden = !data.ground;
  state.legend.hidden = !data.legend;
  state.legend.replaceChildren(
    ...(data.legend ? data.lines : []).map((line) => {
      const entry = document.createElement("span");
      entry.textContent = line.name;
      entry.style.setProperty("--colour", line.colour);
      entry.className = line.dash ? "dashed" : "";
      return entry;
    }),
  );
  layOut(state, false);
  state.answered();
}

const known = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!known.has(parentElement)) known.set(parentElement, build(parentElement));
  const state = known.get(parentElement);
  state.tell = setTriggerValue;
  update(state, data);
  return () => {
    clearInterval(state.clock);
    clearTimeout(state.timer);
    state.watch.disconnect();
    state.root.remove();
    known.delete(parentElement);
  };
}
