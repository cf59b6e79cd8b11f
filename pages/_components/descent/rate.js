// The learning rate: a slider over its logarithm, its number, and on the scale the largest stable rate.
const LOW = -5;
const HIGH = 1;
const HUNDREDTH = 0.01;
const POWERS = [-5, -3, -1, 1];
const SUPERSCRIPT = { "-": "⁻", 1: "¹", 3: "³", 5: "⁵" };

const shareOfScale = (rate) => Math.min(1, Math.max(0, (Math.log10(rate) - LOW) / (HIGH - LOW)));
const rateAt = (power) => +(10 ** power).toPrecision(3);
// As far along as the middle of the thumb.
const along = (share) => `calc(var(--thumb) / 2 + ${share.toFixed(4)} * (100% - var(--thumb)))`;

function rateControl(state, parent) {
  const box = html("div", { class: "nlm-rate" }, parent);
  html("span", { "aria-hidden": "true" }, box, "Learning rate");
  const slider = html("input", { type: "range", min: LOW, max: HIGH, step: HUNDREDTH, "aria-label": "Learning rate" }, box);
  const scale = html("div", { class: "nlm-rate-scale" }, box);
  for (const power of POWERS) {
    const words = power === 1 ? "10" : `10${[...String(power)].map((sign) => SUPERSCRIPT[sign]).join("")}`;
    html("span", { "aria-hidden": "true" }, scale, words).style.left = along((power - LOW) / (HIGH - LOW));
  }
  const mark = html("span", { class: "nlm-rate-limit", role: "img" }, scale, "▲");
  const send = (rate) => {
    put(state, "alpha", { alpha: rate });
    show(rate);
  };
  const field = numberField(parent, "α", {
    className: "nlm-alpha",
    taken: (alpha) => put(state, "alpha", { alpha }),
    stepped: (rate, way) => rate > 0 && send(rateAt(Math.round(Math.log10(rate) / HUNDREDTH) * HUNDREDTH + way * HUNDREDTH)),
  });
  slider.addEventListener("input", () => send(rateAt(+slider.value)));

  function show(rate) {
    const place = String(Math.min(HIGH, Math.max(LOW, +Math.log10(rate).toFixed(2))));
    if (slider.value !== place) slider.value = place;
    set(slider, { "aria-valuetext": `α = ${rate}` });
    field.show(rate);
  }

  return {
    update({ alpha, limit }) {
      // A thumb that has moved on since is not taken back.
      if (!state.acts.length) show(alpha);
      mark.hidden = limit === null;
      const share = limit === null ? null : shareOfScale(limit);
      box.style.setProperty("--stable", share === null ? "0%" : along(share));
      box.classList.toggle("limited", share !== null);
      if (share === null) return;
      mark.style.left = along(share);
      set(mark, { "aria-label": `Learning rate: the largest stable one is ${digits(limit)}`, title: `largest stable rate ${digits(limit)}` });
    },
  };
}
