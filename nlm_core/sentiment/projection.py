"""Features in a plane: the two directions in which they differ most, and the nearest sentences."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Principal components of more rows than these look the same and cost more.
MAX_FITTED = 5000


@dataclass(frozen=True)
class Projection:
    """The first two principal components of features (Pearson 1901), from ``sklearn.decomposition.PCA``.

    Attributes
    ----------
    mean : ndarray of shape (hidden,)
    directions : ndarray of shape (2, hidden)
        Orthonormal; the entry of the largest size in each is positive, so that the picture does not flip.
    shares : tuple of 2 floats
        Of the variance, what each direction holds.
    """

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    shares: tuple[float, float]

    def place(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Places in the plane, of shape (n, 2), of features of shape (n, hidden)."""
        found: NDArray[np.float64] = (features - self.mean) @ self.directions.T
        return found


def project(features: NDArray[np.float32]) -> Projection:
    """Find the plane of features of shape (n, hidden), from the first ``MAX_FITTED`` rows.

    Raises
    ------
    ValueError
        If there are fewer than three rows.
    """
    from sklearn.decomposition import PCA

    if len(features) < 3:
        raise ValueError(f"there are {len(features)} sentences; a projection needs 3")
    # Of equal rows the variance is 0, and a share of it 0 / 0.
    with np.errstate(invalid="ignore"):
        found = PCA(2, svd_solver="full").fit(features[:MAX_FITTED].astype(np.float64))
    largest = np.abs(found.components_).argmax(1)
    signs = np.sign(found.components_[np.arange(2), largest])
    shares = np.nan_to_num(found.explained_variance_ratio_)
    return Projection(found.mean_, found.components_ * signs[:, None], (float(shares[0]), float(shares[1])))
