// A network from left to right: edges as wide as their weights, nodes with their activations. A click on either opens
// the unit that it belongs to, whose weights are moved beside it; the inputs stand on the other side.
const NODE_ROW = 58;
const RADIUS = 22;
const OVER = 40;
const WIDEST = 9;
const THINNEST = 0.6;
const INDEX = "₀₁₂₃₄₅₆₇₈₉";

// A number to three digits, or to as many as find room in a node.
function fitting(value) {
  const texts = [3, 2, 1].map((digits) => String(+value.toPrecision(digits)));
  return texts.find((text) => text.length <= 6) ?? texts[2];
}

KINDS.network = (state) => {
  const { root } = state;
  const body = html("div", { class: "nlm-network-body" }, root);
  const inputs = html("div", { class: "nlm-fields" }, body);
  const stage = html("div", { class: "nlm-network-stage nlm-picture" }, body);
  const svg = element("svg", { role: "group" }, stage);
  const side = html("div", { class: "nlm-network-side" }, body);
  const units = html("select", { "aria-label": "Unit" }, side);
  const weights = html("div", { class: "nlm-fields" }, side);
  const note = html("div", { class: "nlm-network-note" }, root);
  const left = numberFields(state);
  const right = numberFields(state);
  let drawn = null;
  let width = 0;

  function open(layer, row) {
    left.flush();
    right.flush();
    act(state, { layer, row });
  }
  units.addEventListener("change", () => open(...units.value.split(" ").map(Number)));

  function edge(parent, layer, row, column) {
    const group = element("g", { class: "edge" }, parent);
    group.addEventListener("click", () => open(layer, row));
    const name = `W${INDEX[layer]}[${row + 1}, ${column + 1}]`;
    return { name, title: element("title", {}, group), line: element("line", {}, group), touch: element("line", { class: "touch" }, group), group };
  }

  function node(parent, layer, row) {
    const group = element("g", layer ? { class: "node", tabindex: 0, role: "button" } : { class: "node", role: "img" }, parent);
    if (layer) {
      group.addEventListener("click", () => open(layer, row));
      group.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open(layer, row);
      });
    }
    const [title, ground, circle] = [element("title", {}, group), element("circle", { class: "ground", r: RADIUS }, group), element("circle", { r: RADIUS }, group)];
    return { group, title, ground, circle, text: element("text", { "text-anchor": "middle" }, group) };
  }

  // Nodes and edges are made once for a shape of the network.
  function build(sizes) {
    svg.replaceChildren();
    const below = element("g", {}, svg);
    const edges = sizes.slice(1).map((size, i) => Array.from({ length: size }, (_, row) => Array.from({ length: sizes[i] }, (_, column) => edge(below, i + 1, row, column))));
    const nodes = sizes.map((size, layer) => Array.from({ length: size }, (_, row) => node(svg, layer, row)));
    const headings = sizes.map((_, layer) => element("text", { class: "heading", "text-anchor": layer === 0 ? "start" : layer === sizes.length - 1 ? "end" : "middle" }, svg));
    return { shape: sizes.join(), sizes, nodes, edges, headings };
  }

  function place() {
    width = stage.clientWidth;
    if (!width || !drawn) return;
    const { sizes } = drawn;
    const most = Math.max(...sizes);
    const height = Math.max(190, NODE_ROW * most + OVER);
    const middle = OVER + (height - OVER) / 2;
    const x = (layer) => RADIUS + 6 + (layer * (width - 2 * RADIUS - 12)) / (sizes.length - 1);
    const y = (layer, row) => middle + (row - (sizes[layer] - 1) / 2) * NODE_ROW;
    set(svg, { width, height });
    drawn.headings.forEach((text, layer) => {
      set(text, { x: layer === 0 ? 0 : layer === sizes.length - 1 ? width : x(layer), y: 14 });
    });
    drawn.nodes.forEach((column, layer) =>
      column.forEach(({ ground, circle, text }, row) => {
        for (const each of [ground, circle]) set(each, { cx: x(layer), cy: y(layer, row) });
        set(text, { x: x(layer), y: y(layer, row) + 4 });
      }),
    );
    drawn.edges.forEach((rows, i) =>
      rows.forEach((columns, row) =>
        columns.forEach(({ line, touch }, column) => {
          for (const each of [line, touch]) set(each, { x1: x(i), y1: y(i, column), x2: x(i + 1), y2: y(i + 1, row) });
        }),
      ),
    );
  }

  function fill({ layers, weights: W, unit: chosen }) {
    const largest = Math.max(1e-9, ...layers.flatMap(({ values }) => values.map(Math.abs)));
    layers.forEach(({ symbol, values, z, heading }, layer) => {
      say(drawn.headings[layer], heading);
      values.forEach((value, row) => {
        const { group, title, circle, text } = drawn.nodes[layer][row];
        const share = value / largest;
        const name = `${symbol}[${row + 1}]`;
        const is = chosen[0] === layer && chosen[1] === row;
        say(text, fitting(value));
        say(title, `${name} = ${value}${z ? `, pre-activation ${z[row]}` : ""}`);
        set(circle, { "fill-opacity": Math.abs(share).toFixed(3) });
        set(group, {
          class: `node${share < 0 ? " negative" : ""}${Math.abs(share) > 0.5 ? " strong" : ""}${is ? " chosen" : ""}`,
          "aria-label": `${layer ? "Open " : ""}${name}, ${fitting(value)}`,
        });
      });
    });
    const widest = Math.max(1e-9, ...W.flat(2).map(Math.abs));
    W.forEach((rows, i) =>
      rows.forEach((columns, row) =>
        columns.forEach((weight, column) => {
          const { name, title, line, group } = drawn.edges[i][row][column];
          const is = chosen[0] === i + 1 && chosen[1] === row;
          say(title, `${name} = ${weight}`);
          set(group, { class: `edge${weight < 0 ? " negative" : ""}${is ? " chosen" : ""}` });
          set(line, { "stroke-width": (THINNEST + (WIDEST - THINNEST) * (Math.abs(weight) / widest)).toFixed(2) });
        }),
      ),
    );
  }

  return {
    resize: () => stage.clientWidth !== width && place(),
    update(data) {
      const sizes = data.layers.map(({ values }) => values.length);
      if (drawn?.shape !== sizes.join()) {
        drawn = build(sizes);
        place();
        const names = data.layers.flatMap(({ symbol, values }, layer) => (layer ? values.map((_, row) => [`${layer} ${row}`, `${symbol}[${row + 1}]`]) : []));
        units.replaceChildren(...names.map(([value, name]) => html("option", { value }, null, name)));
      }
      set(svg, { "aria-label": data.finding });
      fill(data);
      units.value = data.unit.join(" ");
      say(note, data.note);
      left.update(data.fields, inputs);
      right.update(data.above, weights);
    },
    end: () => (left.end(), right.end()),
  };
};
