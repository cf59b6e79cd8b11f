// Numbers that are moved by hand, each by a slider and a field for the same value. A move is an act with the new value,
// and so the newest one is enough: while an answer is under way the others wait for it, one of each field.
const FIELD_PATIENCE_MS = 1000;

function numberFields(state) {
  const fields = new Map();
  const waiting = new Map();
  let sent = 0;
  let timer = null;

  function flush() {
    clearTimeout(timer);
    timer = null;
    sent = performance.now();
    const moves = [...waiting];
    waiting.clear();
    for (const [name, value] of moves) act(state, { set: name, value });
  }

  // An answer that was lost on its way is not waited for.
  function look() {
    if (!waiting.size) return;
    const left = sent + FIELD_PATIENCE_MS - performance.now();
    if (!state.acts.length || left <= 0) flush();
    else timer ??= setTimeout(() => ((timer = null), look()), left);
  }

  const underWay = (name) => waiting.has(name) || state.acts.some((act) => act.set === name);

  function move(parts, text) {
    const value = text.trim() === "" ? NaN : Number(text);
    const [low, high] = parts.data.ends;
    const taken = value >= low && value <= high;
    set(parts.number, { "aria-invalid": !taken });
    if (!taken) return;
    live.at = performance.now();
    waiting.set(parts.data.name, value);
    show(parts, value);
    look();
  }

  // What is under a hand stays as the hand left it.
  function show({ data, number, slider }, value) {
    const moved = underWay(data.name);
    if (document.activeElement !== slider || !moved) slider.value = value;
    const typed = document.activeElement === number && (moved || number.value === "");
    if (!typed && (number.value === "" || Number(number.value) !== value)) number.value = +value.toPrecision(6);
    set(slider, { "aria-valuetext": +value.toPrecision(6) });
  }

  function field(parent) {
    const root = html("div", { class: "nlm-field" }, parent);
    const id = `nlm-field-${Math.random().toString(36).slice(2)}`;
    const label = html("span", { id, class: "nlm-field-label" }, root);
    const number = html("input", { type: "number" }, root);
    const slider = html("input", { type: "range", "aria-labelledby": id }, root);
    const parts = { root, label, number, slider, data: null };
    number.addEventListener("input", () => move(parts, number.value));
    number.addEventListener("blur", () => {
      set(number, { "aria-invalid": false });
      number.value = +parts.data.value.toPrecision(6);
    });
    slider.addEventListener("input", () => move(parts, slider.value));
    return parts;
  }

  return {
    // Before another act: what was moved first is told first.
    flush,
    update(all, parent) {
      const names = new Set(all.map(({ name }) => name));
      for (const [name, parts] of fields) {
        if (names.has(name)) continue;
        parts.root.remove();
        fields.delete(name);
        waiting.delete(name);
      }
      for (const data of all) {
        if (!fields.has(data.name)) fields.set(data.name, field(parent));
        const parts = fields.get(data.name);
        parts.data = data;
        const { label, low, high, step, ends, value } = data;
        if (parts.root.parentNode !== parent || parts.root !== parent.children[all.indexOf(data)]) parent.append(parts.root);
        say(parts.label, label);
        set(parts.number, { "aria-label": label, min: ends[0], max: ends[1], step: "any" });
        set(parts.slider, { min: low, max: high, step });
        if (!underWay(data.name)) show(parts, value);
      }
      look();
    },
    end: () => clearTimeout(timer),
  };
}
