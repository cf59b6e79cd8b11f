// A drawing: hands its message on to the library, which may come a moment later.
const nlm = (globalThis.__nlm ??= {});
nlm.opened ??= new Promise((open) => (nlm.open = open));

export default (component) => {
  if (nlm.library) return nlm.library.draw(component);
  let end = null;
  let gone = false;
  nlm.opened.then(() => (end = gone ? null : nlm.library.draw(component)));
  return () => {
    gone = true;
    end?.();
  };
};
