"""What a forecast tells of a score: moments and quantiles, by the shortest way that the kernel knows."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reprieve.learn.deviates import deviates
from reprieve.learn.kernel import Array, Kernel, Manner, Places, Told, is_compiled
from reprieve.learn.mixture import NEGLIGIBLE_PARTS, mean_sd, quantiles
from reprieve.learn.observations import PatientScores
from reprieve.learn.odd_scores import error_parts
from reprieve.learn.others import other_courses, told_apart
from reprieve.learn.population import Population
from reprieve.learn.posterior import (
    HOPELESS,
    HOPELESS_NODES,
    LIKELY,
    ROUNDS,
    SILENT_NODES,
    STRETCH,
    UNSEEN,
    channel_of,
    foretell,
    in_order,
    nodes_for,
)
from reprieve.learn.rows import rows_of, scales_of
from reprieve.learn.search import frame_of, ground_of


def summarise(
    patient: PatientScores,
    population: Population,
    kernel: Kernel,
    weeks: Array,
    levels: Array,
    scale: str | None = None,
) -> Told:
    """Return mean, standard deviation and quantiles of a score at `weeks`.

    Parameters
    ----------
    patient : PatientScores
    population : Population
    kernel : Kernel
        A compiled one does everything in one call, with the same figures.
    weeks : ndarray, shape (m,)
        Weeks from the first injection, in any order.
    levels : ndarray, shape (q,)
    scale : str, optional
        One of the patient's scales; the first by default.
    """
    if not is_compiled(kernel):
        told = foretell(patient, population, kernel, weeks, scale)[1].score
        return Told(*mean_sd(told), quantiles(told, levels, kernel))
    rows, (ordered, back) = rows_of(patient, population), in_order(weeks)
    frame = frame_of(patient, population, rows)
    courses = other_courses(told_apart(patient), ordered)
    places = Places(ordered, courses, channel_of(scales_of(patient, population), scale))
    manner = _manner(nodes_for(patient, frame), frame.root.shape[1] + 2, tuple(levels.tolist()))
    found = kernel.forecast(rows, ground_of(frame, ROUNDS), manner, places)
    return Told(found.mean[back], found.sd[back], np.maximum.accumulate(found.quantiles[back], axis=1))


@lru_cache(maxsize=128)
def _manner(count: int, size: int, levels: tuple[float, ...]) -> Manner:
    nodes, silent, few = (deviates(each, size) for each in (count, SILENT_NODES, HOPELESS_NODES))
    precision, share = error_parts()
    return Manner(
        nodes, silent, few, HOPELESS, LIKELY, STRETCH, UNSEEN, NEGLIGIBLE_PARTS, precision, share, np.array(levels)
    )
