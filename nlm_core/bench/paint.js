// When a page first shows something that was computed: a chart with its marks, a table, a picture or one of our own
// drawings, with a size, not greyed out as an earlier run's. Milliseconds since the navigation began, after the frame
// in which it was drawn.
(() => {
  const found = { milliseconds: null, what: null };
  const visible = (node) => {
    const box = node.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && !node.closest('[data-stale="true"]');
  };
  const look = () => {
    for (const node of document.querySelectorAll(window.__drawings)) {
      if (!visible(node)) continue;
      found.what = node.closest("[data-testid^=st]")?.dataset.testid ?? node.tagName;
      // The callback of the second frame runs after the first one was put on the screen.
      requestAnimationFrame(() => requestAnimationFrame(() => (found.milliseconds = performance.now())));
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  window.__paint = found;
})();
