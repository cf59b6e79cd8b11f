"""The sampling distribution against transformers, and generation under a seed."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import Sampling, draw, generate
from tests.core.conftest import tiny_rnn


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1000),
    temperature=st.floats(0.1, 4),
    top_k=st.integers(1, 60),
    top_p=st.floats(0.05, 0.999),
)
def test_distribution_equals_transformers(seed: int, temperature: float, top_k: int, top_p: float) -> None:
    logits = 3 * torch.randn(50, generator=torch.Generator().manual_seed(seed))
    scores = TemperatureLogitsWarper(temperature)(None, logits[None])
    scores = TopPLogitsWarper(top_p)(None, TopKLogitsWarper(top_k)(None, scores))
    expected = torch.softmax(scores, -1)[0]
    got = Sampling(temperature, top_k, top_p).distribution(logits)
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-4)
    assert float(got.sum()) == pytest.approx(1, abs=1e-5)


def test_no_cut_at_temperature_one_is_the_softmax() -> None:
    logits = torch.randn(100, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(Sampling().distribution(logits), torch.softmax(logits, -1))


def test_draws_follow_the_distribution() -> None:
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0])
    generator = torch.Generator().manual_seed(0)
    drawn = [draw(logits, Sampling(top_k=2), generator).token_id for _ in range(4000)]
    assert set(drawn) == {0, 1}
    assert drawn.count(0) / 4000 == pytest.approx(1 / (1 + torch.e**-1), abs=0.03)


def test_p_and_q_are_told_apart() -> None:
    drawn = draw(torch.tensor([1.0, 0.0]), Sampling(top_k=1), torch.Generator().manual_seed(0))
    assert drawn.token_id == 0
    assert drawn.q == pytest.approx(1)
    assert drawn.p == pytest.approx(0.7311, abs=1e-4)


def test_a_seed_gives_one_text(tokenizer) -> None:
    model = tiny_rnn(tokenizer)

    def text(seed: int) -> list[int]:
        generator = torch.Generator().manual_seed(seed)
        return [d.token_id for d in generate(PrefixReader(model), [model.start_id], Sampling(), generator, 12)]

    assert text(3) == text(3)
    assert text(3) != text(4)


def test_generation_ends_with_stop(tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_rnn(tokenizer)
    plain = model.output
    monkeypatch.setattr(model, "output", lambda h: plain(h).index_fill(-1, torch.tensor(model.stop_id), 1e3))
    drawn = list(generate(PrefixReader(model), [model.start_id], Sampling(), torch.Generator(), 10))
    assert [d.token_id for d in drawn] == [model.stop_id]


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"temperature": 0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": 6}, "temperature"),
        ({"top_k": -1}, "top-k"),
        ({"top_p": 0}, "top-p"),
        ({"top_p": 1.2}, "top-p"),
    ],
)
def test_settings_out_of_range_are_refused(settings_: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sampling(**settings_)


@pytest.mark.parametrize("limit", [0, 201])
def test_a_limit_out_of_range_is_refused(tokenizer, limit: int) -> None:
    model = tiny_rnn(tokenizer)
    with pytest.raises(ValueError, match="1 to 200"):
        next(generate(PrefixReader(model), [model.start_id], Sampling(), torch.Generator(), limit))
