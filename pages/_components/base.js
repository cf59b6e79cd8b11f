// What every drawing has: its state, its acts, and the moment at which an input has come to rest.
const KINDS = {};
// What follows an input waits until nothing has been pressed or answered for so long.
const REST_MS = 250;
// An answer that has not come after so long is no longer waited for.
const PATIENCE_MS = 1500;
// So long is waited for the answer to an act before it is sent once more.
const AGAIN_MS = 2000;
const known = new WeakMap();
// The newest live answer on the page, and when a key or the pointer was last heard.
const live = { revision: 0, at: 0, waiters: new Set() };

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, parent = null, namespace = SVG) {
  const node = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (parent) parent.append(node);
  return node;
}

function html(name, attributes = {}, parent = null, words = "") {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (words) node.textContent = words;
  if (parent) parent.append(node);
  return node;
}

// Writes only what differs: an attribute that is set again makes the browser lay out again.
function set(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (node.getAttribute(key) !== String(value)) node.setAttribute(key, value);
  }
}

function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

// A probability as a percentage that never reads 0 for something that can happen.
function percent(p) {
  if (p > 0 && p < 0.0001) return "< 0.01 %";
  return `${(100 * p).toFixed(p < 0.1 ? 2 : 1)} %`;
}

// At most so many digits, with a real minus; as a power of ten where it would be long.
function digits(value, most = 4) {
  if (!Number.isFinite(value)) return String(value);
  const short = +value.toPrecision(most);
  const long = short !== 0 && (Math.abs(short) >= 1e5 || Math.abs(short) < 1e-4);
  return (long ? short.toExponential().replace("e+", "e") : String(short)).replaceAll("-", "−");
}

// Numbers that were sent as base64 of little-endian float32.
const unpack = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

function button(parent, words, { label = words, key = null, act }) {
  const node = html("button", { type: "button", class: "nlm-button", "aria-label": label }, parent, words);
  if (key) node.dataset.nlmKey = key;
  node.addEventListener("click", act);
  return node;
}

// What was done by hand is sent again with all that has not been answered yet, so that nothing is lost on the way.
function act(state, what) {
  live.at = performance.now();
  sendPlace(state);
  push(state, what);
}

function push(state, what) {
  state.acts.push({ ...what, n: ++state.last });
  outbox.add(state);
  if (!outbox.sending) sendNext();
}

// What is told within one turn of the browser goes to the server as one message, and that runs one part of the page
// only. So each drawing has a turn of its own, a live one first.
const outbox = Object.assign(new Set(), { sending: false });

function sendNext() {
  const state = [...outbox].find(({ data }) => data?.live) ?? outbox.values().next().value;
  outbox.sending = !!state;
  if (!state) return;
  outbox.delete(state);
  state.send(state.acts);
  state.again ??= setTimeout(() => sendAgain(state), AGAIN_MS);
  setTimeout(sendNext, 0);
}

// A run that ends the page's own can take an act with it. What is still unanswered when nothing runs is sent once more;
// the server knows by its number what it has done already.
function sendAgain(state) {
  state.again = null;
  if (!state.acts.length) return;
  if (document.querySelector("[data-test-script-state=running]")) {
    state.again = setTimeout(() => sendAgain(state), AGAIN_MS);
    return;
  }
  outbox.add(state);
  if (!outbox.sending) sendNext();
}

// Where a thumb or a dot stands that a hand is moving: while one place is under way, only the newest after it is kept,
// so that a slow answer is followed by the present place. What has been put elsewhere before is sent first.
function put(state, of, what) {
  live.at = performance.now();
  if (state.place && state.place.of !== of) sendPlace(state);
  state.place = { of, what };
  if (!state.acts.length) sendPlace(state);
  else state.waiting ??= setTimeout(() => sendPlace(state), PATIENCE_MS);
}

function sendPlace(state) {
  clearTimeout(state.waiting);
  state.waiting = null;
  const { place } = state;
  state.place = null;
  if (place) push(state, place.what);
}

function answered(state, done) {
  state.acts = state.acts.filter(({ n }) => n > done);
  if (state.acts.length) return;
  state.last = done;
  sendPlace(state);
}

function draw({ data, parentElement, setTriggerValue }) {
  let state = known.get(parentElement);
  if (!state || state.kind !== data.kind) {
    state?.end();
    const root = html("div", { class: `nlm-drawing nlm-${data.kind}` }, parentElement);
    state = { kind: data.kind, root, acts: [], last: data.done ?? 0, data: null };
    known.set(parentElement, state);
    const drawn = KINDS[data.kind](state);
    const watch = drawn.resize && new ResizeObserver(() => state.data && drawn.resize());
    watch?.observe(root);
    state.update = drawn.update;
    state.end = () => {
      clearTimeout(state.waiting);
      clearTimeout(state.again);
      outbox.delete(state);
      watch?.disconnect();
      drawn.end?.();
      root.remove();
      known.delete(parentElement);
    };
  }
  state.send = (acts) => setTriggerValue("acts", acts);
  answered(state, data.done ?? 0);
  const before = state.data;
  state.data = data;
  state.update(data, before);
  if (data.live > live.revision) {
    live.revision = data.live;
    live.at = performance.now();
    live.waiters.forEach((wait) => wait());
  }
  return () => state.end();
}

for (const heard of ["keydown", "pointerdown", "input"]) {
  document.addEventListener(heard, () => (live.at = performance.now()), { capture: true, passive: true });
}

// What follows a live input stands in a part of the page of its own, which asks to run when the input has come to rest.
KINDS.rest = (state) => {
  let timer = null;
  const look = () => {
    clearTimeout(timer);
    timer = null;
    if (!state.data || live.revision <= state.data.follows) return;
    const left = navigator.scheduling?.isInputPending?.() ? REST_MS : live.at + REST_MS - performance.now();
    if (left > 0) timer = setTimeout(look, left);
    else if (state.asked !== live.revision) {
      state.asked = live.revision;
      push(state, { follows: live.revision });
    }
  };
  live.waiters.add(look);
  return {
    update: look,
    end() {
      clearTimeout(timer);
      live.waiters.delete(look);
    },
  };
};

// A part of the page that has changed what the live part shows asks for its run, once for each state.
KINDS.after = (state) => ({
  update({ wanted }, before) {
    if (wanted && wanted !== before?.wanted) push(state, { wanted });
  },
});
