"""What a landscape is made of, all in the address: the network, the directions and the grid."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from nlm_core.optim.subject import KINDS, Recipe
from nlm_core.optim.toy_data import TOY_DATA
from pages._shared.controls import bounded_number, bounded_slider
from pages._shared.glossary import hint

CLASSIFIER, RNN = "A small classifier", "nlm-rnn"
SOURCES = (CLASSIFIER, RNN)
# Wider or deeper networks would keep a visitor waiting; nlm_core allows more.
MAX_DEPTH, MAX_WIDTH, MAX_STEPS = 20, 32, 1_500
# Levels of refinement by the points a side that they give: 2^level + 1.
GRIDS = {"17": 4, "33": 5, "65": 6}
RNN_GRIDS = {"5": 2, "9": 3, "17": 4}
_SENTENCES = Path(__file__).resolve().parents[3] / "assets" / "data" / "held_out_sentences.txt"


@dataclass(frozen=True)
class Look:
    """How a network's landscape is looked at: kind, seed and reach of the directions, and the level of the grid."""

    kind: str
    seed: int
    reach: float
    level: int


# What the page opens with, for every visitor the same.
FIRST = Recipe(next(iter(TOY_DATA)), depth=6, width=16, skip=False, seed=0, steps=300, rate=0.1)
FIRST_GRID = "33"
FIRST_LOOK = Look(KINDS[0], seed=0, reach=1.0, level=GRIDS[FIRST_GRID])


def recipe_field() -> Recipe:
    data = st.segmented_control(
        "Data", list(TOY_DATA), default=FIRST.data, key="data", bind="query-params", required=True
    )
    depth = bounded_slider("Hidden layers", 1, MAX_DEPTH, default=FIRST.depth, key="depth")
    width = bounded_slider("Units in each", 1, MAX_WIDTH, default=FIRST.width, key="width")
    skip = st.toggle(
        "Skip connections", value=FIRST.skip, key="skip", bind="query-params",
        help=hint(
            "Skip connection", said="Each layer after the first adds its input: hₗ = relu(Wₗ hₗ₋₁ + bₗ) + hₗ₋₁."
        ),
    )  # fmt: skip
    with st.popover("Steps, rate, seed", icon=":material/tune:"):
        steps = int(bounded_number("Steps", 10, MAX_STEPS, default=FIRST.steps, key="T"))
        rate = bounded_number("Learning rate α", 1e-4, 1.0, default=FIRST.rate, key="alpha")
        seed = int(bounded_number("Seed of data, weights and mini-batches", 0, 9_999, default=FIRST.seed, key="seed"))
    return Recipe(data, depth, width, skip, seed, steps, rate)


def sentences_field() -> tuple[str, ...]:
    """The first of our own sentences that occur nowhere in the training text."""
    held_out = tuple(_SENTENCES.read_text(encoding="utf-8").splitlines())
    count = bounded_slider("Held-out sentences", 1, len(held_out), default=4, key="sentences")
    chosen = held_out[:count]
    st.caption("Written for this project; none of them occurs in the training text: " + " ".join(chosen))
    return chosen


def look_field(source: str) -> Look:
    """Directions and grid; a network whose training path was not kept has only random directions."""
    kind = "Random"
    if source == CLASSIFIER:
        kind = st.segmented_control(
            "Directions", KINDS, default=FIRST_LOOK.kind, key="directions", bind="query-params", required=True,
            help=hint(
                "Loss landscape",
                said="The two principal components of the training path, or two random directions, filter-normalised.",
            ),
        )  # fmt: skip
    seed, reach = FIRST_LOOK.seed, FIRST_LOOK.reach
    if kind == "Random":
        with st.container(horizontal=True, gap="small"):
            seed = int(
                bounded_number("Direction seed", 0, 9_999, default=FIRST_LOOK.seed, key="direction_seed", width=105)
            )
            reach = bounded_number(
                "Reach", 0.05, 3.0, default=FIRST_LOOK.reach, key="reach", width=105,
                help="How far along each direction. At 1 each filter has been moved by as much as its own length.",
            )  # fmt: skip
    grids, key, default = (GRIDS, "n", FIRST_GRID) if source == CLASSIFIER else (RNN_GRIDS, "n_rnn", "9")
    points = st.segmented_control(
        "Points a side", list(grids), default=default, key=key, bind="query-params", required=True
    )
    return Look(kind, seed, reach, grids[points])
