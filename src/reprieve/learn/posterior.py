"""One patient's posterior: weighted nodes, each with a normal posterior of everything linear.

Half-loss time, variability, response at all, and the population's own parameters are not linear. The mode of all of
them is found first (search.py); nodes are drawn around it and weighted by importance. Because each node carries its own
draw of the population parameters, a population learned from few patients leaves its uncertainty in every interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.learn.bounds import moments_in_points, tangent, to_points
from reprieve.learn.deviates import deviates
from reprieve.learn.kernel import Array, Kernel, NodeResults, Points, Rows
from reprieve.learn.observations import PatientScores
from reprieve.learn.odd_scores import error_parts
from reprieve.learn.parameters import BY_PRODUCT, BY_SCALE, COMMON
from reprieve.learn.population import Population
from reprieve.learn.rows import rows_of, scales_of
from reprieve.learn.search import Frame, Mode, frame_of, settle

# A node costs time in proportion to the scores; few scores leave more to integrate over, and afford more nodes. ADR 155
# has the error that so many leave.
NODES, MOST_NODES, ROWS_AND_NODES, SILENT_NODES, HOPELESS_NODES = 96, 256, 6_000, 16, 4
ROUNDS = 3
# Nodes on which so little of the posterior rests are left behind, by a new entry and by a forecast.
NEGLIGIBLE, UNSEEN = 0.01, 1e-3
# Along the latest half-loss time, which dates hang on and which is skewed, nodes are drawn wider than the mode says.
STRETCH = 1.25
# Silence is searched for by itself only when it is not hopeless at the responder's mode (log odds); when it is the
# likelier case, it gets as many nodes.
HOPELESS, LIKELY = -12.0, 0.0
_NON_RESPONSE, _SD_HALF_LOSS = (list(COMMON).index(name) for name in ("logit_non_response", "log_sd_half_loss"))


@dataclass(frozen=True, slots=True)
class ResponsePosterior:
    """What is believed about one patient.

    Attributes
    ----------
    patient : PatientScores
    population : Population
    scales : tuple of str
        The channels.
    theta : ndarray, shape (g, p)
        Population parameters of each node.
    points : Points
        The nodes as the kernel takes them.
    weight : ndarray, shape (g,)
        Posterior weights; they sum to 1.
    told : NodeResults
        Posterior of the effects at each node.
    rows : Rows
        The scores, made linear where the posterior is.
    effective_nodes : float
        Effective number of nodes, of g.
    mode : Mode
        Where the nodes are.
    kernel : Kernel
    """

    patient: PatientScores
    population: Population
    scales: tuple[str, ...]
    theta: Array
    points: Points
    weight: Array
    told: NodeResults
    rows: Rows
    effective_nodes: float
    mode: Mode
    kernel: Kernel

    @property
    def non_response(self) -> float:
        """Probability that the toxin does nothing for this patient."""
        return float(self.weight[self.points.responds == 0].sum())


def update_response(
    patient: PatientScores,
    population: Population,
    kernel: Kernel,
    *,
    nodes: int | None = None,
    rounds: int = ROUNDS,
    before: ResponsePosterior | None = None,
) -> ResponsePosterior:
    """Return the posterior of `patient` under `population`.

    See `foretell` for the posterior and a forecast in one pass over the nodes.

    Parameters
    ----------
    patient : PatientScores
        May have no scores at all: the answer is then the population's.
    population : Population
    kernel : Kernel
    nodes : int, optional
        Number of nodes for a patient who responds; even. By default 96, and up to 256 for few scores.
    rounds : int
        How often the mode is sought, with the curve made linear and odd scores weighted down anew.
    before : ResponsePosterior, optional
        Of the same patient with fewer scores and the same injections: a start that is nearly there.
    """
    frame, rows, mode = _sought(patient, population, kernel, rounds, before)
    return _posterior(patient, population, frame, rows, mode, kernel, nodes or nodes_for(patient, frame), None)[0]


def nodes_for(patient: PatientScores, frame: Frame) -> int:
    """Return how many nodes `patient` gets: a multiple of the four that are worked on at once, enough to be matched."""
    wanted = max(NODES, 2 * frame.root.shape[1] + 6, min(MOST_NODES, ROWS_AND_NODES // max(1, len(patient.weeks))))
    return (wanted + 3) // 4 * 4


def foretell(
    patient: PatientScores, population: Population, kernel: Kernel, weeks: Array, scale: str | None = None
) -> tuple[ResponsePosterior, Forecast]:
    """Return what `update_response` and then `predict` give, in one pass over the nodes: half of the time."""
    frame, rows, mode = _sought(patient, population, kernel, ROUNDS, None)
    places = SortedWeeks(*in_order(weeks), channel_of(scales_of(patient, population), scale))
    posterior, targets = _posterior(patient, population, frame, rows, mode, kernel, nodes_for(patient, frame), places)
    assert targets is not None
    keep = _busy(posterior.weight, UNSEEN)
    weight = posterior.weight[keep]
    return posterior, forecast_of(targets[keep], weight / weight.sum(), places, posterior.rows)


def _sought(
    patient: PatientScores,
    population: Population,
    kernel: Kernel,
    rounds: int,
    before: ResponsePosterior | None,
) -> tuple[Frame, Rows, Mode]:
    """Return where the posterior's nodes belong, and the scores made linear there."""
    rows = rows_of(patient, population)
    frame = frame_of(patient, population, rows)
    mode = frame.origin()
    if before is not None and len(before.rows.start) == len(rows.start):
        mode, rows = before.mode, _carried(before.rows, rows)
    if len(patient.weeks):
        mode, rows = settle(frame, rows, mode, kernel, responds=True, rounds=rounds)
    return frame, rows, mode


