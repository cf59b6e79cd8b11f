"""The numbers that a page shows, those that its code prints, and whether the ones are the others."""

import contextlib
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow
from streamlit.testing.v1 import AppTest

from pages._shared.snippets import SNIPPETS

# Among the numbers of a longer table there is one near to almost any number: it would prove nothing.
_CURVE = 120
# What of the message of a drawing is not shown as a number.
LAYOUT = ("name", "low", "high", "ends", "step", "done", "live", "follows", "reach")
NUMBER = re.compile(r"([-−+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)(\s?%)?")


@dataclass(frozen=True)
class Number:
    """A number as it is written, and by how much it may be off for that: half a unit of its last digit."""

    value: float
    off: float = 0.0

    def is_that(self, other: "Number") -> bool:
        """Whether the two may be one number; floats of 32 bits are computed in different orders."""
        off = self.off + other.off + 5e-4 * abs(other.value)
        return math.isclose(self.value, other.value, rel_tol=0, abs_tol=max(off, 1e-6))


def numbers(text: str) -> list[Number]:
    """The numbers in a text; 12 % is 0.12."""
    found = []
    for number, percent in NUMBER.findall(text):
        scale = 0.01 if percent else 1.0
        value = scale * float(number.replace(",", "").replace("−", "-"))
        mantissa, _, exponent = number.partition("e")
        decimals = len(mantissa.partition(".")[2])
        half = 0.5 * scale * 10.0 ** (int(exponent or 0) - decimals) if decimals else 0.0
        # However few its digits, a number is not off by more than a part in two hundred.
        found.append(Number(value, min(half, abs(value) / 200)))
    return found


def told(at: AppTest) -> str:
    """Every text and formula of a page."""
    elements = [*at.markdown, *at.caption, *at.latex, *at.info, *at.get("html"), *at.metric]
    return "\n".join(str(element.value) for element in elements)


def shown(at: AppTest) -> list[Number]:
    """The numbers of a page: in its texts, its formulas, its tables, and the data of its charts but for the curves."""
    found = numbers(told(at))
    for drawing in at.get("bidi_component"):
        found += _numbers_in(json.loads(drawing.proto.json or "null"))
    frames = [element.value for element in at.dataframe]
    for chart in [*at.get("vega_lite_chart"), *at.get("arrow_vega_lite_chart")]:
        for sent in (*(dataset.data.data for dataset in chart.proto.datasets), chart.proto.data.data):
            if sent:
                frames.append(pyarrow.ipc.open_stream(io.BytesIO(sent)).read_pandas())
    for frame in frames:
        if len(frame) > _CURVE:
            continue
        for value in frame.to_numpy().ravel().tolist():
            found += [Number(value)] if isinstance(value, int | float) else numbers(str(value))
    return found


def _numbers_in(message: Any) -> list[Number]:
    """The numbers in the message of a drawing, but for how a field of it is laid out and the texts for its keys."""
    if isinstance(message, dict):
        return [number for key, value in message.items() if key not in LAYOUT for number in _numbers_in(value)]
    if isinstance(message, list):
        return [number for value in message for number in _numbers_in(value)]
    if isinstance(message, str):
        return numbers(message)
    return [Number(float(message))] if isinstance(message, int | float) and not isinstance(message, bool) else []


class Fields(Mapping[str, Any]):
    """What the fields of a page hold, as the page's own ``st.session_state`` gives it."""

    def __init__(self, at: AppTest) -> None:
        self.session = at.session_state

    def __getitem__(self, key: str) -> Any:
        return self.session[key]

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


def printed(code: str) -> str:
    """What some code prints, run by itself."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code, {})
    return output.getvalue()


def run(at: AppTest, file: str) -> str:
    """What the page's code prints."""
    return printed(SNIPPETS[file](Fields(at)))


def picked(output: str, pattern: str) -> list[Number]:
    """The numbers in the groups of a pattern, wherever it stands in an output."""
    groups = [group for match in re.finditer(pattern, output, re.MULTILINE) for group in match.groups() if group]
    return [number for group in groups for number in numbers(group)]


def missing(wanted: list[Number], there: list[Number]) -> list[float]:
    """The numbers that a page does not show."""
    return [number.value for number in wanted if not any(number.is_that(other) for other in there)]
