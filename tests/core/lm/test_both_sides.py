"""One word from both sides and from the left; what a changed word changes; an encoder made to write."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.lm.base import LanguageModel, ModelCard
from nlm_core.lm.bert import BertNetwork, bert_config
from nlm_core.lm.blanks import MAX_WORDS, continued, filled, position_of, sentence
from nlm_core.lm.change import MAX_TOKENS, blank_moves, causal_moves
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import TOKENIZER_FOLDER
from nlm_core.lm.sampling import Sampling, generate_from
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import TINY

PARK = "I went to the park."
_NO_NETWORK = MaskedModel(
    ModelCard("tiny", "masked", 0, "", "", "", ""),
    Tokenizer.load(TOKENIZER_FOLDER),
    BertNetwork(bert_config(8192, hidden=4, intermediate=4, layers=1, heads=1), torch.Generator()).masked_lm,
)
_CACHE: dict[str, LanguageModel] = {}


def _tiny(kind: str) -> LanguageModel:
    if kind not in _CACHE:
        _CACHE[kind] = TINY[kind](Tokenizer.load(TOKENIZER_FOLDER))
    return _CACHE[kind]


@pytest.fixture(scope="module")
def masked() -> MaskedModel:
    tokenizer = Tokenizer.load(TOKENIZER_FOLDER)
    config = bert_config(tokenizer.vocab_size, hidden=16, intermediate=24, layers=2, heads=2, context=128)
    network = BertNetwork(config, torch.Generator().manual_seed(0)).masked_lm
    for name, parameter in network.named_parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.3, generator=torch.Generator().manual_seed(len(name)))
    return MaskedModel(ModelCard("tiny", "masked", 0, "", "", "", ""), tokenizer, network)


def test_a_sentence_and_its_words(masked: MaskedModel) -> None:
    found = sentence(masked, PARK)
    assert found.row == tuple(masked.framed(PARK))
    assert (found.words, found.last_word(), found.left_out) == (6, 5, 0)
    assert found.before(5) == "I went to the"
    assert found.with_word(5, " shop ") == "I went to the shop."
    assert sentence(masked, "?!").last_word() == sentence(masked, "?!").words


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=120))
@settings(deadline=None, max_examples=60)
def test_any_text_gives_a_sentence_or_a_clear_message(text: str) -> None:
    model = _NO_NETWORK
    if not text.strip():
        with pytest.raises(ValueError, match="at least one word"):
            sentence(model, text)
        return
    found = sentence(model, text)
    assert 1 <= found.words <= MAX_WORDS
    assert text.removeprefix(" ").startswith(found.text.removeprefix(" "))
    assert (found.left_out > 0) == (len(found.text) < len(text))
    assert 1 <= found.last_word() <= found.words


def test_a_long_text_is_cut_at_its_end_and_counted(masked: MaskedModel) -> None:
    text = " ".join(["the old man went down to the river"] * 8)
    found = sentence(masked, text)
    assert found.words == MAX_WORDS
    assert found.left_out == len(masked.tokenizer.encode(text)) - MAX_WORDS


def test_a_blank_is_filled_as_the_model_fills_it(masked: MaskedModel) -> None:
    found = sentence(masked, PARK)
    p = masked.fill([found.row], [5])[0]
    guess = filled(masked, found.row, 5)
    assert guess.truth.token_id == found.row[5]
    assert guess.truth.logp == pytest.approx(float(p[found.row[5]].log()), abs=1e-4)
    assert guess.truth.rank == int((p > p[found.row[5]]).sum()) + 1
    assert guess.column.top_ids[0] == int(p.argmax())
    for position in (0, 7):
        with pytest.raises(ValueError, match="words 1 to 6"):
            filled(masked, found.row, position)


@pytest.mark.parametrize("kind", TINY)
def test_a_causal_model_is_asked_from_the_left_alone(kind: str, masked: MaskedModel) -> None:
    model = TINY[kind](masked.tokenizer)
    found = sentence(masked, PARK)
    guess = continued(PrefixReader(model), PARK, found.spans[4][0])
    expected = PrefixReader(model).read("I went to the").columns[-1]
    assert guess.seen == (model.start_id, *model.encode("I went to the"))
    assert guess.truth.token_id == found.row[5]
    assert guess.column.top_ids[:5].tolist() == expected.top_ids[:5].tolist()
    with pytest.raises(ValueError, match="cuts this text in other places"):
        position_of(model, PARK, 3)


@pytest.mark.parametrize("kind", TINY)
@given(st.lists(st.integers(4, 300), min_size=3, max_size=10), st.data())
@settings(deadline=None, max_examples=10)
def test_a_change_on_the_right_moves_nothing_on_its_left(kind: str, words: list[int], data: st.DataObject) -> None:
    """The invariant of the page, for every kind of causal model and however long the new word is."""
    model = _tiny(kind)
    at = data.draw(st.integers(1, len(words)))
    new = data.draw(st.lists(st.integers(301, 400), min_size=1, max_size=3))
    first = [model.start_id, *words]
    second = [*first[:at], *new, *first[at + 1 :]]
    moves = causal_moves(model, first, second)
    left = [move for move in moves if move.side != "right"]
    assert [move.position for move in left] == list(range(1, at + 1))
    assert all(move.largest == 0.0 for move in left)
    assert all(move.top == move.top_after for move in left)
    right = [move for move in moves if move.side == "right"]
    assert [move.position for move in right] == list(range(at + 1, len(first)))
    assert not right or any(move.largest > 0 for move in right)


def test_moves_are_the_differences_of_whole_passes() -> None:
    model = _tiny("llama")
    first, second = ([model.start_id, *model.encode(text)] for text in (PARK, "I went to a park."))
    p, q = (torch.softmax(model.output(model.hidden(torch.tensor([ids])))[0].double(), -1) for ids in (first, second))
    for move in causal_moves(model, first, second):
        expected = float((p[move.position - 1] - q[move.position - 1]).abs().max())
        assert move.largest == pytest.approx(expected, abs=1e-9)
        assert move.top_after == int(q[move.position - 1].argmax())


def test_an_encoders_blanks_do_not_stay_on_the_left(masked: MaskedModel) -> None:
    first, second = masked.framed(PARK), masked.framed("I went to the shop.")
    moves = blank_moves(masked, first, second)
    assert [(move.position, move.side) for move in moves] == [
        (1, "left"), (2, "left"), (3, "left"), (4, "left"), (5, "changed"), (6, "right"),
    ]  # fmt: skip
    for move in moves:
        p, q = masked.fill([first, second], [move.position] * 2).double()
        assert move.largest == pytest.approx(float((p - q).abs().max()), abs=1e-7)
        # The blank stands where the change was.
        assert (move.largest > 1e-6) == (move.side != "changed")


def test_a_word_in_and_a_word_out(masked: MaskedModel) -> None:
    first, second = masked.framed(PARK), masked.framed("I went to the old park.")
    sides = [(move.position, move.side) for move in blank_moves(masked, first, second)]
    assert sides == [(t, "left") for t in (1, 2, 3, 4)] + [(t, "right") for t in (5, 6)]
    assert len(blank_moves(masked, second, first)) == 6


def test_what_cannot_be_compared_is_refused(masked: MaskedModel) -> None:
    row = masked.framed(PARK)
    with pytest.raises(ValueError, match="the same"):
        blank_moves(masked, row, row)
    with pytest.raises(ValueError, match=f"at most {MAX_TOKENS}"):
        causal_moves(_tiny("rnn"), [0] * (MAX_TOKENS + 1), [1])


def test_an_encoder_writes_by_filling_one_blank_after_another(masked: MaskedModel) -> None:
    ids = masked.framed("I went")[:-1]
    row = [*ids, masked.tokenizer.mask_id, masked.stop_id]
    torch.testing.assert_close(torch.softmax(masked.appended_logits(ids), -1), masked.fill([row], [3])[0])
    greedy = Sampling(temperature=0.05, top_k=1)
    generator = torch.Generator().manual_seed(0)
    run = generate_from(masked.appended_logits, masked.stop_id, ids, greedy, generator=generator, limit=3)
    written = [*ids]
    for drawn in itertools.islice(run, 3):
        expected = masked.fill([[*written, 0, masked.stop_id]], [len(written)])[0]
        assert drawn.token_id == int(expected.argmax())
        written.append(drawn.token_id)
