"""BERT for sentiment classification: a sentence followed from its words to its label, through every tensor."""

from typing import TYPE_CHECKING

import streamlit as st

from nlm_core.lm.prefix import tidy
from pages._app import jobs
from pages._app.live import at_rest, live, live_drawing
from pages._shared import controls
from pages._shared.charts.pieces import pieces_drawing
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint

if TYPE_CHECKING:
    from pages._shared.panels.sentiment_setup import Setup

# The stages, each with the lines of the lecture's notebook that do it.
NOTEBOOK = {
    "1 Data": "df = pd.read_csv('train.tsv', delimiter='\\t', header=None)",
    "2 Tokens": "tokenized = df[0].apply((lambda x: tokenizer.encode(x, add_special_tokens=True)))",
    "3 Padding": (
        "padded = np.array([i + [0] * (max_len - len(i)) for i in tokenized.values])\n"
        "attention_mask = np.where(padded != 0, 1, 0)"
    ),
    "4 Encoder": "with torch.no_grad():\n    last_hidden_states = model(input_ids, attention_mask=attention_mask)",
    "5 Features": "features = last_hidden_states[0][:, 0, :].numpy()\nlabels = df[1]",
    "6 Classifier": (
        "train_features, test_features, train_labels, test_labels = train_test_split(features, labels)\n"
        "lr_clf = LogisticRegression()\n"
        "lr_clf.fit(train_features, train_labels)\n"
        "lr_clf.score(test_features, test_labels)"
    ),
    "7 Prediction": "lr_clf.predict(features)",
    "8 Layers": "",
}
STAGES = tuple(NOTEBOOK)
# What is drawn from the features of all sentences, and stays while others are computed.
NEED_FEATURES = STAGES[4:]
SENTENCES = (
    "a visually stunning rumination on love",
    "not bad at all",
    "I wanted to like it",
    "dull, loud and far too long",
)


HELP = hint("Tokenization", said="It is followed through every stage. Every keystroke is read.")


def put_sentence(text: str) -> None:
    st.session_state["sentence"] = text


@live
@errors_told
def answer(setup: "Setup") -> None:
    """The sentence and its word pieces: what a keystroke costs."""
    typed = controls.prefix_field("Your sentence", "sentence", help=HELP)
    special = setup.encoder.tokenizer.all_special_tokens
    live_drawing("tokens", pieces_drawing(setup.encoder.tokenise(typed.text), special), key="pieces")


@at_rest
@errors_told
def below(setup: "Setup") -> None:
    """A stage, when the sentence has come to rest."""
    from pages._shared.panels.sentiment_work import last_shown

    typed = tidy(st.session_state["sentence"])
    controls.tell_prefix("sentence")
    for note in typed.notes:
        st.info(note)
    stage = st.segmented_control(
        "Stage", STAGES, default=STAGES[0], key="stage", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        _stage(stage, setup, typed.text)
    except jobs.StillComputing:
        last = last_shown("sweep" if stage == "8 Layers" else "features") if stage in NEED_FEATURES else None
        if last is not None:
            with jobs.dimmed("stage", last=True):
                _stage(stage, last, typed.text)
    if NOTEBOOK[stage]:
        st.code(NOTEBOOK[stage], language="python")


def _stage(stage: str, setup: "Setup", sentence: str) -> None:
    from pages._shared.panels import sentiment_reading as reading

    if stage == "1 Data":
        reading.data_panel(setup, sentence)
    elif stage == "2 Tokens":
        reading.tokens_panel(setup, sentence)
    elif stage == "3 Padding":
        reading.padding_panel(setup, sentence)
    elif stage == "4 Encoder":
        reading.encoder_panel(setup, sentence)
    elif stage == "5 Features":
        from pages._shared.panels.sentiment_features import features_panel

        features_panel(setup, reading.encoded(setup, sentence))
    elif stage == "6 Classifier":
        from pages._shared.panels.sentiment_fit import classifier_panel

        classifier_panel(setup)
    elif stage == "7 Prediction":
        from pages._shared.panels.sentiment_prediction import prediction_panel

        prediction_panel(setup, sentence)
    else:
        from pages._shared.panels.sentiment_layers import layers_panel

        layers_panel(setup)


def journey() -> None:
    """What the stages are computed from in the page's full run; the sentence and its stages in parts of their own."""
    from pages._shared.panels.sentiment_setup import setup_field

    controls.open_prefix("sentence", SENTENCES[0])
    first, rest = st.columns([5, 7], gap="medium")
    told = st.container()
    with rest:
        with st.container(key="setup"):
            setup = setup_field(told)
        controls.preset_buttons(SENTENCES, put_sentence)
    with first:
        answer(setup)
    below(setup)


with page("bert_sentiment"):
    errors_told(journey)()
