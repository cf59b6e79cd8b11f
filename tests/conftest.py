"""What page tests and browser tests share: the model behind the default page, to compare the screen with."""

import pytest

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.registry import load


@pytest.fixture(scope="session")
def gpt() -> LanguageModel:
    return load("nlm-gpt")


@pytest.fixture(scope="session")
def rnn() -> LanguageModel:
    return load("nlm-rnn")
