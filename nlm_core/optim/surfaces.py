"""All surfaces by the name that the visitor sees: data problems first, then the classics."""

from nlm_core.optim.classics import CLASSICS
from nlm_core.optim.points import Points
from nlm_core.optim.problems import PROBLEMS
from nlm_core.optim.surface import Surface

_BY_NAME: dict[str, Surface] = {surface.name: surface for surface in CLASSICS}
SURFACES: tuple[str, ...] = (*PROBLEMS, *_BY_NAME)


def default_points(name: str) -> Points:
    """The points that a data problem begins with.

    Raises
    ------
    ValueError
        If there is no data problem of that name; the message lists those there are.
    """
    if name not in PROBLEMS:
        raise ValueError(f"no data problem is called {name!r}; known are {', '.join(PROBLEMS)}")
    return PROBLEMS[name][1]()


def surface(name: str, points: Points | None = None) -> Surface:
    """The surface of that name.

    Parameters
    ----------
    name : str
        One of ``SURFACES``.
    points : Points or None
        The data of a data problem; None takes its own. The classics have no data.

    Raises
    ------
    ValueError
        If there is no such surface (the message lists those there are), or points are given to a classic.
    PointsError
        If the points do not fit the problem.
    """
    if name in PROBLEMS:
        build, begin_with = PROBLEMS[name]
        return build(begin_with() if points is None else points)
    if name not in _BY_NAME:
        raise ValueError(f"no surface is called {name!r}; known are {', '.join(SURFACES)}")
    if points is not None:
        raise ValueError(f"{name} is a formula and takes no points")
    return _BY_NAME[name]
