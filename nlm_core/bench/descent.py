"""Descent and landscapes: the batched programs against what one would write without them, and the page.

Rounds of all ways are interleaved, so that whatever else the machine does meets all; the figures are medians over the
rounds. The others do the same work and their results are compared with the batched ones in the same run.
"""

from typing import Any

import torch

from nlm_core import runtime
from nlm_core.bench import BenchError, bar
from nlm_core.bench.descent_landscape import landscape
from nlm_core.bench.descent_rate import rate_change_ratio
from nlm_core.bench.descent_starts import STARTS, descents, told

RATE_BAR = 2.5


def measure() -> dict[str, Any]:
    """All comparisons, in about a minute on two cores.

    Returns
    -------
    dict
        "bars" as in ``nlm_core.bench``, "descents" and "landscape" with rates and largest differences, "rate_change" as
        from ``rate_change_ratio``, "device", "notes" on the fair peer, and "problems" that left a figure unmeasured.

    Raises
    ------
    BenchError
        If there is no Playwright or no Chromium.
    """
    problems = []
    try:
        rate_change = rate_change_ratio()
    except BenchError:
        raise
    # Whatever else goes wrong in a browser or a server leaves the figure unmeasured, which does not hold.
    except Exception as error:
        rate_change = {"ratio_of_medians": None}
        problems.append(f"rate changes were not measured: {' '.join(str(error).split())[:300]}")
    # Opens the gate, which sets the threads that the app runs with.
    runtime.gate()
    generator = torch.Generator().manual_seed(0)
    found = descents(generator)
    grid = landscape(generator)
    slowest = min(entry["ratio"] for entry in found.values())
    return {
        "bars": [
            bar(f"{STARTS:,} starts: trajectory steps per second against a torch.optim loop", slowest, 200, "higher"),
            bar("landscape: grid points per second against one at a time", grid["ratio"], 10, "higher"),
            bar(
                "new learning rate to path, median, gradient descent page / bare page",
                rate_change["ratio_of_medians"],
                RATE_BAR,
                "lower",
            ),
        ],
        "notes": told(found),
        "problems": problems,
        "device": runtime.device().type,
        "descents": found,
        "landscape": grid,
        "rate_change": rate_change,
    }
