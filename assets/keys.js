// Keys that Streamlit's buttons cannot take. They press what stands on the page for everyone:
// PageDown and PageUp, which a presenter's clicker sends, the next card of a tour that is on, else what Right and Left
// step through; Right and Left, where no button has them for itself, the row of stages, the words or the drawn path;
// P the switch of the projector, S that of its controls; ? the list of keys; a digit the option of that number in the
// page's row of steps or views, where no button has the digit for itself. In a field, a table or a menu every key keeps
// its own meaning.
(() => {
  if (window.__nlmKeys) return;
  window.__nlmKeys = true;
  const OWN = "input:not([type=checkbox], [type=radio]), textarea, select, canvas, [contenteditable=true], [role=slider], [role=listbox]";
  const find = (chosen) => document.querySelector(`[data-testid=stMain] ${chosen}`);
  const shortcut = (sign) => find(`kbd[aria-label="Shortcut ${sign}"]`)?.closest("button");
  // The keys of the rows that digits pick from; a page with two of them has the first.
  const ROWS = ["stage", "problem", "view", "plot"];
  const option = (number) => {
    if (shortcut("1")) return null;
    const row = ROWS.map((key) => find(`.st-key-${key} [data-testid=stButtonGroup]`)).find(Boolean);
    return row?.querySelectorAll("button")[number - 1];
  };
  // Rows of steps, each with what marks the present one.
  const STEPS = [
    [".st-key-stage [data-testid=stButtonGroup] button", "[aria-checked=true]"],
  ];
  const neighbour = (way) => {
    for (const [chosen, present] of STEPS) {
      const row = [...document.querySelectorAll(`[data-testid=stMain] ${chosen}`)];
      const place = row.findIndex((button) => button.matches(present));
      if (place >= 0) return row[place + way] ?? row[place];
    }
    return null;
  };
  // A drawing with a slider of its own is moved by that, as a hand would.
  const slide = (way) => {
    const slider = find(".nlm-plane-play:not([hidden]) input");
    if (!slider) return null;
    return { dispatchEvent: () => (slider.stepUp(way), slider.dispatchEvent(new Event("input"))) };
  };
  // Drawings of our own say of what can be pressed which key presses it; what is not seen is not pressed.
  const drawn = (key) =>
    [...document.querySelectorAll(`[data-testid=stMain] [data-nlm-key="${CSS.escape(key)}"]`)].find((node) => node.checkVisibility());
  const arrow = (way) => (way > 0 ? "ArrowRight" : "ArrowLeft");
  const step = (way) => drawn(arrow(way)) ?? shortcut(way > 0 ? "→" : "←") ?? neighbour(way) ?? slide(way);
  const card = (name) => find(`.st-key-tour_${name} button`);
  const PRESSED = {
    ArrowRight: () => (shortcut("→") ? null : step(1)),
    ArrowLeft: () => (shortcut("←") ? null : step(-1)),
    PageDown: () => card("next") ?? step(1),
    PageUp: () => card("back") ?? step(-1),
    p: () => find(".st-key-projector input"),
    s: () => find(".st-key-controls input"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(OWN)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // In a row of options the browser itself takes the arrows.
    if (key.startsWith("Arrow") && event.target.closest?.("[role=radiogroup], [role=tablist]")) return;
    const wanted = drawn(key) ?? (/^[1-9]$/.test(key) ? option(Number(key)) : PRESSED[key]?.());
    if (!wanted) return;
    // Where there are steps, a page key does not scroll, not even past the last one.
    event.preventDefault();
    if (!wanted.disabled) wanted.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  });
})();
