"""The page Train an RNN as a visitor meets it: the five stages, a run, odd texts, odd addresses, what is taken away."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.lm.rnn import RnnModel
from nlm_core.lm.visitor_training import VisitorRun
from pages._shared.panels.training_lesson import STAGES
from tests.pages.conftest import rest, under_way

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGE = "pages/train_rnn.py"


def visit(**query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=300)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run().switch_page(PAGE).run()


def clean(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    return at


def run_of(at: AppTest) -> VisitorRun:
    run = at.session_state["_training_run"]
    assert isinstance(run, VisitorRun)
    return run


def press(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


def train(at: AppTest, steps: int) -> AppTest:
    """Press Train, and let the run come to its end."""
    at.number_input("steps").set_value(steps).run()
    at.button("train").click().run()
    rest(at)
    assert run_of(at).ended
    return at


def test_the_table_of_the_lecture() -> None:
    at = clean(visit())
    table = at.dataframe[0].value
    assert table["x (input)"].tolist() == [
        "START", "START I", "START I went", "START I went to", "START I went to the", "START I went to the park",
        "START I went to the park.",
    ]  # fmt: skip
    assert table["y (output)"].tolist() == ["␣I", "␣went", "␣to", "␣the", "␣park", ".", "STOP"]


def test_a_walk_through_the_stages_takes_one_step() -> None:
    at = clean(visit())
    for stage in STAGES[1:]:
        at = clean(press(at, stage[2:]))
        assert at.button_group("stage").value == stage
    assert run_of(at).number == 0
    at = clean(press(at, "Keep this step and run again"))
    run = run_of(at)
    assert run.number == 1 and run.by_hand == {0: "I went to the park."}
    assert at.button_group("stage").value == STAGES[1]
    at = clean(press(at, "Back"))
    assert at.button_group("stage").value == STAGES[0]


@pytest.mark.parametrize(
    "sentence",
    ["", "dog", "dog " * 60, "<UNK> **b** $x$ <script>", "🙂 👩‍👩‍👧"],
    ids=["none", "one", "many", "markup", "emoji"],
)
def test_any_sentence_at_any_stage(sentence: str) -> None:
    at = clean(visit(sentence=sentence))
    for stage in STAGES[1:]:
        clean(at.button_group("stage").set_value(stage).run())


@pytest.mark.parametrize("vocabulary", ["Words", "BPE"])
def test_a_run_learns_and_can_be_taken_away(vocabulary: str) -> None:
    at = clean(visit(view="Run", vocabulary=vocabulary))
    at = clean(train(at, 50))
    run = run_of(at)
    assert run.number == 50
    losses = [point.loss for point in run.points if point.loss is not None]
    assert losses[-1] < losses[0] - 1
    assert next(button for button in at.button if button.label == "Pause").disabled
    assert {button.label for button in at.get("download_button")} >= {"Weights", "Vocabulary", "Loss curve"}


def test_pause_resume_reset() -> None:
    at = clean(visit(view="Run", speed="Watch"))
    at.button("train").click().run()
    under_way(at, "training", steps=3)
    at = press(at, "Pause")
    number = run_of(at).number
    assert 0 < number < 300
    at.run()
    assert run_of(at).number == number and at.button("train").label == "Resume"
    at.button("train").click().run()
    under_way(at, "training", steps=number + 1)
    assert run_of(at).number > number
    at = clean(press(at, "Reset"))
    assert run_of(at).number == 0


def test_changed_settings_wait_for_a_reset() -> None:
    at = train(clean(visit(view="Run")), 10)
    at.number_input("hidden").set_value(32).run()
    assert run_of(at).settings.hidden == 64 and run_of(at).number == 10
    assert any("hidden" in info.value for info in at.info)
    assert run_of(clean(press(at, "Reset"))).settings.hidden == 32


def test_a_diverging_run_says_what_to_change() -> None:
    at = visit(view="Run", optimizer="SGD", learning_rate="100", clip="0")
    at = train(at, 200)
    assert run_of(at).diverged is not None
    assert any("smaller learning rate" in error.value for error in at.error)
    assert at.button("train").disabled
    at.button_group("view").set_value("Step by step").run()
    assert not at.exception and any("diverged" in error.value for error in at.error)


@pytest.mark.parametrize(
    ("key", "asked", "used"),
    [("hidden", "9999", 256), ("hidden", "-3", 4), ("learning_rate", "1e6", 100.0), ("learning_rate", "0", 1e-5),
     ("batch", "0", 1), ("steps", "1e9", 5000), ("seed", "-1", 0)],
)  # fmt: skip
def test_addresses_out_of_bounds_are_moved_with_a_message(key: str, asked: str, used: float) -> None:
    at = clean(visit(view="Run", **{key: asked}))
    assert at.number_input(key).value == used
    assert any("is not between" in info.value for info in at.info)


@pytest.mark.parametrize("query", [{"vocabulary": "letters"}, {"hidden": "many"}, {"view": "x"}, {"stage": "6"}])
def test_nonsense_in_the_address(query: dict[str, str]) -> None:
    clean(visit(**query))


@pytest.mark.parametrize("view", ["Step by step", "Run"])
@pytest.mark.parametrize(
    "text", ["dog", "dog " * 300, "a\n" * 2_500_000, "\ud83d", "🙂"], ids=["one", "same", "5 MB", "half", "emoji"]
)
def test_any_own_text(view: str, text: str) -> None:
    at = visit(view=view, source="Own text")
    at.text_area("own_text").set_value(text.encode("utf-8", errors="replace").decode()).run()
    clean(at)
    if view == "Run":
        clean(train(at, 5))


def test_an_empty_text_is_a_message_and_the_run_is_kept() -> None:
    at = train(clean(visit(view="Run")), 10)
    at.button_group("source").set_value("Own text").run()
    assert not at.exception and any("no text to train on" in error.value for error in at.error)
    at.button_group("source").set_value("Park sentences").run()
    assert run_of(clean(at)).number == 10


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"\x89PNG\r\n\0\0", "zero bytes"), ("caf\xe9".encode("latin-1"), "is not UTF"), (b"", "no text")],
    ids=["binary", "latin-1", "empty"],
)
def test_uploads_that_are_no_text(raw: bytes, message: str) -> None:
    at = visit(source="Upload")
    at.file_uploader("upload").upload("text.txt", raw, "text/plain").run()
    assert not at.exception and any(message in error.value for error in at.error)


def test_an_upload_of_five_megabytes_is_cut() -> None:
    at = visit(source="Upload")
    at.file_uploader("upload").upload("text.txt", b"A short line.\n" * 360_000, "text/plain").run()
    clean(at)
    assert any("are trained on" in info.value for info in at.info)


def test_models_for_the_other_pages_are_at_most_three() -> None:
    at = train(clean(visit(view="Run")), 5)
    for name in ("one", "two", "three", "four", "nlm-rnn", "nlm-bert", " "):
        at.text_input("model_name").set_value(name).run()
        at = clean(press(at, "Use on the other pages"))
    kept = at.session_state["trained_models"]
    assert list(kept) == ["two", "three", "four"]
    assert all(isinstance(model, RnnModel) and model.card.name == name for name, model in kept.items())


def test_the_trained_model_on_the_other_pages() -> None:
    at = train(clean(visit(view="Run")), 30)
    clean(press(at, "Use on the other pages"))
    at.switch_page("pages/step_rnn.py").run()
    at.selectbox("rnn").set_value("my-rnn").run()
    clean(at)
    at.switch_page(PAGE).run()
    assert run_of(clean(at)).number == 30
