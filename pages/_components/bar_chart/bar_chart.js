// A distribution as bars on the fixed scale 0 to `reach`, so that nothing jumps while one types. A bar is a button where
// its token can be added, by click, by Enter, or by the digit of its rank. For every drawing that shows bars.
const ROW = 24;
const AXIS = 40;
const LABEL = 190;
// About the width of a letter or digit.
const LETTER = 7;
const PLAIN_DIGITS = 9;

function barChart(root, add = () => {}) {
  const svg = element("svg", { role: "group" }, root);
  const axis = element("g", { class: "nlm-axis" }, svg);
  const rows = [];
  let [data, width, laidOut] = [null, 0, ""];

  function row(i) {
    const group = element("g", { class: "nlm-bar" }, svg);
    const parts = {
      group,
      title: element("title", {}, group),
      touch: element("rect", { class: "touch", x: 0, y: 0, height: ROW }, group),
      bar: element("rect", { class: "bar", y: 2, height: ROW - 4 }, group),
      label: element("text", { y: ROW / 2 + 4, "text-anchor": "end" }, group),
      value: element("text", { y: ROW / 2 + 4 }, group),
    };
    group.setAttribute("transform", `translate(0 ${i * ROW})`);
    const pick = () => data.adds && parts.id >= 0 && add(parts.id);
    group.addEventListener("click", pick);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      pick();
    });
    return parts;
  }

  // Numbers of the axis by quarters, or halves where a narrow drawing has no room for more.
  function drawAxis(left, plot, height, { reach, axis: over = "p over the whole vocabulary" }) {
    const shares = plot < 200 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
    axis.replaceChildren();
    for (const share of shares) {
      const x = left + share * plot;
      element("line", { x1: x, x2: x, y1: 0, y2: height }, axis);
      const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
      element("text", { x, y: height + 15, "text-anchor": anchor }, axis).textContent = `${+(100 * share * reach).toFixed(2)}%`;
    }
    const title = { x: left + plot, y: height + 32, "text-anchor": "end", class: "title" };
    element("text", title, axis).textContent = over;
  }

  function layOut() {
    // Asking for the width at every update would make the browser lay the page out once more.
    width ||= root.clientWidth;
    if (!width) return;
    const left = Math.min(LABEL, width * 0.42);
    const plot = Math.max(40, width - left - 8);
    const height = data.rows.length * ROW;
    const frame = `${width} ${data.rows.length} ${data.reach} ${data.axis}`;
    if (frame !== laidOut) {
      laidOut = frame;
      set(svg, { width, height: height + AXIS });
      drawAxis(left, plot, height, data);
    }
    while (rows.length < data.rows.length) rows.push(row(rows.length));
    rows.forEach((parts, i) => (parts.group.style.display = i < data.rows.length ? "" : "none"));
    data.rows.forEach(([id, name, p, kind, note], i) => fill(rows[i], i, { id, name, p, kind, note }, left, plot));
  }

  function fill(parts, i, { id, name, p, kind, note }, left, plot) {
    const { reach, adds } = data;
    parts.id = id;
    const drawn = Math.min(p, reach) / reach;
    const shown = percent(p) + (p > reach ? " ⟶" : "") + (note ? ` ◂ ${note}` : "");
    const fits = Math.max(4, Math.floor((left - 8) / LETTER));
    say(parts.label, name.length > fits ? `${name.slice(0, fits - 1)}…` : name);
    say(parts.value, shown);
    say(parts.title, `${name}: p = ${p.toPrecision(4)}${id >= 0 ? `, id ${id}` : ""}`);
    // What has no room behind its bar stands in it: beyond the scale it would be cut off.
    const inside = drawn > 0.5 && (1 - drawn) * plot < LETTER * (1 + shown.length);
    set(parts.touch, { width });
    set(parts.label, { x: left - 6 });
    set(parts.bar, { x: left, width: Math.max(0.5, drawn * plot) });
    set(parts.value, { x: left + drawn * plot + (inside ? -4 : 4), "text-anchor": inside ? "end" : "start" });
    const picks = adds && id >= 0;
    set(parts.group, {
      class: `nlm-bar ${kind}${inside ? " inside" : ""}${picks ? " picks" : ""}`,
      role: picks ? "button" : "img",
      "aria-label": picks ? `Add ${name.replace(/^\d+ +/, "")}, ${shown}` : `${name}, ${shown}`,
      tabindex: picks ? 0 : -1,
    });
    if (picks && i < PLAIN_DIGITS) parts.group.dataset.nlmKey = i + 1;
    else delete parts.group.dataset.nlmKey;
  }

  return {
    svg,
    resize() {
      const now = root.clientWidth;
      if (!data || now === width) return;
      width = now;
      layOut();
    },
    update(next) {
      data = next;
      set(svg, { "aria-label": data.finding });
      layOut();
    },
  };
}
