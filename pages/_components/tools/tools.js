// The row of tools in the head of a page: each opens a panel, which the page fills, and closes it again. Escape and a
// press anywhere else close it too.
KINDS.tools = (state) => {
  const buttons = new Map();
  const panel = () => document.querySelector("[class*='st-key-tool_panel']");
  const close = () => state.data.open && act(state, { open: null });
  const pressed = (event) => {
    if (state.root.contains(event.target) || panel()?.contains(event.target)) return;
    // Lists and hints that belong to the panel are hung into the page beside it.
    if (document.querySelector("[data-testid=stApp]")?.contains(event.target)) close();
  };
  const key = (event) => event.key === "Escape" && close();
  document.addEventListener("pointerdown", pressed);
  document.addEventListener("keydown", key);

  function tool({ name, label, icon, key }) {
    const button = html("button", { type: "button", "aria-label": label, "aria-haspopup": "dialog" }, state.root);
    html("span", { class: "nlm-icon", "aria-hidden": "true" }, button, icon);
    html("span", { class: "nlm-tool-label" }, button, label);
    if (key) button.dataset.nlmKey = key;
    button.dataset.tool = name;
    button.addEventListener("click", () => act(state, { open: state.data.open === name ? null : name }));
    return button;
  }

  return {
    update(data) {
      for (const each of data.tools) if (!buttons.has(each.name)) buttons.set(each.name, tool(each));
      for (const [name, button] of buttons) {
        button.hidden = !data.tools.some((each) => each.name === name);
        set(button, { "aria-expanded": String(data.open === name) });
      }
    },
    end() {
      document.removeEventListener("pointerdown", pressed);
      document.removeEventListener("keydown", key);
    },
  };
};
