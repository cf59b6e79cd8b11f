// The list of the pictures on the page, with what saves each. Nothing leaves the browser.
const CHARTS = "[data-testid=stVegaLiteChart], [data-testid=stPlotlyChart]";
const DRAWINGS = {
  "nlm-bars": "Bars",
  "nlm-plane": "Plane",
  "nlm-unrolled": "The unrolled network",
  "nlm-strip": "Hidden states",
  "nlm-words": "The words that are seen",
  "nlm-pieces": "Word pieces and their ids",
  "nlm-surprise": "The text coloured by surprise",
  "nlm-losses": "Losses of the prediction",
  "nlm-network": "The network",
  "nlm-tokens": "The text, token by token",
};
const LONGEST_NAME = 60;
const TWICE = 2;
// More pixels a side than this and browsers give an empty picture.
const MOST_PIXELS = 8192;

function partsOf(element) {
  const shown = element.matches("[data-testid=stVegaLiteChart]") ? "svg.marks" : element.matches("[data-testid=stPlotlyChart]") ? ".svg-container" : null;
  if (element.matches(".nlm-bars")) return [...element.querySelectorAll(".nlm-bars-condition:not([hidden]), svg")];
  if (element.matches(".nlm-plane.unseen")) return [];
  if (element.matches(".nlm-plane")) return [...element.querySelectorAll(".nlm-plane-legend:not([hidden]), .nlm-plane-stage")];
  if (element.matches(".nlm-strip")) return [...element.querySelectorAll(":scope > svg")];
  // Of a drawing with fields and buttons, what is a picture.
  const chosen = [...element.querySelectorAll(".nlm-picture:not([hidden])")];
  if (chosen.length) return chosen;
  return shown ? [...element.querySelectorAll(shown)] : [element];
}

// What a drawing is called; what it shows, behind a colon, is for those who do not see it and changes with it.
function titleOf(element) {
  const named = element.getAttribute("aria-label") ?? element.querySelector("svg[aria-label]")?.getAttribute("aria-label");
  return named?.split(":")[0] || DRAWINGS[Object.keys(DRAWINGS).find((name) => element.classList.contains(name))] || "Chart";
}

function picturesOnPage() {
  const all = [CHARTS, ...Object.keys(DRAWINGS).map((name) => `.${name}`)].join(", ");
  return [...document.querySelectorAll(`[data-testid=stMain] :is(${all})`)]
    .filter((element) => !element.parentElement.closest(all) && element.getBoundingClientRect().width > 0 && element.checkVisibility({ visibilityProperty: true }))
    .map((element) => ({
      element, parts: partsOf(element), title: titleOf(element), pixels: !!element.querySelector("canvas"),
    }))
    .filter((picture) => picture.parts.length)
    .map((picture, place, list) => {
      // Two charts of one title are told apart by their order.
      const before = list.slice(0, place).filter(({ title }) => title === picture.title).length;
      return before ? { ...picture, nth: before + 1 } : picture;
    });
}

// Small letters, digits and dashes: a name that every system takes, whatever the title holds.
function fileName({ title, nth = 1 }, kind) {
  const page = location.pathname.split("/").filter(Boolean).at(-1) ?? "home";
  const plain = `${page} ${title}`.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, LONGEST_NAME);
  return `${plain.replace(/^-+|-+$/g, "")}${nth > 1 ? `-${nth}` : ""}.${kind}`;
}

// A click outside of the list would close it: the link stands in it.
function hand(root, blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.hidden = true;
  root.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function save(picture, kind) {
  const { svg, width, height } = pictureOf(picture);
  const text = new XMLSerializer().serializeToString(svg);
  if (kind === "svg") return new Blob([text], { type: "image/svg+xml" });
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const scale = Math.min(TWICE, MOST_PIXELS / Math.max(width, height));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("the browser could not make a PNG of this size");
  return blob;
}

function say(root, words) {
  root.querySelector("[role=status]").textContent = words;
}

// What is made may take a moment: nothing is clicked twice, and what became of it is told.
async function deliver(root, name, make) {
  const buttons = [...root.querySelectorAll("button")];
  buttons.forEach((button) => (button.disabled = true));
  try {
    hand(root, await make(), name);
    say(root, `Saved as ${name}`);
  } catch (error) {
    say(root, `Not saved: ${error.message}`);
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

function saveNow(root, data, picture, kind) {
  if (picture.element.isConnected) {
    // The parts may have been drawn anew since the list was made.
    deliver(root, fileName(picture, kind), () => save({ ...picture, parts: partsOf(picture.element) }, kind));
  } else {
    fill(root, data);
    say(root, "The page has changed: here are its pictures now.");
  }
}

function entry(called, note, actions) {
  const line = document.createElement("li");
  const words = document.createElement("span");
  words.textContent = called;
  if (note) {
    const more = document.createElement("small");
    more.textContent = note;
    words.append(more);
  }
  line.append(words);
  for (const [kind, act] of Object.entries(actions)) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: kind });
    button.setAttribute("aria-label", `${kind} of: ${called}`);
    button.addEventListener("click", act);
    line.append(button);
  }
  return line;
}

function fill(root, data) {
  const pictures = picturesOnPage();
  const [sheet, list] = root.querySelectorAll("ul");
  const dark = getComputedStyle(root).colorScheme.includes("dark");
  sheet.replaceChildren(
    entry("The page as it is now, on one sheet", dark ? "in the light theme its pictures take less ink" : "", {
      HTML: () => deliver(root, fileName({ title: "handout" }, "html"), () => handout(root, data)),
    }),
  );
  list.replaceChildren(
    ...pictures.map((picture) => {
      const called = picture.nth ? `${picture.title} (${picture.nth})` : picture.title;
      const kinds = ["png", "svg"].map((kind) => [kind.toUpperCase(), () => saveNow(root, data, picture, kind)]);
      return entry(called, picture.pixels ? "in the SVG its surface is an image" : "", Object.fromEntries(kinds));
    }),
  );
  say(root, pictures.length ? "" : "There is no picture on this page now.");
}

export default function ({ data, parentElement }) {
  const root = document.createElement("div");
  root.className = "nlm-pictures";
  root.append(document.createElement("ul"), document.createElement("ul"), document.createElement("p"));
  root.lastChild.setAttribute("role", "status");
  // Its style sheet stands beside it.
  parentElement.querySelector(".nlm-pictures")?.remove();
  parentElement.append(root);
  fill(root, data);
  return () => root.remove();
}
