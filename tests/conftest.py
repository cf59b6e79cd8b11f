"""What page tests and browser tests share: the model behind the default page, to compare the screen with."""

import pytest
from hypothesis import HealthCheck, settings

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.registry import load

# How long a draw takes says nothing where the cores are shared.
settings.register_profile("shared cores", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared cores")


@pytest.fixture(scope="session")
def gpt() -> LanguageModel:
    return load("nlm-gpt")


@pytest.fixture(scope="session")
def rnn() -> LanguageModel:
    return load("nlm-rnn")
