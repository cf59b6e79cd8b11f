"""A prediction and its target, moved by hand: words with logits, two classes, or numbers."""

from dataclasses import dataclass

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from nlm_core.nn.heads import head
from nlm_core.nn.losses import MULTI_CLASS, TWO_WAY
from nlm_core.nn.softmax import softmax
from pages._shared import controls
from pages._shared.charts.palette import ink
from pages._shared.charts.probabilities import probabilities_alt, probability_bars
from pages._shared.escape import plain
from pages._shared.glossary import hint
from pages._shared.panels.chart import chart

WORDS = "park store doctor beach banana"
LOGITS = (2.0, 1.4, 0.6, 0.4, -2.0)
MOST_WORDS = 8
REACH = 10.0
# Logits of the true word and of the others; the second of the others is put on top where the model is wrong.
SITUATIONS = {"Sure and right": (6.0, 0.0, 0.0), "Sure and wrong": (0.0, 6.0, 0.0), "No idea": (0.0, 0.0, 0.0)}


@dataclass(frozen=True)
class Prediction:
    """Target and prediction of shape (d,), which component is drawn, and the logits where there are some."""

    y: Tensor
    y_hat: Tensor
    component: int
    names: tuple[str, ...]
    logits: Tensor | None = None
    temperature: float = 1.0


def prediction_field(problem: str) -> tuple[Prediction, DeltaGenerator]:
    """The prediction and the place of its bars, for ``prediction_bars``."""
    if problem == MULTI_CLASS:
        return _words()
    return _two_way() if problem == TWO_WAY else _numbers()


def prediction_bars(problem: str, given: Prediction, place: DeltaGenerator) -> None:
    """The prediction as a distribution, where it is one."""
    theme_ink = ink(st.context.theme.type)
    with place:
        if problem == MULTI_CLASS:
            words = (given.names, given.y_hat.tolist(), given.component)
            chart(
                probability_bars(*words, theme_ink),
                key="softmax_bars",
                alt=probabilities_alt("Softmax of the logits", *words),
            )
            with st.container(horizontal=True, gap="small"):
                for name in SITUATIONS:
                    st.button(
                        name, key=f"situation {name}", on_click=_situate, args=(name, given.component, len(given.names))
                    )
        elif problem == TWO_WAY:
            p, y = float(given.y_hat), int(given.y)
            classes = (["class 1", "class 0"], [p, 1 - p], 1 - y)
            chart(
                probability_bars(*classes, theme_ink),
                key="sigmoid_bars",
                alt=probabilities_alt("Sigmoid of the logit", *classes),
            )
            st.caption("ŷ = sigmoid(logit) is the probability of class 1; 1 − ŷ is that of class 0.")


def _situate(name: str, true: int, count: int) -> None:
    of_true, of_rival, of_others = SITUATIONS[name]
    for i in range(count):
        rival = i == (true + 1) % count
        st.session_state[f"l{i + 1}"] = of_true if i == true else of_rival if rival else of_others


def _words() -> tuple[Prediction, DeltaGenerator]:
    with st.container(key="setup"):
        field, true_field = st.columns([3, 2])
    with field:
        typed = st.text_input(
            "Words", WORDS, key="words", bind="query-params", max_chars=200,
            help=hint(
                "Vocabulary", "Logits",
                said=f"2 to {MOST_WORDS} different words: the whole vocabulary of this small example.",
            ),
        )  # fmt: skip
    words = list(dict.fromkeys((typed or "").split()))
    if not 2 <= len(words) <= MOST_WORDS:
        st.error(f"Give 2 to {MOST_WORDS} different words, not {len(words):,}; the words of the example are shown.")
        words = WORDS.split()
    if "true" in st.session_state and st.session_state["true"] not in words:
        # Not taken out: the browser would go on showing the word that is gone.
        st.session_state["true"] = words[0]
    with true_field:
        true = words.index(st.selectbox("y: the word that really follows", words, key="true", bind="query-params"))
    sliders, bars = st.columns(2)
    # Two in a row, so that all of them and the bars that they move are on one screen.
    pairs = [sliders.columns(2) for _ in words[::2]]
    found = []
    for i, word in enumerate(words):
        with pairs[i // 2][i % 2]:
            found.append(
                controls.bounded_slider(
                    f"Logit of {plain(word)}", -REACH, REACH, default=(*LOGITS, 0.0, 0.0, 0.0)[i], key=f"l{i + 1}"
                )
            )
    logits = torch.tensor(found, dtype=torch.float64)
    with bars:
        temperature = controls.bounded_slider(
            "Temperature τ", 0.1, 5.1, default=1.0, key="tau", help=hint("Temperature", "Softmax")
        )
    y = torch.zeros(len(words), dtype=torch.float64)
    y[true] = 1.0
    p = softmax(logits, temperature)
    return Prediction(y, p, true, tuple(words), logits, temperature), bars


def _two_way() -> tuple[Prediction, DeltaGenerator]:
    left, right = st.columns(2)
    with left:
        logit = controls.bounded_slider("Logit of class 1", -REACH, REACH, default=1.0, key="logit")
        y = st.segmented_control(
            "y: the true class", ["0", "1"], default="1", key="class", bind="query-params", required=True
        )
    p = head("sigmoid").value(torch.tensor([logit], dtype=torch.float64))
    return Prediction(torch.tensor([float(y)], dtype=torch.float64), p, 0, ("class 1",)), right


def _numbers() -> tuple[Prediction, DeltaGenerator]:
    columns = st.columns(4)
    defaults = {"ŷ_1": 1.5, "ŷ_2": -0.6, "y_1": 0.6, "y_2": -0.9}
    found = []
    for column, (name, default) in zip(columns, defaults.items(), strict=True):
        with column:
            label = name.replace("ŷ", r"\hat{y}")
            kind = "Prediction" if "ŷ" in name else "Target"
            key = name.replace("ŷ", "yhat")
            found.append(controls.bounded_slider(f"{kind} ${label}$", -3.0, 3.0, default=default, key=key))
    component = st.segmented_control(
        "Component whose curve is drawn", ["1", "2"], default="1", key="component", bind="query-params", required=True
    )
    numbers = torch.tensor(found, dtype=torch.float64)
    return Prediction(numbers[2:], numbers[:2], int(component) - 1, ("component 1", "component 2")), st.container()
