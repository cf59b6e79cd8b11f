"""The table of pages: read by the frame, the home page and the tests."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PageEntry:
    """One page of the app.

    Attributes
    ----------
    file : str
        Its script, relative to app.py; the stem is its address.
    title, icon, section, help : str
        What the navigation and the home page show.
    topics : tuple of (str, dict)
        Topics of the lecture that the page shows, each with the query parameters of the state that shows it.
    """

    file: str
    title: str
    icon: str
    section: str
    help: str
    topics: tuple[tuple[str, dict[str, str]], ...] = field(default=())


HOME = PageEntry(
    "pages/home.py", "Lecture map", ":material/map:", "", "What can be seen where, in the lecture's order."
)

_PARK = {"prefix": "I went to the"}

PAGES: tuple[PageEntry, ...] = (
    PageEntry(
        "pages/next_token.py",
        "Next token",
        ":material/bar_chart:",
        "Neural language models",
        "Type a prefix and watch p(x | START …) over the whole vocabulary move as you type.",
        (
            ("Inputs and outputs: the table p(x | START), p(x | START I), …", {"prefix": "I went to the park."}),
            ("Embeddings, hidden state, logits and softmax over |V| tokens", {**_PARK, "view": "Numbers"}),
            ("Sampling: temperature, top-k and top-p beside the untouched p", {**_PARK, "view": "Sampling"}),
            ("Window, recurrent network and Transformer on one prefix", {**_PARK, "view": "Compare"}),
        ),
    ),
)