def _carried(old: Rows, new: Rows) -> Rows:
    """Return the new rows with the old linearisation; a score not seen before lies on the line of the one before it."""
    score, tilt, weight, odd = new.score.copy(), new.tilt.copy(), new.weight.copy(), new.odd.copy()
    count = min(len(old.weight), len(weight))
    if np.array_equal(old.week[:count], new.week[:count]):
        score[:count], tilt[:count] = old.score[:count], old.tilt[:count]
        weight[:count], odd[:count] = old.weight[:count], old.odd[:count]
        for j in range(count, len(weight)):
            same = np.flatnonzero(new.channel[:j] == new.channel[j])
            if len(same):
                tilt[j], score[j] = tilt[same[-1]], score[same[-1]] + new.points[j] - new.points[same[-1]]
    new = replace(new, off_time=old.off_time, blur=old.blur, score=score, tilt=tilt, weight=weight, odd=odd)
    if old.lifted.shape != new.lifted.shape:  # a first score on another scale
        return new
    return replace(new, lifted=old.lifted, owed=old.owed)


def _posterior(
    patient: PatientScores,
    population: Population,
    frame: Frame,
    rows: Rows,
    mode: Mode,
    kernel: Kernel,
    nodes: int,
    places: SortedWeeks | None,
) -> tuple[ResponsePosterior, Array | None]:
    """Draw nodes around the mode, for a patient who responds and for one who does not, weigh them, and predict."""
    odds = _silent_odds(frame, rows, mode, kernel)
    silent = settle(frame, rows, mode, kernel, responds=False)[0] if len(rows.week) and odds >= HOPELESS else None
    others = HOPELESS_NODES if odds < HOPELESS else nodes if odds > LIKELY else SILENT_NODES
    at, log_weight = _around(frame, rows, mode, nodes)
    more, log_more = _around(frame, rows, silent or mode, others)
    at, responds = np.concatenate([at, more]), np.repeat(np.array([1, 0], np.int32), [nodes, others])
    points = replace(
        frame.points(at, responds), draw=np.concatenate([np.arange(nodes), np.arange(others)]).astype(np.float64)
    )
    seen = rows if places is None else with_places(patient, population, rows, places)
    told = kernel(seen, points, targets=places is not None)
    logit = points.slots[:, _NON_RESPONSE]
    log_class = np.where(responds > 0, -np.logaddexp(0.0, logit), -np.logaddexp(0.0, -logit))
    joint = told.log_likelihood + np.concatenate([log_weight, log_more]) + log_class
    mass = np.exp(joint - joint.max())
    weight = np.concatenate([_cut(mass[:nodes]), _cut(mass[nodes:])])
    weight /= weight.sum()
    theta = np.broadcast_to(population.mean, (len(at), len(population.mean))).copy()
    theta[:, frame.needed] = frame.theta(at)
    size = float(1.0 / (weight**2).sum())
    scales = scales_of(patient, population)
    targets, told = told.targets, replace(told, targets=None)
    return ResponsePosterior(
        patient, population, scales, theta, points, weight, told, rows, size, mode, kernel
    ), targets


