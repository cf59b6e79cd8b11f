"""A model of the Hub comes in the background: the page goes on meanwhile, for all who wait, and after a failure too."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from streamlit.testing.v1 import AppTest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from nlm_core.lm import hub
from nlm_core.lm.hub import HUB_PRESETS
from nlm_core.shared_loads import shared_loads
from tests.hub_server import HubServer, Repository, running_hub
from tests.pages.conftest import TIMEOUT_S, OpenPage

PAGE = "pages/next_token.py"
Offer = Callable[[str, Repository], None]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A tiny model that reads bytes, with random weights."""
    folder = tmp_path_factory.mktemp("tiny")
    symbols = ["<|endoftext|>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    backend = Tokenizer(models.BPE(vocab={symbol: i for i, symbol in enumerate(symbols)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    torch.manual_seed(0)  # transformers draws initial weights from the global generator and takes no other
    network = GPT2LMHeadModel(GPT2Config(vocab_size=257, n_positions=64, n_embd=16, n_layer=1, n_head=2))
    network.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=backend, eos_token=symbols[0], bos_token=symbols[0]).save_pretrained(
        folder
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    """The Hub of this test, in place of the public one, with a cache of its own."""
    with running_hub() as running:
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        here = partial(hub.load_hub, endpoint=running.endpoint, cache_dir=tmp_path / "cache")
        monkeypatch.setattr(hub, "load_hub", here)
        yield running
        running.weights_may_go.set()


@pytest.fixture
def offer(server: HubServer, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Repository], None]:
    """Puts a model on the Hub and its name into the list of models."""

    def put(name: str, repository: Repository) -> None:
        server.repositories[f"someone/{name}"] = repository
        preset = replace(HUB_PRESETS["distilgpt2"], repo_id=f"someone/{name}", revision=repository.commit)
        monkeypatch.setitem(HUB_PRESETS, name, preset)

    return put


def told(at: AppTest) -> str:
    return " ".join(str(element.value) for element in (*at.caption, *at.info, *at.error)) + " ".join(
        bar.proto.text for bar in at.get("progress")
    )


def press(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


def until(at: AppTest, condition: Callable[[str], bool]) -> None:
    """Look again and again, as the browser does."""
    limit = time.monotonic() + TIMEOUT_S
    while not condition(told(at)):
        assert time.monotonic() < limit, told(at)
        time.sleep(0.05)
        at.run()
        assert not at.exception


def shown(at: AppTest) -> int:
    """How many tokens the model in use knows, as the page says it."""
    return sum("257" in str(element.value) for element in (*at.caption, *at.markdown, *at.metric))


def asked(open_page: OpenPage, model: str) -> AppTest:
    at = open_page(PAGE, model=model, prefix="I went", view="Sampling")
    assert "is on the Hub" in told(at).replace("\\", "")
    return press(at, "Fetch and load")


def test_all_who_wait_see_it_come_and_go_on_with_it(
    open_page: OpenPage, server: HubServer, offer: Offer, files: dict[str, bytes]
) -> None:
    offer("awaited", Repository(files))
    server.weights_may_go.clear()
    first, second = asked(open_page, "awaited"), asked(open_page, "awaited")
    for at in (first, second):
        until(at, lambda text: "MB" in text and "Fetching" in text)
        # Meanwhile the page is there, with a model of ours.
        assert "Shown meanwhile: nlm-gpt" in told(at) and not shown(at)
        at.text_input(key="prefix").set_value("I went to the").run()
        assert not at.exception and not at.error
    server.weights_may_go.set()
    for at in (first, second):
        until(at, lambda text: "Shown meanwhile" not in text)
        assert shown(at) and not at.error
    fetched = [path for method, path in server.requests if method == "GET" and path.startswith("/storage/")]
    assert len(fetched) == 1, fetched


def test_after_a_failure_it_can_be_tried_again(
    open_page: OpenPage, server: HubServer, offer: Offer, files: dict[str, bytes]
) -> None:
    offer("broken", Repository(files, cut_after={"model.safetensors": 100}))
    first, second = asked(open_page, "broken"), open_page(PAGE, model="broken")
    until(first, lambda text: "broke off" in text)
    assert "Shown meanwhile: nlm-gpt" in told(first) and not first.exception
    second = press(second, "Fetch and load")
    assert "broke off" in told(second)
    offer("broken", Repository(files))
    press(second, "Try again")
    for at in (second, first):
        until(at, lambda text: "Shown meanwhile" not in text)
        assert not at.error


def test_it_can_be_stopped(open_page: OpenPage, server: HubServer, offer: Offer, files: dict[str, bytes]) -> None:
    offer("stopped", Repository(files))
    server.weights_may_go.clear()
    at = asked(open_page, "stopped")
    until(at, lambda text: "Fetching" in text)
    press(at, "Stop")
    assert "is on the Hub" in told(at).replace("\\", "") and not at.get("progress")
    server.weights_may_go.set()
    job = shared_loads().wanted(("_model", "other"), lambda tell: "there", at).job
    assert job.wait(TIMEOUT_S) and job.state == "done"


def test_a_model_that_is_none_is_told_and_the_page_goes_on(
    open_page: OpenPage, offer: Offer, files: dict[str, bytes]
) -> None:
    offer("code", Repository({name: body for name, body in files.items() if "model." not in name}))
    at = asked(open_page, "code")
    until(at, lambda text: bool(at.error))
    assert "Shown meanwhile: nlm-gpt" in told(at)
    assert len(at.error) == 1
