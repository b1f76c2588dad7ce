"""Simulated registries are what they say."""

from __future__ import annotations

import numpy as np

from reprieve.learn.simulated import Registry, simulate_registry


def test_fading_days_are_those_that_were_asked_for() -> None:
    patients = simulate_registry(Registry(non_response=0.0, dose_slope=0.0), 300, np.random.default_rng(2))
    days = np.concatenate([patient.wear_off_days for patient in patients])
    # Median 84 days and a log sd of sqrt(0.2^2 + 0.1^2), a little later where the bounded scale bends the course.
    assert 80.0 < np.median(days) < 92.0
    assert abs(np.log(days).std() - np.hypot(0.2, 0.1)) < 0.04


def test_diary_noise_has_its_correlation_time() -> None:
    quiet = Registry(cycles=1, diary_every_days=1.0, noise_days=3.0, non_response=1.0, placebo=0.0, slope_sd=0.0)
    pairs = []
    for patient in simulate_registry(quiet, 200, np.random.default_rng(3)):
        own = patient.scores.channels == 1
        week, score = patient.scores.weeks[own], patient.scores.scores[own]
        day_apart = np.isclose(np.diff(week), 1 / 7)
        pairs.append(np.stack([score[:-1][day_apart], score[1:][day_apart]]) - score.mean())
    both = np.concatenate(pairs, axis=1)
    # exp(-1/3) for the noise alone; rounding to whole points takes some of it away.
    assert 0.5 < np.corrcoef(both)[0, 1] < 0.75


def test_patients_leave_when_they_are_worse() -> None:
    staying, leaving = (
        simulate_registry(Registry(dropout=chance), 200, np.random.default_rng(4)) for chance in (0.0, 0.3)
    )
    assert np.mean([len(p.scores.cycles) for p in leaving]) < 0.8 * np.mean([len(p.scores.cycles) for p in staying])
