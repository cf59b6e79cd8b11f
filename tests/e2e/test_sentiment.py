"""BERT for sentiment in a real browser: the prediction moves with every keystroke."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, field, main


def test_the_prediction_moves_while_one_types(visit: Visit) -> None:
    page = visit("bert_sentiment", stage="7 Prediction", sentence="a dull film")
    told = main(page).get_by_text(re.compile(r"σ\(logit\) = [\d.]+"))
    expect(told).to_be_visible()
    come_to_rest(page)
    before = told.inner_text()
    field(page).press("End")
    field(page).press_sequentially(", and yet I loved it")
    expect(told).not_to_have_text(before)
    come_to_rest(page)
    first = told.inner_text()
    assert re.search(r"sentence → (\d+) ids", first).group(1) == "11"  # type: ignore[union-attr]
    field(page).press_sequentially(" much")
    expect(told).to_contain_text("sentence → 12 ids")
    assert "sentence=a+dull+film%2C+and+yet+I+loved+it+much" in page.url


def test_the_mask_is_switched_off_and_the_features_move(visit: Visit) -> None:
    page = visit("bert_sentiment", stage="3 Padding")
    expect(main(page).get_by_text("Switch it off to see")).to_be_visible()
    come_to_rest(page)
    page.get_by_text("Attention mask").click()
    expect(main(page).get_by_text("Without the mask")).to_be_visible()
    assert "mask=false" in page.url
