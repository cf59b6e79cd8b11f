// A plane that is drawn and touched. Only what differs from the last data is drawn anew: a new path is one attribute.
const FRAME_MS = 90;
const FRAMES = 40;
let planes = 0;

// A plane in a place of a drawing; its acts are those of the drawing.
function planeIn(state, root) {
  const legend = html("div", { class: "nlm-plane-legend" }, root);
  const stage = html("div", { class: "nlm-plane-stage" }, root);
  const canvas = html("canvas", {}, stage);
  const svg = element("svg", { role: "group" }, stage);
  const note = html("div", { class: "nlm-plane-note", "aria-hidden": "true" }, root);
  const play = html("div", { class: "nlm-plane-play" }, root);
  const id = `nlm-plane-${++planes}`;
  const clip = element("clipPath", { id: `${id}-clip` }, element("defs", {}, svg));
  const [axes, bar] = [element("g", { class: "axes" }, svg), element("g", { class: "axes" }, svg)];
  const inside = element("g", { "clip-path": `url(#${id}-clip)` }, svg);
  const plane = {
    root, legend, stage, canvas, svg, note, play, id, axes, bar,
    clip: element("rect", {}, clip), marks: element("g", {}, inside), lineLayer: element("g", {}, inside),
    ring: element("circle", { class: "nlm-ring", r: 7 }, inside), dotLayer: element("g", {}, svg),
    data: null, ground: null, dots: [], lines: [], shown: 0, held: null, clock: null,
  };
  plane.playing = button(play, "", { label: "Play", act: () => (plane.clock ? pausePlane(plane) : playPlane(plane)) });
  plane.slider = html("input", { type: "range", min: 0, step: 1, "aria-label": "Step shown" }, play);
  plane.slider.addEventListener("input", () => (pausePlane(plane), showStep(plane, +plane.slider.value)));
  plane.output = html("output", {}, play);
  plane.hover = (at) => hoverPlane(plane, at);
  handlePlane(plane, state);
  pausePlane(plane);
  return {
    play,
    update: (data) => updatePlane(plane, state, data),
    resize: () => plane.data && stage.clientWidth !== plane.width && layOutPlane(plane),
    end: () => clearInterval(plane.clock),
  };
}

const lastStep = (plane) => Math.max(0, ...plane.lines.filter((line) => !line.steady).map((line) => line.steps));
// The path as far as the step that is written out; all of it where that is none, or the start.
const wantedStep = (plane) => (plane.data.step > 0 ? Math.min(plane.data.step, lastStep(plane)) : lastStep(plane));

function showStep(plane, step) {
  plane.shown = step;
  if (plane.scale) drawLines(plane.lineLayer, plane.lines, step, plane.scale.pixel);
  const own = plane.lines[0];
  if (!own || own.steady) return;
  const i = Math.min(step, own.steps);
  const [x, y] = [own.flat[2 * i], own.flat[2 * i + 1]];
  const where = Number.isFinite(x) ? `${plane.data.point} = (${digits(x)}, ${digits(y)})` : "outside of the window";
  const loss = own.losses && Number.isFinite(x) ? `, L = ${digits(own.losses[i])}` : "";
  // The network of a step of training lies beside the plane: its own loss is another.
  const trained = own.trained ? `, L in training = ${digits(own.trained[i])}` : "";
  say(plane.output, `step ${own.numbers ? own.numbers[i] : i}: ${where}${loss}${trained}`);
  plane.slider.value = step;
}

// The step that the page writes out, on the visitor's own path.
function drawRing(plane) {
  const { step } = plane.data;
  const own = plane.lines[0];
  const here = step > 0 && own && step <= own.steps ? [own.flat[2 * step], own.flat[2 * step + 1]] : [NaN];
  const seen = here.every(Number.isFinite);
  plane.ring.style.display = seen ? "" : "none";
  if (!seen) return;
  const [cx, cy] = plane.scale.pixel(...here);
  set(plane.ring, { cx, cy });
}

function pausePlane(plane) {
  clearInterval(plane.clock);
  plane.clock = null;
  say(plane.playing, "▶ Play");
  set(plane.playing, { "aria-label": "Play" });
}

