// The page as it is now, as one sheet of HTML that needs nothing beside it and runs nothing: its words, formulas and
// tables as text, its drawings as SVG, what its fields are set to, and the address that opens it again.
const PARTS_LEFT_OUT = [
  "button", "script", "style", "label", "template", "[data-testid=stAlertDynamicIcon]", "[data-testid=stAlertEmojiIcon]", ".nlm-finding", ".nlm-descent-controls", ".nlm-plane-play", "summary", ".st-key-tools", ".st-key-tour_card", ".st-key-append_hint",
  "[data-testid=stElementToolbar]", "[data-testid=stTooltipIcon]", "[data-testid=stIconMaterial]", "[data-testid=stSkeleton]",
  ..."Popover FileUploader Spinner Slider NumberInput TextInput TextArea Selectbox MultiSelect ButtonGroup Checkbox"
    .split(" ").map((kind) => `[data-testid=st${kind}]`),
].join(", ");
const FIELDS = "[data-testid=stMain] :is(input[aria-label], textarea[aria-label], select[aria-label], [role=radiogroup][aria-label])";
const WORDS = new Set(
  "B BLOCKQUOTE BR CODE DD DL DT EM H1 H2 H3 H4 H5 H6 HR I LI OL P PRE SMALL STRONG SUB SUP TABLE TBODY TD TH THEAD TR UL".split(" "),
);
const MATHML = "http://www.w3.org/1998/Math/MathML";
const TOKENS = new Set(["mi", "mo", "mn", "mtext"]);
const MATH_ATTRIBUTES = /^(accent|accentunder|align|columnalign|columnlines|columnspacing|display|displaystyle|fence|form|linethickness|lspace|mathvariant|maxsize|minsize|rowspacing|rspace|scriptlevel|separator|stretchy|symmetric|width|height|depth|voffset)$/;
// A4 with a margin of 12 mm, in pixels of a style sheet.
const SHEET = { width: 703, height: 1032, margin: "12mm" };
const SMALLEST = 0.4;
const STYLE = `
@page { size: A4; margin: ${SHEET.margin}; }
body { color: #0c1620; background: #fff; font: 12px/1.4 sans-serif; margin: 0 auto; max-width: ${SHEET.width}px; padding: 12px; }
@media print { body { padding: 0; max-width: none; zoom: var(--fit, 1); } }
header { display: flex; gap: 16px; align-items: flex-start; border-bottom: 1px solid #8a949e; margin-bottom: 8px; }
header > div { flex: 1; min-width: 0; }
header svg { flex: none; width: 84px; height: 84px; }
h1 { font-size: 20px; margin: 0 0 4px; } h2, h3, h4, h5, h6 { font-size: 14px; margin: 8px 0 4px; }
p, ul, ol, table, pre { margin: 4px 0; } ul, ol { padding-left: 20px; }
.row { display: flex; gap: 12px; } .row > div { min-width: 0; }
figure { margin: 6px 0; break-inside: avoid; } figure svg { max-width: 100%; height: auto; }
.dark figure > svg { filter: invert(1) hue-rotate(180deg); }
figcaption, .fields, .address { color: #4f5963; font-size: 11px; overflow-wrap: anywhere; }
.fields span { white-space: pre-wrap; } .fields b { font-weight: 600; }
table { border-collapse: collapse; font-size: 10px; } td, th { border: 1px solid #c4ccd4; padding: 1px 4px; text-align: left; overflow-wrap: break-word; }
pre, code { font-family: monospace; font-size: 10.5px; white-space: pre-wrap; }
math { font-size: 1.05em; } mtable.matrix { border: solid; border-width: 0 1px; padding: 0 2px; margin: 0 2px;
  --tick: linear-gradient(currentColor, currentColor); background: var(--tick) top left, var(--tick) top right, var(--tick) bottom left,
  var(--tick) bottom right; background-size: 4px 1px; background-repeat: no-repeat; } .formula { overflow-wrap: anywhere; }`;

const put = (parent, name, text) => {
  const node = parent.ownerDocument.createElement(name);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
};

