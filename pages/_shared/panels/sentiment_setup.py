"""What the sentiment page works with: the sentences, the encoder, the layer and the pooling."""

from collections.abc import Hashable
from dataclasses import dataclass

import streamlit as st

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.runtime import BusyError
from nlm_core.sentiment.classifier import MAX_SHARE, MIN_SHARE
from nlm_core.sentiment.datasets import MAX_BYTES, MAX_ROWS, Dataset, columns, read_table
from nlm_core.sentiment.encoder import POOLINGS, Encoder
from nlm_core.sentiment.encoders import ENCODER_PRESETS, MINILM, default_encoder, is_at_hand
from nlm_core.sentiment.sst2 import SST2, SUBSET
from pages._shared import loaders
from pages._shared.controls import bounded_number, bounded_slider, may_fetch, stop_of
from pages._shared.escape import plain
from pages._shared.glossary import hint

REVIEWS, SST2_NAME, OWN = "Film reviews", "SST-2", "Own table"
SOURCES = (REVIEWS, SST2_NAME, OWN)
BUNDLED, DRAWN = "As given", "Drawn"
MAX_C = 1000.0
# Rows of a visitor's own table that are encoded: what two slow cores do in about a minute with MiniLM.
MAX_OWN_ROWS = 4_000
_OWN = "_sentiment_table"


@dataclass(frozen=True, eq=False)
class Data:
    """A dataset by a key of its own; ``shared`` says whether all visitors may work on what is computed from it."""

    dataset: Dataset
    key: Hashable
    shared: bool


@dataclass(frozen=True)
class How:
    """How the classifier is made: which split, and for one that is drawn the test share and the seed; C."""

    split: str
    share: float
    seed: int
    C: float


@dataclass(frozen=True, eq=False)
class Setup:
    """All that the stages of the pipeline are computed from.

    Attributes
    ----------
    data : Data
    encoder, eager : Encoder
        The second one shows its attention; the two share their weights.
    layer : int
    pooling : str
    how : How
    """

    data: Data
    encoder: Encoder
    eager: Encoder
    layer: int
    pooling: str
    how: How

    @property
    def key(self) -> Hashable:
        """Equal for equal features."""
        return self.data.key, self.encoder.fingerprint, self.layer, self.pooling


def setup_field(told: st.delta_generator.DeltaGenerator) -> Setup:
    """The controls of the page, in one row; uploads, offers and messages go into ``told``, where there is room."""
    first, second, third = st.columns([5, 4, 4], vertical_alignment="bottom", gap="medium")
    with third, st.popover("Settings", icon=":material/tune:", key="settings", width="stretch"):
        source, name = _source_field(), _encoder_field()
        how = _how_field(bundled=source != OWN)
    with told:
        data, (encoder, eager) = _data(source), _usable_encoder(name)
    with first:
        layer = bounded_slider(
            "Layer", 0, encoder.n_layers, default=encoder.n_layers, key="layer",
            help=hint(
                "Features", "Encoder",
                said="Which hidden states become features; the lecture takes the last layer. 0 are the embeddings.",
            ),
        )  # fmt: skip
    with second:
        pooling = st.segmented_control(
            "Pooling", POOLINGS, default=POOLINGS[0], key="pooling", bind="query-params", required=True,
            help=hint(
                "Features", "[CLS] and [SEP]",
                said="cls: the slice [:, 0, :], as in the lecture. mean: the mean over the tokens of the sentence.",
            ),
        )  # fmt: skip
    return Setup(data, encoder, eager, layer, pooling, how)


def _source_field() -> str:
    source: str = st.segmented_control(
        "Data", SOURCES, default=REVIEWS, key="data", bind="query-params", required=True,
        help="Sentences with two kinds of label. The film reviews are our own; SST-2 is the lecture's, on the Hub.",
    )  # fmt: skip
    return source


def _encoder_field() -> str:
    known = [MINILM, *ENCODER_PRESETS]
    name = st.selectbox(
        "Encoder", known, index=known.index(default_encoder()), accept_new_options=True, key="encoder",
        bind="query-params",
        help="MiniLM needs no network. DistilBERT is the lecture's. Any encoder of the Hub can be typed as owner/name; "
        "safetensors only.",
    )  # fmt: skip
    return name or MINILM


