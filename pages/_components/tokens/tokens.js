// Texts token by token, each in a row of its own: what a token is, what there is to say of it, and how much of a colour.
// In a row that can be picked from, a token is a button; keys lead to the one before and the next.
KINDS.tokens = (state) => {
  const { root } = state;
  const steps = html("div", { class: "nlm-tokens-steps" }, root);
  const back = button(steps, "‹", { label: "Previous word", key: "ArrowLeft", act: () => act(state, { go: -1 }) });
  const where = html("span", { class: "nlm-tokens-where" }, steps);
  const on = button(steps, "›", { label: "Next word", key: "ArrowRight", act: () => act(state, { go: 1 }) });
  const picture = html("div", { class: "nlm-picture", role: "group" }, root);
  const rows = [];

  function row() {
    const place = html("div", { class: "nlm-tokens-row" }, picture);
    return { place, title: html("div", { class: "nlm-tokens-title" }, place), chips: html("div", { class: "nlm-tokens-chips" }, place), tokens: [] };
  }

  function chip(parent) {
    const token = { root: html("span", {}, parent) };
    token.text = html("span", {}, token.root);
    token.note = html("small", {}, token.root);
    const pick = () => token.place > 0 && act(state, { word: token.place });
    token.root.addEventListener("click", pick);
    token.root.addEventListener("keydown", (event) => {
      if (token.place < 1 || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      pick();
    });
    return token;
  }

  function fill(token, [text, note, kind, shade, title], place) {
    token.place = place;
    say(token.text, text);
    say(token.note, note);
    set(token.root, { class: kind, title });
    token.root.style.setProperty("--shade", `${Math.round(100 * shade)}%`);
    if (place > 0) set(token.root, { role: "button", tabindex: 0, "aria-label": text, "aria-pressed": kind.includes("chosen") });
    else for (const name of ["role", "tabindex", "aria-label", "aria-pressed"]) token.root.removeAttribute(name);
  }

  return {
    update(data) {
      set(picture, { "aria-label": data.finding });
      steps.hidden = !data.word;
      say(where, data.word ? `word ${data.word} of ${data.words}` : "");
      back.disabled = data.word <= 1;
      on.disabled = data.word >= data.words;
      while (rows.length < data.rows.length) rows.push(row());
      rows.forEach(({ place }, i) => (place.hidden = i >= data.rows.length));
      data.rows.forEach(({ title, tokens, picks }, i) => {
        const { title: head, chips, tokens: drawn } = rows[i];
        say(head, title);
        head.hidden = !title;
        while (drawn.length < tokens.length) drawn.push(chip(chips));
        while (drawn.length > tokens.length) drawn.pop().root.remove();
        // START and STOP, the first and the last, are none of the words.
        tokens.forEach((token, place) => fill(drawn[place], token, picks && place < tokens.length - 1 ? place : 0));
      });
    },
  };
};
