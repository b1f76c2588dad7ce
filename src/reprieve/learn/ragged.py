"""Many patients, one after another, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.observations import Cycle, PatientScores

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Patients without other treatments, whose first cycle is their first treatment.

    Attributes
    ----------
    names : list of str
    cycles, rows, kinds : ndarray of int, shape (p + 1,)
        Where each patient's cycles, scores and scales begin.
    start, units : ndarray, shape (c,)
        Weeks from the patient's first injection; units are NaN where not told.
    drug, label : ndarray of int, shape (c,)
        Index into `drugs`, -1 where not told; and into `labels`.
    weeks, scores, channels : ndarray, shape (n,)
        As in `PatientScores`.
    scale : ndarray of int, shape (k,)
        Index into `scales` of each patient's channels.
    drugs, labels, scales : list of str
    """

    names: list[str]
    cycles: Indices
    rows: Indices
    kinds: Indices
    start: Array
    units: Array
    drug: Indices
    label: Indices
    weeks: Array
    scores: Array
    channels: Indices
    scale: Indices
    drugs: list[str]
    labels: list[str]
    scales: list[str]

    def patients(self) -> list[PatientScores]:
        """Return the patients one by one."""
        told = zip(self.start.tolist(), self.drug.tolist(), self.units.tolist(), self.label.tolist(), strict=True)
        cycles = [
            Cycle(start, None if drug < 0 else self.drugs[drug], None if np.isnan(units) else units, self.labels[label])
            for start, drug, units, label in told
        ]
        scale = [self.scales[kind] for kind in self.scale.tolist()]
        c, r, k = self.cycles.tolist(), self.rows.tolist(), self.kinds.tolist()
        return [
            PatientScores(
                name,
                tuple(cycles[c[i] : c[i + 1]]),
                self.weeks[r[i] : r[i + 1]],
                self.scores[r[i] : r[i + 1]],
                self.channels[r[i] : r[i + 1]],
                tuple(scale[k[i] : k[i + 1]]),
            )
            for i, name in enumerate(self.names)
        ]

    def of(self, chosen: Indices) -> Ragged:
        """Return some of the patients, in the order of `chosen`."""
        cycles, in_cycles = _of(self.cycles, chosen)
        rows, in_rows = _of(self.rows, chosen)
        kinds, in_kinds = _of(self.kinds, chosen)
        return replace(
            self,
            names=[self.names[i] for i in chosen.tolist()],
            cycles=cycles,
            rows=rows,
            kinds=kinds,
            start=self.start[in_cycles],
            units=self.units[in_cycles],
            drug=self.drug[in_cycles],
            label=self.label[in_cycles],
            weeks=self.weeks[in_rows],
            scores=self.scores[in_rows],
            channels=self.channels[in_rows],
            scale=self.scale[in_kinds],
        )

    def by_scales(self) -> dict[tuple[int, ...], Indices]:
        """Return which patients have the same scales in the same order."""
        found: dict[tuple[int, ...], list[int]] = {}
        scale, k = self.scale.tolist(), self.kinds.tolist()
        for i in range(len(self.names)):
            found.setdefault(tuple(scale[k[i] : k[i + 1]]), []).append(i)
        return {kinds: np.array(which) for kinds, which in found.items()}


def _of(begins: Indices, chosen: Indices) -> tuple[Indices, Indices]:
    """Return where what belongs to the `chosen` begins among them, and the places of all of it."""
    count = np.diff(begins)[chosen]
    fresh = np.concatenate([[0], np.cumsum(count)])
    return fresh, np.repeat(begins[chosen] - fresh[:-1], count) + np.arange(fresh[-1])


def ragged_of(patients: Sequence[PatientScores]) -> Ragged:
    """Return `patients` one after another; see `Ragged` for what they may not have."""
    cycles = [cycle for patient in patients for cycle in patient.cycles]
    drugs = sorted({cycle.product for cycle in cycles if cycle.product is not None})
    labels = sorted({cycle.name for cycle in cycles})
    scales = sorted({scale for patient in patients for scale in patient.scales})
    place, named, kind = ({name: i for i, name in enumerate(told)} for told in (drugs, labels, scales))

    def begins(counts: list[int]) -> Indices:
        return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])

    def together(columns: list[Array] | list[Indices]) -> NDArray:
        return np.concatenate(columns) if columns else np.zeros(0)

    return Ragged(
        [patient.patient for patient in patients],
        begins([len(patient.cycles) for patient in patients]),
        begins([len(patient.weeks) for patient in patients]),
        begins([len(patient.scales) for patient in patients]),
        np.array([cycle.start_weeks for cycle in cycles]),
        np.array([np.nan if cycle.units is None else cycle.units for cycle in cycles]),
        np.array([-1 if cycle.product is None else place[cycle.product] for cycle in cycles], dtype=np.int64),
        np.array([named[cycle.name] for cycle in cycles], dtype=np.int64),
        together([patient.weeks for patient in patients]),
        together([patient.scores for patient in patients]),
        together([patient.channels for patient in patients]).astype(np.int64),
        np.array([kind[scale] for patient in patients for scale in patient.scales], dtype=np.int64),
        drugs,
        labels,
        scales,
    )
