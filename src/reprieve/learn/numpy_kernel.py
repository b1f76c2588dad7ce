"""The response model in NumPy: the same mathematics as kernel.c, for machines without the compiled kernel.

Notes
-----
At a node, ``score = mean + loadings @ effects + drift + noise`` with standard normal effects, an Ornstein-Uhlenbeck
drift and independent noise for each channel, both scaled by the patient's variability. The effects are integrated out
exactly; drift and noise are taken out by a Kalman filter of every column at once (a linear map). The gradient is by
central differences of the slots: slow, but independent of the formulas in C.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reprieve.learn.curve import AFTER_WEEKS, after_course, early_course, placebo_course, shape_and_slope
from reprieve.learn.kernel import FAMILIES, Array, Errors, NodeResults, Points, Rows
from reprieve.learn.odd_scores import ODD_SHARE, ODD_WIDTH, normal_errors, where_odd
from reprieve.learn.parameters import BY_SCALE, COMMON, baseline_parts

_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class _Slots:
    """Named columns of the slots, each of shape (g,); by channel (k, g), by product (s, g)."""

    common: dict[str, Array]
    channel: dict[str, Array]
    amplitude: Array
    half_loss: Array


def _named(rows: Rows, slots: Array) -> _Slots:
    common = {name: slots[:, i] for i, name in enumerate(COMMON)}
    first, width, channels = len(COMMON), len(BY_SCALE), len(rows.reference)
    channel = {
        name: np.stack([slots[:, first + k * width + i] for k in range(channels)]) for i, name in enumerate(BY_SCALE)
    }
    at = first + channels * width
    return _Slots(common, channel, slots[:, at::2].T, slots[:, at + 1 :: 2].T)


@dataclass(frozen=True, slots=True)
class _Design:
    """Columns (n, g, k + 1), the residual last; and what the gain needs: effect, reach, placebo course, all (n, g)."""

    columns: Array
    effect: Array
    reach: Array
    placebo: Array


def _design(rows: Rows, points: Points, value: _Slots) -> _Design:
    common, k = value.common, rows.channel
    kappa, ratio = np.exp(common["log_kappa"]), rows.ratio[:, None]
    active = (ratio > 0) * points.responds
    amplitude = active * value.amplitude[rows.product] * ratio * (1.0 + kappa) / (ratio + kappa)
    log_time = value.half_loss[rows.product] + common["duration_slope"] * np.log(np.where(ratio > 0, ratio, 1.0))
    log_time = log_time + np.exp(common["log_sd_half_loss"]) * points.half_loss
    log_time = log_time + (rows.off_time[:, None] if points.own_time is None else points.own_time.T)
    since = (rows.week[:, None] - rows.start)[..., None]  # (n, c, 1)
    g, slope = shape_and_slope(
        FAMILIES[rows.family],
        since,
        np.exp(common["log_onset"]),
        np.exp(log_time),
        np.exp(common["log_steepness"]),
        rows.blur[:, None] if points.own_time is None else 0.0,
    )
    g, slope = g * active, slope * active
    placebo = (rows.with_placebo[:, None] * placebo_course(since, np.exp(common["log_placebo_decay"]))).sum(1)
    after = active * (common["after"] + common["after_dose"] * np.log(np.where(ratio > 0, ratio, 1.0)))
    # A cycle's own time moves the whole effect on the scale, and what it leaves behind.
    whole = active * rows.lifted[k][..., None] + after * np.exp(-((np.maximum(since, 0.0) / AFTER_WEEKS) ** 2))
    whole = whole if points.own_time is None else 0.0 * whole
    effect = (amplitude * g - whole * slope * rows.off_time[:, None]).sum(1)
    lost = after_course(since, np.exp(common["log_onset"]), g)
    effect = effect - (after * lost).sum(1)
    reach = g.sum(1)
    scored = rows.weight > 0
    reference = (np.where(scored, rows.tilt, 1.0) * rows.reference[k])[:, None]
    factor = reference * np.exp(value.channel["log_effect"][k])
    base = reference * np.exp(value.channel["log_sd_baseline"][k])
    base = base * (1.0 - common["coupling"] * reach - common["coupling_placebo"] * placebo)
    parts = baseline_parts(common["logit_shared_baseline"], len(rows.reference))[k]
    columns = [base * parts[:, i] for i in range(len(rows.reference))]
    columns.append(-factor * np.exp(common["log_sd_amplitude"]) * reach)
    columns.append(-factor * np.exp(common["log_sd_placebo"]) * placebo)
    columns.append(reference * np.exp(common["log_sd_slope"]) * rows.week[:, None] / 52.0)
    columns.append(-factor * np.exp(common["log_sd_early"]) * early_course(since).sum(1))
    for o, sd in enumerate(rows.other_sd):
        columns.append(-factor * sd * rows.other[:, o, None])
    for c in range(len(rows.start)):
        columns.append(-factor * np.exp(common["log_sd_cycle_amplitude"]) * g[:, c])
        columns.append(-factor * np.exp(common["log_sd_cycle_half_loss"]) * whole[:, c] * slope[:, c])
    shifted = effect + common["placebo"] * placebo + (rows.other @ rows.other_mean)[:, None]
    mean = reference * value.channel["mean_baseline"][k] - factor * shifted
    score = np.where(scored, rows.score, 0.0)[:, None]
    columns.append(score - mean)
    return _Design(np.stack(columns, axis=-1), effect, reach, placebo)


@dataclass(frozen=True, slots=True)
class _Filter:
    """The Kalman filter of every column: arrays of shape (n, g) and (n, g, k + 1)."""

    white: Array
    before: Array
    predicted: Array
    variance: Array
    gain: Array
    noise: Array
    rho: Array
    log_sd: Array


def _filter(rows: Rows, value: _Slots, columns: Array, wide: Array) -> _Filter:
    n, g, m = columns.shape
    reference = rows.reference[:, None]
    drift = (reference * np.exp(value.channel["log_sd_drift"])) ** 2
    error = (reference * np.exp(value.channel["log_sigma"])) ** 2
    tau = np.exp(value.channel["log_drift_time"])
    blank, full = np.zeros((n, g)), np.zeros((n, g, m))
    out = _Filter(full, full.copy(), blank, blank.copy(), blank.copy(), blank.copy(), blank.copy(), np.zeros(g))
    state, variance, last = np.zeros((len(reference), g, m)), drift.copy(), np.full(len(reference), -np.inf)
    for j in range(n):
        k, seen = rows.channel[j], rows.weight[j] > 0
        rho = np.exp(-(rows.week[j] - last[k]) / tau[k])
        last[k] = rows.week[j]
        out.rho[j], out.predicted[j] = rho, variance[k] * rho**2 + drift[k] * (1.0 - rho**2)
        out.before[j] = state[k] * rho[:, None]
        out.noise[j] = error[k] * wide[j]
        state[k], variance[k] = out.before[j], out.predicted[j]
        if not seen:
            continue
        out.variance[j] = out.predicted[j] + out.noise[j]
        out.gain[j] = out.predicted[j] / out.variance[j]
        surprise = columns[j] - out.before[j]
        out.white[j] = surprise / np.sqrt(out.variance[j])[:, None]
        state[k] = out.before[j] + out.gain[j][:, None] * surprise
        variance[k] = (1.0 - out.gain[j]) * out.predicted[j]
        out.log_sd[:] += 0.5 * np.log(out.variance[j])
    return out


@dataclass(frozen=True, slots=True)
class _Back:
    """The transposed filter: Sigma^-1 columns, minus the smoother's vectors, and the variances of both."""

    back: Array
    pull: Array
    diagonal: Array
    pull_variance: Array


