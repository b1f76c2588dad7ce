"""What a kernel of the response model takes and gives: one patient's rows, nodes, and results at each node.

There are two kernels with the same mathematics: the compiled one (kernel.c) and the one in NumPy (numpy_kernel.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeGuard, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FAMILIES = ("hill", "gompertz")


@dataclass(frozen=True, slots=True)
class Rows:
    """One patient for a kernel: n rows (scores and places to predict), c cycles, k channels.

    Attributes
    ----------
    week, points : ndarray, shape (n,)
        Weeks from the first injection, not decreasing; and the scores, in points.
    score, tilt, weight : ndarray, shape (n,)
        The scores made linear, see `learn.bounds`: tilt times the level, drift and error; and the precision of the
        row's error (1: as usual, 0: a place to predict, whose score and tilt are ignored).
    odd, turn : ndarray, shape (n,)
        Chance that the score is an odd one, given all others; and what says, with a node's draw, whether it is odd
        there, see `learn.odd_scores`.
    channel : ndarray of int32, shape (n,)
    start, ratio, with_placebo : ndarray, shape (c,)
        Weeks of the injections; dose over reference dose (0: none); 1 where a placebo response is expected.
    product : ndarray of int32, shape (c,)
    off_time, blur : ndarray, shape (c,)
        Where the curve is made linear: the cycle's own log half-loss time beside the patient's, and its standard
        deviation, over which the curve is averaged.
    lifted : ndarray, shape (k, c)
        The cycle's whole effect there, on each channel, as share of the reference score.
    owed : ndarray, shape (k,)
        What the likelihood owes by the log of the error's standard deviation, see `learn.odd_scores`.
    reference, lowest, highest : ndarray, shape (k,)
        Reference score and ends of each channel's scale, in points; without ends, infinite.
    other : ndarray, shape (n, e)
        Course of each other treatment at each row, 0 to 1.
    other_mean, other_sd : ndarray, shape (e,)
        Prior of its effect, as share of the reference score.
    products : int
        Number of products in the population.
    family : int
        Index into `FAMILIES`.
    """

    week: Array
    points: Array
    score: Array
    tilt: Array
    weight: Array
    odd: Array
    turn: Array
    channel: NDArray[np.int32]
    start: Array
    ratio: Array
    with_placebo: Array
    product: NDArray[np.int32]
    off_time: Array
    lifted: Array
    blur: Array
    owed: Array
    reference: Array
    lowest: Array
    highest: Array
    other: Array
    other_mean: Array
    other_sd: Array
    products: int
    family: int

    @property
    def effects(self) -> int:
        """Number of linear effects: baselines, response, placebo, slope, first weeks, others, two for each cycle."""
        return self.first_cycle + 2 * len(self.start)

    @property
    def first_cycle(self) -> int:
        """Position of the first cycle's effects."""
        return len(self.reference) + 4 + len(self.other_mean)


@dataclass(frozen=True, slots=True)
class Points:
    """Nodes as a kernel takes them.

    Attributes
    ----------
    slots : ndarray, shape (g, p)
        Parameter values in the kernel's order.
    half_loss, spread : ndarray, shape (g,)
        The patient's half-loss time and variability, standard normal deviates.
    responds : ndarray of int32, shape (g,)
        0 where the toxin does nothing for this patient.
    draw : ndarray, shape (g,), or None
        Number of the node's draw of which scores are odd; without, each score's error is the one that stands for both.
    own_time : ndarray, shape (g, c), or None
        The cycles' own log half-loss times, beside the patient's; without, they are effects, and made linear.
    """

    slots: Array
    half_loss: Array
    spread: Array
    responds: NDArray[np.int32]
    draw: Array | None = None
    own_time: Array | None = None

    def at(self, nodes: NDArray[np.int64]) -> Points:
        """Return these of the nodes."""
        draw, own_time = (None if told is None else told[nodes] for told in (self.draw, self.own_time))
        own = self.slots[nodes], self.half_loss[nodes], self.spread[nodes], self.responds[nodes]
        return Points(*own, draw, own_time)


@dataclass(frozen=True, slots=True)
class Errors:
    """What g nodes tell of the errors of n rows on k channels.

    Attributes
    ----------
    weight, odd, fitted : ndarray, shape (g, n)
        Precision of each row's error, given all others, beside its usual one; chance that it is an odd one; and the
        level there.
    owed : ndarray, shape (g, k)
        What the likelihood owes with these precisions.
    misfit : ndarray, shape (g,)
        What drift and errors are, squared and added up, in the patient's own variances; the number of scores where
        variability is as the scores have it.
    """

    weight: Array
    odd: Array
    fitted: Array
    owed: Array
    misfit: Array

    def mean(self, share: Array) -> Errors:
        """Return what the nodes tell together, by their `share`, shape (g,)."""
        own = (self.weight, self.odd, self.fitted, self.owed, self.misfit)
        return Errors(*(share @ told for told in own))


