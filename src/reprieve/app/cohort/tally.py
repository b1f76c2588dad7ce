"""Sums that can be made in parts: what each partition of a registry sends home instead of its patients.

Every figure of a cohort is a function of sums over patients, so partitions add up, on any machine and in any order.
Cycles of one patient are alike; so the intervals come from a bootstrap over patients. A patient's weight in each
replicate is Poisson with mean 1 and follows from the hash of the patient's name: no matter how the registry is split,
the same patient weighs the same, and the replicates are sums like all others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from reprieve.app.cohort.groups import CYCLES
from reprieve.app.response.partition_files import patient_hash

Array = NDArray[np.float64]
Key = tuple[Hashable, ...]
REPLICATES = 200
_SEED = 20261126


@dataclass
class Tally:
    """Weighted sums by key: column 0 is the plain sum, the others are the replicates.

    Attributes
    ----------
    sums : dict of ndarray, shape (1 + REPLICATES,)
    patients : Counter
        How many patients stand behind each key; decides what may be shown.
    exact : dict of Decimal
        Sums of units, by key, without replicates.
    """

    sums: dict[Key, Array] = field(default_factory=dict)
    patients: Counter[Key] = field(default_factory=Counter)
    exact: dict[Key, Decimal] = field(default_factory=dict)

    def add_patient(self, patient: str, own: OwnSums) -> None:
        """Add the sums of one patient."""
        weights = patient_weights(patient)
        for key, value in own.sums.items():
            found = self.sums.get(key)
            self.sums[key] = weights * value if found is None else found + weights * value
            self.patients[key] += 1
        for key in own.touched:
            self.patients[key] += 1
        for key, value in own.exact.items():
            self.exact[key] = self.exact.get(key, Decimal(0)) + value

    def merge(self, other: Tally) -> None:
        """Add the sums of another partition."""
        for key, value in other.sums.items():
            found = self.sums.get(key)
            self.sums[key] = value if found is None else found + value
        self.patients.update(other.patients)
        for key, value in other.exact.items():
            self.exact[key] = self.exact.get(key, Decimal(0)) + value

    def get(self, *key: Hashable) -> Array:
        """Return the sums of `key`; zeros when nobody added to it."""
        found = self.sums.get(key)
        return np.zeros(1 + REPLICATES) if found is None else found

    def keys(self, *head: Hashable) -> list[tuple[Hashable, ...]]:
        """Return what follows `head` in the keys that begin with it, sorted; groups of cycles in their own order."""
        rest = {key[len(head) :] for key in self.sums if key[: len(head)] == head}
        return sorted(rest, key=lambda key: tuple(_place(value) for value in key))


def _place(value: Hashable) -> tuple[bool, str, int, Hashable]:
    return value is None, str(type(value)), CYCLES.index(value) if value in CYCLES else 0, value


@dataclass
class OwnSums:
    """The sums of one patient, before any weight."""

    sums: dict[Key, float] = field(default_factory=dict)
    exact: dict[Key, Decimal] = field(default_factory=dict)
    touched: set[Key] = field(default_factory=set)

    def touch(self, *key: Hashable) -> None:
        """Count the patient once under `key`, without a sum."""
        self.touched.add(key)

    def add(self, *key: Hashable, value: float = 1.0) -> None:
        """Add `value` to `key`."""
        self.sums[key] = self.sums.get(key, 0.0) + value

    def add_exact(self, *key: Hashable, value: Decimal) -> None:
        """Add exact units to `key`."""
        self.exact[key] = self.exact.get(key, Decimal(0)) + value


def patient_weights(patient: str) -> Array:
    """Return 1 and the Poisson weights of `patient` in each replicate."""
    bits = np.random.Philox(key=np.array([patient_hash(patient), _SEED], dtype=np.uint64))
    return np.concatenate([[1.0], np.random.Generator(bits).poisson(1.0, REPLICATES).astype(float)])


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with the 95 % interval of the bootstrap over patients; None where it cannot be given."""

    value: float | None
    low: float | None = None
    high: float | None = None


def figure(values: Array, digits: int = 4) -> Figure:
    """Return the figure whose estimate and replicates are `values`; NaN in the estimate gives an unknown figure."""
    if not np.isfinite(values[0]):
        return Figure(None)
    told = values[1:][np.isfinite(values[1:])]
    # With many replicates without an answer the interval would be that of the lucky ones.
    if told.size < 0.9 * REPLICATES:
        return Figure(_rounded(values[0], digits))
    low, high = np.quantile(told, (0.025, 0.975))
    return Figure(_rounded(values[0], digits), _rounded(low, digits), _rounded(high, digits))


def ratio(above: Array, below: Array) -> Array:
    """Return `above` / `below`, NaN where nothing is below."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _rounded(value: float, digits: int) -> float:
    return round(float(value), digits) + 0.0  # no negative zero


def merged(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of `tallies`."""
    whole = Tally()
    for tally in tallies:
        whole.merge(tally)
    return whole
