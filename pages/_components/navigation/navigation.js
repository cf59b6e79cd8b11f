// The pages of the app as links. A plain click changes the page within the session; any other does what it does to links.
KINDS.navigation = (state) => {
  const list = html("nav", { "aria-label": "Pages" }, state.root);
  let shown = null;

  function build(sections) {
    list.replaceChildren();
    for (const { heading, pages } of sections) {
      if (heading) html("div", { class: "nlm-nav-heading", "data-testid": "stNavSectionHeader" }, list, heading);
      for (const { name, path, title, icon } of pages) link(name, path, title, icon);
    }
  }

  function link(name, path, title, icon) {
    const home = document.querySelector("base")?.href ?? new URL(".", location.href).href;
    const place = html("a", { href: new URL(path || ".", home).href, "data-testid": "stSidebarNavLink" }, list);
    place.dataset.page = name;
    html("span", { class: "nlm-icon", "aria-hidden": "true" }, place, icon);
    html("span", {}, place, title);
    place.addEventListener("click", (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      act(state, { open: name });
      // On a telephone the list lies over the page.
      if (innerWidth < 768) document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
    });
  }

  return {
    update(data) {
      const sections = JSON.stringify(data.sections);
      if (sections !== shown) build(data.sections);
      shown = sections;
      for (const place of list.querySelectorAll("a")) {
        if (place.dataset.page === data.page) place.setAttribute("aria-current", "page");
        else place.removeAttribute("aria-current");
      }
    },
  };
};
