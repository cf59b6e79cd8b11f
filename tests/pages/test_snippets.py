"""The code that every page offers is run as a visitor would run it, and finds the numbers of the page."""

import contextlib
import io
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow
import pytest
from streamlit.testing.v1 import AppTest

from pages._shared.catalog import PAGES
from pages._shared.snippets import SNIPPETS
from tests.pages.conftest import OpenPage

NUMBER = re.compile(r"[-−+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "").replace("−", "-")) for found in NUMBER.findall(text)]


def shown(at: AppTest) -> list[float]:
    """Every number of a page: in its texts, its formulas, its tables, and the data of its charts."""
    found: list[float] = []
    for element in [*at.markdown, *at.caption, *at.latex, *at.info, *at.get("html")]:
        found += numbers(str(element.value))
    frames = [element.value for element in at.dataframe]
    for chart in [*at.get("vega_lite_chart"), *at.get("arrow_vega_lite_chart")]:
        for sent in (*(dataset.data.data for dataset in chart.proto.datasets), chart.proto.data.data):
            if sent:
                frames.append(pyarrow.ipc.open_stream(io.BytesIO(sent)).read_pandas())
    for frame in frames:
        for value in frame.to_numpy().ravel().tolist():
            found += [value] if isinstance(value, int | float) else numbers(str(value))
    return found


class Fields(Mapping[str, Any]):
    """What the fields of a page hold, as the page's own ``st.session_state`` gives it."""

    def __init__(self, at: AppTest) -> None:
        self.session = at.session_state

    def __getitem__(self, key: str) -> Any:
        return self.session[key]

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


def run(at: AppTest, file: str) -> str:
    """What the page's code prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(SNIPPETS[file](Fields(at)), {})
    return printed.getvalue()


# For each page a state, and what of the code's output must stand on the page in this state.
P = r"^([\d.]+)  "
PARK = "I went to the park."
DOOR = {"sentence": "She opened the old door.", "view": "Fill the blank", "word": "3"}
RAVINE = {"surface": "Ravine", "alpha": "0.05", "T": "1", "optimizer": "Momentum"}
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("pages/next_token.py", {"prefix": "The old man went to the"}, P),
    ("pages/encoder_or_decoder.py", DOOR, P),
    ("pages/neural_network.py", {"k": "2", "d": "3", "x1": "0.75", "seed": "5", "sigma": "GeLU"}, r"y_hat = \[(.+)\]"),
    ("pages/losses.py", {"l1": "3.5", "tau": "2.1", "true": "beach"}, r"(?:CE|perplexity) = ([\d.]+)"),
    ("pages/losses.py", {"problem": "2-way classification", "logit": "-0.8"}, r"BCE = ([\d.]+)"),
    ("pages/losses.py", {"problem": "Regression", "yhat_1": "2.25"}, r"L[12] = ([\d.]+)"),
    ("pages/backpropagation.py", {"sigma": "Tanh", "row": "4", "loss": "L1"}, r"L = ([\d.]+)"),
    ("pages/backpropagation.py", {"loss": "CE", "row": "5", "seed": "3"}, r"L = ([\d.]+)"),
    ("pages/window_or_recurrence.py", {"view": "Chain rule", "N": "2", "prefix": PARK}, r"perplexity ([\d.,]+)$"),
    ("pages/step_rnn.py", {"prefix": "the students opened their", "t": "3"}, P),
    ("pages/gradient_descent.py", RAVINE, r"end of the path \[(.+)\]"),
    ("pages/bert_sentiment.py", {"stage": "7 Prediction", "sentence": "dull and loud"}, r"p\(1\) = ([\d.]+)"),
]


@pytest.mark.parametrize(("file", "state", "pattern"), CASES, ids=[f"{case[0]}-{i}" for i, case in enumerate(CASES)])
def test_the_code_finds_the_numbers_of_the_page(
    file: str, state: dict[str, Any], pattern: str, open_page: OpenPage
) -> None:
    at = open_page(file, **state)
    assert not at.exception
    output = run(at, file)
    expected = [number for found in re.findall(pattern, output, re.MULTILINE) for number in numbers(found)]
    assert expected, output
    there = shown(at)
    for number in expected:
        # Percentages stand on the page with two or three digits.
        near = [value for value in there if math.isclose(value, number, rel_tol=2e-3, abs_tol=1e-5)]
        assert near, f"{number} is not on the page; the code printed\n{output}"


def test_a_prompt_is_continued_as_on_the_page(open_page: OpenPage) -> None:
    at = open_page("pages/prompt.py", prompt="I went to the", seed="3", limit="4", temperature="0.8")
    next(button for button in at.button if button.label == "Generate").click().run()
    for _ in range(6):
        at.run()
    drawn = [token.p for token in at.session_state["_branches"][1].tokens]
    assert numbers("\n".join(re.findall(r"p = ([\d.]+)", run(at, "pages/prompt.py")))) == pytest.approx(drawn, abs=1e-6)


def test_a_run_of_training_is_repeated(open_page: OpenPage) -> None:
    at = open_page("pages/train_rnn.py", view="Run")
    losses = numbers("\n".join(re.findall(r"loss ([\d.]+)", run(at, "pages/train_rnn.py"))))
    visitor = at.session_state["_training_run"]
    visitor.go_on(41)
    while not visitor.ended:
        visitor.advance()
    assert [visitor.points[i].loss for i in (1, 21, 41)] == pytest.approx(losses[:3], abs=1e-4)


def test_a_landscape_is_computed_again(open_page: OpenPage) -> None:
    state = {"depth": "2", "width": "4", "n": "17", "T": "40"}
    at = open_page("pages/loss_landscape.py", **state)
    assert not at.exception
    low, high = numbers(re.findall(r"losses in the plane (.+)", run(at, "pages/loss_landscape.py"))[0])
    (seen,) = at.session_state["_landscapes"].values()
    assert (low, high) == pytest.approx((float(seen.stage.losses.min()), float(seen.stage.losses.max())), rel=1e-3)


def test_every_page_has_its_code() -> None:
    assert set(SNIPPETS) == {entry.file for entry in PAGES}


@pytest.mark.parametrize("hostile", ['"); import os #', "'''\n\"\"\"", "\\", "{prefix}", "%s {0}"])
def test_what_was_typed_is_only_a_text_in_the_code(hostile: str) -> None:
    import ast

    keys = ("prefix", "prompt", "sentence", "other", "model", "theta", "words", "formula", "encoder", "true")
    for make in SNIPPETS.values():
        state = {key: hostile for key in keys if key != "formula"}
        code = make(state)
        texts = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
        imported = {
            alias.name for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import) for alias in node.names
        }
        assert "os" not in imported
        assert all(isinstance(text, str | int | float | bool | None) for text in texts)
