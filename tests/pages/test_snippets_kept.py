"""The code follows what a page keeps beside its fields: what its buttons did, points moved, models absent."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.optim.points import points_from_cells
from nlm_core.optim.surfaces import default_points
from pages._shared.snippets import SNIPPETS
from tests.pages.conftest import OpenPage, rest
from tests.pages.snippet_numbers import Fields, missing, picked, printed, run, shown, told

Q = {"temperature": "0.8", "top_k": "9", "seed": "3"}


def press(at: AppTest, label: str) -> None:
    """Press a button, and let what it begins come to its end."""
    next(button for button in at.button if button.label.startswith(label)).click().run()
    rest(at)
    assert not at.exception


def found(output: str, pattern: str) -> list[float]:
    return [number.value for number in picked(output, pattern)]


def test_a_prompt_is_continued_as_on_the_page(open_page: OpenPage) -> None:
    file = "pages/prompt.py"
    at = open_page(file, prompt="I went to the", limit="4", **Q)
    press(at, "Generate")
    tokens = at.session_state["_branches"][1].tokens
    drawn = [value for token in tokens for value in (token.p, token.q, token.rank)]
    output = run(at, file)
    assert found(output, r"^p = (\S+)  q = (\S+)  rank (\d+)") == pytest.approx(drawn, abs=1e-6)
    assert found(output, r"^(\d\S+)  ") == pytest.approx([p for _, p in tokens[-1].top], abs=1e-6)

    # Another token at the second place makes a branch, which the code then takes as it is.
    at.number_input(key="token").set_value(2).run()
    assert found(run(at, file), r"^(\d\S+)  ") == pytest.approx([p for _, p in tokens[1].top], abs=1e-6)
    press(at, next(b.label for b in at.button if str(b.key).startswith("alternative") and not b.disabled))
    branch = at.session_state["_branches"][1].tokens
    assert [token.q is None for token in branch] == [False, True]
    output = run(at, file)
    assert found(output, r"^p = (\S+)  rank") == pytest.approx([token.p for token in branch], abs=1e-6)
    assert found(output, r"^(\d\S+)  ") == pytest.approx([p for _, p in branch[1].top], abs=1e-6)


def test_what_is_drawn_into_the_prefix_is_drawn_by_the_code(open_page: OpenPage) -> None:
    file = "pages/next_token.py"
    at = open_page(file, prefix="I went to", view="Sampling", limit="3", **Q)
    press(at, "Generate")
    drawn = [value for _, p, q in at.session_state["_generation"]["drawn"] for value in (p, q)]
    assert drawn
    assert found(run(at, file), r"drawn: p = (\S+)  q = (\S+)") == pytest.approx(drawn, abs=1e-6)


def test_both_models_write_as_on_the_page(open_page: OpenPage) -> None:
    file = "pages/encoder_or_decoder.py"
    at = open_page(file, view="Writing", sentence="She opened the old door.", word="4", length="3", **Q)
    press(at, "Write")
    pairs = at.session_state["_written"][1]
    output = run(at, file)
    for i, name in enumerate(("encoder", "decoder")):
        written = [pair[i].p for pair in pairs if pair[i] is not None]
        assert written
        assert found(output, rf"^{name}: p = (\S+)") == pytest.approx(written, abs=1e-6)


def test_facts_of_the_comparison_hold_for_our_models(open_page: OpenPage) -> None:
    file = "pages/encoder_or_decoder.py"
    at = open_page(file, view="BERT and GPT-3")
    assert "BERT: bidirectional" in told(at) and "GPT-3: unidirectional" in told(at)
    left_of_bert, right_of_bert, left_of_gpt, right_of_gpt = found(run(at, file), r"left (\S+), to the right (\S+)$")
    assert min(left_of_bert, right_of_bert, left_of_gpt) > 1
    assert right_of_gpt == 0


def test_a_run_of_training_is_repeated(open_page: OpenPage) -> None:
    file = "pages/train_rnn.py"
    at = open_page(file, view="Run", steps="40", hidden="12", batch="4")
    visitor = at.session_state["_training_run"]
    visitor.go_on(40)
    for _ in visitor.steps():
        pass
    at.run()
    output = run(at, file)
    by_number = {point.number: point.loss for point in visitor.points}
    steps = re.findall(r"step (\d+)  loss (\S+)", output)
    assert len(steps) > 5
    assert [float(loss) for _, loss in steps] == pytest.approx([by_number[int(n)] for n, _ in steps], abs=1e-4)
    wanted = picked(output, r"batches (\S+)$|held-out loss (\S+)$")
    assert len(wanted) == 2
    assert not missing(wanted, shown(at))


def test_a_lesson_goes_on_after_steps_by_hand(open_page: OpenPage) -> None:
    file = "pages/train_rnn.py"
    at = open_page(file, stage="5 Descend", sentence="She went to the park.", hidden="12", batch="4")
    press(at, "Keep this step")
    at.text_input(key="sentence").set_value("I went home.").run()
    at.session_state["stage"] = "3 Loss"
    at.run()
    assert at.session_state["_training_run"].by_hand == {0: "She went to the park."}
    wanted = picked(run(at, file), r"^L_\d.+ = ([\d.]+)$|^L of .+ = (\S+)  perplexity")
    assert wanted
    assert not missing(wanted, shown(at))
    # Had the step not been taken, the losses would be others.
    fields = Fields(at)
    fresh = SNIPPETS[file]({key: fields.get(key) for key in ("sentence", "stage", "hidden", "batch")})
    assert len(missing(picked(printed(fresh), r"^L_\d.+ = ([\d.]+)$"), shown(at))) > 2


def test_a_model_trained_here_is_read_from_its_files(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = open_page("pages/train_rnn.py", view="Run", hidden="12")
    at.session_state["_training_run"].step_on()
    visitor = at.session_state["_training_run"]
    at.run()
    press(at, "Use on the other pages")
    (tmp_path / "model.safetensors").write_bytes(visitor.weights())
    (tmp_path / "vocabulary.json").write_text(visitor.vocabulary.to_json(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for file, key in (("pages/step_rnn.py", "rnn"), ("pages/next_token.py", "model")):
        at.query_params[key] = "my-rnn"
        at.switch_page(file).run()
        assert not at.exception
        wanted = picked(run(at, file), r"^([\d.]+)  ")
        assert len(wanted) > 5
        assert not missing(wanted, shown(at))


def test_points_moved_by_hand_and_rivals_are_in_the_code(open_page: OpenPage) -> None:
    file = "pages/gradient_descent.py"
    at = open_page(file, surface="Linear regression", T="5", i="4", rivals="SGD")
    before = run(at, file)
    points = default_points("Linear regression")
    moved = [(x, y + 0.5) for x, y in zip(points.x.tolist(), points.y.tolist(), strict=True)]
    at.session_state["_descent_points"] = {"Linear regression": points_from_cells(moved)}
    at.run()
    assert not at.exception
    output = run(at, file)
    assert output.count("end of the path") == 2
    wanted = picked(output, r"L before = (\S+)  predicted change = (\S+)  change = (\S+)$")
    assert not missing(wanted, shown(at))
    assert missing(picked(before, r"L before = (\S+)  predicted change = (\S+)  change = (\S+)$"), shown(at))


@pytest.mark.parametrize(
    ("page", "state", "pattern"),
    [
        ("next_token", {"model": "no such model", "prefix": "I went to"}, r"^([\d.]+)  "),
        ("next_token", {"model": "nobody/nothing", "prefix": "I went to"}, r"^([\d.]+)  "),
        ("gradient_descent", {"surface": "Own formula", "formula": "x^", "T": "2", "i": "1"}, r"L before = (\S+)"),
        ("gradient_descent", {"alpha": "-3", "T": "2", "i": "1"}, r"L before = (\S+)"),
        ("losses", {"words": "one", "tau": "2.0"}, r"(?:CE|perplexity = exp\(CE\)) = ([\d.]+)"),
        ("neural_network", {"theta": "1 2 three", "seed": "4"}, r"y_hat = (.+)$"),
        ("bert_sentiment", {"stage": "1 Data", "data": "Own table"}, r"^([\d,]+) sentences|: ([\d,]+) or"),
        ("bert_sentiment", {"stage": "4 Encoder", "encoder": "nobody/nothing", "data": "SST-2"}, r"\[CLS\] (.+)$"),
    ],
)
def test_what_cannot_be_used_is_not_in_the_code_either(
    page: str, state: dict[str, str], pattern: str, open_page: OpenPage
) -> None:
    """The page shows something else meanwhile, and the code prints the numbers of that."""
    at = open_page(f"pages/{page}.py", **state)
    assert not at.exception
    wanted = picked(run(at, f"pages/{page}.py"), pattern)
    assert wanted
    assert not missing(wanted, shown(at))


def test_a_landscape_is_computed_again(open_page: OpenPage) -> None:
    state = {"depth": "2", "width": "4", "n": "17", "T": "40"}
    at = open_page("pages/loss_landscape.py", **state)
    assert not at.exception
    low, high = found(run(at, "pages/loss_landscape.py"), r"losses in the plane from (\S+) to (\S+)$")
    (seen,) = at.session_state["_landscapes"].values()
    assert (low, high) == pytest.approx((float(seen.stage.losses.min()), float(seen.stage.losses.max())), rel=1e-3)


def test_the_loaded_models_are_kept_where_the_code_looks_for_them(open_page: OpenPage) -> None:
    at = open_page("pages/bert_sentiment.py", stage="2 Tokens")
    at.switch_page("pages/next_token.py").run()
    assert {("_encoder", "minilm"), ("_model", "nlm-gpt")} <= set(at.session_state["_loaded"])