def _silent_odds(frame: Frame, rows: Rows, mode: Mode, kernel: Kernel) -> float:
    """Return how much likelier the scores are at the responder's mode without an effect than with one (log odds)."""
    if not len(rows.week):
        return 0.0
    both = frame.points(np.stack([mode.at, mode.at]), np.array([1, 0], np.int32))
    value = kernel(rows, both).log_likelihood
    return float(value[1] - value[0])


def _around(frame: Frame, rows: Rows, mode: Mode, count: int) -> tuple[Array, Array]:
    """Return `count` nodes around `mode`, and their log weights: prior over proposal, over the count."""
    root, z = mode.root(), deviates(count, len(mode.at))
    along = _half_loss(frame, rows) @ root
    length = float(np.sqrt(along @ along))
    if length > 0:
        along = along / length
        z = z + (STRETCH - 1.0) * np.outer(z @ along, along)
    at = mode.at + z @ root.T
    log_volume = float(np.log(np.diag(root)).sum()) + (np.log(STRETCH) if length > 0 else 0.0)
    stretched = z @ along / STRETCH if length > 0 else 0.0
    square = (z**2).sum(1) - (STRETCH**2 - 1.0) * stretched**2
    return at, -0.5 * (at**2).sum(1) + 0.5 * square + log_volume - np.log(count)


def _half_loss(frame: Frame, rows: Rows) -> Array:
    """Return how the log half-loss time of the latest cycle moves with each coordinate."""
    out = np.zeros(frame.root.shape[1] + 2)
    first = len(COMMON) + len(BY_SCALE) * frame.channels
    product = int(rows.product[-1]) if len(rows.product) else 0
    place = frame.places[first + len(BY_PRODUCT) * product + BY_PRODUCT.index("log_half_loss")]
    if place >= 0:
        out[:-2] = frame.root[place]
    out[-2] = np.exp(frame.mean[frame.places[_SD_HALF_LOSS]])
    return out


def _cut(mass: Array) -> Array:
    """Return weights of importance, none of them above the mean times the root of their number.

    Notes
    -----
    Truncated importance sampling (Ionides 2008; recalled, the paper was not at hand): the bias vanishes with the
    number, and no single node decides.
    """
    return np.minimum(mass, mass.mean() * np.sqrt(len(mass)))


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of normal distributions at each of m times: weights (g,), means and sds (m, g), in points."""

    weight: Array
    mean: Array
    sd: Array


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected at m times.

    Attributes
    ----------
    state : Mixture
        The patient's state, without the error of a single rating.
    score : Mixture
        A rating.
    gain : Mixture
        Against the untreated course; positive is better.
    """

    state: Mixture
    score: Mixture
    gain: Mixture


def predict(posterior: ResponsePosterior, weeks: Array, scale: str | None = None) -> Forecast:
    """Return the predictive distributions at `weeks`.

    Parameters
    ----------
    posterior : ResponsePosterior
    weeks : ndarray, shape (m,)
        Weeks from the first injection, in any order.
    scale : str, optional
        One of the posterior's scales; the first by default.
    """
    places = SortedWeeks(*in_order(weeks), channel_of(posterior.scales, scale))
    rows = with_places(posterior.patient, posterior.population, posterior.rows, places)
    posterior = without_idle_nodes(posterior)
    told = posterior.kernel(rows, posterior.points, targets=True)
    assert told.targets is not None
    return forecast_of(told.targets, posterior.weight, places, rows)


@dataclass(frozen=True, slots=True)
class SortedWeeks:
    """Weeks to predict in order of time, the place of each asked week among them, and the channel."""

    weeks: Array
    back: NDArray[np.int64]
    channel: int


