// Times a keystroke where a visitor would: from the keydown event to the mutation of the page that shows its effect.
// A selector names the elements whose text is what is shown; of a drawn line it is the shape.
(() => {
  const probe = { pressed: null, waiting: null, changed: performance.now() };
  const read = (node) => node.textContent || node.getAttribute("d") || "";
  const shown = (selector) => [...document.querySelectorAll(selector)].map(read).join("\n");

  document.addEventListener(
    "keydown",
    () => {
      if (probe.waiting) probe.pressed = performance.now();
    },
    { capture: true, passive: true },
  );

  new MutationObserver(() => {
    const now = performance.now();
    probe.changed = now;
    const waiting = probe.waiting;
    if (!waiting || probe.pressed === null) return;
    const text = shown(waiting.selector);
    // While a chart is built anew there is nothing to see for a moment.
    if (text === "" || text === waiting.before) return;
    probe.waiting = null;
    waiting.resolve(now - probe.pressed);
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });

  // Waits for one keystroke; resolves with its milliseconds, or null when nothing changed in time.
  probe.arm = (selector, limit) => {
    probe.pressed = null;
    probe.result = new Promise((resolve) => {
      probe.waiting = { selector, resolve, before: shown(selector) };
      setTimeout(() => resolve(null), limit);
    });
  };

  // Resolves when the script has ended and nothing has changed on the page for so many milliseconds.
  probe.quiet = (still, limit) =>
    new Promise((resolve) => {
      const began = performance.now();
      const look = () => {
        const state = document.querySelector("[data-test-script-state]");
        const idle = state !== null && state.dataset.testScriptState === "notRunning";
        const now = performance.now();
        if (idle && now - probe.changed >= still) resolve(true);
        else if (now - began > limit) resolve(false);
        else setTimeout(look, 20);
      };
      look();
    });

  window.__probe = probe;
})();
