// A card of a tour says where on the page it points: that is brought up under the card, which stays where it is, unless
// enough of it is on the screen already. A visitor who moves the page meanwhile is left alone.
(() => {
  const MOST_MS = 5000, STILL_MS = 700, ENOUGH = 0.6, GAP = 8;
  const wanted = "__AT__";
  const begun = performance.now();
  let still = begun, last = null;
  const mine = (window.__nlmTour = {});
  const stop = () => { if (window.__nlmTour === mine) window.__nlmTour = null; };
  for (const moved of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(moved, stop, { once: true, passive: true });
  const bring = () => {
    if (window.__nlmTour !== mine) return;
    const now = performance.now();
    const main = document.querySelector("[data-testid=stMain]");
    const card = document.querySelector(".st-key-tour_card");
    const target = wanted ? main?.querySelector(`.st-key-${wanted}`) : null;
    if (main && card && (target || !wanted)) {
      const top = target ? target.getBoundingClientRect().top : 0;
      const seen = target && top > card.getBoundingClientRect().bottom && top < innerHeight * (1 - ENOUGH);
      const place = !target ? 0 : seen ? main.scrollTop : main.scrollTop + top - card.getBoundingClientRect().bottom - GAP;
      if (place !== last) still = now;
      last = place;
      main.scrollTop = place;
    }
    const running = document.querySelector("[data-test-script-state=running]");
    if (now - begun < MOST_MS && (running || now - still < STILL_MS)) setTimeout(bring, 100);
    else stop();
  };
  bring();
})();
