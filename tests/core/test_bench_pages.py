"""The report of the benchmark of pages: what is held against which bar, and a page that drew nothing."""

from nlm_core.bench.pages import Address, Visits, _in_turns, report

ADDRESSES = {
    "Map": Address("http://x/", ""),
    "Losses": Address("http://x/losses", "Deep learning review"),
    "Next token": Address("http://x/next_token", "Neural language models"),
    "Train": Address("http://x/train", "Recurrent language models"),
    "bare": Address("http://y/", ""),
}


def _visits() -> dict[str, Visits]:
    times = {"Map": [90, 110], "Losses": [100, 140, 900], "Next token": [190, 150], "Train": [100], "bare": [100, 100]}
    shifts = {"Losses": [0.0, 0.08, 0.5]}
    return {
        name: Visits(times=list(map(float, found)), shifts=shifts.get(name, [0.01] * len(found)))
        for name, found in times.items()
    }


def test_the_slowest_page_of_each_kind_is_held_against_its_bar() -> None:
    result = report(ADDRESSES, _visits())
    without, with_models, shift = result["bars"]
    assert (without["value"], without["bar"], without["holds"]) == (1.4, 1.6, True)
    assert (with_models["value"], with_models["bar"], with_models["holds"]) == (1.7, 2.0, True)
    assert (shift["value"], shift["bar"], shift["holds"]) == (0.08, 0.1, True)
    assert set(result["pages"]) == set(ADDRESSES) - {"bare"}
    assert result["problems"] == []


def test_a_page_that_jumps_does_not_hold() -> None:
    visits = _visits()
    visits["Train"].shifts = [0.3]
    assert [bar["holds"] for bar in report(ADDRESSES, visits)["bars"]] == [True, True, False]


def test_a_page_that_drew_nothing_does_not_hold_and_is_named() -> None:
    visits = _visits()
    visits["Losses"] = Visits(missing="something computed")
    result = report(ADDRESSES, visits)
    assert [bar["holds"] for bar in result["bars"]] == [False, True, False]
    assert result["problems"] == ["Losses was not complete after 30 s: something computed was missing"]
    assert result["pages"]["Losses"]["over_bare"] is None


def test_the_bare_page_is_visited_between_the_others() -> None:
    assert _in_turns(list("abcdef")) == ["a", "b", "c", "d", "bare", "e", "f", "bare"]
