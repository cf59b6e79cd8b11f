// One step of backpropagation, in symbols and in numbers; the keys and buttons lead to the next and the one before.
KINDS.ledger = (state) => {
  const { root } = state;
  const head = html("div", { class: "nlm-ledger-head" }, root);
  const where = html("b", { "aria-live": "polite" }, head);
  const steps = html("div", { class: "nlm-ledger-steps" }, head);
  const go = (what) => () => act(state, what);
  const start = button(steps, "Start", { act: () => act(state, { to: state.data.first }) });
  const back = button(steps, "← Previous", { label: "Previous", key: "ArrowLeft", act: go({ go: -1 }) });
  const on = button(steps, "Next →", { label: "Next", key: "ArrowRight", act: go({ go: 1 }) });
  const end = button(steps, "End", { act: () => act(state, { to: state.data.last }) });
  on.classList.add("nlm-primary");
  const body = html("div", { class: "nlm-ledger-body", role: "group" }, root);
  const symbols = formulas(html("div", { class: "nlm-formulas nlm-ledger-symbols" }, body));
  const numbers = formulas(html("div", { class: "nlm-formulas" }, body));
  return {
    update(data) {
      say(where, data.where);
      start.disabled = back.disabled = data.row === data.first;
      on.disabled = end.disabled = data.row === data.last;
      set(body, { "aria-label": data.finding });
      symbols(data.symbols);
      numbers(data.numbers);
    },
  };
};
