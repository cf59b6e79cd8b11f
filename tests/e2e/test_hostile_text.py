"""Whatever is typed is text: it is shown, it is never run, drawn, linked or looked up, and nothing of it is lost."""

import pytest
from playwright.sync_api import Page, expect

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.prefix import MAX_CHARACTERS
from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, expected_bars, field, main, settle, wait_for_bars

HOSTILE = {
    "html": '<img src=x onerror="alert(1)"><script>window.__ran = 1</script><b>bold</b>',
    "svg": "<svg onload=alert(1)><iframe src='javascript:alert(2)'></iframe>",
    "markdown image": "![x](https://example.invalid/x.png) ![y](data:image/png;base64,AAAA)",
    "markdown link": "[click](javascript:alert(1)) https://example.invalid www.example.invalid me@example.invalid",
    "markdown": "# head **bold** _it_ ~~no~~ `code` | a | b | > quote - item 1. one\\",
    "latex": r"$\href{javascript:alert(1)}{x}$ $$\frac{1}{2}$$ \(x\)",
    "directives": ":material/delete: :red[red] :blue-background[b] :smile: :streamlit: :small[s] :violet-badge[v]",
    "right to left": "abc\u202edef\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "emoji": "I ate 🍕 with 👨‍👩‍👧‍👦 and 🇩🇪 e\u0301",
    "control": "a\u0000b\u0007c\u001b[31md\u200be\ufefff",
    "special tokens": "<STOP> <START> <pad> <mask> <|endoftext|> </s>",
    "template": "{{7*7}} ${7*7} {0} %s %(x)s \\n {{constructor}}",
}
# Anything that markup could have made where text stands; the page's own bold words and formulas are there before too.
_MADE = (
    "img, a, b, script, iframe, svg image, .katex, code, h1, h2, h3, table, s, em, strong, [data-testid=stIconMaterial]"
)
_COUNT = """(made) => {
  const found = {};
  const texts = ["stMarkdownContainer", "stText", "stHeading", "stAlert"].map((name) => `[data-testid=${name}]`);
  for (const node of document.querySelectorAll(`[data-testid=stMain] :is(${texts}) :is(${made})`)) {
    found[node.tagName] = (found[node.tagName] || 0) + 1;
  }
  return found;
}"""


def _made(page: Page) -> dict[str, int]:
    come_to_rest(page)
    counts: dict[str, int] = page.evaluate(_COUNT, _MADE)
    return counts


def test_hostile_text_is_shown_as_text(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="I went")
    wait_for_bars(page, expected_bars(gpt, "I went"))
    before = _made(page)
    for name, text in HOSTILE.items():
        field(page).fill(text)
        wait_for_bars(page, expected_bars(gpt, text))
        assert _made(page) == before, name
        assert field(page).input_value() == text, name
    assert page.evaluate("window.__ran") is None
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("view", ["Numbers", "Sampling", "Compare"])
def test_the_other_views_show_it_as_text(view: str, visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="I went", view=view)
    wait_for_bars(page, expected_bars(gpt, "I went"))
    before = _made(page)
    text = " ".join(HOSTILE[name] for name in ("html", "markdown image", "latex", "directives"))
    field(page).fill(text)
    wait_for_bars(page, expected_bars(gpt, text))
    assert _made(page) == before
    if view == "Sampling":
        page.get_by_role("spinbutton", name="At most").fill("1")
        page.get_by_role("spinbutton", name="At most").press("Enter")
        page.get_by_role("button", name="Generate").click()
        shown = page.get_by_test_id("stText").filter(has_text="<img src=x onerror=")
        expect(shown).to_contain_text(":red[red]")
        assert page.locator("[data-testid=stText] *:is(img, a, script, .katex)").count() == 0
    assert page.evaluate("window.__ran") is None


def test_a_script_in_the_address_is_text(visit: Visit, gpt: LanguageModel) -> None:
    script = "<script>window.__ran = 1</script><img src=x onerror=alert(1)>"
    page = visit(prefix=script, model=script[:30], view=script, k=script)
    wait_for_bars(page, expected_bars(gpt, script))
    assert field(page).input_value() == script
    expect(page.get_by_test_id("stAlert").first).to_contain_text("<script>window.__ran")
    assert main(page).locator("img").count() == 0
    # The page has a script of its own, for keys.
    assert page.evaluate("[...document.scripts].filter((script) => script.text.includes('__ran')).length") == 0
    assert page.evaluate("window.__ran") is None


def test_a_paste_that_is_too_long_is_cut_with_a_message(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="I went")
    wait_for_bars(page, expected_bars(gpt, "I went"))
    pasted = ("the old man went down to the river and " * 3000)[:100_000]
    kept = pasted[-MAX_CHARACTERS:]
    field(page).focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(pasted)
    expect(page.get_by_test_id("stAlert").filter(has_text="100,000 characters")).to_be_visible()
    expect(field(page)).to_have_value(kept)
    wait_for_bars(page, expected_bars(gpt, kept.rstrip()))
    settle(page)
    field(page).fill("I went home")
    wait_for_bars(page, expected_bars(gpt, "I went home"))
