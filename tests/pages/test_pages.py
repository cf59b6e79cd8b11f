"""Every page of the table opens without an exception, by its plain address and by each of its links."""

import pytest

from pages._shared.catalog import HOME, PAGES, PageEntry
from tests.pages.conftest import OpenPage

LINKS = [(entry, query) for entry in PAGES for _, query in entry.topics]


def test_the_map_names_every_page_and_topic(open_page: OpenPage) -> None:
    at = open_page(HOME.file)
    assert not at.exception
    assert at.title[0].value == "Neural Language Model Explorer"
    shown = [link.proto.label for link in at.get("page_link")]
    for entry in PAGES:
        assert f"**{entry.title}**" in shown
        assert all(topic in shown for topic, _ in entry.topics)


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.file)
def test_a_page_opens_under_its_title(entry: PageEntry, open_page: OpenPage) -> None:
    at = open_page(entry.file)
    assert not at.exception
    assert entry.title in [heading.value for heading in (*at.title, *at.header, *at.subheader)]


@pytest.mark.parametrize(("entry", "query"), LINKS, ids=[f"{entry.file}-{query}" for entry, query in LINKS])
def test_a_link_of_the_map_opens(entry: PageEntry, query: dict[str, str], open_page: OpenPage) -> None:
    at = open_page(entry.file, **query)
    assert not at.exception
    assert not at.error


def test_files_and_titles_are_unique() -> None:
    assert len({entry.file for entry in PAGES}) == len({entry.title for entry in PAGES}) == len(PAGES)
