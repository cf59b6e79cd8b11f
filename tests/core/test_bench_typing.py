"""From the keys of a text and the moments of its answers to the times that are reported."""

import pytest

from nlm_core.bench.beside import summary
from nlm_core.bench.keystrokes import waits


def test_each_letter_waits_for_an_answer_at_least_as_new_and_spaces_are_not_timed() -> None:
    keys = [0.0, 125.0, 250.0, 375.0]
    # The answer to the first key was skipped: that to the second one answers it too.
    assert waits("ab c", keys, [150.0, 150.0, 400.0, 400.0]) == [150.0, 25.0, 25.0]


def test_a_key_without_an_answer_is_unseen() -> None:
    assert waits("abc", [0.0, 125.0, 250.0], [20.0]) == [20.0, None, None]
    assert summary([20.0, None, None]) == {"keystrokes": 3, "unseen": 2, "median_ms": None, "p95_ms": None}


def test_keys_that_came_too_slowly_or_not_at_all_are_not_measured() -> None:
    with pytest.raises(RuntimeError, match=r"5\.0 keys a second"):
        waits("abc", [0.0, 200.0, 400.0], [10.0, 210.0, 410.0])
    with pytest.raises(RuntimeError, match="3 keys were pressed, and the page heard 2"):
        waits("abc", [0.0, 125.0], [10.0, 135.0])
