"""Natural cubic splines: a smooth curve that is a straight line beyond the data."""

from __future__ import annotations

import numpy as np
from patsy import mgcv_cubic_splines

# Degrees of freedom of every curve in this study (research design, 4A).
DEGREES = 4


class Spline:
    """The basis of a natural cubic spline, with knots at the quantiles of the data it was made from.

    Args:
        x: values, shape (n,).
        degrees: columns of the basis, the constant not counted.
    """

    def __init__(self, x: np.ndarray, degrees: int = DEGREES) -> None:
        # patsy's `cr(x, df, constraints="center")` without its formula language, which costs more than the spline itself.
        self._options = {"df": degrees, "constraints": "center"}
        self._curve = mgcv_cubic_splines.CR()
        self._curve.memorize_chunk(np.asarray(x, float), **self._options)
        self._curve.memorize_finish()

    def basis(self, x: np.ndarray) -> np.ndarray:
        """The constant and the basis at `x`: shape (len(x), 1 + degrees)."""
        x = np.asarray(x, float)
        return np.column_stack([np.ones_like(x), self._curve.transform(x, **self._options)])


def line(x: np.ndarray) -> np.ndarray:
    """The constant and `x` itself: the basis of a straight line, shape (len(x), 2)."""
    x = np.asarray(x, float)
    return np.column_stack([np.ones_like(x), x])
