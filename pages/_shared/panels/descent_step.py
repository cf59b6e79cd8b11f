"""One step written out: the update with its numbers, and how far the gradient's linear approximation held."""

import numpy as np
import streamlit as st

from nlm_core.nn.latex import number
from nlm_core.optim.optimizers import optimizer
from nlm_core.optim.path import Path, written_out
from nlm_core.optim.schedules import SCHEDULES
from nlm_core.optim.surface import Surface
from pages._shared.panels.figures import figures


def step_panel(chosen: Surface, path: Path, i: int) -> None:
    """theta(i+1) = theta(i) - alpha * grad for step i."""
    settings = path.settings
    gone = path.diverged[0].step if path.diverged else None
    if gone == 0:
        st.info("The loss is not finite at the start, so there is no step to write out.")
        return
    gradient, u = path.gradients[0, i], path.directions[0, i]
    rate = float(path.rates[i])
    # A formula in a line of text is broken where the screen ends.
    st.markdown(f"${written_out(path, i)}$")
    rule = optimizer(settings.optimizer)
    whose, L = "over all examples" if chosen.examples else "by its formula", "L"
    if settings.batch_size not in (None, chosen.examples):
        whose, L = f"over a mini-batch B of {settings.batch_size} out of {chosen.examples} examples", "L_B"
    st.markdown(
        rf"$g = \frac{{\partial {L}}}{{\partial \theta}}(\theta^{{({i})}}) = "
        rf"({number(float(gradient[0]), 4)},\ {number(float(gradient[1]), 4)})$, {whose}. {rule.name}: ${rule.formula}$"
        + ("" if settings.schedule == "Constant" else f". Schedule: ${SCHEDULES[settings.schedule].formula}$")
    )
    before, after = float(path.losses[0, i]), float(path.losses[0, i + 1])
    change = after - before
    expected = -rate * float(np.dot(gradient, u))
    if gone is not None and i == gone - 1:
        change = path.diverged[0].loss - before
    figures(
        ("Loss before", f"{before:.5g}", rf"at $\theta^{{({i})}}$"),
        (
            "First-order prediction",
            f"{expected:+.4g}",
            r"$-\alpha\, g \cdot u$, $u$ the direction of the step",
        ),
        ("Actual change", f"{change:+.4g}", "the difference is curvature" + _noise(path, chosen)),
    )


def _noise(path: Path, chosen: Surface) -> str:
    return " and the mini-batch" if path.settings.batch_size not in (None, chosen.examples) else ""
