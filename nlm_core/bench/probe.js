// Times a keystroke where a visitor would: from the keydown event to the mutation of the page that shows its effect.
// A selector names the elements whose text is what is shown; of a drawn line it is the shape.
(() => {
  const probe = { pressed: null, waiting: null, typed: null, changed: performance.now() };
  const read = (node) => node.textContent || node.getAttribute("d") || "";
  const shown = (selector) => [...document.querySelectorAll(selector)].map(read).join("\n");

  document.addEventListener(
    "keydown",
    (event) => {
      // When the key was pressed, not when a busy page came round to hear of it.
      if (probe.waiting) probe.pressed = event.timeStamp;
      if (probe.typed && event.key.length === 1) probe.typed.keys.push(event.timeStamp);
    },
    { capture: true, passive: true },
  );

  new MutationObserver(() => {
    const now = performance.now();
    probe.changed = now;
    if (probe.typed) probe.typed.look(now);
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

  // Follows a text that is typed key after key without waiting. The answer to key i has come as soon as what is shown
  // answers a text of at least i characters: that key's, or a later one's. ``selector`` names the one element that says
  // which text it answers, in an attribute, or as its own text where ``attribute`` is null.
  probe.follow = (selector, attribute, whole) => {
    const typed = { keys: [], answered: [] };
    typed.look = (now) => {
      const node = document.querySelector(selector);
      const text = node && (attribute === null ? node.textContent : node.getAttribute(attribute));
      if (!text || !whole.startsWith(text)) return;
      while (typed.answered.length < text.length) typed.answered.push(now);
    };
    probe.typed = typed;
  };

  // Ends that, once the whole text has been answered or so many milliseconds have passed.
  probe.followed = (whole, limit) =>
    new Promise((resolve) => {
      const typed = probe.typed;
      const began = performance.now();
      const look = () => {
        if (typed.answered.length < whole.length && performance.now() - began < limit) return setTimeout(look, 20);
        probe.typed = null;
        resolve({ keys: typed.keys, answered: typed.answered });
      };
      look();
    });

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
