// Gradient descent as it is set by hand: the learning rate, the start, the step that is written out, and the plane.
KINDS.descent = (state) => {
  const { root } = state;
  const controls = html("div", { class: "nlm-descent-controls" }, root);
  const rate = rateControl(state, controls);
  const keys = ["x0", "y0"];
  const starts = keys.map((key) =>
    numberField(controls, "Start", { className: "nlm-start", taken: (value) => put(state, key, { [key]: value }) }),
  );
  const refused = html("div", { class: "nlm-refused", role: "alert" }, root);
  const plane = planeIn(state, html("div", { class: "nlm-plane" }, root));
  const steps = html("div", { class: "nlm-descent-steps" });
  plane.play.prepend(steps);
  const go = (by) => () => act(state, { go: by });
  const back = button(steps, "‹", { label: "Previous step", key: "ArrowLeft", act: go(-1) });
  const step = numberField(steps, "Step i", { className: "nlm-step", taken: (to) => act(state, { to }) });
  const on = button(steps, "›", { label: "Next step", key: "ArrowRight", act: go(1) });
  const notes = html("div", { class: "nlm-descent-notes" }, root);

  return {
    resize: plane.resize,
    end: plane.end,
    update(data) {
      rate.update(data);
      starts.forEach((start, k) => start.show(data[keys[k]], `Start ${data.axes[k]}`));
      say(refused, data.refused);
      refused.hidden = !data.refused;
      plane.update({ ...data.plane, finding: data.finding });
      steps.hidden = data.i === null;
      if (data.i !== null) step.show(data.i);
      back.disabled = data.i === 0;
      on.disabled = data.i === data.last;
      while (notes.children.length > data.notes.length) notes.lastChild.remove();
      data.notes.forEach((words, k) => say(notes.children[k] ?? html("p", {}, notes), words));
    },
  };
};
