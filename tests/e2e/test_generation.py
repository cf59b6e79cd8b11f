"""Generation: one token at a time, to its limit or until it is stopped."""

import re

import torch
from playwright.sync_api import expect

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.prefix import append_token
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import Sampling, generate
from tests.e2e.conftest import Visit
from tests.e2e.screen import expected_bars, field, main, settle, wait_for_bars

TEXT = "I went to the"


def test_a_seed_gives_the_text_that_the_model_gives_for_it(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix=TEXT, view="Sampling", seed="3", limit="4", top_k="20", temperature="0.7")
    wait_for_bars(page, expected_bars(gpt, TEXT))
    page.get_by_role("button", name="Generate").click()
    ids = [gpt.start_id, *gpt.encode(TEXT)]
    expected = TEXT
    for drawn in generate(PrefixReader(gpt), ids, Sampling(0.7, 20), torch.Generator().manual_seed(3), 4):
        if drawn.token_id != gpt.stop_id:
            expected = append_token(gpt, expected, drawn.token_id)
    take = page.get_by_role("button", name="Put it into the prefix")
    expect(take).to_be_enabled()
    expect(page.get_by_test_id("stText")).to_have_text(expected)
    take.click()
    expect(field(page)).to_have_value(expected)


def test_stop_stops_it(visit: Visit, gpt: LanguageModel) -> None:
    # At a high temperature STOP is one of thousands of tokens: a run of 200 does not end by itself in a few ticks.
    page = visit(prefix=TEXT, view="Sampling", limit="200", temperature="5.0", speed="Watch")
    wait_for_bars(page, expected_bars(gpt, TEXT))
    settle(page)
    page.get_by_role("button", name="Generate").click()
    text = page.get_by_test_id("stText")
    expect(text).to_have_text(re.compile(re.escape(TEXT) + r".{2,}", re.DOTALL))
    # Streamlit has a Stop of its own in the toolbar while a script runs.
    main(page).get_by_role("button", name="Stop", exact=True, disabled=False).click()
    expect(page.get_by_role("button", name="Put it into the prefix")).to_be_enabled()
    stopped = text.text_content()
    page.wait_for_timeout(1500)
    assert text.text_content() == stopped
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
