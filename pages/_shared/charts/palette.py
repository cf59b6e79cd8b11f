"""Colours that can be told apart with any colour vision (Okabe & Ito 2008) and on a weak projector."""

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#9A5BA5"
GREY = "#8A949E"
# The first is the visitor's own run, the others are those that it is raced against.
RUNS = (ORANGE, GREEN, PURPLE, "#B8860B", "#CC3377", GREY)


def ink(theme: str | None) -> str:
    """The colour of text drawn into a chart, which the theme does not set."""
    return "#eef3f7" if theme == "dark" else "#0c1620"


def middle(theme: str | None) -> str:
    """The colour between two opposite ones, where a value is 0: nearly the page's own."""
    return "#1b242d" if theme == "dark" else "#f2f5f8"
