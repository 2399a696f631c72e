"""Natural cubic splines: a smooth curve that is a straight line beyond the data."""

from __future__ import annotations

import numpy as np
import patsy

# Degrees of freedom of every curve in this study (research design, 4A).
DEGREES = 4


class Spline:
    """The basis of a natural cubic spline, with knots at the quantiles of the data it was made from.

    Args:
        x: values, shape (n,).
        degrees: columns of the basis, the constant not counted.
    """

    def __init__(self, x: np.ndarray, degrees: int = DEGREES) -> None:
        formula = f"cr(x, df={degrees}, constraints='center')"
        self._design = patsy.dmatrix(formula, {"x": np.asarray(x, float)}).design_info

    def basis(self, x: np.ndarray) -> np.ndarray:
        """The constant and the basis at `x`: shape (len(x), 1 + degrees)."""
        return np.asarray(patsy.build_design_matrices([self._design], {"x": np.asarray(x, float)})[0])


def line(x: np.ndarray) -> np.ndarray:
    """The constant and `x` itself: the basis of a straight line, shape (len(x), 2)."""
    x = np.asarray(x, float)
    return np.column_stack([np.ones_like(x), x])
