"""A prediction and its target, moved by hand: words with logits, two classes, or numbers."""

from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from nlm_core.nn.heads import head
from nlm_core.nn.losses import MULTI_CLASS, TWO_WAY
from nlm_core.nn.softmax import softmax
from pages._app.numbers import Number, move
from pages._components.drawing import Act
from pages._shared.glossary import hint

WORDS = "park store doctor beach banana"
LOGITS = (2.0, 1.4, 0.6, 0.4, -2.0, 0.0, 0.0, 0.0)
MOST_WORDS = len(LOGITS)
REACH = 10.0
# Logits of the true word and of the others; the second of the others is put on top where the model is wrong.
SITUATIONS = {"Sure and right": (6.0, 0.0, 0.0), "Sure and wrong": (0.0, 6.0, 0.0), "No idea": (0.0, 0.0, 0.0)}
TEMPERATURE = Number("tau", "Temperature τ", 0.1, 5.1, 1.0)
_LOGIT = Number("logit", "Logit of class 1", -REACH, REACH, 1.0)
_COMPONENTS = (
    Number("yhat_1", "Prediction ŷ₁", -3.0, 3.0, 1.5),
    Number("yhat_2", "Prediction ŷ₂", -3.0, 3.0, -0.6),
    Number("y_1", "Target y₁", -3.0, 3.0, 0.6),
    Number("y_2", "Target y₂", -3.0, 3.0, -0.9),
)


@dataclass(frozen=True)
class Choice:
    """What is chosen beside the numbers: the words, and the true one, the true class or the component that is drawn."""

    problem: str
    names: tuple[str, ...]
    component: int

    @property
    def numbers(self) -> tuple[Number, ...]:
        """What is moved by hand."""
        if self.problem == MULTI_CLASS:
            logits = (
                Number(f"l{i + 1}", f"Logit of {word}", -REACH, REACH, LOGITS[i]) for i, word in enumerate(self.names)
            )
            return (*logits, TEMPERATURE)
        return (_LOGIT,) if self.problem == TWO_WAY else _COMPONENTS


@dataclass(frozen=True)
class Prediction:
    """Target and prediction of shape (d,), which component is drawn, and the logits where there are some."""

    y: Tensor
    y_hat: Tensor
    component: int
    names: tuple[str, ...]
    logits: Tensor | None = None
    temperature: float = 1.0


def choice_field(problem: str) -> Choice:
    """The fields that are not moved: in a page's full run."""
    if problem == MULTI_CLASS:
        choice = _words()
    elif problem == TWO_WAY:
        y = st.segmented_control(
            "y: the true class", ["0", "1"], default="1", key="class", bind="query-params", required=True
        )
        choice = Choice(problem, ("class 1",), int(y))
    else:
        component = st.segmented_control(
            "Component whose curve is drawn", ["1", "2"], default="1", key="component", bind="query-params",
            required=True,
        )  # fmt: skip
        choice = Choice(problem, ("component 1", "component 2"), int(component) - 1)
    for number in choice.numbers:
        number.open()
    return choice


def prediction(choice: Choice) -> Prediction:
    """The prediction of the numbers as they are now."""
    found = torch.tensor([number.value() for number in choice.numbers], dtype=torch.float64)
    if choice.problem == MULTI_CLASS:
        logits, temperature = found[:-1], float(found[-1])
        y = torch.zeros(len(logits), dtype=torch.float64)
        y[choice.component] = 1.0
        return Prediction(y, softmax(logits, temperature), choice.component, choice.names, logits, temperature)
    if choice.problem == TWO_WAY:
        y = torch.tensor([float(choice.component)], dtype=torch.float64)
        return Prediction(y, head("sigmoid").value(found), 0, choice.names)
    return Prediction(found[2:], found[:2], choice.component, choice.names)


def moved(choice: Choice, act: Act) -> None:
    """What was done on the drawing: a number moved, or all logits set to those of a situation."""
    if "set" in act:
        move(choice.numbers, act)
    elif choice.problem == MULTI_CLASS and isinstance(act.get("situation"), str):
        _situate(choice, act["situation"])


def _situate(choice: Choice, name: str) -> None:
    if name not in SITUATIONS:
        return
    of_true, of_rival, of_others = SITUATIONS[name]
    logits = choice.numbers[:-1]
    for i, number in enumerate(logits):
        rival = i == (choice.component + 1) % len(logits)
        number.choose(of_true if i == choice.component else of_rival if rival else of_others)


def _words() -> Choice:
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
    return Choice(MULTI_CLASS, tuple(words), true)
