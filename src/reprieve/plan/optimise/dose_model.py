"""What the planner may be told about a dose by a model of the muscle. Which model, is not its business."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reprieve.plan.optimise.involvement import Place


class DoseModel(Protocol):
    """A model of one product's dose in a muscle; None where it has no ground, and the planner's own curve stays."""

    @property
    def name(self) -> str:
        """What proposals name it by."""
        ...

    def relief(self, place: Place, units: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return the share of the muscle's pull that `units` take away, 0 to 1, of the shape of `units`.

        It never falls with the dose.
        """
        ...

    def spread(self, place: Place, structures: Sequence[str], units: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return what reaches each structure, 1 for a dose of one scale into the muscle most beside it.

        Shape (n_structures, n_units); a structure that the model does not know has NaN.
        """
        ...
