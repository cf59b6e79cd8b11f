"""The code of every view of every page is run as a visitor would run it, and finds the numbers of that view."""

import ast
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages._shared.catalog import PAGES
from pages._shared.snippets import SNIPPETS
from tests.pages.conftest import OpenPage, rest
from tests.pages.snippet_numbers import missing, picked, printed, run, shown, told

# Of the fields, those that choose what a page shows.
CHOICES = ("view", "stage", "problem")


def open_state(open_page: OpenPage, file: str, state: dict[str, str], folder: Path) -> AppTest:
    """The page in a state; where that is on a table of the visitor's, the table lies in the folder of the code too."""
    at = open_page(file, **state)
    if state.get("data") == "Own table":
        (folder / "my table.csv").write_text(TABLE, encoding="utf-8")
        rest(at.get("file_uploader")[0].set_value(("my table.csv", TABLE.encode(), "text/csv")).run())
    assert not at.exception
    return at


_GOOD, _BAD = ("great", "moving", "funny", "warm", "brave", "clever"), ("dull", "loud", "cold", "cheap", "long", "flat")
TABLE = "label,text\n" + "".join(
    f"{label},the {what} was {word}\n"
    for label, words in ((1, _GOOD), (0, _BAD))
    for word in words
    for what in ("film", "cast")
)

