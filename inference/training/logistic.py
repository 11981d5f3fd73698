"""Ridge logistic regression."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def ridge_logistic(x: Array, right: Array, weight: Array, prior: Array, penalty: Array) -> Array:
    """Coefficients (D,) for rows x (N, D) with outcomes and row weights (N,), by Newton's method.

    `penalty` (D,) holds each coefficient to its `prior` (D,): the fewer the rows, the closer it stays.
    """
    fitted = prior.copy()
    for _ in range(200):
        chance = 1 / (1 + np.exp(-np.clip(x @ fitted, -30, 30)))
        slope = x.T @ (weight * (right - chance)) - penalty * (fitted - prior)
        curve = (x * (weight * chance * (1 - chance))[:, None]).T @ x + np.diag(penalty)
        change = np.linalg.solve(curve, slope)
        fitted += change / max(1.0, float(np.abs(change).max()))
        if np.abs(change).max() < 1e-6:
            break
    return fitted
