// What the visitor's hand does: a dot is dragged or moved by keys, a place is picked, a dot is added or removed.
const REACH = 16;
const PATIENCE_MS = 1500;

// At most one message is on its way; of those that come meanwhile the newest is sent after it.
function messenger(state) {
  const send = (message) => {
    state.waiting = true;
    state.pending = null;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => answered(), PATIENCE_MS);
    state.tell("did", message);
  };
  const answered = () => {
    clearTimeout(state.timer);
    state.waiting = false;
    if (state.pending) send(state.pending);
  };
  return { send: (message) => (state.waiting ? (state.pending = message) : send(message)), answered };
}

function handle(state, redraw) {
  const { svg, dotLayer } = state;
  const post = messenger(state);
  const place = (event) => {
    const frame = svg.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const within = ([px, py]) => {
    const { box } = state.scale;
    return px >= box.x && px <= box.x + box.width && py >= box.y && py <= box.y + box.height;
  };
  const snapped = ([x, y]) => {
    const steps = state.data.snap;
    return [x, steps ? steps.reduce((a, b) => (Math.abs(b - y) < Math.abs(a - y) ? b : a)) : y];
  };
  const nearest = ([px, py]) => {
    let found = null;
    let least = REACH;
    if (!state.data.movable) return null;
    state.dots.forEach((dot, i) => {
      const [x, y] = state.scale.pixel(...dot);
      const away = Math.hypot(x - px, y - py);
      if (away <= least) [found, least] = [i, away];
    });
    return found;
  };
  const put = (i, at) => {
    state.dots[i] = snapped(at);
    redraw();
    post.send({ kind: "move", i, x: state.dots[i][0], y: state.dots[i][1] });
  };

  svg.addEventListener("pointerdown", (event) => {
    const at = place(event);
    if (event.button !== 0 || !within(at)) return;
    const i = state.data.picks ? 0 : nearest(at);
    if (i === null) return;
    state.held = { i, id: event.pointerId, from: at, moved: false, jump: state.data.picks };
    svg.setPointerCapture(event.pointerId);
    dotLayer.children[i]?.focus({ preventScroll: true });
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => {
    const at = place(event);
    const { held } = state;
    if (!held || held.id !== event.pointerId) return state.hover(within(at) ? at : null);
    held.moved ||= Math.hypot(at[0] - held.from[0], at[1] - held.from[1]) > 3;
    if (held.moved) put(held.i, state.scale.value(...at));
  });
  svg.addEventListener("pointerup", (event) => {
    const { held } = state;
    if (!held || held.id !== event.pointerId) return;
    state.held = null;
    if (held.moved || held.jump) put(held.i, state.scale.value(...place(event)));
  });
  svg.addEventListener("pointercancel", () => {
    state.held = null;
    state.pending = null;
  });
  svg.addEventListener("pointerleave", () => state.hover(null));
  svg.addEventListener("dblclick", (event) => {
    const at = place(event);
    if (!state.data.grows || !within(at) || nearest(at) !== null) return;
    const [x, y] = snapped(state.scale.value(...at));
    post.send({ kind: "add", x, y });
  });
  dotLayer.addEventListener("keydown", (event) => {
    const i = [...dotLayer.children].indexOf(event.target);
    const turn = { PageDown: 1, PageUp: -1 }[event.key];
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (i < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (way) {
      const size = ([low, high]) => (high - low) / (event.shiftKey ? 10 : 50);
      const [x, y] = state.dots[i];
      const up = state.data.snap ? way[1] : way[1] * size(state.data.y.range);
      put(i, [x + way[0] * size(state.data.x.range), y + up]);
    } else if (turn) {
      const count = state.dots.length;
      dotLayer.children[(i + turn + count) % count].focus({ preventScroll: true });
    } else if (event.key === "Delete" && state.data.grows) {
      post.send({ kind: "remove", i });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return post.answered;
}

function drawDots(layer, state) {
  const { data, dots } = state;
  while (layer.children.length > dots.length) layer.lastChild.remove();
  while (layer.children.length < dots.length) {
    const group = element("g", {}, layer);
    element("circle", { r: REACH, class: "reach" }, group);
    element("circle", { r: data.picks ? 6 : 5, class: "dot" }, group);
  }
  dots.forEach((dot, i) => {
    const [x, y] = state.scale.pixel(...dot);
    const group = layer.children[i];
    group.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    group.setAttribute("class", data.movable ? "nlm-dot movable" : "nlm-dot");
    if (!data.movable) return;
    group.setAttribute("tabindex", i === 0 || document.activeElement === group ? 0 : -1);
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", `${data.dot_name} ${data.picks ? "" : i + 1} (${digits(dot[0])}, ${digits(dot[1])})`);
  });
}