# For each page: its options with a state each, what of the code's output must stand on the page in this state as a
# number, and what must stand there word for word.
P = r"^([\d.]+)  "
OLD_MAN = {"prefix": "The old man went to ", "position": "2", "k": "4"}
Q = {"temperature": "0.7", "top_k": "5", "top_p": "0.9"}
DOOR = {"sentence": "She opened the old door.", "word": "3"}
HEADS = {"encoder_layer": "2", "encoder_head": "1", "decoder_layer": "4", "decoder_head": "2"}
SMALL = {"k": "2", "d": "3", "layers": "2", "x1": "-2.5", "seed": "5", "sigma": "GeLU"}
MINE = {"data": "Own table", "layer": "2", "pooling": "mean", "sentence": "dull and loud"}
LOSSES = r"(?:^|  )(?:L[12]|BCE|CE) = ([\d.]+)(?:  dL/dy_hat = \[(.+)\])?|perplexity = exp\(CE\) = ([\d.]+)"
MOMENTUM = {"surface": "Ravine", "alpha": "0.05", "T": "6", "optimizer": "Momentum", "i": "5"}
STARTS = {"surface": "Linear regression", "optimizer": "SGD", "B": "2", "T": "5", "budget": "The same examples"}
STEP = r"L before = (\S+)  predicted change = (\S+)  change = (\S+)$|gradient = \[(.+?)\]|alpha u = \[(.+)\]"
END = r"^Momentum: end of the path \[(.+)\]"
LANDSCAPE = r"^([\d,]+) parameters|^(\d+) local|holds (\S+%)|L\(theta\*\) = (\S+)|L = (\S+), (\S+%) of"
RNN = {"prefix": "the students opened their", "t": "3"}
LITTLE = {"embedding": "8", "hidden": "12", "batch": "4", "seed": "3", "sentence": "She went to the park.", "t": "2"}
Case = tuple[str, dict[str, str], str, str]
CASES: list[Case] = [
    (
        "next_token",
        {"view": "Table", **OLD_MAN},
        P + r"|rank (\d+)  ln p = (\S+)|product = (\S+)  perplexity = (\S+)",
        "",
    ),
    ("next_token", {"view": "Numbers", **OLD_MAN}, P + r"|= \[(.+)\]|ids \((.+)\)|exp\((.+)\) / (\S+) = (\S+)", ""),
    ("next_token", {"view": "Sampling", **OLD_MAN, **Q}, P + r"|^p = (\S+)  q = (\S+)|^([\d,]+) of ([\d,]+)", ""),
    ("next_token", {"view": "Compare", **OLD_MAN}, P + r"|entropy (\S+)", r"over [\d,]+ tokens"),
    ("prompt", {"prompt": "I went to the"}, "", ""),
    ("bert_sentiment", {"stage": "1 Data"}, r"^([\d,]+) sentences|: ([\d,]+) or (\S+%)", ""),
    ("bert_sentiment", {"stage": "1 Data", **MINE}, r"^([\d,]+) sentences|: ([\d,]+) or (\S+%)", ""),
    ("bert_sentiment", {"stage": "2 Tokens", **MINE}, r"tokens: (.+)$", r"^\d+ tokens"),
    ("bert_sentiment", {"stage": "3 Padding", **MINE}, r"^(?:ids|mask) +(.+)$", r"(?<= ids; )\d+% of them are padding"),
    ("bert_sentiment", {"stage": "3 Padding", "mask": "false", **MINE}, r"feature (\S+)  cosine of the two (\S+)", ""),
    ("bert_sentiment", {"stage": "4 Encoder", **MINE}, r"\[CLS\] (.+)$|units: (.+)$", ""),
    ("bert_sentiment", {"stage": "5 Features", **MINE}, r"^(\S+)  label|^(?:yours|row \d) (.+)$|lies at (.+)$", ""),
    (
        "bert_sentiment",
        {"stage": "6 Classifier", **MINE, "test_share": "0.5", "seed": "4", "C": "2"},
        r"(\S+%)|confusion (.+)$",
        r"(?<=accuracy )\S+%|95 % interval \S+% to \S+%",
    ),
    ("bert_sentiment", {"stage": "6 Classifier", "C": "0.5"}, r"(\S+%)|confusion (.+)$", r"95 % interval \S+% to \S+%"),
    (
        "bert_sentiment",
        {"stage": "7 Prediction", **MINE, "head": "3"},
        r"x \+ b = (\S+)  p\(1\) = sigma\(logit\) = (\S+)  b = (\S+)|adds (\S+)|attends (\S+)",
        r"(?<=logit = )w\b|\S+% of \d+ others right",
    ),
    ("bert_sentiment", {"stage": "8 Layers", **MINE, "C": "0.1"}, r": (\S+), from (\S+) to (\S+)$", ""),
    (
        "encoder_or_decoder",
        {"view": "Mask", **DOOR},
        r"narrower mask: (\d+) of (\d+)",
        r"can attend to \d+ of \d+ tokens",
    ),
    ("encoder_or_decoder", {"view": "Attention", **DOOR, **HEADS}, r"coder: (\S+)  ", ""),
    ("encoder_or_decoder", {"view": "Fill the blank", **DOOR}, P, r"(?<=true word )rank \d+"),
    ("encoder_or_decoder", {"view": "Change a word", **DOOR, "other": "window"}, r"coder: (\S+)  ", ""),
    ("encoder_or_decoder", {"view": "Writing", **DOOR}, "", ""),
    ("encoder_or_decoder", {"view": "BERT and GPT-3", **DOOR}, "", r"^nlm-\w+"),
    ("neural_network", {"view": "Matrices", **SMALL}, r"[Wb]_\d = (\[+.+?\]+)|h_\d = (.+)$|y_hat = (.+)$", ""),
    ("neural_network", {"view": "One unit", "unit": "h₄[2]", **SMALL}, r"^\w+ +\[(.+)\]|: (\S+)$", ""),
    ("neural_network", {"view": "Weights", **SMALL}, r": (\[.+\])$", ""),
    ("neural_network", {"view": "Activation", **SMALL}, r": x = (\S+)  sigma\(x\) = (\S+)  sigma'\(x\) = (\S+)", ""),
    ("neural_network", {"view": "Softmax", **SMALL}, r"= (\S+)$|^p_1 = exp\((\S+)\) / sum = (\S+) / (\S+)", ""),
    (
        "losses",
        {"view": "Formulas, gradients, curves", "l1": "3.5", "tau": "2.1", "true": "beach"},
        f"{P}|{LOSSES}",
        "",
    ),
    (
        "losses",
        {"problem": "Multi-class classification", "view": "Softmax step by step", "l1": "3.5", "tau": "2.1"},
        r"^y = (\S+)  y/tau = (\S+)  exp = (\S+)|written (\S+)  y/tau - m = (\S+)  exp = (\S+)  p = (\S+)$|"
        r"^m = (\S+)  sum of the exponentials = (\S+)  of the probabilities = (\S+)$",
        "",
    ),
    ("losses", {"problem": "2-way classification", "logit": "-0.8", "class": "0"}, rf"= (\S+)$|{LOSSES}", ""),
    ("losses", {"problem": "Regression", "yhat_1": "2.25"}, LOSSES, ""),
    ("gradient_descent", {"view": "One step", **MOMENTUM}, f"{END}|{STEP}", ""),
    ("gradient_descent", {"view": "A thousand starts", **STARTS}, r"from (\S+%)", r"median L = \S+, lowest \S+(?=,)"),
    ("loss_landscape", {"depth": "2", "width": "4", "n": "17", "T": "40"}, LANDSCAPE, ""),
    ("loss_landscape", {"depth": "2", "width": "4", "T": "40", "n": "17", "directions": "Random"}, LANDSCAPE, ""),
    ("loss_landscape", {"source": "nlm-rnn", "n_rnn": "5", "sentences": "1", "reach": "0.5"}, LANDSCAPE, ""),
    ("backpropagation", {"view": "Ledger", "sigma": "Tanh", "row": "4", "loss": "L1"}, r"^L = (\S+)", ""),
    ("backpropagation", {"loss": "BCE", "row": "9", "seed": "3"}, r"delta of (?:h_2|y_hat) = (.+)$", ""),
    ("backpropagation", {"loss": "CE", "row": "11", "seed": "3"}, r"delta of h_1 = (.+)$|dL/dW_1 = (.+?)  dL", ""),
    (
        "backpropagation",
        {"view": "Take the step", "alpha": "0.03", "x1": "0.5"},
        r"L before = (\S+)  L after = (\S+)  change = (\S+)|promised change = (\S+)|[Wb]_\d = (\[+.+?\]+)",
        "",
    ),
    ("window_or_recurrence", {"view": "What is seen", "N": "2"}, P, r"(?<=window: )reads \d+ of \d+ words"),
    (
        "window_or_recurrence",
        {"view": "Two prefixes", "N": "2", "prefix": "She went to the sea", "other": "He went to the sea"},
        r"KL = (\S+)  max \|p - q\| = (\S+)  overlap (\d+)",
        r"(?<=window: the same numbers )from \d+ words back on",
    ),
    (
        "window_or_recurrence",
        {"view": "Chain rule", "N": "2", "prefix": "I went to the park."},
        r"ln p = (\S+)|(?:product|P) = (\S+)|perplexity = (\S+)$",
        r"ln P = \S+",
    ),
    ("step_rnn", {"view": "Arithmetic", **RNN}, P + r"|length (\S+), from (\S+) to (\S+), first (.+)$", ""),
    ("step_rnn", {"view": "One unit", "unit": "7", **RNN}, P + r"|^(\S+) from|bias (\S+) = (\S+)$|= ([\d.-]+);", ""),
    ("step_rnn", {"view": "Influence", "target": "The most probable word", **RNN}, P + r"|\| = (\S+)$", ""),
    ("step_rnn", {"view": "Similar states", **RNN}, P + r"|\) = (\S+)$|^(\S+)  START", ""),
    ("train_rnn", {"stage": "1 Pairs", **LITTLE}, r"pairs: \[(.+)\]", r"\d+ sentences, \d+ pairs"),
    ("train_rnn", {"stage": "2 Run", **LITTLE}, P + r"|^position 2: .+ = (\S+)$", ""),
    (
        "train_rnn",
        {"stage": "3 Loss", **LITTLE},
        r"^L.+ = ([\d.]+)$|^L of .+ = (\S+)  perplexity|equally likely: (\S+)",
        "",
    ),
    ("train_rnn", {"stage": "4 Backpropagate", **LITTLE}, r"\| = (\S+)|together (\S+)|alone (\S+)  .+ (\S+)$", ""),
    (
        "train_rnn",
        {"view": "Step by step", "stage": "5 Descend", **LITTLE},
        r"before = (\S+)  p after = (\S+)  factor = (\S+)|(\S+) -> (\S+)$",
        r"^\d+ of \d+",
    ),
    ("train_rnn", {"view": "Run"}, "", ""),
]