def _unwhiten(rows: Rows, done: _Filter) -> _Back:
    n, g, m = done.white.shape
    out = _Back(np.zeros((n, g, m)), np.zeros((n, g, m)), np.zeros((n, g)), np.zeros((n, g)))
    adjoint, variance = np.zeros((len(rows.reference), g, m)), np.zeros((len(rows.reference), g))
    for j in range(n - 1, -1, -1):
        k, gain = rows.channel[j], done.gain[j]
        root = 1.0 / np.sqrt(done.variance[j]) if rows.weight[j] > 0 else np.zeros(g)
        e = done.white[j] * root[:, None]
        out.back[j] = gain[:, None] * adjoint[k] + e
        out.pull[j] = (1.0 - gain)[:, None] * adjoint[k] - e
        out.diagonal[j] = root**2 + gain**2 * variance[k]
        out.pull_variance[j] = root**2 + (1.0 - gain) ** 2 * variance[k]
        adjoint[k] = done.rho[j][:, None] * out.pull[j]
        variance[k] = done.rho[j] ** 2 * out.pull_variance[j]
    return out


def _error_variances(rows: Rows, points: Points, value: _Slots, log_spread: Array) -> tuple[Array, Array]:
    """Return each row's error variance beside the usual one (n, g), and what that adds to the likelihood (g,)."""
    seen = rows.weight > 0
    if points.draw is None:
        wide = np.where(seen, 1.0 / np.where(seen, rows.weight, 1.0), 1.0)
        more = rows.owed @ (value.channel["log_sigma"] + log_spread)
        return np.repeat(wide[:, None], len(log_spread), axis=1), more
    odd = where_odd(points.draw, rows.turn[:, None], rows.odd[:, None]) & seen[:, None]
    own = np.where(seen, rows.odd, ODD_SHARE)[:, None]
    ratio = np.where(odd, ODD_SHARE / own, (1.0 - ODD_SHARE) / (1.0 - own))
    return np.where(odd, ODD_WIDTH**2, 1.0), np.log(ratio).sum(0)


