"""The probe of the benchmark of keystrokes: every key of a text that is typed without waiting has its own answer."""

from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser

from nlm_core import bench

PROBE = Path(bench.__file__).with_name("probe.js")
# Answers after 80 ms, without the spaces at the end; the answer to the third key is never shown.
HTML = """<input autofocus><figure></figure><script>
  const shown = document.querySelector("figure");
  document.querySelector("input").addEventListener("input", (event) => {
    const text = event.target.value;
    if (text.length !== 3) setTimeout(() => (shown.dataset.text = text.trimEnd()), 80);
  });
</script>"""


def test_each_key_is_timed_to_an_answer_at_least_as_new(browser: Browser) -> None:
    page = browser.new_page()
    page.add_init_script(path=PROBE)
    page.goto(f"data:text/html,{quote(HTML)}")
    page.focus("input")
    page.evaluate("() => __probe.follow('figure', 'data-text', 'abcde f')")
    for character in "abcde f":
        page.keyboard.press("Space" if character == " " else character)
        page.wait_for_timeout(120)
    found = page.evaluate("() => __probe.followed('abcde f', 5000)")
    waits = [then - key for key, then in zip(found["keys"], found["answered"], strict=True)]
    assert len(waits) == 7
    # A busy machine may add to it.
    assert all(80 <= wait < 1000 for wait in waits)
    # The third key waits for the answer to the fourth, which was pressed 120 ms later.
    assert waits[2] >= 80 + 120
    assert found["answered"][2] == found["answered"][3]
    page.close()
