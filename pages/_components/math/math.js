// The part of LaTeX in which this project writes its numbers, as MathML. What is not known is shown as it stands.
const MATH = "http://www.w3.org/1998/Math/MathML";
const PIECES = /\\(?:text|operatorname|mathrm|mathbb|begin|end)\{[^{}]*\}|\\[a-zA-Z]+|\\.|:=|\d+(?:\.\d+)?|[^\s]/g;
const NAMED = /^\\([a-z]+)\{(.*)\}$/s;
const END = "\\end{bmatrix}";
const SIGNS = {
  ",": "", cdot: "⋅", cdots: "⋯", times: "×", odot: "⊙", to: "→", in: "∈", quad: "", qquad: "", partial: "∂", sum: "∑", "-": "−",
};
const LETTERS = { alpha: "α", delta: "δ", sigma: "σ", tau: "τ", theta: "θ", infty: "∞", Phi: "Φ", phi: "φ", pi: "π" };
const SPACES = { ",": "0.17em", quad: "1em", qquad: "2em" };
const NAMES = new Set(["exp", "log", "max", "min", "tanh"]);

function mathOf(latex) {
  const pieces = latex.match(PIECES) ?? [];
  let at = 0;
  const node = (name, children = [], attributes = {}) => {
    const made = element(name, attributes, null, MATH);
    made.append(...children);
    return made;
  };
  const row = (children) => (children.length === 1 ? children[0] : node("mrow", children));

  function group() {
    if (pieces[at] !== "{") return atom();
    at++;
    const inner = row(sequence(["}"]));
    at++;
    return inner;
  }

  function matrix() {
    const rows = [];
    let cells = [];
    while (at < pieces.length) {
      cells.push(node("mtd", sequence(["&", "\\\\", END])));
      if (pieces[at] === "&") {
        at++;
        continue;
      }
      rows.push(node("mtr", cells));
      cells = [];
      if (pieces[at++] === END) break;
    }
    const bracket = (sign) => node("mo", [sign], { class: "nlm-bracket" });
    return node("mrow", [bracket("["), node("mtable", rows, { class: "nlm-matrix" }), bracket("]")]);
  }

  function command(name) {
    if (name === "frac") return node("mfrac", [group(), group()]);
    if (name === "hat") return node("mover", [group(), node("mo", ["^"])], { accent: "true" });
    if (name === "boxed") return node("mrow", [group()], { class: "nlm-boxed" });
    if (name === "underbrace") {
      const braced = node("mrow", [group()], { class: "nlm-braced" });
      if (pieces[at] !== "_") return braced;
      at++;
      return node("munder", [braced, group()]);
    }
    if (name === "left" || name === "right") return node("mo", [pieces[at++]]);
    if (name in SPACES) return node("mspace", [], { width: SPACES[name] });
    if (name in SIGNS) return node("mo", [SIGNS[name]]);
    if (name in LETTERS) return node("mi", [LETTERS[name]], { class: "nlm-letter" });
    return node("mi", [NAMES.has(name) ? name : `\\${name}`]);
  }

  function named(kind, words) {
    if (kind === "begin") return matrix();
    if (kind === "text") return node("mtext", [words.replace(/ /g, "\u00a0")]);
    return node("mi", [kind === "mathbb" && words === "R" ? "ℝ" : words]);
  }

  function atom() {
    const piece = pieces[at++];
    if (piece === undefined) return node("mrow");
    const [, kind, words] = piece.match(NAMED) ?? [];
    if (kind) return named(kind, words);
    if (piece === "{") return at--, group();
    if (piece.length > 1 && piece[0] === "\\") return command(piece.slice(1));
    if (/^\d/.test(piece)) return node("mn", [piece]);
    if (/^\p{L}/u.test(piece)) return node("mi", [piece], { class: "nlm-letter" });
    return node("mo", [SIGNS[piece] || piece]);
  }

  function sequence(ends) {
    const found = [];
    while (at < pieces.length && !ends.includes(pieces[at])) {
      const base = atom();
      const scripts = {};
      while (["_", "^", "'"].includes(pieces[at])) {
        const sign = pieces[at++];
        if (sign === "'") scripts["^"] = node("mo", ["′"]);
        else scripts[sign] = group();
      }
      const kind = base.textContent === "∑" ? ["munder", "mover", "munderover"] : ["msub", "msup", "msubsup"];
      const { _: below, "^": above } = scripts;
      if (below && above) found.push(node(kind[2], [base, below, above]));
      else found.push(below ? node(kind[0], [base, below]) : above ? node(kind[1], [base, above]) : base);
    }
    return found;
  }

  return node("math", sequence([]), { display: "block" });
}

// Formulas that are too wide for a line go on below it; each is moved sideways where it is too wide alone.
function formulas(parent) {
  let shown = "";
  return (all) => {
    if (shown === all.join("\n")) return;
    shown = all.join("\n");
    parent.replaceChildren(
      ...all.map((latex) => {
        const place = html("span", { class: "nlm-math" });
        place.append(mathOf(latex));
        return place;
      }),
    );
  };
}
