"""Scores of texts against the table, against one text at a time, and beyond the context."""

import math

import pytest
import torch

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.ledger import chain_rule, product_text
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.scoring import bits_per_byte, perplexity_per_token, score
from tests.core.conftest import tiny_llama

TEXTS = ["I went to the park.", "", "Nope", "the students opened their books and went home again.", "é 😀 <b>x</b>"]


def scored(model: LanguageModel, texts: list[str]) -> list:
    found = dict(score(model, texts))
    return [found[i] for i in range(len(texts))]


def test_log_p_is_the_sum_over_the_table_with_stop(shipped: LanguageModel) -> None:
    text = "I went to the park."
    ids = [shipped.start_id, *shipped.encode(text), shipped.stop_id]
    entries = chain_rule(PrefixReader(shipped).read_ids(ids).followers)
    (result,) = scored(shipped, [text])
    assert result.logp == pytest.approx(entries[-1].running_logp, abs=1e-3)
    assert result.logprobs == pytest.approx([entry.logp for entry in entries], abs=1e-3)
    assert len(result.tokens) == len(ids) - 1
    assert perplexity_per_token([result]) == pytest.approx(entries[-1].perplexity, rel=1e-4)


def test_batching_changes_nothing(tiny: LanguageModel) -> None:
    together = scored(tiny, TEXTS)
    for text, result in zip(TEXTS, together, strict=True):
        (alone,) = scored(tiny, [text])
        assert result.text == text
        assert result.logprobs == pytest.approx(alone.logprobs, abs=1e-4)


def test_bytes_count_the_newline(tiny: LanguageModel) -> None:
    assert [result.bytes for result in scored(tiny, ["é", "", "ab"])] == [3, 1, 3]


def test_bits_per_byte_by_hand(tiny: LanguageModel) -> None:
    results = scored(tiny, TEXTS)
    nats = -sum(value for result in results for value in result.logprobs)
    count = sum(len(text.encode()) + 1 for text in TEXTS)
    assert bits_per_byte(results) == pytest.approx(nats / math.log(2) / count)


def test_a_long_text_slides_and_every_token_is_scored_once(tokenizer) -> None:
    model = tiny_llama(tokenizer)
    text = "the students opened their books and went home again . " * 6
    ids = [model.start_id, *model.encode(text), model.stop_id]
    (result,) = scored(model, [text])
    assert len(result.logprobs) == len(ids) - 1
    # The last token is scored with the last 16 inputs before it.
    inputs = torch.tensor([ids[-17:-1]])
    expected = torch.log_softmax(model.output(model.hidden(inputs))[0, -1], -1)[ids[-1]]
    assert result.logprobs[-1] == pytest.approx(float(expected), abs=1e-4)
    # The first sixteen are those of a text that fits.
    first = torch.log_softmax(model.output(model.hidden(torch.tensor([ids[:16]])))[0], -1)
    expected_first = first.gather(1, torch.tensor(ids[1:17])[:, None])[:, 0].tolist()
    assert result.logprobs[:16] == pytest.approx(expected_first, abs=1e-4)


@pytest.mark.parametrize(
    ("logp", "text"),
    [
        (0.0, "1.00"),
        (math.log(0.5), "5.00e-1"),
        (math.log(9.999e-5), "1.00e-4"),
        (-1000.0, "5.08e-435"),
        (-math.inf, "0"),
    ],
)
def test_products_smaller_than_any_float(logp: float, text: str) -> None:
    assert product_text(logp) == text


def test_ledger_of_nothing_is_empty() -> None:
    assert chain_rule(()) == ()


def test_the_shipped_models_are_ordered_and_far_from_guessing(shipped: LanguageModel) -> None:
    figures = shipped.card.figures
    assert figures["held_out_bits_per_byte"] < 0.8 * figures["unigram_bits_per_byte"]
    sentences = [
        "The children were playing in the garden.",
        "I don't know what you want me to do.",
        "She opened the door.",
    ]
    assert bits_per_byte(scored(shipped, sentences)) < 2.0
