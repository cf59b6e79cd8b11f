// The bars of one position, with what can be done on them: a token added, a step to another position, an undo.
KINDS.bars = (state) => {
  const { root } = state;
  const head = html("div", { class: "nlm-bars-head" }, root);
  const condition = html("div", { class: "nlm-bars-condition" }, head);
  const steps = html("div", { class: "nlm-bars-steps" }, head);
  const go = (by) => () => act(state, { go: by });
  const back = button(steps, "‹", { label: "Previous position", key: "ArrowLeft", act: go(-1) });
  const where = html("span", { class: "nlm-bars-where" }, steps);
  const on = button(steps, "›", { label: "Next position", key: "ArrowRight", act: go(1) });
  // What stands in the place of bars that are not to be seen yet.
  const curtain = html("div", { class: "nlm-bars-curtain" }, root);
  const chart = barChart(root, (id) => act(state, { add: id }));
  const foot = html("div", { class: "nlm-bars-foot" }, root);
  const hint = html("span", {}, foot);
  const undo = button(foot, "Undo", { key: "u", act: () => act(state, { undo: true }) });

  return {
    resize: chart.resize,
    update(data) {
      set(root, { "data-text": data.text ?? "" });
      condition.hidden = !data.condition;
      say(condition, data.condition ?? "");
      steps.hidden = !(data.last > 0);
      head.hidden = condition.hidden && steps.hidden;
      say(where, `position ${data.position} of ${data.last}`);
      back.disabled = data.position === 0;
      on.disabled = data.position === data.last;
      curtain.hidden = !data.curtain;
      foot.hidden = !data.adds;
      say(hint, data.hint ?? "");
      undo.disabled = !data.undo;
      if (data.curtain) {
        say(curtain, data.curtain);
        curtain.style.height = `${data.count * ROW + AXIS}px`;
        chart.svg.remove();
        return;
      }
      if (!chart.svg.isConnected) curtain.after(chart.svg);
      chart.update(data);
    },
  };
};
