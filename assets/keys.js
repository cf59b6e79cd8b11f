// Keys that Streamlit's buttons cannot take. They press what stands on the page for everyone:
// PageDown and PageUp, which a presenter's clicker sends, the buttons that Right and Left press; P the switch of the
// projector; ? the list of keys; a digit the option of that number in the page's row of steps or views, where no button
// has the digit for itself. In a field, a table or a menu every key keeps its own meaning.
(() => {
  if (window.__nlmKeys) return;
  window.__nlmKeys = true;
  const OWN = "input:not([type=checkbox], [type=radio]), textarea, select, canvas, [contenteditable=true], [role=slider], [role=listbox]";
  const shortcut = (sign) => document.querySelector(`[data-testid=stMain] kbd[aria-label="Shortcut ${sign}"]`)?.closest("button");
  // The keys of the rows that digits pick from; a page with two of them has the first.
  const ROWS = ["stage", "problem", "view", "plot"];
  const option = (number) => {
    if (shortcut("1")) return null;
    const row = ROWS.map((key) => document.querySelector(`[data-testid=stMain] .st-key-${key} [data-testid=stButtonGroup]`)).find(Boolean);
    return row?.querySelectorAll("button")[number - 1];
  };
  const PRESSED = {
    PageDown: () => shortcut("→"),
    PageUp: () => shortcut("←"),
    p: () => document.querySelector(".st-key-projector input"),
    "?": () => document.querySelector(".st-key-tool_keys button"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(OWN)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const wanted = /^[1-9]$/.test(key) ? option(Number(key)) : PRESSED[key]?.();
    if (!wanted) return;
    // Where there are steps, a page key does not scroll, not even past the last one.
    event.preventDefault();
    if (!wanted.disabled) wanted.click();
  });
})();
