// What a page has once: the library is opened to the drawings that wait for it.
const nlm = (globalThis.__nlm ??= {});
nlm.opened ??= new Promise((open) => (nlm.open = open));
nlm.library ??= { draw };
nlm.open();

export default () => {};
