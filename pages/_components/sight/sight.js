// What two readings see of a sentence and, where there are any, the bars that come of it, side by side; N above both.
KINDS.sight = (state) => {
  const { root } = state;
  const head = html("div", { class: "nlm-sight-head" }, root);
  html("span", {}, head, "N: how many words the window sees");
  const steps = stepper(head, state, {
    name: "N: how many words the window sees",
    buttons: [
      { words: "−", label: "Smaller window", key: "ArrowLeft", by: -1 },
      { words: "+", label: "Larger window", key: "ArrowRight", by: 1 },
    ],
  });
  const columns = html("div", { class: "nlm-sight-columns" }, root);
  const parts = [0, 1].map(() => {
    const part = html("div", {}, columns);
    const name = html("div", { class: "nlm-sight-name" }, part);
    const words = wordChips(html("div", { class: "nlm-words" }, part));
    const place = html("div", { class: "nlm-bars" }, part);
    return { name, words, place, bars: barChart(place) };
  });
  return {
    resize: () => parts.forEach(({ bars }) => bars.resize()),
    update(data) {
      set(root, { "data-text": data.text, "data-step": data.N.now });
      steps.update(data.N);
      data.parts.forEach(({ name, words, bars }, i) => {
        const part = parts[i];
        say(part.name, name);
        part.words.update(words);
        part.place.hidden = !bars;
        if (bars) part.bars.update(bars);
      });
    },
  };
};