def name_of(case: Case) -> str:
    chosen = [value for key, value in case[1].items() if key in CHOICES]
    return f"{case[0]}-{'-'.join(chosen)}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_code_of_a_view_finds_its_numbers(
    case: Case,
    open_page: OpenPage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, state, pattern, words = case
    file = f"pages/{page}.py"
    at = open_state(open_page, file, state, tmp_path)
    # What can be chosen on this page is in the list, so that no view is left without code that was run.
    for group in at.get("button_group"):
        if group.key in CHOICES:
            assert {*group.options} == options(page, group.key), f"{page} has other options of {group.key}"
    if state.get("data") == "Own table":
        monkeypatch.chdir(tmp_path)
    if not pattern and not words:
        return  # What comes of its buttons is compared in test_snippets_kept.py.
    output = run(at, file)
    if pattern:
        wanted = picked(output, pattern)
        assert wanted, output
        assert not missing(wanted, shown(at)), f"not on the page; the code printed\n{output}"
    if words:
        phrases = re.findall(words, output, re.MULTILINE)
        assert phrases, output
        assert all(phrase in told(at).replace("**", "") for phrase in phrases), (phrases, told(at))


def options(page: str, key: str) -> set[str]:
    """The options of a page for which there is a case."""
    return {case[1][key] for case in CASES if case[0] == page and key in case[1]}