@dataclass(frozen=True, slots=True)
class NodeResults:
    """What a kernel gives for g nodes and k effects.

    Attributes
    ----------
    log_likelihood : ndarray, shape (g,)
    mean, covariance : ndarray, shapes (g, k) and (g, k, k)
        Normal posterior of the effects.
    targets : ndarray, shape (g, m, 8), or None
        For each place to predict: centre and variance of the level; centre and variance of the drift, in points, and
        the covariance of both; error variance; centre and variance of the gain, as level.
    gradient : ndarray, shape (g, p), or None
        Of the log likelihood, by slot.
    errors : Errors, or None
        What is told of each row's error.
    """

    log_likelihood: Array
    mean: Array
    covariance: Array
    targets: Array | None
    gradient: Array | None
    errors: Errors | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """From standard normal coordinates to slots, and how the mode is sought there.

    Attributes
    ----------
    mean, root : ndarray, shapes (p,) and (p, v - 2)
        Population parameters, and the root of their covariance.
    places : ndarray of int, shape (slots,)
        Position of each slot's parameter in `mean`; -1 where it is fixed at 0.
    most_spread, straight, least_error : float
        Bound of the log of a patient's variability beside the population's, the share of a bound up to which nothing
        is bent, and how far below the population's a patient may take the logs of drift and error.
    rounds, steps : int
        How often the mode is sought, the patient made linear there in between; and most steps of each.
    early, resting, longest : float
        The slope at which the search rests, in rounds before the last and in that; and its longest step.
    """

    mean: Array
    root: Array
    places: NDArray[np.int32]
    most_spread: float
    straight: float
    least_error: float
    rounds: int
    steps: int
    early: float
    resting: float
    longest: float


@dataclass(frozen=True, slots=True, eq=False)
class Manner:
    """How nodes are drawn, weighed and told of; see learn/posterior.py and learn/mixture.py.

    Attributes
    ----------
    nodes, silent, few : ndarray, shapes (g, v)
        Standard normal deviates of the nodes: of a patient who responds; of one who does not, and where that is
        hopeless. Where it is likely, the first ones.
    hopeless, likely, stretch, unseen, negligible : float
    precision, share : ndarray, shape (t,)
        A rating's error as a mixture of normal distributions.
    levels : ndarray, shape (q,)
    """

    nodes: Array
    silent: Array
    few: Array
    hopeless: float
    likely: float
    stretch: float
    unseen: float
    negligible: float
    precision: Array
    share: Array
    levels: Array


@dataclass(frozen=True, slots=True)
class Places:
    """Weeks to predict, not decreasing, shape (m,); courses of other treatments there (m, e); and the channel."""

    weeks: Array
    other: Array
    channel: int


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Patients with the same k scales, one after another, and what a forecast of all of them takes.

    Attributes
    ----------
    rows, cycles : ndarray of int32, shape (p + 1,)
        Where each patient's rows and cycles begin.
    week, points, channel : ndarray, shape (n,)
        As in `Rows`; `channel` is of int32.
    start, ratio, with_placebo, product : ndarray, shape (c,)
        As in `Rows`; `product` is of int32.
    reference, lowest, highest : ndarray, shape (k,)
        As in `Rows`.
    at : ndarray, shape (m,)
        Weeks since the latest injection to predict on the first scale, not decreasing.
    slots : ndarray, shape (s,)
        The population's parameters in the kernel's order.
    products, family, rounds : int
        As in `Rows`; and how often a patient is made linear.
    most_spread : float
        As in `Ground`.
    """

    rows: NDArray[np.int32]
    cycles: NDArray[np.int32]
    week: Array
    points: Array
    channel: NDArray[np.int32]
    start: Array
    ratio: Array
    with_placebo: Array
    product: NDArray[np.int32]
    reference: Array
    lowest: Array
    highest: Array
    at: Array
    slots: Array
    products: int
    family: int
    rounds: int
    most_spread: float


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a score at m times: mean and sd (m,), quantiles (m, q); of p patients, (p, m) and (p, m, q)."""

    mean: Array
    sd: Array
    quantiles: Array


class Kernel(Protocol):
    """Evaluate the model for one patient at many nodes."""

    def __call__(
        self,
        rows: Rows,
        points: Points,
        *,
        targets: bool = False,
        gradient: bool = False,
        errors: bool = False,
    ) -> NodeResults: ...


@runtime_checkable
class Compiled(Protocol):
    """What a kernel may do by itself beside, for speed; each does what the function of its name in `learn` does."""

    def settle(
        self, rows: Rows, ground: Ground, at: Array, inverse: Array, *, responds: bool
    ) -> tuple[Array, Array, Rows]:
        """Return the mode near `at`, the inverse curvature that the steps learned from `inverse`, and linear rows."""
        ...

    def score(self, rows: Rows, points: Points, log_weight: Array) -> tuple[float, float, Array]:
        """Return the log of the points' mean likelihood, the share without an effect, and the slope by slot.

        All points have the slots of the first.
        """
        ...

    def quantiles(self, weight: Array, mean: Array, sd: Array, levels: Array, middle: Array, wide: Array) -> Array:
        """Return the quantiles of normal mixtures at each of m times, shape (m, q)."""
        ...

    def forecast(self, rows: Rows, ground: Ground, manner: Manner, places: Places) -> Told:
        """Return what is told of a score at `places`, from the scores in `rows` on: all steps in one call."""
        ...

    def laplace(self, batch: Batch, manner: Manner) -> Told:
        """Return what is told of all patients with the population taken as known, see learn/laplace.py."""
        ...


def is_compiled(kernel: Kernel) -> TypeGuard[Compiled]:
    """Return whether `kernel` does more than evaluate nodes."""
    return _is_compiled(type(kernel))


@cache
def _is_compiled(kind: type) -> bool:
    return issubclass(kind, Compiled)  # looks at every method: for a patient of a registry too long each time
