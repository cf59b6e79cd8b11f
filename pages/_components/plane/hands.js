// What the visitor's hand does: a dot is dragged or moved by keys, a place is picked, a dot is added or removed.
const REACH = 16;

function handlePlane(plane, state) {
  const { svg, dotLayer } = plane;
  const place = (event) => {
    const frame = svg.getBoundingClientRect();
    // On the projector the page is magnified, and the drawing with it.
    const larger = frame.width / svg.width.baseVal.value || 1;
    return [(event.clientX - frame.left) / larger, (event.clientY - frame.top) / larger];
  };
  const within = ([px, py]) => {
    const { box } = plane.scale;
    return px >= box.x && px <= box.x + box.width && py >= box.y && py <= box.y + box.height;
  };
  const snapped = ([x, y]) => {
    const steps = plane.data.snap;
    return [x, steps ? steps.reduce((a, b) => (Math.abs(b - y) < Math.abs(a - y) ? b : a)) : y];
  };
  const nearest = ([px, py]) => {
    let found = null;
    let least = REACH;
    if (!plane.data.movable) return null;
    plane.dots.forEach((dot, i) => {
      const [x, y] = plane.scale.pixel(...dot);
      const away = Math.hypot(x - px, y - py);
      if (away <= least) [found, least] = [i, away];
    });
    return found;
  };
  const move = (i, at) => {
    plane.dots[i] = snapped(at);
    drawDots(dotLayer, plane);
    put(state, `dot ${i}`, { kind: "move", i, x: plane.dots[i][0], y: plane.dots[i][1] });
  };

  svg.addEventListener("pointerdown", (event) => {
    const at = place(event);
    if (event.button !== 0 || !within(at)) return;
    const i = plane.data.picks ? 0 : nearest(at);
    if (i === null) return;
    plane.held = { i, id: event.pointerId, from: at, moved: false, jump: plane.data.picks };
    svg.setPointerCapture(event.pointerId);
    dotLayer.children[i]?.focus({ preventScroll: true });
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => {
    const at = place(event);
    const { held } = plane;
    if (!held || held.id !== event.pointerId) return plane.hover(within(at) ? at : null);
    held.moved ||= Math.hypot(at[0] - held.from[0], at[1] - held.from[1]) > 3;
    if (held.moved) move(held.i, plane.scale.value(...at));
  });
  svg.addEventListener("pointerup", (event) => {
    const { held } = plane;
    if (!held || held.id !== event.pointerId) return;
    plane.held = null;
    if (held.moved || held.jump) move(held.i, plane.scale.value(...place(event)));
  });
  svg.addEventListener("pointercancel", () => {
    plane.held = null;
  });
  svg.addEventListener("pointerleave", () => plane.hover(null));
  svg.addEventListener("dblclick", (event) => {
    const at = place(event);
    if (!plane.data.grows || !within(at) || nearest(at) !== null) return;
    const [x, y] = snapped(plane.scale.value(...at));
    act(state, { kind: "add", x, y });
  });
  dotLayer.addEventListener("keydown", (event) => {
    const i = [...dotLayer.children].indexOf(event.target);
    const turn = { PageDown: 1, PageUp: -1 }[event.key];
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (i < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (way) {
      const size = ([low, high]) => (high - low) / (event.shiftKey ? 10 : 50);
      const [x, y] = plane.dots[i];
      const up = plane.data.snap ? way[1] : way[1] * size(plane.data.y.range);
      move(i, [x + way[0] * size(plane.data.x.range), y + up]);
    } else if (turn) {
      const count = plane.dots.length;
      dotLayer.children[(i + turn + count) % count].focus({ preventScroll: true });
    } else if (event.key === "Delete" && plane.data.grows) {
      act(state, { kind: "remove", i });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function drawDots(layer, plane) {
  const { data, dots } = plane;
  while (layer.children.length > dots.length) layer.lastChild.remove();
  while (layer.children.length < dots.length) {
    const group = element("g", {}, layer);
    element("circle", { r: REACH, class: "reach" }, group);
    element("circle", { r: data.picks ? 6 : 5, class: "dot" }, group);
  }
  dots.forEach((dot, i) => {
    const [x, y] = plane.scale.pixel(...dot);
    const group = layer.children[i];
    group.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    group.setAttribute("class", data.movable ? "nlm-dot movable" : "nlm-dot");
    if (!data.movable) return;
    group.setAttribute("tabindex", i === 0 || document.activeElement === group ? 0 : -1);
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", `${data.dot_name} ${data.picks ? "" : i + 1} (${digits(dot[0])}, ${digits(dot[1])})`);
  });
}
