// A field for one number: it takes what is typed at Enter or when it is left, and shows what was answered.
function numberField(parent, label, { className = "", width = null, taken, stepped = null }) {
  const box = html("label", { class: `nlm-field ${className}` }, parent);
  const name = html("span", {}, box, label);
  const field = html("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": label }, box);
  if (width) box.style.width = width;
  let known = "";
  // A number that cannot be read is sent as none, and refused there.
  const read = () => Number.parseFloat(field.value.replace(",", ".").replace("−", "-"));
  const take = () => {
    if (field.value === known) return;
    known = field.value;
    const value = Number(field.value.trim().replace(",", ".").replace("−", "-") || NaN);
    taken(Number.isFinite(value) ? value : null);
  };
  field.addEventListener("change", take);
  field.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter") take();
    if (event.key === "Escape") field.value = known;
    if (!way || !stepped || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (Number.isFinite(read())) stepped(read(), way);
  });
  return {
    // What is being typed stays.
    show(value, words = label) {
      say(name, words);
      set(field, { "aria-label": words });
      const typing = document.activeElement === field && field.value !== known;
      known = String(value);
      if (!typing && field.value !== known) field.value = known;
    },
  };
}
