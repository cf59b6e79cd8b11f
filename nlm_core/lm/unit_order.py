"""In which order hidden units are drawn: as they are numbered, by activity, or alike beside alike."""

from collections.abc import Callable

import numpy as np


def by_index(states: np.ndarray) -> np.ndarray:
    return np.arange(states.shape[1])


def by_activity(states: np.ndarray) -> np.ndarray:
    """The unit with the largest mean |h_t| first."""
    return np.argsort(-np.abs(states).mean(axis=0), kind="stable")


def by_clustering(states: np.ndarray) -> np.ndarray:
    """Units whose values go alike over time side by side: the leaves of an average-linkage tree of their distances."""
    from scipy.cluster.hierarchy import leaves_list, linkage

    if states.shape[1] < 2:
        return by_index(states)
    order: np.ndarray = leaves_list(linkage(states.T, method="average"))
    return order


ORDERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "index": by_index,
    "activity": by_activity,
    "clustering": by_clustering,
}


def order_units(states: np.ndarray, how: str) -> np.ndarray:
    """The units in the order in which they are to be drawn.

    Parameters
    ----------
    states : array of shape (n_steps, H)
    how : str
        One of ``ORDERS``.

    Returns
    -------
    int array of shape (H,)
        A permutation of 0 ... H - 1.

    Raises
    ------
    ValueError
        If ``how`` is not known, or there is no step.
    """
    if how not in ORDERS:
        raise ValueError(f"units cannot be ordered by {how!r}; known are {', '.join(ORDERS)}")
    if len(states) == 0:
        raise ValueError("there are no hidden states to order by; read at least START")
    return ORDERS[how](states)