function playPlane(plane) {
  const end = lastStep(plane);
  const stride = Math.max(1, Math.ceil(end / FRAMES));
  showStep(plane, plane.shown >= end ? 0 : plane.shown);
  say(plane.playing, "❚❚ Pause");
  set(plane.playing, { "aria-label": "Pause" });
  plane.clock = setInterval(() => {
    showStep(plane, Math.min(end, plane.shown + stride));
    if (plane.shown >= end) pausePlane(plane);
  }, FRAME_MS);
}

function hoverPlane(plane, at) {
  const { data, ground } = plane;
  if (!at) say(plane.note, "");
  if (!at || !ground) return;
  const { x, y, loss } = nearestLoss(data, ground, plane.field, plane.scale.value(...at));
  say(plane.note, `${data.point} = (${digits(x, 3)}, ${digits(y, 3)}): L = ${digits(loss)}. ${data.hint}`);
}

function layOutPlane(plane) {
  const { data, svg, ground } = plane;
  plane.width = plane.stage.clientWidth;
  if (!plane.width) return showStep(plane, plane.shown);
  const frame = JSON.stringify([plane.width, data.height, data.x, data.y, !!data.ground]);
  const anew = frame !== plane.frame;
  if (anew) {
    plane.frame = frame;
    plane.scale = planeScale(data, plane.width, data.height);
    plane.stage.style.height = `${data.height}px`;
    set(svg, { width: plane.width, height: data.height });
    const { x, y, width, height } = plane.scale.box;
    set(plane.clip, { x, y, width, height });
    drawPlaneAxes(plane.axes, data, plane.scale);
  }
  if (ground && (anew || ground !== plane.painted)) {
    plane.field = lattice(ground);
    paintGround(plane.canvas, ground, plane.field, plane.scale.box);
    drawColourBar(plane.bar, ground, plane.scale.box, `${plane.id}-fade`);
    plane.painted = ground;
  }
  plane.canvas.hidden = !ground;
  drawMarks(plane.marks, data.marks, plane.scale.pixel);
  drawDots(plane.dotLayer, plane);
  drawRing(plane);
  showStep(plane, Math.min(plane.shown, lastStep(plane)));
}

function updatePlane(plane, state, given) {
  const { held, data: before } = plane;
  // While a dot is in the hand the frame stands still under it, and the dot stays where the hand is.
  const data = held && before ? { ...given, x: before.x, y: before.y } : given;
  plane.data = data;
  const ground = knownGround(data.ground);
  // A ground that did not arrive is asked for; till then there is none.
  if (data.ground && !ground) act(state, { ground: true });
  const same = plane.ground === ground || (plane.ground && ground && JSON.stringify(plane.ground) === JSON.stringify(ground));
  plane.ground = same ? plane.ground : ground;
  const flat = unpack(data.dots);
  const dots = Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
  // What a hand has moved stays there until the last of its moves is answered.
  if (!((held || state.acts.length) && plane.dots.length === dots.length)) plane.dots = dots;
  if (!before || data.step !== before.step || JSON.stringify(before.lines) !== JSON.stringify(data.lines)) {
    pausePlane(plane);
    plane.lines = data.lines.map(readLine);
    set(plane.slider, { max: lastStep(plane) });
    plane.shown = wantedStep(plane);
  }
  set(plane.svg, { "aria-label": data.finding });
  plane.svg.classList.toggle("picks", data.picks);
  plane.svg.classList.toggle("rings", data.rings);
  plane.root.classList.toggle("unseen", data.unseen === true);
  plane.play.hidden = lastStep(plane) === 0;
  plane.note.hidden = !data.ground;
  plane.legend.hidden = !data.legend;
  drawLegend(plane.legend, data.legend ? data.lines : []);
  layOutPlane(plane);
}

function drawLegend(legend, lines) {
  const names = JSON.stringify(lines.map(({ name, colour, dash }) => [name, colour, dash]));
  if (legend.dataset.names === names) return;
  legend.dataset.names = names;
  legend.replaceChildren();
  for (const line of lines) {
    const entry = html("span", line.dash ? { class: "dashed" } : {}, legend, line.name);
    entry.style.setProperty("--colour", line.colour);
  }
}

KINDS.plane = (state) => {
  const plane = planeIn(state, state.root);
  return { update: plane.update, resize: plane.resize, end: plane.end };
};