def _times_density(rows: Rows, points: Points, value: _Slots) -> Array | float:
    """Return the log density of the cycles' own times that are given, without what no parameter changes."""
    if points.own_time is None:
        return 0.0
    log_sd = value.common["log_sd_cycle_half_loss"]
    density = -0.5 * (points.own_time.T / np.exp(log_sd)) ** 2 - log_sd
    return points.responds * ((rows.ratio > 0) @ density)


@np.errstate(over="ignore", divide="ignore", invalid="ignore")  # a step too far: such a node has no likelihood
def numpy_kernel(
    rows: Rows, points: Points, *, targets: bool = False, gradient: bool = False, errors: bool = False
) -> NodeResults:
    """See `reprieve.learn.kernel.Kernel`."""
    value = _named(rows, points.slots)
    spread = np.exp(np.exp(value.common["log_scale_spread"]) * points.spread)
    design = _design(rows, points, value)
    wide, more = _error_variances(rows, points, value, np.log(spread))
    done = _filter(rows, value, design.columns, wide)
    k, square = rows.effects, spread**2
    gram = np.einsum("ngi,ngj->gij", done.white, done.white, optimize=True)
    precision = gram[:, :k, :k] / square[:, None, None] + np.eye(k)
    shift = gram[:, :k, k] / square[:, None]
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    mean = np.einsum("gij,gj->gi", covariance, shift)
    count = int((rows.weight > 0).sum())
    log_likelihood = -0.5 * (
        gram[:, k, k] / square
        - (mean * shift).sum(1)
        + np.linalg.slogdet(precision)[1]
        + count * (np.log(2.0 * np.pi) + np.log(square))
    )
    log_likelihood = log_likelihood - done.log_sd + more + _times_density(rows, points, value)
    log_likelihood = np.where(np.isfinite(log_likelihood), log_likelihood, -1e300)
    result = NodeResults(log_likelihood, mean, covariance, None, None)
    if targets or errors:
        back = _unwhiten(rows, done)
        if targets:
            result = replace(result, targets=_targets(rows, value, design, done, back, result, square))
        if errors:
            misfit = _misfit(gram, mean, covariance) / square
            result = replace(result, errors=_errors(rows, value, design, done, back, result, square, misfit))
    if gradient:
        result = replace(result, gradient=_gradient(rows, points))
    return result