def test_every_page_has_its_code_and_every_view_its_own() -> None:
    assert set(SNIPPETS) == {entry.file for entry in PAGES}
    assert {f"pages/{case[0]}.py" for case in CASES} == set(SNIPPETS)
    for file, make in SNIPPETS.items():
        for key in CHOICES:
            chosen = options(Path(file).stem, key)
            assert len({make({key: option}) for option in chosen}) == len(chosen), (file, key)


OTHER = (
    "next_token-Table",
    "next_token-Sampling",
    "neural_network-Matrices",
    "losses-Regression",
    "step_rnn-One unit",
    "train_rnn-3 Loss",
)


@pytest.mark.parametrize("case", [case for case in CASES if name_of(case) in OTHER], ids=name_of)
def test_the_code_of_another_state_finds_other_numbers(case: Case, open_page: OpenPage, tmp_path: Path) -> None:
    page, state, pattern, _ = case
    at = open_state(open_page, f"pages/{page}.py", state, tmp_path)
    view = {key: value for key, value in state.items() if key in CHOICES}
    wanted = picked(printed(SNIPPETS[f"pages/{page}.py"](view)), pattern)
    # So the comparison above has something to find.
    assert missing(wanted, shown(at))


def names(code: str) -> set[str]:
    """Whatever a piece of code calls by name."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        fields = (getattr(node, field, None) for field in ("id", "attr", "name", "module", "arg"))
        found |= {name for name in fields if isinstance(name, str)}
    return found


@pytest.mark.parametrize("hostile", ['"); import os #', "'''\n\"\"\"", "\\", "{prefix}", "%s {0}", "$name ${k}"])
def test_what_was_typed_is_only_a_text_in_the_code(hostile: str) -> None:
    keys = ("prefix", "prompt", "sentence", "other", "model", "rnn", "theta", "words", "formula", "encoder", "true")
    for file, make in SNIPPETS.items():
        for choice in [{}, *({key: option} for key in CHOICES for option in options(Path(file).stem, key))]:
            state = {"surface": "Own formula", "data": "Own table", **choice}
            found = names(make({**state, **dict.fromkeys(keys, hostile)}))
            assert found == names(make({**state, **dict.fromkeys(keys, "word")}))
            assert not any(name.startswith("_") for name in found)
