// Buttons and a slider for the whole numbers from `first` to `last`. They show at once where the presses lead, also those
// that have not been answered yet; what the server says counts when all are answered.
function stepper(parent, state, { name, buttons }) {
  const root = html("div", { class: "nlm-stepper", role: "group", "aria-label": name }, parent);
  let [first, last, now] = [0, 0, 0];

  const place = (number) => {
    now = Math.min(last, Math.max(first, number));
    slider.value = now;
    for (const { node, to } of pressed) node.disabled = to() === now;
  };
  const pressed = buttons.map(({ words, label, key, by, end }) => {
    // A step from here, or one of the ends.
    const to = () => (end ? (end < 0 ? first : last) : Math.min(last, Math.max(first, now + by)));
    const press = () => {
      act(state, end ? { to: to() } : { go: by });
      place(to());
    };
    return { node: button(root, words, { label, key, act: press }), to };
  });
  const slider = html("input", { type: "range", step: 1, "aria-label": name }, root);
  slider.addEventListener("input", () => {
    // Of a slider that is drawn along only the newest place counts.
    if (state.acts.at(-1)?.to !== undefined) state.acts.pop();
    act(state, { to: Number(slider.value) });
    place(Number(slider.value));
  });
  const where = html("span", { class: "nlm-stepper-where" }, root);

  return {
    root,
    update(data) {
      [first, last] = [data.first, data.last];
      set(slider, { min: first, max: last, "aria-valuetext": data.where });
      slider.disabled = first === last;
      place(state.acts.length ? now : data.now);
      say(where, data.where);
    },
  };
}
