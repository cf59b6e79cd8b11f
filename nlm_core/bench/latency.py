"""How fast the next-token page answers what is typed, beside a bare Streamlit page, and what prefix reuse saves."""

from collections.abc import Callable
from typing import Any

from nlm_core.bench import BenchError, bar
from nlm_core.bench.forward import LENGTHS, forwards
from nlm_core.bench.keystrokes import single_keys, sustained_keys

SINGLE_BAR, SUSTAINED_BAR, CPU_BAR_MS = 2.0, 2.0, 8.0


def _or_problem(what: str, measured: Callable[[], dict[str, Any]], problems: list[str]) -> dict[str, Any]:
    try:
        return measured()
    except BenchError:
        raise
    # Whatever else goes wrong in a browser or a server leaves the figure unmeasured, which does not hold.
    except Exception as error:
        problems.append(f"{what} were not measured: {' '.join(str(error).split())[:300]}")
        return {"ratio_of_medians": None, "next_token": {}}


def measure() -> dict[str, Any]:
    """Keystroke to bars in a real browser, single keys and sustained typing, and forward times with and without reuse.

    Returns
    -------
    dict
        "bars" as in ``nlm_core.bench``; "single" and "sustained" as from ``nlm_core.bench.keystrokes``; "forward" as
        from ``nlm_core.bench.forward``; "notes" and "problems".

    Raises
    ------
    BenchError
        If there is no Playwright or no Chromium.
    """
    problems: list[str] = []
    single = _or_problem("single keystrokes", single_keys, problems)
    sustained = _or_problem("sustained keystrokes", sustained_keys, problems)
    forward = forwards()
    cpu = sustained["next_token"].get("cpu_ms_a_key")
    return {
        "bars": [
            bar("single keystroke to bars, median / bare echo", single["ratio_of_medians"], SINGLE_BAR, "lower"),
            bar(
                "sustained, 8 keys a second, median / bare echo", sustained["ratio_of_medians"], SUSTAINED_BAR, "lower"
            ),
            bar("processor time of the server a keystroke, ms", cpu, CPU_BAR_MS, "lower"),
        ],
        "notes": [
            *(f"forward, {name}: {what}" for name, what in forward["peers"].items()),
            *(
                f"forward, one token more after {length}: ours takes {forward[str(length)]['reuse_over_no_cache']:.2f} "
                f"x no_cache and {forward[str(length)]['reuse_over_cropped_cache']:.2f} x cropped_cache"
                for length in LENGTHS
            ),
        ],
        "problems": problems,
        "single": single,
        "sustained": sustained,
        "forward": forward,
    }