// The brackets around a matrix, which few fonts can stretch: the style sheet draws them.
function isBracket(node) {
  const sides = { "[": node.nextElementSibling, "]": node.previousElementSibling };
  return node.localName === "mo" && sides[node.textContent]?.localName === "mtable";
}

// Only what MathML Core shows, and of its attributes only those of layout.
function copyMath(node, into) {
  if (node.nodeType === Node.TEXT_NODE) into.append(node.data);
  if (node.namespaceURI !== MATHML || node.localName === "annotation" || isBracket(node)) return;
  // What KaTeX puts under or over a symbol it writes into a token, in which MathML Core shows nothing but text.
  const group = TOKENS.has(node.localName) && node.firstElementChild;
  const copy = into.ownerDocument.createElementNS(MATHML, group ? "mrow" : node.localName);
  for (const { name, value } of node.attributes) if (MATH_ATTRIBUTES.test(name)) copy.setAttribute(name, value);
  if (node.localName === "mtable" && [...node.parentElement.children].some(isBracket)) copy.setAttribute("class", "matrix");
  into.append(copy);
  for (const child of node.childNodes) copyMath(child, copy);
}

// A cell is told with all its digits, of which the screen shows a few.
function rounded(text) {
  return /^-?\d+\.\d{7,}(e-?\d+)?$/.test(text) ? String(+(+text).toPrecision(5)) : text;
}

// The cells that are on the screen; a table that is scrolled has more, and they are in its CSV.
function copyGrid(grid, into) {
  const table = put(into, "table");
  for (const row of grid.querySelectorAll("tr")) {
    const line = put(table, "tr");
    for (const cell of row.children) put(line, cell.localName === "th" ? "th" : "td", rounded(cell.textContent));
  }
  const rows = +grid.getAttribute("aria-rowcount") - grid.querySelectorAll("tr").length;
  if (rows > 0) put(into, "p", `… and ${rows} more ${rows === 1 ? "row" : "rows"}, in the CSV of the table.`);
}

// What has no box of its own may still have something in it that is seen.
function isShown(node) {
  return getComputedStyle(node).display === "contents" || node.checkVisibility({ visibilityProperty: true });
}

function columnsOf(node) {
  const columns = [...node.children].filter((child) => child.matches("[data-testid=stColumn]"));
  return columns.length > 1 && columns.some((column) => column.offsetTop === columns[0].offsetTop && column !== columns[0]) ? columns : [];
}

function copyContent(node, into, drawn) {
  if (node.nodeType === Node.TEXT_NODE) return into.append(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(PARTS_LEFT_OUT)) return undefined;
  if (!isShown(node)) return undefined;
  const picture = drawn.find(({ element }) => element === node);
  const grid = node.matches("[data-testid=stDataFrame]") ? node.querySelector("canvas table[role=grid]") : null;
  const columns = columnsOf(node);
  if (picture) {
    const figure = put(into, "figure");
    figure.append(into.ownerDocument.importNode(pictureOf(picture).svg, true));
    put(figure, "figcaption", titleOf(node));
  } else if (grid) copyGrid(grid, into);
  else if (node.matches(".katex, .nlm-math")) {
    const formula = put(into, "span");
    formula.className = "formula";
    for (const math of node.querySelectorAll("math")) copyMath(math, formula);
  } else if (node.matches("[data-testid=stMetric]")) {
    const [name, value] = ["Label", "Value"].map((part) => node.querySelector(`[data-testid=stMetric${part}]`)?.innerText ?? "");
    put(into, "p", `${name}: ${value}`);
  } else if (columns.length) {
    const row = put(into, "div");
    row.className = "row";
    for (const column of columns) {
      const copy = put(row, "div");
      copy.style.flex = `${Math.round(column.getBoundingClientRect().width)} 1 0`;
      for (const child of column.childNodes) copyContent(child, copy, drawn);
      if (!copy.textContent.trim() && !copy.querySelector("figure")) copy.remove();
    }
    if (!row.children.length) row.remove();
  } else {
    const copy = WORDS.has(node.tagName) ? put(into, node.localName) : into;
    for (const child of node.childNodes) copyContent(child, copy, drawn);
  }
  return undefined;
}

