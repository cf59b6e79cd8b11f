"""A formula as a tree: its four kinds of node, evaluated with torch and written as LaTeX."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Function:
    """A named function of ``arity`` arguments; ``latex`` has one ``{}`` for each."""

    value: Callable[..., Tensor]
    latex: str
    arity: int = 1


FUNCTIONS: dict[str, Function] = {
    "sin": Function(torch.sin, r"\sin({})"),
    "cos": Function(torch.cos, r"\cos({})"),
    "tan": Function(torch.tan, r"\tan({})"),
    "asin": Function(torch.asin, r"\arcsin({})"),
    "acos": Function(torch.acos, r"\arccos({})"),
    "atan": Function(torch.atan, r"\arctan({})"),
    "sinh": Function(torch.sinh, r"\sinh({})"),
    "cosh": Function(torch.cosh, r"\cosh({})"),
    "tanh": Function(torch.tanh, r"\tanh({})"),
    "exp": Function(torch.exp, r"\exp({})"),
    "log": Function(torch.log, r"\log({})"),
    "ln": Function(torch.log, r"\ln({})"),
    "sqrt": Function(torch.sqrt, r"\sqrt{{{}}}"),
    "abs": Function(torch.abs, r"\left|{}\right|"),
    "sigmoid": Function(torch.sigmoid, r"\sigma({})"),
    "relu": Function(torch.relu, r"\operatorname{{ReLU}}({})"),
    "erf": Function(torch.erf, r"\operatorname{{erf}}({})"),
    "min": Function(torch.minimum, r"\min({}, {})", 2),
    "max": Function(torch.maximum, r"\max({}, {})", 2),
}
CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}
CONSTANT_LATEX = {"pi": r"\pi", "e": "e"}
VARIABLES: dict[str, int] = {"x": 0, "y": 1}


@dataclass(frozen=True)
class Number:
    text: str

    def value(self, theta: Tensor) -> Tensor:
        return theta.new_tensor(CONSTANTS[self.text] if self.text in CONSTANTS else float(self.text))

    def latex(self) -> str:
        if self.text in CONSTANTS:
            return CONSTANT_LATEX[self.text]
        mantissa, _, exponent = self.text.lower().partition("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


@dataclass(frozen=True)
class Variable:
    name: str

    def value(self, theta: Tensor) -> Tensor:
        return theta[..., VARIABLES[self.name]]

    def latex(self) -> str:
        return self.name


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Node", ...]

    def value(self, theta: Tensor) -> Tensor:
        return FUNCTIONS[self.name].value(*(a.value(theta) for a in self.arguments))

    def latex(self) -> str:
        return FUNCTIONS[self.name].latex.format(*(a.latex() for a in self.arguments))


@dataclass(frozen=True)
class Operation:
    """``left operator right``; a sign is an operation with 0 on the left."""

    operator: str
    left: "Node"
    right: "Node"

    def value(self, theta: Tensor) -> Tensor:
        a, b = self.left.value(theta), self.right.value(theta)
        match self.operator:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                return a / b
            case _:
                return _power(a, self.right, b)

    def latex(self) -> str:
        if self.operator == "/":
            return rf"\frac{{{self.left.latex()}}}{{{self.right.latex()}}}"
        if self.operator == "^":
            return rf"{_bracketed(self.left, 4)}^{{{self.right.latex()}}}"
        if self.operator == "-" and self.left == ZERO:
            return f"-{_bracketed(self.right, 2)}"
        mark = r" \cdot " if self.operator == "*" else f" {self.operator} "
        here = _strength(self)
        # a - (b - c) keeps its brackets, (a - b) - c needs none.
        return _bracketed(self.left, here) + mark + _bracketed(self.right, here + (self.operator != "*"))


Node = Number | Variable | Call | Operation
ZERO = Number("0")


def _power(base: Tensor, exponent: Node, value: Tensor) -> Tensor:
    # With a plain number as exponent torch needs no logarithm of the base, so x^2 has a gradient for x < 0, too.
    if isinstance(exponent, Number):
        return torch.pow(base, float(value))
    return torch.pow(base, value)


def _strength(node: Node) -> int:
    """How tightly a node holds together: sums 1, products 2, fractions and signs as sums need, powers 4, others 5."""
    if not isinstance(node, Operation):
        return 5
    if node.operator == "-" and node.left == ZERO:
        return 1
    return {"+": 1, "-": 1, "*": 2, "/": 3, "^": 4}[node.operator]


def _bracketed(node: Node, least: int) -> str:
    # A power of a power, and a power of a fraction, are ambiguous without brackets.
    loose = _strength(node) < least or (least == 4 and isinstance(node, Operation))
    return rf"\left({node.latex()}\right)" if loose else node.latex()
