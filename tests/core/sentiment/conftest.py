"""The encoder that needs no network, loaded once; it is never changed."""

import pytest

from nlm_core import runtime
from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.encoders import load_encoder


@pytest.fixture(scope="session")
def minilm() -> Encoder:
    runtime.gate()
    return load_encoder("minilm")