// Name and value of every field of the page that is set to something.
function fieldsOnPage() {
  return [...document.querySelectorAll(FIELDS)]
    .filter((field) => !field.closest(".st-key-tools, .st-key-tour_card"))
    .map((field) => {
      const name = field.getAttribute("aria-label").replace(/\$([^$]*)\$/g, (_, formula) => formula.replace("_", ""));
      const tags = [...(field.closest("[data-testid=stMultiSelect]")?.querySelectorAll("[data-tag]") ?? [])];
      if (field.matches("[role=radiogroup]")) return [name, field.querySelector("[aria-checked=true]")?.innerText ?? ""];
      if (field.type === "checkbox") return [name, field.checked ? "on" : ""];
      if (field.type === "range") return [name, field.getAttribute("aria-valuetext") || field.value];
      if (field.matches("select")) return [name, field.selectedOptions[0]?.text ?? ""];
      return [name, tags.length ? tags.map((tag) => tag.innerText).join(", ") : field.value];
    })
    .filter(([, value]) => value.trim());
}

function handoutDocument({ title, address, code }) {
  const sheet = document.implementation.createHTMLDocument(title);
  sheet.documentElement.lang = "en";
  const policy = put(sheet.head, "meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  put(sheet.head, "meta").setAttribute("charset", "utf-8");
  put(sheet.head, "style", STYLE);
  const [head, body] = [put(sheet.body, "header"), put(sheet.body, "main")];
  const words = put(head, "div");
  put(words, "h1", title);
  const fields = put(words, "p");
  fields.className = "fields";
  fieldsOnPage().forEach(([name, value], i) => {
    if (i) fields.append(" · ");
    put(fields, "span", `${name}: `);
    put(fields, "b", value);
  });
  const where = put(words, "p", `${address} · ${new Date().toLocaleDateString("en-GB", { dateStyle: "long" })}`);
  where.className = "address";
  if (code) head.append(scalable(sheet.importNode(new DOMParser().parseFromString(code, "image/svg+xml").documentElement, true)));
  // Paper is white: what was drawn on a dark page is turned around, light against dark, with its colours as they are.
  if (getComputedStyle(document.querySelector("[data-testid=stApp]")).colorScheme === "dark") body.className = "dark";
  const page = document.querySelector("[data-testid=stMainBlockContainer]");
  for (const child of page.childNodes) copyContent(child, body, picturesOnPage());
  body.querySelector("h1, h2, h3")?.remove();
  return sheet;
}

// Without a viewBox a smaller size would cut it off.
function scalable(svg) {
  svg.setAttribute("viewBox", `0 0 ${parseFloat(svg.getAttribute("width"))} ${parseFloat(svg.getAttribute("height"))}`);
  return svg;
}

const textOf = (sheet) => `<!doctype html>\n${sheet.documentElement.outerHTML}`;

// How much smaller the sheet has to be printed to be one; what is too long even then becomes several.
async function fit(sheet, root) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-same-origin");
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  Object.assign(frame.style, { position: "fixed", left: "-10000px", width: `${SHEET.width}px`, height: "10px", border: 0 });
  frame.srcdoc = textOf(sheet);
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  root.append(frame);
  await loaded;
  const { body, documentElement } = frame.contentDocument;
  Object.assign(body.style, { padding: 0, maxWidth: "none" });
  let size = 1;
  for (; size > SMALLEST; size = +(size - 0.02).toFixed(2)) {
    body.style.zoom = size;
    if (documentElement.scrollHeight <= SHEET.height && body.scrollWidth <= SHEET.width / size + 1) break;
  }
  frame.remove();
  sheet.documentElement.style.setProperty("--fit", size);
}

async function handout(root, data) {
  const title = document.querySelector("[data-testid=stMain] [data-testid=stHeading]")?.innerText.trim() ?? "";
  const sheet = handoutDocument({ title, ...data });
  await fit(sheet, root);
  return new Blob([textOf(sheet)], { type: "text/html" });
}
