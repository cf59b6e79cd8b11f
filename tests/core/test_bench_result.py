"""The result of a benchmark: bars, what they count, and whether the machine was quiet."""

import os

import pytest

from nlm_core import runtime
from nlm_core.bench import as_text, bar, hall, run


def test_a_bar_holds_only_for_what_was_measured() -> None:
    assert bar("x", 1.0, 1.0, "lower")["holds"] and bar("x", 1.0, 1.0, "higher")["holds"]
    assert not bar("x", 1.1, 1.0, "lower")["holds"] and not bar("x", 0.9, 1.0, "higher")["holds"]
    assert not bar("x", None, 1.0, "lower")["holds"]
    with pytest.raises(ValueError, match="lower"):
        bar("x", 1.0, 1.0, "smaller")


def test_a_busy_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall, "measure", lambda visitors: {"bars": [bar("x", visitors, 5, "lower")], "notes": ["y"]})
    monkeypatch.setattr(runtime, "cores", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.4, 0.0, 0.0))
    assert run("hall", visitors=3)["notes"] == ["y"]
    monkeypatch.setattr(os, "getloadavg", lambda: (5.25, 0.0, 0.0))
    result = run("hall", visitors=3)
    assert result["load_at_start"] == 5.25
    assert as_text(result).splitlines() == [
        "holds  x: 3 (at most 5)",
        "note   y",
        "note   the machine was busy at the start (load 5.2 on 2 cores): measure again when it is quiet",
    ]


def test_what_left_a_figure_unmeasured_is_told() -> None:
    text = as_text({"bars": [bar("x", None, 5, "lower")], "problems": ["no page came"]})
    assert text.splitlines() == ["FAILS  x: None (at most 5)", "fault  no page came"]
