// When a page is complete: its script has ended, nothing of an earlier run, no placeholder and no picture on its way is
// left, every chart has been drawn, something computed is there, and nothing has changed for 300 ms. What is told is the
// moment of the last change, in milliseconds since the navigation began, and how far things have jumped until then.
(() => {
  const STILL_MS = 300;
  const LOOK_MS = 20;
  const found = { milliseconds: null, what: null, shift: 0, changed: performance.now(), missing: "everything" };

  const visible = (node) => {
    const box = node.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  // No link, no button, no label of a control, no tick mark and no axis; of formulas only those with computed numbers.
  const computed = (node) =>
    visible(node) &&
    !node.closest("a, button, label, .role-axis, .role-legend, .xaxislayer-above, .yaxislayer-above, [class*=tick]") &&
    (!node.matches(".katex") || /\d[.,]\d/.test(node.textContent));
  const some = (selector, test) => [...document.querySelectorAll(selector)].some(test);

  // Why the page is not complete yet; null when nothing is missing.
  const missing = () => {
    const state = document.querySelector("[data-test-script-state]");
    if (state?.dataset.testScriptState !== "notRunning") return "the end of the script";
    if (some('[data-stale="true"]', visible)) return "what replaces an earlier run";
    if (some("[data-testid=stSkeleton], [data-testid=stAppSkeleton]", visible)) return "what a placeholder stands for";
    if (some("[data-testid=stMain] img", (node) => !node.complete)) return "a picture";
    if (some("[data-testid=stVegaLiteChart]", (node) => visible(node) && !node.querySelector(".role-mark, canvas")))
      return "a chart";
    if (some("[data-testid=stPlotlyChart]", (node) => visible(node) && !node.querySelector(".main-svg"))) return "a chart";
    const drawing = [...document.querySelectorAll(window.__drawings)].find(computed);
    if (!drawing) return "something computed";
    found.what = drawing.closest("[data-testid^=st]")?.dataset.testid ?? drawing.tagName;
    return null;
  };

  const look = () => {
    if (performance.now() - found.changed >= STILL_MS) {
      found.missing = missing();
      if (found.missing === null) {
        found.milliseconds = found.changed;
        return;
      }
    }
    setTimeout(look, LOOK_MS);
  };

  new MutationObserver(() => (found.changed = performance.now())).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput && found.milliseconds === null) found.shift += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(look, LOOK_MS);
  window.__complete = found;
})();
