"""One word changed: what moves on its left, in the encoder and in the decoder."""

from collections.abc import Sequence

import streamlit as st

from nlm_core.lm.blanks import Sentence, filled, sentence
from nlm_core.lm.candidates import Symbols, label
from nlm_core.lm.change import Moved, blank_moves, causal_moves
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.runtime import gate
from nlm_core.text.csv_export import to_csv
from nlm_core.text.display import SPACE, token_text
from pages._shared import controls
from pages._shared.charts.moves import moves_alt, moves_chart, moves_frame, written
from pages._shared.escape import plain
from pages._shared.panels.chart import chart

_OFFERED = 6
_DEFAULT = "shop"


def _take(word: str) -> None:
    st.session_state["other"] = word


def change_panel(encoder: MaskedModel, reader: PrefixReader, found: Sentence, position: int) -> None:
    field, offers = st.columns([2, 3], vertical_alignment="bottom")
    controls.open_prefix("other", _DEFAULT)
    with field:
        other = controls.prefix_field("Replace with", "other").text
    controls.tell_prefix("other")
    with offers, st.container(horizontal=True, gap="xsmall"):
        for word in _offers(encoder, found, position):
            st.button(plain(word), key=f"other {word}", on_click=_take, args=(word,), type="tertiary")
    if not other.strip():
        st.info("Type another word, or choose one.")
        return
    text = found.with_word(position, other)
    changed = sentence(encoder, text)
    if changed.left_out:
        st.info("The changed sentence is too long: shorten what stands there.")
        return
    if changed.row == found.row:
        st.info("This is the word that stands there already: type another one.")
        return
    st.markdown(f"{plain(found.text)} **→** {plain(text)}")
    model = reader.model
    ids = [[model.start_id, *model.encode(one)] for one in (found.text, text)]
    left, right = st.columns(2)
    with gate().slot():
        nexts = causal_moves(model, *ids)
    with right:
        _side("decoder", model, nexts, f"**Decoder** · {plain(model.card.name)}: p(x | START … the word before)")
    # A pass for each word of both sentences takes longer.
    with left, st.spinner("Filling one blank after another …"), gate().slot():
        blanks = blank_moves(encoder, found.row, changed.row)
    with left:
        _side("encoder", encoder, blanks, f"**Encoder** · {encoder.card.name}: p(x | both sides) at a blank there")
    st.caption(
        "Each bar is one distribution: how far the probability of any word in it moves when the sentence changes. "
        "Both sentences are computed whole and apart; nothing is kept from one for the other. At the changed word "
        "itself the encoder's blank hides the change."
    )
    st.download_button(
        "Differences as CSV",
        lambda: to_csv(
            ["model", "position", "token", "side", "largest", "top before", "top after"],
            [*_rows(encoder.card.name, encoder, blanks), *_rows(model.card.name, model, nexts)],
        ),
        "differences.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _offers(encoder: MaskedModel, found: Sentence, position: int) -> list[str]:
    """Words that fit there: the encoder's own guesses, without the one that stands there."""
    with gate().slot():
        column = filled(encoder, found.row, position).column
    words = [token_text(encoder.symbol(i)) for i in column.top_ids[: 2 * _OFFERED] if i != found.row[position]]
    return [word.strip() for word in words if word.startswith(" ") and word.strip()][:_OFFERED]


def _side(key: str, model: Symbols, moves: Sequence[Moved], title: str) -> None:
    st.markdown(title)
    # The drawing comes before the words on it: they take one line or two, and both drawings begin at one height.
    frame = moves_frame(moves, [label(model, move.token_id) for move in moves])
    with st.container(key=f"{key}_moves"):
        chart(moves_chart(frame, st.context.theme.type), key=f"moves {key}", alt=moves_alt(key, frame))
    before = [move for move in moves if move.side == "left"]
    if before:
        most = max(before, key=lambda move: move.largest)
        if most.largest == 0.0:
            st.markdown(f"Left of the change, {len(before)} distributions: largest difference **exactly 0**.")
        else:
            at = plain(label(model, most.token_id))
            st.markdown(
                f"Left of the change, {len(before)} distributions: largest difference **{written(most.largest)}**, "
                f"at {at}; its most probable word is {_guess(model, most)}."
            )
    else:
        st.markdown("Nothing stands left of the change: choose a later word.")


def _guess(model: Symbols, move: Moved) -> str:
    before, after = (plain(label(model, i).replace(SPACE, "")) for i in (move.top, move.top_after))
    return f"still {before}" if before == after else f"{before} before and {after} after"


def _rows(name: str, model: Symbols, moves: Sequence[Moved]) -> list[tuple[object, ...]]:
    return [
        (name, m.position, label(model, m.token_id), m.side, m.largest, label(model, m.top), label(model, m.top_after))
        for m in moves
    ]
