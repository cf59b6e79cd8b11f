"""Cosines by hand, and a gallery whose states are those of reading each prefix alone."""

import numpy as np
import pytest

from nlm_core.lm.neighbours import Gallery, cosines, gallery_sentences, to_earlier_states
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import tiny_rnn


def test_cosines_by_hand() -> None:
    h = np.array([1.0, 0.0])
    others = np.array([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    np.testing.assert_allclose(cosines(h, others), [1, 0, -1, 0.5**0.5, 0])


def test_earlier_states() -> None:
    states = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    np.testing.assert_allclose(to_earlier_states(states, 2), [1, 0])
    assert to_earlier_states(states, 0).shape == (0,)
    with pytest.raises(ValueError, match="steps 0 to 2"):
        to_earlier_states(states, 3)


def test_the_gallery_holds_every_prefix_as_it_is_read_alone(tokenizer: Tokenizer) -> None:
    model = tiny_rnn(tokenizer)
    gallery = Gallery.read(model, ["I went to the park.", "A cat", ""])
    of_the_first = ["I", "I went", "I went to", "I went to the", "I went to the park", "I went to the park."]
    assert gallery.prefixes == (*of_the_first, "A", "A cat")
    for prefix, state in zip(gallery.prefixes, gallery.states, strict=True):
        alone = model.extend(None, [model.start_id, *model.encode(prefix)]).hidden[-1]
        np.testing.assert_allclose(state, alone.double().numpy(), atol=1e-6)
    nearest = gallery.nearest(gallery.states[2], count=3)
    assert nearest[0].prefix == "I went to" and nearest[0].cosine == pytest.approx(1.0)
    assert nearest[0].goes_on.strip() == "the park."
    assert [n.cosine for n in nearest] == sorted((n.cosine for n in nearest), reverse=True)


def test_our_gallery(tokenizer: Tokenizer) -> None:
    sentences = gallery_sentences()
    assert len(sentences) == len(set(sentences)) == 60
    assert "I went to the park." in sentences
    with pytest.raises(ValueError, match="no sentence"):
        Gallery.read(tiny_rnn(tokenizer), [])
