"""Forecasts of a registry's patients as columns, never one by one; the population is taken as known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from reprieve.app.response.kernel import kernel
from reprieve.app.response.scores import FORECAST_COLUMNS, LEVELS, known_scale
from reprieve.learn.laplace import laplace_registry
from reprieve.learn.observations import PLACEBO
from reprieve.learn.population import Population, scale_ends
from reprieve.learn.ragged import Ragged


def registry_columns(patients: Ragged, population: Population, at: tuple[float, ...]) -> dict[str, Any] | None:
    """Return the columns of `ForecastRow` for all `patients` at the weeks `at` of the latest cycle.

    None where the population does not know a scale, product or dose, or a score lies outside its scale: the message is
    left to who looks at each patient.
    """
    known = _known(patients, population)
    if known is None:
        return None
    weeks, count = np.array(at), len(known.names)
    told = laplace_registry(known, population, kernel(), weeks, np.array(LEVELS))
    low, high = _ends(known, population)
    first = np.where(np.diff(known.kinds) > 0, known.scale[np.minimum(known.kinds[:-1], len(known.scale) - 1)], -1)
    figures = np.concatenate([told.mean[..., None], told.sd[..., None], told.quantiles], axis=2)
    clipped = np.clip(figures, low[first][:, None, None], high[first][:, None, None])
    clipped[..., 1] = told.sd
    rounded = np.round(clipped.reshape(count * len(weeks), -1), 4)
    latest = known.label[known.cycles[1:] - 1]
    columns: dict[str, Any] = {
        "patient": np.repeat(np.array(known.names), len(weeks)),
        "cycle": np.repeat(np.array(known.labels)[latest], len(weeks)),
        "week": np.tile(weeks, count),
    }
    return columns | dict(zip(FORECAST_COLUMNS[3:], np.ascontiguousarray(rounded.T), strict=True))


def _known(patients: Ragged, population: Population) -> Ragged | None:
    """Return `patients` with the population's own names of scales, or None where something is unknown to it."""
    used = np.unique(patients.scale)
    scales = [known_scale(patients.scales[kind], population) or "" for kind in used.tolist()]
    if not all(scales):
        return None
    patients = replace(patients, scale=np.searchsorted(used, patients.scale), scales=scales)
    low, high = _ends(patients, population)
    kind = patients.scale[np.repeat(patients.kinds[:-1], np.diff(patients.rows)) + patients.channels]
    if np.any((patients.scores < low[kind]) | (patients.scores > high[kind])):
        return None
    names = [*patients.drugs, PLACEBO]
    entries = [population.products.get(name) for name in names]
    least = np.array([np.nan if entry is None else entry.lowest_units for entry in entries])[patients.drug]
    most = np.array([np.nan if entry is None else entry.highest_units for entry in entries])[patients.drug]
    placebo = np.array([name == PLACEBO for name in names])[patients.drug] | (patients.units == 0)
    told = ~placebo & (patients.drug >= 0)
    unknown = np.isnan(least) | (patients.units < least) | (patients.units > most)
    return None if np.any(told & unknown) else patients


def _ends(patients: Ragged, population: Population) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of each scale of `patients`; of the primary scale after the last, for who has no score."""
    return scale_ends(population.scales[scale] for scale in (*patients.scales, population.primary_scale))
