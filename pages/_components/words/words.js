// A sentence word by word; what a model does not see is grey, dashed and struck through, what differs is framed.
function wordChips(root) {
  const chips = [];
  return {
    update({ chips: shown, finding }) {
      set(root, { role: "group", "aria-label": finding });
      while (chips.length < shown.length) chips.push(html("span", {}, root));
      while (chips.length > shown.length) chips.pop().remove();
      shown.forEach(([text, kind], i) => {
        say(chips[i], text);
        set(chips[i], { class: kind, title: kind.includes("unseen") ? `${text}: not seen` : text });
      });
    },
  };
}

KINDS.words = (state) => wordChips(state.root);
