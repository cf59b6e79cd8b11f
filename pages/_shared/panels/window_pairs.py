"""Two prefixes that differ in one early word: how long each model can tell them apart."""

from collections.abc import Mapping

import streamlit as st

from nlm_core.lm.candidates import label
from nlm_core.lm.divergence import Divergence, diverge
from nlm_core.lm.prefix import Prefix
from nlm_core.lm.reader import PrefixReader
from nlm_core.runtime import gate
from nlm_core.text.csv_export import to_csv
from pages._app.live import answer_now
from pages._shared import controls
from pages._shared.charts.bars import percent
from pages._shared.charts.curves import MEASURES, gap_alt, gap_chart, gap_frame
from pages._shared.escape import as_sentence, plain
from pages._shared.panels.chart import chart

# Pairs that differ in one word, by what hangs on it.
PAIRS = {
    "is / are": ("The keys to the old house by the river", "The key to the old house by the river"),
    "she / he": ("She put on the coat and went to the door because", "He put on the coat and went to the door because"),
    "not": (
        "The soup was not very good, so we asked the waiter",
        "The soup was really very good, so we asked the waiter",
    ),
    "one word in": ("The old man said that it was late", "The old man and his wife said that it was late"),
}
# The name of the field of the second sentence.
OTHER = "other"
SENTENCES = (PAIRS["is / are"][0], "She said that the man in the old house knew", "I went to the park.")
_TOP_K = 10


def _take(first: str, second: str) -> None:
    controls.set_prefix(first)
    st.session_state[OTHER] = second
    answer_now()


def pair_buttons() -> None:
    """Buttons that put a pair into the two fields."""
    with st.container(horizontal=True, gap="small"):
        for name, (one, two) in PAIRS.items():
            st.button(name, key=f"pair {name}", on_click=_take, args=(one, two), type="tertiary")


def pairs_panel(readers: Mapping[str, PrefixReader], first: str, other: Prefix, window: int) -> None:
    """Compare the sentence with another one in both models."""
    for note in other.notes:
        st.info(note)
    found: dict[str, Divergence] = {}
    for name, reader in readers.items():
        model = reader.model
        ids = [[model.start_id, *model.encode(text)] for text in (first, other.text)]
        try:
            with gate().slot():
                found[name] = diverge(model, ids[0], ids[1], _TOP_K)
        except ValueError as error:
            st.info(plain(as_sentence(str(error))) + ".")
            return
    model = next(iter(readers.values())).model
    _verdict(found, window)
    curve, side = st.columns([3, 2])
    names = [_words(model, next(iter(found.values()))), *(label(model, i) for i in _after(found))]
    frame = gap_frame({f"window, N = {window}": found["window"], "RNN": found["RNN"]}, names)
    with curve:
        measure = st.segmented_control(
            "Measure", list(MEASURES), default="KL", key="measure", bind="query-params",
            label_visibility="collapsed", required=True,
        )  # fmt: skip
        chart(gap_chart(frame, measure, window, _TOP_K), key="gaps", alt=gap_alt(frame, measure))
    with side:
        _shifts(readers, found)
    st.download_button(
        "Curve as CSV",
        lambda: to_csv(list(frame.columns), frame.itertuples(index=False)),
        "divergence.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _after(found: Mapping[str, Divergence]) -> tuple[int, ...]:
    return next(iter(found.values())).alignment.after


def _words(model, divergence: Divergence) -> str:
    """The differing words as one text: ``keys / key``."""
    sides = (divergence.alignment.first, divergence.alignment.second)
    return " / ".join(" ".join(label(model, i) for i in side) or "nothing" for side in sides)


def _verdict(found: Mapping[str, Divergence], window: int) -> None:
    sliding, recurrent = found["window"], found["RNN"]
    last = recurrent.gaps[-1]
    if sliding.same_from is None:
        left, right = (
            f"The differing word is only {sliding.gaps[-1].back} back: a window of {window} still sees it. "
            "Make N smaller or the shared rest longer.",
            "",
        )
    else:
        left = (
            f"**Window:** from {sliding.same_from} words back on, both distributions are the same numbers: "
            "largest difference **exactly 0**."
        )
        right = (
            f"**RNN:** {last.back} words back it still differs by **{last.kl:.3g} nats**, "
            f"at most {percent(last.largest)} for one word; {last.overlap} of the top {_TOP_K} agree."
        )
    st.markdown(f"{left}  \n{right}" if right else left)


def _shifts(readers: Mapping[str, PrefixReader], found: Mapping[str, Divergence]) -> None:
    """The words that tell the two prefixes apart after the last shared word, in the recurrent network."""
    reader, last = readers["RNN"], found["RNN"].gaps[-1]
    st.markdown("Next words whose p the RNN still moves most at the end:")
    rows = [
        {
            "next word": label(reader.model, shift.token_id),
            "p, first": percent(shift.p),
            "q, second": percent(shift.q),
            "p : q": f"{shift.p / shift.q:.2f}" if shift.q else "∞",
        }
        for shift in last.shifts
    ]
    st.dataframe(
        rows, hide_index=True, alt=f"Next words: the {len(rows)} whose probability differs most, {last.back} words back"
    )
    st.caption("p after the first sentence, q after the second; KL(p ‖ q) = Σ p ln(p / q) over the whole vocabulary.")
