// From a click to what it was for: milliseconds between the click as the browser took it and the first change of the
// page after which a condition is met.
(() => {
  const waiting = { clicked: null };
  document.addEventListener("click", (event) => (waiting.clicked ??= event.timeStamp), { capture: true, passive: true });

  // ``selector`` names the elements of which one must say ``said``.
  waiting.until = (selector, said) => {
    waiting.clicked = null;
    waiting.result = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (waiting.clicked === null) return;
        for (const node of document.querySelectorAll(selector)) {
          if (!node.textContent.includes(said)) continue;
          observer.disconnect();
          resolve(performance.now() - waiting.clicked);
          return;
        }
      });
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    });
  };

  // The same within so many milliseconds, else null.
  waiting.within = (limit) =>
    Promise.race([waiting.result, new Promise((resolve) => setTimeout(() => resolve(null), limit))]);
  window.__waiting = waiting;
})();
