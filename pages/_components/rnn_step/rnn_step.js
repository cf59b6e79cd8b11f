// One step of a recurrent network: the unrolled cells, the hidden states so far, the bars of the next word, and what
// steps on.
KINDS.rnn_step = (state) => {
  const { root } = state;
  const steps = stepper(root, state, {
    name: "Step t, START being step 0",
    buttons: [
      { words: "Start", label: "Start", end: -1 },
      { words: "‹ Previous", label: "Previous step", key: "ArrowLeft", by: -1 },
      { words: "Next ›", label: "Next step", key: "ArrowRight", by: 1 },
      { words: "End", label: "End", end: 1 },
    ],
  });
  const cells = unrolled(html("div", { class: "nlm-unrolled" }, root));
  const below = html("div", { class: "nlm-rnn-step-below" }, root);
  const left = html("div", {}, below);
  const right = html("div", {}, below);
  html("div", { class: "nlm-rnn-step-title" }, left, "Hidden states, unit by step");
  const states = strip(html("div", { class: "nlm-strip" }, left));
  const over = html("div", { class: "nlm-rnn-step-title" }, right, "Most probable next words, p");
  const index = html("sub", {}, over);
  const bars = barChart(html("div", { class: "nlm-bars st-key-step_bars" }, right));
  return {
    resize() {
      states.resize();
      bars.resize();
    },
    update(data) {
      set(root, { "data-text": data.text, "data-step": data.t.now });
      steps.update(data.t);
      cells.update(data.cells);
      states.update(data.states);
      say(index, String(data.t.now));
      bars.update(data.bars);
    },
  };
};
