"""The glossary: each term once, each with a page that exists, and found by what is typed."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import pytest
from streamlit.testing.v1 import AppTest

from pages._shared.catalog import GLOSSARY, PAGES, page_of
from pages._shared.glossary import TERMS, hint, matching, terms_of
from tests.pages.conftest import OpenPage


def test_each_term_is_defined_once_and_shown_somewhere() -> None:
    names = [term.name.casefold() for term in TERMS]
    assert len(set(names)) == len(names)
    for term in TERMS:
        assert term.means.endswith((".", "$"))
        assert len(term.means) <= 160
        assert all(page_of(stem) in PAGES for stem in term.pages)
    assert all(terms_of(entry.file) for entry in PAGES)


def _shown(at: AppTest) -> list[str]:
    return [block.value.split("**")[1] for block in at.markdown if block.value.startswith("**")]


def test_the_page_shows_what_is_looked_for(open_page: OpenPage) -> None:
    assert (
        _shown(open_page(GLOSSARY.file, word="softmax")) == [term.name for term in matching("softmax")] == ["Softmax"]
    )
    assert sorted(_shown(open_page(GLOSSARY.file))) == sorted(term.name for term in TERMS)
    nothing = open_page(GLOSSARY.file, word="<b>zebra</b>")
    assert not nothing.exception
    assert "None of the" in nothing.info[0].value


def test_each_word_comes_first_under_its_own_name(open_page: OpenPage) -> None:
    assert [matching(term.name)[0] for term in TERMS] == list(TERMS)
    others = [term.name for term in TERMS if "loss" in term.name.casefold() and term.name != "Loss"]
    assert [term.name for term in matching("loss")] == ["Loss", *others]
    assert _shown(open_page(GLOSSARY.file, word="Token"))[0] == "Token"


@pytest.mark.parametrize("file", ["pages/losses.py", "pages/window_or_recurrence.py"])
def test_the_words_of_a_page_lead_to_the_glossary(file: str, open_page: OpenPage) -> None:
    at = open_page(file)
    at.session_state["tool_open"] = "words"
    at.run()
    assert not at.exception
    links = [link.proto for link in at.get("page_link") if link.proto.query_string.startswith("word=")]
    assert {link.page for link in links} == {"glossary"}
    assert [link.label for link in links] == [f"**{term.name}**" for term in terms_of(file)]
    assert [parse_qs(link.query_string) for link in links] == [{"word": [term.name]} for term in terms_of(file)]


def test_a_hint_says_a_meaning_or_what_is_said_and_leads_to_its_words() -> None:
    term = TERMS[0]
    assert hint(term.name) == f"{term.means}\n\n[{term.name}](glossary?word={quote(term.name)})"
    assert hint(term.name, "Token", said="Here.").startswith("Here.\n\n[")
    with pytest.raises(ValueError, match="Langauge model"):
        hint("Token", "Langauge model")


@pytest.mark.parametrize("file", [entry.file for entry in PAGES])
def test_a_field_of_every_page_explains_itself_by_the_glossary(file: str, open_page: OpenPage) -> None:
    at = open_page(file)
    asked = [element.proto.help for element in at.main.children.values() for element in _elements(element)]
    addresses = [found for help in asked for found in re.findall(r"\]\(glossary\?word=([^)]+)\)", help)]
    assert addresses
    known = {quote(term.name) for term in TERMS}
    assert set(addresses) <= known
    # A visitor who follows one finds it at the top.
    assert matching(unquote(addresses[0]))[0].name == unquote(addresses[0])


def _elements(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        yield from _elements(child)
    if hasattr(getattr(block, "proto", None), "help"):
        yield block