def _how_field(bundled: bool) -> How:
    kinds = (BUNDLED, DRAWN) if bundled else (DRAWN,)
    kind = st.segmented_control(
        "Split", kinds, default=kinds[0], key="split", bind="query-params", required=True,
        help=hint("Training and test set"),
    )  # fmt: skip
    left, middle, right = st.columns(3)
    share, seed = 0.25, 0
    if kind == DRAWN:
        with left:
            share = bounded_slider("Test share", MIN_SHARE, MAX_SHARE, default=0.25, key="test_share")
        with middle:
            seed = int(bounded_number("Seed", 0, 2**31 - 1, default=0, key="seed"))
    with right:
        C = bounded_number(
            "C", 1e-4, MAX_C, default=1.0, key="C",
            help=hint(
                "Logistic regression", said="How weakly its weights are held back; 1 is scikit-learn's default."
            ),
        )  # fmt: skip
    return How(kind, share, seed, C)


def _usable_encoder(name: str) -> tuple[Encoder, Encoder]:
    """The chosen encoder; where it cannot be had, says why and takes MiniLM instead."""
    preset = ENCODER_PRESETS.get(name)
    size = f"{preset.megabytes:,} MB" if preset else None
    try:
        wanted = is_at_hand(name) or may_fetch(name, size, MINILM)
        if wanted and loaders.encoder_arrived(name, MINILM, stop_of(name)):
            return loaders.encoder(name)
    except (ModelUnavailableError, BusyError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.caption(f"Shown meanwhile: {MINILM}.")
    return loaders.encoder(MINILM)


def _data(source: str) -> Data:
    if source == SST2_NAME:
        megabytes = sum(file.size for file in SST2.files.values()) / 1e6
        try:
            wanted = may_fetch(SST2.repo_id, f"{megabytes:.0f} MB", REVIEWS)
            if wanted and loaders.sst2_arrived(REVIEWS, stop_of(SST2.repo_id)):
                st.caption(f"The first {SUBSET:,} training rows of SST-2, and all of its validation rows to test on.")
                return Data(loaders.sst2_subset(), source, shared=True)
        except (ModelUnavailableError, BusyError) as error:
            st.error(plain(str(error)), icon=":material/error:")
            st.caption(f"Shown meanwhile: {REVIEWS}.")
    elif source == OWN:
        own = _own_table()
        if own is not None:
            return own
    return Data(loaders.reviews(), REVIEWS, shared=True)


def _own_table() -> Data | None:
    """The visitor's table; None, with a message, as long as there is none that can be used."""
    uploaded = st.file_uploader(
        f"CSV or TSV in UTF-8 with sentences and two kinds of label: at most {MAX_BYTES / 1e6:,.0f} MB and "
        f"{MAX_ROWS:,} rows; the first {MAX_OWN_ROWS:,} are used",
        type=["csv", "tsv", "txt"],
        key="table",
    )
    try:
        if uploaded is not None:
            return _read(uploaded.file_id, uploaded.name, uploaded.getvalue())
    except ValueError as error:
        st.error(plain(str(error)), icon=":material/error:")
    st.caption(f"Shown meanwhile: {REVIEWS}.")
    return None


def _read(file_id: str, name: str, content: bytes) -> Data:
    """The table with the columns that are chosen; read once, as long as these stay the same."""
    layout = columns(content)
    sentence, label = layout.sentence, layout.label
    if len(layout.names) > 2 and label is not None:
        places, shown = range(len(layout.names)), list(layout.names)
        left, right = st.columns(2)
        sentence = left.selectbox(
            "Column of the sentences", places, sentence, key="sentence column", format_func=shown.__getitem__
        )
        label = right.selectbox(
            "Column of the labels", places, label, key="label column", format_func=shown.__getitem__
        )
    key = (file_id, sentence, label)
    kept: tuple[tuple[str, int, int | None], Dataset] | None = st.session_state.get(_OWN)
    if kept is None or kept[0] != key:
        number = None if label is None else label + 1
        found = read_table(content, name, sentence=sentence + 1, label=number, header=layout.has_header)
        kept = (key, found.rows(range(min(len(found), MAX_OWN_ROWS))))
        st.session_state[_OWN] = kept
    return Data(kept[1], key, shared=False)
