"""A patient's rows made linear where the patient is expected: scores by level, effects by cycles' own times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.bounds import tangent
from reprieve.learn.kernel import Array, Errors, Rows
from reprieve.learn.parameters import BY_SCALE, COMMON, baseline_parts
from reprieve.learn.rows import dose_factor

LINEAR_AROUND = 0.7  # how far a cycle's linearisation point moves towards its posterior mean in one round
_PLACE = {name: i for i, name in enumerate(COMMON)}


def straightened(rows: Rows, errors: Errors) -> Rows:
    """Return `rows` with scores linear in the level, by the lines where they are fitted, and with these errors."""
    channel, scored = rows.channel, rows.weight > 0
    at, points, tilt = tangent(errors.fitted, rows.reference[channel], rows.lowest[channel], rows.highest[channel])
    score = np.where(scored, rows.points - points + tilt * at, 0.0)
    weight, odd = (np.where(scored, told, 0.0) for told in (errors.weight, errors.odd))
    return replace(rows, score=score, tilt=tilt, weight=weight, odd=odd, owed=errors.owed)


def _of_scale(name: str, rows: Rows) -> NDArray[np.int64]:
    return len(COMMON) + len(BY_SCALE) * np.arange(len(rows.reference)) + tuple(BY_SCALE).index(name)


def relinearised(rows: Rows, slots: Array, mean: Array, covariance: Array) -> Rows:
    """Return `rows` made linear nearer to the posterior of the effects: `mean` (k,) and `covariance` (k, k)."""
    first, cycle, step = len(rows.reference), rows.first_cycle, LINEAR_AROUND
    unit = np.exp(slots[_PLACE["log_sd_cycle_half_loss"]])
    time, blur = unit * mean[cycle + 1 :: 2], unit * np.sqrt(np.diag(covariance)[cycle + 1 :: 2])
    amplitude = slots[len(slots) - 2 * rows.products :: 2][rows.product]
    lifted = amplitude * dose_factor(rows.ratio, np.exp(slots[_PLACE["log_kappa"]]))
    lifted = lifted + np.exp(slots[_PLACE["log_sd_amplitude"]]) * mean[first]
    lifted = lifted + np.exp(slots[_PLACE["log_sd_cycle_amplitude"]]) * mean[cycle::2]
    # Who stands higher responds otherwise, on each scale by the level there.
    parts = baseline_parts(slots[_PLACE["logit_shared_baseline"]], first)
    level = np.exp(slots[_of_scale("log_sd_baseline", rows)] - slots[_of_scale("log_effect", rows)]) * (
        parts @ mean[:first]
    )
    lifted = np.where(rows.ratio > 0, lifted + slots[_PLACE["coupling"]] * level[:, None], 0.0)
    return replace(
        rows,
        off_time=rows.off_time + step * (time - rows.off_time),
        lifted=rows.lifted + step * (lifted - rows.lifted),
        blur=rows.blur + step * (blur - rows.blur),
    )
