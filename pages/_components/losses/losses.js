// One prediction that is moved by hand: every loss of it in a row, its fields, and its distribution where it is one.
KINDS.losses = (state) => {
  const { root } = state;
  const figures = html("div", { class: "nlm-figures nlm-picture", role: "group" }, root);
  const said = html("div", { class: "nlm-losses-said" }, root);
  const body = html("div", { class: "nlm-losses-body" }, root);
  const moved = html("div", { class: "nlm-fields" }, body);
  const side = html("div", { class: "nlm-losses-side" }, body);
  const above = html("div", { class: "nlm-fields" }, side);
  const place = html("div", { class: "nlm-bars nlm-picture" }, side);
  const note = html("div", { class: "nlm-losses-note" }, side);
  const situations = html("div", { class: "nlm-losses-situations" }, side);
  const left = numberFields(state);
  const right = numberFields(state);
  const inner = { root: place, data: null };
  const bars = KINDS.bars(inner);
  const names = new Set();
  const entries = [];

  function figure() {
    const entry = html("div", {}, figures);
    return { entry, name: html("span", {}, entry), value: html("b", {}, entry), unit: html("small", {}, entry) };
  }

  function situate(name) {
    names.add(name);
    button(situations, name, { act: () => (left.flush(), right.flush(), act(state, { situation: name })) });
  }

  return {
    resize: () => inner.data && bars.resize(),
    update(data) {
      while (entries.length < data.figures.length) entries.push(figure());
      data.figures.forEach(([name, value, unit], i) => {
        say(entries[i].name, name);
        say(entries[i].value, value);
        say(entries[i].unit, unit);
      });
      set(figures, { "aria-label": data.finding });
      say(said, data.said);
      left.update(data.fields, moved);
      right.update(data.above, above);
      above.hidden = !data.above.length;
      side.hidden = place.hidden = !data.bars;
      set(body, { class: data.bars ? "nlm-losses-body" : "nlm-losses-body nlm-losses-alone" });
      inner.data = data.bars;
      if (data.bars) bars.update(data.bars);
      say(note, data.note ?? "");
      situations.hidden = !data.situations.length;
      for (const name of data.situations) if (!names.has(name)) situate(name);
    },
    end: () => (left.end(), right.end()),
  };
};
