"""The rows of a backpropagation ledger, as data."""

from dataclasses import dataclass

from torch import Tensor

from nlm_core.nn.checks import Check
from nlm_core.nn.mlp import Forward, Parameters

FORWARD, LOSS, BACKWARD = "Forward pass", "Loss", "Backward pass"


@dataclass(frozen=True)
class Row:
    """One line of the ledger.

    Attributes
    ----------
    key : str
        A plain name, unique in the ledger: "h_1", "y_hat", "L", "dL/dW_2", "delta_h2".
    phase : str
        FORWARD, LOSS or BACKWARD.
    symbol, formula : str
        LaTeX; the formula holds symbols only.
    result : Tensor
    check : Check
    shapes : str
        LaTeX of the shapes that meet, and of the result's.
    upstream, local : Tensor or None
        The two factors of a gradient: what comes down from the row above, and this operation's own derivative. In the
        forward pass ``upstream`` is the operand that comes up from below and ``local`` the matrix it meets, if any.
    upstream_symbol, local_symbol : str
        LaTeX, empty where there is no such factor.
    hint : str
        What to know, or where the slide is set right.
    """

    key: str
    phase: str
    symbol: str
    formula: str
    result: Tensor
    check: Check
    shapes: str
    upstream: Tensor | None = None
    upstream_symbol: str = ""
    local: Tensor | None = None
    local_symbol: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Ledger:
    """The whole derivation for one example.

    Attributes
    ----------
    rows : tuple of Row
        In the order in which they are computed.
    parameters : Parameters
    passed : Forward
    y : Tensor of shape (d,)
    activation, loss : str
        Names.
    value : float
        The loss.
    gradients : Parameters
        dL/dW and dL/db in the places of W and b.
    kink : str
        Not empty where some number stands on a point without derivative, so that finite differences cannot agree.
    """

    rows: tuple[Row, ...]
    parameters: Parameters
    passed: Forward
    y: Tensor
    activation: str
    loss: str
    value: float
    gradients: Parameters
    kink: str = ""

    def row(self, key: str) -> Row:
        """The row of that key.

        Raises
        ------
        ValueError
            If there is none; the message lists those there are.
        """
        for row in self.rows:
            if row.key == key:
                return row
        raise ValueError(f"no row is called {key!r}; known are {', '.join(r.key for r in self.rows)}")

    @property
    def largest_autograd_difference(self) -> float:
        """The largest difference of any gradient of the ledger from autograd's."""
        return max(row.check.autograd for row in self.rows if row.check.autograd is not None)

    @property
    def largest_finite_difference(self) -> float:
        """The largest difference of any gradient of the ledger from central differences."""
        return max(row.check.finite for row in self.rows if row.check.finite is not None)