def _targets(
    rows: Rows, value: _Slots, design: _Design, done: _Filter, back: _Back, told: NodeResults, square: Array
) -> Array:
    places, k = np.flatnonzero(rows.weight <= 0), rows.effects
    columns, ahead, channel = design.columns[places], done.predicted[places], rows.channel[places]
    drift = done.before[places] - ahead[..., None] * back.pull[places]
    level, drifting = columns[..., :k], -drift[..., :k]

    def shared(one: Array, other: Array) -> Array:
        return np.einsum("mgk,gkl,mgl->mg", one, told.covariance, other, optimize=True)

    centre = -columns[..., k] + np.einsum("mgk,gk->mg", level, told.mean)
    drifted = drift[..., k] + np.einsum("mgk,gk->mg", drifting, told.mean)
    spread = shared(drifting, drifting) + square * (ahead - ahead**2 * back.pull_variance[places])
    reference = rows.reference[channel][:, None]
    treatment = np.einsum("mg,g->mg", design.placebo[places], value.common["placebo"]) + design.effect[places]
    gain = reference * np.exp(value.channel["log_effect"][channel]) * treatment
    away = -columns[..., :k]
    away[..., len(rows.reference) + 2 : rows.first_cycle] = 0.0
    lost = value.common["coupling"] * design.reach[places] + value.common["coupling_placebo"] * design.placebo[places]
    lost = lost * reference * np.exp(value.channel["log_sd_baseline"][channel])
    parts = baseline_parts(value.common["logit_shared_baseline"], len(rows.reference))[channel]
    away[..., : len(rows.reference)] = lost[..., None] * parts.swapaxes(1, 2)
    gain = gain + np.einsum("mgk,gk->mg", away, told.mean)
    state = (centre, shared(level, level), drifted, spread, shared(level, drifting))
    return np.stack([*state, square * done.noise[places], gain, shared(away, away)], axis=-1).swapaxes(0, 1)


def _misfit(gram: Array, mean: Array, covariance: Array) -> Array:
    """Return the sum of squares of what whitening leaves of the scores, on average over the effects."""
    own = np.einsum("gij,gij->g", gram[:, :-1, :-1], covariance + mean[:, :, None] * mean[:, None])
    return gram[:, -1, -1] - 2.0 * (mean * gram[:, :-1, -1]).sum(1) + own


def _errors(
    rows: Rows,
    value: _Slots,
    design: _Design,
    done: _Filter,
    back: _Back,
    told: NodeResults,
    square: Array,
    misfit: Array,
) -> Errors:
    k, channel, scored = rows.effects, rows.channel, rows.weight > 0
    usual = square * (rows.reference[channel][:, None] * np.exp(value.channel["log_sigma"][channel])) ** 2
    away = back.back[..., k] - np.einsum("ngk,gk->ng", back.back[..., :k], told.mean)
    spread = np.einsum("ngk,gkl,ngl->ng", back.back[..., :k], told.covariance, back.back[..., :k], optimize=True)
    variance = square**2 / (square * back.diagonal - spread)  # of the score, given all others
    weight, owed, odd = normal_errors(away * variance / square, variance - square * done.noise, usual)
    columns = design.columns
    fitted = rows.score[:, None] - columns[..., k] + np.einsum("ngk,gk->ng", columns[..., :k], told.mean)
    fitted, weight, owed, odd = (
        np.where(scored[:, None], told, 0.0) for told in (fitted / rows.tilt[:, None], weight, owed, odd)
    )
    by_channel = [owed[channel == k].sum(0) for k in range(len(rows.reference))]
    return Errors(weight.T, odd.T, fitted.T, np.stack(by_channel, axis=1), misfit)


def _gradient(rows: Rows, points: Points) -> Array:
    out = np.zeros(points.slots.shape)
    for i in range(points.slots.shape[1]):
        away = np.zeros(points.slots.shape[1])
        away[i] = _STEP
        up = numpy_kernel(rows, replace(points, slots=points.slots + away)).log_likelihood
        down = numpy_kernel(rows, replace(points, slots=points.slots - away)).log_likelihood
        out[:, i] = (up - down) / (2.0 * _STEP)
    return out
