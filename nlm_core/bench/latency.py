"""How fast the next-token page answers a keystroke, beside a bare Streamlit page, and what prefix reuse saves."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from nlm_core.bench import BenchError, bar
from nlm_core.bench.beside import Tab, Times, beside_bare

if TYPE_CHECKING:
    from nlm_core.lm.transformer import TransformerModel

MODEL = "nlm-gpt"
LENGTHS = (20, 60, 120)
RATIO_BAR = 1.5

_BLOCKS = 4
_TEXT = "the old man went down to the river"
_REPEATS = 40
_WARM_UP = 5
# The least that a live text can cost in Streamlit: one fragment, one input, its text.
_BARE_PAGE = """\
import streamlit as st


@st.fragment
def echo():
    st.text(st.text_input("Prefix", live="0ms"))


echo()
"""
_FIELD = "[data-testid=stTextInputField]"
_BARS = ".st-key-bars svg text"


def measure() -> dict[str, Any]:
    """Keystroke to updated bars in a real browser, and forward times with and without prefix reuse.

    Raises
    ------
    BenchError
        If there is no Playwright or no Chromium.
    """
    result: dict[str, Any] = {"problems": []}
    try:
        result["keystroke"] = _keystrokes()
    except BenchError:
        raise
    # Whatever else goes wrong in a browser or a server leaves the figure unmeasured, which does not hold.
    except Exception as error:
        result["keystroke"] = {"ratio_of_medians": None}
        result["problems"].append(f"keystrokes were not measured: {' '.join(str(error).split())[:300]}")
    result["forward"] = _forwards()
    ratio = result["keystroke"]["ratio_of_medians"]
    bars = [bar("keystroke to updated bars, median, next-token page / bare page", ratio, RATIO_BAR, "lower")]
    return {"bars": bars, **result}


def _keystrokes() -> dict[str, Any]:
    """Milliseconds of single keystrokes on both pages."""
    return beside_bare(
        "next_token",
        f"next_token?model={MODEL}",
        _BARS,
        _BARE_PAGE,
        lambda tab: _type(tab, _TEXT),
        rounds=_BLOCKS,
        what="keystrokes",
        warm_up=lambda tab: _type(tab, _TEXT[:_WARM_UP]),
    )


def _type(tab: Tab, text: str) -> Times:
    """Clear the field and type a text key by key; the time of each letter.

    A space is typed but not timed: at the end of a prefix it is not read and so changes nothing.
    """
    tab.page.fill(_FIELD, "")
    tab.page.focus(_FIELD)
    tab.quiet()
    times = []
    for character in text:
        if character == " ":
            tab.page.keyboard.press("Space")
            tab.quiet()
        else:
            times.append(tab.timed(partial(tab.page.keyboard.press, character)))
    return times


def _forwards() -> dict[str, Any]:
    """One more token at the end of a prefix: with the state kept, without it, and as plain ``transformers`` does it.

    All three run in turns, in this process, with as many threads as the app gives one computation.
    """
    import torch

    from nlm_core import runtime
    from nlm_core.lm.registry import load

    runtime.gate()
    model: Any = load(MODEL)
    ids = _ids(model)
    result: dict[str, Any] = {"threads": torch.get_num_threads(), "device": str(runtime.device())}
    for length in LENGTHS:
        times = _forward_times(model, ids[: length + 1])
        medians = {name: statistics.median(found) for name, found in times.items()}
        result[str(length)] = {
            **{f"{name}_ms": round(median, 3) for name, median in medians.items()},
            "reuse_over_transformers": round(medians["reuse"] / medians["transformers"], 3),
            "no_reuse_over_transformers": round(medians["no_reuse"] / medians["transformers"], 3),
        }
    return result


def _forward_times(model: "TransformerModel", ids: list[int]) -> dict[str, list[float]]:
    """Milliseconds of each way for prefixes one shorter than ``ids``."""
    from nlm_core.lm.reader import PrefixReader

    # The last token changes from call to call, as it does under a word that is being typed.
    ends = ids[:-1], [*ids[:-2], ids[-1]]
    kept = PrefixReader(model)
    ways: dict[str, Callable[[list[int]], object]] = {
        "reuse": kept.read_ids,
        "no_reuse": lambda prefix: PrefixReader(model).read_ids(prefix),
        "transformers": lambda prefix: _plain(model, prefix),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(_WARM_UP + _REPEATS):
        for name, way in ways.items():
            _wait_for_device()
            began = time.perf_counter()
            way(ends[turn % 2])
            _wait_for_device()
            if turn >= _WARM_UP:
                times[name].append(1000 * (time.perf_counter() - began))
    return times


def _wait_for_device() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _ids(model: "TransformerModel") -> list[int]:
    """START and enough of a text for the longest prefix and one token more."""
    return [model.start_id, *(model.encode(_TEXT) * LENGTHS[-1])][: LENGTHS[-1] + 1]


def _plain(model: "TransformerModel", ids: list[int]) -> object:
    """What a script without a cache does at every keystroke: the whole prefix through the network, then softmax."""
    import torch

    with torch.inference_mode():
        inputs = torch.tensor([ids], device=model.network.device)
        return model.network(input_ids=inputs, use_cache=False).logits[0, -1].softmax(-1)
