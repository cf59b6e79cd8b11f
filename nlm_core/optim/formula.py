"""The visitor's own formula in x and y: parsed by hand, never evaluated as Python, differentiated by autograd.

    sum      = product { ("+" | "-") product }
    product  = signed { ("*" | "/") signed }
    signed   = ("+" | "-") signed | power
    power    = atom [ ("^" | "**") signed ]
    atom     = number | "x" | "y" | "pi" | "e" | name "(" sum { "," sum } ")" | "(" sum ")"

So -x^2 is -(x^2) and 2^3^2 is 2^(3^2), as in mathematics. Nothing but this grammar is understood: there are no names
besides the lists in ``expression``, and no way from a formula to anything else.
"""

import math
import re
from dataclasses import dataclass, field

import torch

from nlm_core.optim.expression import CONSTANTS, FUNCTIONS, VARIABLES, ZERO, Call, Node, Number, Operation, Variable
from nlm_core.optim.surface import FormulaSurface

MAX_LENGTH = 200
MAX_DEPTH = 24

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z_]+\d*)
      | (?P<mark>\*\*|[-+*/^(),])
    )""",
    re.ASCII | re.VERBOSE,
)


class FormulaError(ValueError):
    """A formula that cannot be used.

    Attributes
    ----------
    position : int
        Where in the text, counted from 0; the length of the text where something is missing at its end.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"at character {position + 1}: {message}")
        self.position = position


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int

    def __str__(self) -> str:
        return f"{self.text!r}" if self.text else "the end"


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise FormulaError(f"{text[at]!r} has no meaning in a formula", at)
        kind = match.lastgroup or ""
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, _Token("end", "", end)]


@dataclass
class _Parser:
    tokens: list[_Token]
    at: int = 0
    depth: int = field(default=0)

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self, *texts: str) -> _Token | None:
        token = self.next
        if token.kind == "mark" and token.text in texts:
            self.at += 1
            return token
        return None

    def expect(self, text: str) -> None:
        if self.take(text) is None:
            raise FormulaError(f"{text!r} is missing before {self.next}", self.next.position)

    def sum(self) -> Node:
        left = self.product()
        while token := self.take("+", "-"):
            left = Operation(token.text, left, self.product())
        return left

    def product(self) -> Node:
        left = self.signed()
        while token := self.take("*", "/"):
            left = Operation(token.text, left, self.signed())
        return left

    def signed(self) -> Node:
        # Every way deeper into the grammar comes through here, so this is where depth is counted.
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(f"nested deeper than {MAX_DEPTH} levels", self.next.position)
        token = self.take("+", "-")
        if token is None:
            node = self.power()
        else:
            inner = self.signed()
            node = Operation("-", ZERO, inner) if token.text == "-" else inner
        self.depth -= 1
        return node

    def power(self) -> Node:
        base = self.atom()
        return Operation("^", base, self.signed()) if self.take("^", "**") else base

    def atom(self) -> Node:
        token = self.next
        if self.take("("):
            inner = self.sum()
            self.expect(")")
            return inner
        if token.kind == "number":
            self.at += 1
            if not math.isfinite(float(token.text)):
                raise FormulaError(f"{token.text} is too large a number", token.position)
            return Number(token.text)
        if token.kind == "name":
            self.at += 1
            return self.named(token)
        raise FormulaError(f"a number, x, y or a function is missing before {token}", token.position)

    def named(self, token: _Token) -> Node:
        if token.text in VARIABLES:
            return Variable(token.text)
        if token.text in CONSTANTS:
            return Number(token.text)
        if token.text not in FUNCTIONS:
            known = ", ".join([*VARIABLES, *CONSTANTS, *FUNCTIONS])
            raise FormulaError(f"{token.text!r} is not known; known are {known}", token.position)
        self.expect("(")
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.expect(")")
        arity = FUNCTIONS[token.text].arity
        if len(arguments) != arity:
            raise FormulaError(f"{token.text} takes {arity}, not {len(arguments)} arguments", token.position)
        return Call(token.text, tuple(arguments))


def parse(text: str) -> Node:
    """The formula as a tree.

    Parameters
    ----------
    text : str
        At most ``MAX_LENGTH`` characters, nested at most ``MAX_DEPTH`` levels deep.

    Raises
    ------
    FormulaError
        With the position and what is wrong there.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"the formula has {len(text):,} characters; at most {MAX_LENGTH} are read", MAX_LENGTH)
    if not text.strip():
        raise FormulaError("the formula is empty; try x^2 + y^2", 0)
    parser = _Parser(_tokens(text))
    tree = parser.sum()
    left_over = parser.next
    if left_over.kind in ("number", "name") or left_over.text == "(":
        raise FormulaError(f"an operator is missing before {left_over}; write 2*x, not 2x", left_over.position)
    if left_over.kind != "end":
        raise FormulaError(f"{left_over} does not belong here", left_over.position)
    return tree


def formula_surface(text: str, reach: float = 5.0) -> FormulaSurface:
    """The formula as a surface over -reach to reach in both directions.

    Raises
    ------
    FormulaError
        If it cannot be parsed, or has no finite value anywhere on a grid over that range, as 1/0 has none.
    """
    tree = parse(text)

    def function(theta: torch.Tensor) -> torch.Tensor:
        return torch.broadcast_to(tree.value(theta), theta.shape[:-1])

    side = torch.linspace(-reach, reach, 41, dtype=torch.float64)
    lattice = torch.cartesian_prod(side, side)
    finite = torch.isfinite(function(lattice))
    if not bool(finite.any()):
        raise FormulaError(f"no finite value for any x and y between {-reach:g} and {reach:g}", 0)
    x, y = _start(lattice, finite, reach)
    return FormulaSurface(
        name="Own formula",
        formula="L = " + tree.latex(),
        hint="Differentiated by autograd.",
        function=function,
        x_range=(-reach, reach),
        y_range=(-reach, reach),
        start=(x, y),
        rate=0.05,
        axes=("x", "y"),
    )


def _start(lattice: torch.Tensor, finite: torch.Tensor, reach: float) -> tuple[float, float]:
    """The point with a value nearest to (0.6, 0.4) of the reach: off the axes, where many formulas are flat."""
    wanted = lattice.new_tensor([0.6 * reach, 0.4 * reach])
    usable = lattice[finite]
    x, y = usable[((usable - wanted) ** 2).sum(1).argmin()].tolist()
    return x, y
