"""The plane of the features beside a plain eigendecomposition."""

import numpy as np
import pytest

from nlm_core.sentiment.projection import project


def test_the_plane_holds_the_two_largest_variances() -> None:
    x = (np.random.default_rng(0).normal(size=(200, 5)) * [5, 3, 1, 1, 1] + 7).astype(np.float32)
    found = project(x)
    values = np.linalg.eigvalsh(np.cov(x.astype(np.float64).T))[::-1]
    assert found.shares == pytest.approx(values[:2] / values.sum())
    np.testing.assert_allclose(found.place(x).var(0, ddof=1), values[:2])
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-12)
    assert all(row[np.abs(row).argmax()] > 0 for row in found.directions)


def test_equal_and_few_rows() -> None:
    same = project(np.ones((4, 3), dtype=np.float32))
    assert same.shares == (0, 0)
    assert (same.place(np.ones((1, 3), dtype=np.float32)) == 0).all()
    with pytest.raises(ValueError, match="needs 3"):
        project(np.zeros((2, 3), dtype=np.float32))
