"""Every page of the table opens without an exception, by its plain address and by each of its links."""

import re
from pathlib import Path

import pytest

from pages._shared.catalog import EVERY, HOME, PAGES, PageEntry
from pages._shared.lecture import LECTURE, found, stops
from pages._shared.panels.map import picture_of
from tests.pages.conftest import OpenPage, drawn

PAGES_FOLDER = Path(__file__).parents[2] / "pages"
LINKS = [(entry, query) for entry in PAGES for _, query in entry.topics]


def test_the_map_names_every_page_and_topic(open_page: OpenPage) -> None:
    at = open_page(HOME.file)
    assert not at.exception
    assert at.header[0].value == "Neural Language Model Explorer"
    shown = [link.proto.label for link in at.get("page_link")]
    for entry in PAGES:
        assert f"**{entry.title}**" in shown
        assert all(topic in shown for topic, _ in entry.topics)


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.file)
def test_a_page_opens_under_its_title(entry: PageEntry, open_page: OpenPage) -> None:
    at = open_page(entry.file)
    assert not at.exception
    assert entry is HOME or entry.title in [heading.value for heading in (*at.title, *at.header, *at.subheader)]


@pytest.mark.parametrize(("entry", "query"), LINKS, ids=[f"{entry.file}-{query}" for entry, query in LINKS])
def test_a_link_of_the_map_opens(entry: PageEntry, query: dict[str, str], open_page: OpenPage) -> None:
    at = open_page(entry.file, **query)
    assert not at.exception
    assert not at.error
    assert {name: _written(at.session_state[name], query[name]) for name in query} == query


def _written(value: object, text: str) -> str:
    """The value of a field as an address has it; a number is written in more than one way."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return text if isinstance(value, int | float) and float(text) == value else str(value)


def test_every_topic_of_the_lecture_has_its_page_and_state() -> None:
    for topics in LECTURE.values():
        assert topics
        for topic in topics:
            entry, (label, query) = found(topic)
            assert Path(entry.file).stem == topic.page
            assert label.startswith(topic.link)
            assert query
    names = [topic.name for topics in LECTURE.values() for topic in topics]
    assert len(set(names)) == len(names) >= 40


def test_the_map_shows_every_link_of_the_table_once() -> None:
    shown = [
        (stop.entry.file, link[0]) for row in stops().values() for stop in row for link in (*stop.links, *stop.more)
    ]
    assert sorted(shown) == sorted((entry.file, label) for entry in PAGES for label, _ in entry.topics)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_has_its_picture_on_the_map(theme: str) -> None:
    missing = [entry.file for entry in PAGES if not picture_of(entry.file, theme).exists()]
    assert not missing, f"make screenshots takes those of {missing}"


def test_files_and_titles_are_unique() -> None:
    assert len({entry.file for entry in PAGES}) == len({entry.title for entry in PAGES}) == len(PAGES)


def test_the_tools_leave_every_name_of_the_pages_alone() -> None:
    tools = set(re.findall(r'key="(\w+)"', (PAGES_FOLDER / "_shared" / "tools.py").read_text(encoding="utf-8")))
    assert "projector" in tools
    for file in (path for path in PAGES_FOLDER.rglob("*.py") if path.name != "tools.py"):
        taken = tools & set(re.findall(r'key="(\w+)"', file.read_text(encoding="utf-8")))
        assert not taken, f"{file} uses {taken}"


def test_the_list_of_pages_names_each_of_the_table(open_page: OpenPage) -> None:
    message = drawn(open_page("pages/backpropagation.py", row="8", guess="true"), "navigation")
    listed = [page["name"] for section in message["sections"] for page in section["pages"]]
    assert listed == [entry.file for entry in EVERY]
    assert message["page"] == "pages/backpropagation.py"
