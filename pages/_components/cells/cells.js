// The unrolled network: one column a step, its state in the middle, the word that is read below, the most probable next
// word above. The current state is filled, those ahead are dashed.
function unrolled(root) {
  const link = (title = "") => html("div", { class: "link", ...(title && { title }) }, root);
  // Lines of a link, one below the other.
  const lines = (node, ...words) => {
    words.forEach((text, i) => say(node.children[i] ?? html("div", {}, node), text));
  };
  const indexed = (node, letter) => {
    node.append(letter);
    return html("sub", {}, node);
  };
  const before = link();
  const cells = [];
  const after = link();

  function cell() {
    const handed = link("the hidden state is handed on");
    const line = html("div", {}, handed);
    indexed(line, "U").textContent = "h";
    html("div", {}, handed, "→");
    const step = html("div", {}, root);
    const part = (name) => html("div", { class: name }, step);
    const best = part("word");
    const p = part("small");
    const parts = { handed, step, best, p: indexed(p, "p"), value: html("span", {}, p) };
    indexed(part("small"), "↑ W").textContent = "y";
    parts.h = indexed(part("state"), "h");
    indexed(part("small"), "↑ W").textContent = "h";
    parts.x = indexed(part("small"), "x");
    parts.word = part("word");
    after.before(handed, step);
    return parts;
  }

  return {
    update({ cells: shown, t, last, finding }) {
      set(root, { role: "group", "aria-label": finding });
      const first = shown[0][0];
      lines(before, ...(first ? [`… ${first.toLocaleString("en")}`, "earlier"] : ["before", "START: 0"]));
      while (cells.length < shown.length) cells.push(cell());
      cells.forEach(({ handed, step }, i) => (handed.hidden = step.hidden = i >= shown.length));
      shown.forEach(([s, word, best, p], i) => {
        const parts = cells[i];
        set(parts.step, { class: `step ${s === t ? "current" : s > t ? "ahead" : "read"}` });
        for (const index of [parts.p, parts.h, parts.x]) say(index, String(s));
        say(parts.best, best ?? "?");
        say(parts.value, best === null ? "" : ` ${percent(p)}`);
        say(parts.word, word);
        set(parts.best, { title: best === null ? "still ahead" : `most probable next: ${best} ${percent(p)}` });
        set(parts.word, { title: `read: ${word}` });
      });
      const more = last - shown.at(-1)[0];
      after.hidden = !more;
      lines(after, `… ${more.toLocaleString("en")}`, "more");
    },
  };
}

KINDS.unrolled = (state) => unrolled(state.root);
