"""Kaplan-Meier and Weibull on counts of days, beside SciPy and statsmodels on single durations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reprieve.app.cohort.survival import kaplan_meier, survival_quantile, weibull

DAYS = 400


def _durations(seed: int, number: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Whole days to the next injection, and whether it came; about a third is censored, with many ties."""
    rng = np.random.default_rng(seed)
    event = np.ceil(98 * rng.weibull(4.0, number)).astype(int)
    end = rng.integers(20, 200, number)
    return np.minimum(event, end), event <= end


def _counts(days: np.ndarray, came: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.bincount(days[which], minlength=DAYS).astype(float) for which in (came, ~came))  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(5))
def test_kaplan_meier_is_that_of_scipy(seed: int) -> None:
    days, came = _durations(seed)
    ours = kaplan_meier(*_counts(days, came))
    theirs = stats.ecdf(stats.CensoredData(uncensored=days[came], right=days[~came])).sf
    assert ours[: days.max() + 1] == pytest.approx(theirs.evaluate(np.arange(days.max() + 1)), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_are_those_of_statsmodels(seed: int) -> None:
    survival = pytest.importorskip("statsmodels.duration.survfunc")
    days, came = _durations(seed)
    theirs = survival.SurvfuncRight(days, came.astype(int))
    ours = kaplan_meier(*_counts(days, came))
    for share in (0.25, 0.5, 0.75):
        assert survival_quantile(ours, share) == theirs.quantile(share)


@pytest.mark.parametrize("seed", range(5))
def test_weibull_is_the_most_probable_one_of_scipy(seed: int) -> None:
    days, came = _durations(seed)
    data = stats.CensoredData(uncensored=days[came], right=days[~came])
    k, _, scale = stats.weibull_min.fit(data, floc=0)
    events, censored = _counts(days, came)
    shape, size = weibull(events[None], censored[None])
    assert shape[0] == pytest.approx(k, rel=2e-3)
    assert size[0] == pytest.approx(scale, rel=2e-3)
    # And no worse by its own measure: SciPy's search stops a little earlier than the root.
    assert _log_likelihood(days, came, shape[0], size[0]) >= _log_likelihood(days, came, k, scale) - 1e-9


def _log_likelihood(days: np.ndarray, came: np.ndarray, shape: float, scale: float) -> float:
    told = stats.weibull_min(shape, scale=scale)
    return float(told.logpdf(days[came]).sum() + told.logsf(days[~came]).sum())


def test_weibull_finds_the_simulated_truth() -> None:
    days, came = _durations(11, 40_000)
    events, censored = _counts(days, came)
    shape, scale = weibull(events[None], censored[None])
    assert shape[0] == pytest.approx(4.0, rel=0.02)
    # Days are rounded up, so the truth lies half a day higher.
    assert scale[0] == pytest.approx(98.5, rel=0.01)


def test_a_sharp_distribution_overflows_nothing() -> None:
    events = np.zeros((1, 3000))
    events[0, 2990:2992] = 50
    shape, scale = weibull(events, np.zeros_like(events))
    assert np.isfinite(shape[0])
    assert scale[0] == pytest.approx(2991, abs=1)


def test_too_little_gives_no_figure() -> None:
    nothing = np.zeros((1, 10))
    one_day = nothing.copy()
    one_day[0, 5] = 3
    assert np.isnan(weibull(nothing, nothing)[0][0])
    assert np.isnan(weibull(one_day, nothing)[0][0])
    assert np.isnan(weibull(nothing, one_day)[1][0])
    assert np.isnan(survival_quantile(kaplan_meier(nothing, one_day), 0.5)[0])


def test_more_events_never_raise_the_curve() -> None:
    days, came = _durations(3)
    events, censored = _counts(days, came)
    more = events.copy()
    more[60] += 10
    less = kaplan_meier(more, censored)
    # Ten more people at risk and ten more events on one day: from that day on the share without event is not higher.
    assert np.all(less[60:] <= kaplan_meier(events, censored)[60:] + 0.05)
    assert np.all(np.diff(less) <= 1e-12)


def test_weibull_gives_no_shape_where_steeper_is_always_better() -> None:
    """All events on the last day, others censored before: the search ended at its bound and told that as the shape."""
    events, censored = np.zeros((1, 101)), np.zeros((1, 101))
    events[0, 84], censored[0, 70] = 30, 30
    shape, scale = weibull(events, censored)
    assert np.isnan(shape[0])
    assert np.isnan(scale[0])