def in_order(weeks: Array) -> tuple[Array, NDArray[np.int64]]:
    """Return weeks in order of time, and the place of each given one among them."""
    weeks = np.atleast_1d(np.asarray(weeks, dtype=float))
    order = np.argsort(weeks, kind="stable")
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return weeks[order], back


def channel_of(scales: tuple[str, ...], scale: str | None) -> int:
    """Return the channel of `scale`, by default the first."""
    return scales.index(scale or scales[0])


def with_places(patient: PatientScores, population: Population, rows: Rows, places: SortedWeeks) -> Rows:
    """Return the `rows` of `patient` with places to predict among them."""
    return rows_of(
        patient,
        population,
        at=places.weeks,
        at_channel=places.channel,
        linear=rows,
    )


def forecast_of(targets: Array, weight: Array, places: SortedWeeks, rows: Rows) -> Forecast:
    """Return the predictive distributions from what a kernel told of `places`, of shape (g, m, 8)."""
    told = np.moveaxis(targets[:, places.back], 2, 0).swapaxes(1, 2)
    level, spread, drift, drift_variance, shared, error, gain, gain_variance = told
    scale = rows.reference[places.channel], rows.lowest[places.channel], rows.highest[places.channel]
    centre, state, slope = moments_in_points(level, spread, *scale)
    centre, state = centre + drift, state + drift_variance + 2.0 * slope * shared
    # A gain is as large in points as the curve is steep between the level without it and the level with it.
    points = to_points(level + gain, *scale) - to_points(level, *scale)
    steep = np.where(np.abs(gain) > 1e-9, points / np.where(np.abs(gain) > 1e-9, gain, 1.0), tangent(level, *scale)[2])
    gain, gain_variance = gain * steep, gain_variance * steep**2

    def mixture(mean: Array, variance: Array) -> Mixture:
        return Mixture(weight, mean, np.sqrt(np.maximum(variance, 1e-12)))

    return Forecast(mixture(centre, state), _with_tails(weight, centre, state, error), mixture(gain, gain_variance))


def _with_tails(weight: Array, centre: Array, state: Array, error: Array) -> Mixture:
    """Return the distribution of a rating: its error is a mixture of normal ones."""
    precision, share = error_parts()
    sd = np.sqrt(np.maximum(state[..., None] + error[..., None] / precision, 1e-12))
    mean = np.broadcast_to(centre[..., None], sd.shape)
    flat = (len(centre), -1)
    return Mixture((weight[:, None] * share).ravel(), mean.reshape(flat), sd.reshape(flat))


def without_idle_nodes(posterior: ResponsePosterior, but_for: float = UNSEEN) -> ResponsePosterior:
    """Return the posterior on the nodes that carry it but for a share of `but_for`."""
    keep = _busy(posterior.weight, but_for)
    old, told, weight = posterior.points, posterior.told, posterior.weight[keep]
    return replace(
        posterior,
        theta=posterior.theta[keep],
        points=old.at(keep),
        weight=weight / weight.sum(),
        told=NodeResults(told.log_likelihood[keep], told.mean[keep], told.covariance[keep], None, None),
    )


def _busy(weight: Array, but_for: float) -> NDArray[np.int64]:
    order = np.argsort(weight)
    return np.sort(order[np.cumsum(weight[order]) > but_for])


def reweighted(posterior: ResponsePosterior, patient: PatientScores) -> ResponsePosterior:
    """Return the posterior with the scores of `patient`, the same person a little later, on the same nodes.

    The fast answer to one new entry; `update_response` with `before` refits when `effective_nodes` runs low.
    """
    rows = _carried(posterior.rows, rows_of(patient, posterior.population))
    posterior = without_idle_nodes(posterior, NEGLIGIBLE)
    told = posterior.kernel(rows, posterior.points)
    log_weight = np.log(posterior.weight) + told.log_likelihood - posterior.told.log_likelihood
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    size = float(1.0 / (weight**2).sum())
    return replace(
        posterior,
        patient=patient,
        rows=rows,
        told=told,
        weight=weight,
        effective_nodes=size,
    )
