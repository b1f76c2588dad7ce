"""The response simulator of the synthetic clinic: a published shape, invented people.

Notes
-----
Relative severity at day t, with t_c the weeks since the start of cycle c::

    r(t) = 1 + drift(t) - sum_c A_c g(t_c)
    g(t) = [1 - exp(-(t/tau)^2)] / [1 + (t/T)^h]

the onset-times-waning family that the response model fits to the public trial (docs/explanation/demo-clinic.md has
parameters and sources). The diary feels the effect `FELT` times as strongly as a rating total, an assumption: people
who stay in treatment do so because they feel it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from random import Random

from reprieve.app.demo.patterns import ABO, DAXI, INCO, ONA, RIMA

# Half-loss time in weeks per product (priors of the response model: 12 for the classic type A products, 17 for daxi by
# its labelled 24 weeks to 80 % loss, 9.5 for type B as fitted on the trial).
HALF_LOSS_WEEKS = {ONA: 12.0, ABO: 12.0, INCO: 12.0, DAXI: 17.0, RIMA: 9.5}
FELT = 2.0
SHAPE = 5.0


@dataclass(frozen=True, slots=True)
class Responder:
    """How one invented patient responds."""

    amplitude: float
    tau_weeks: float
    half_loss_factor: float
    drift_per_year: float
    amplitude_change_per_cycle: float


@dataclass(frozen=True, slots=True)
class Cycle:
    """One session's part of the course."""

    start: date
    amplitude: float
    tau_weeks: float
    half_loss_weeks: float


def responder(random: Random, *, loses_response: bool = False) -> Responder:
    """Draw one patient's response; `loses_response` makes it fade from cycle to cycle."""
    return Responder(
        amplitude=min(0.45, max(0.12, random.gauss(0.27, 0.06))),
        tau_weeks=min(2.0, max(0.5, random.lognormvariate(0.0, 0.3))),
        half_loss_factor=min(1.5, max(0.65, random.lognormvariate(0.0, 0.18))),
        drift_per_year=random.gauss(0.0, 0.04),
        amplitude_change_per_cycle=-0.28 if loses_response else random.gauss(0.02, 0.02),
    )


def cycle(person: Responder, product: str, start: date, number: int, relative_dose: float, random: Random) -> Cycle:
    """Return the course of the `number`-th cycle (from 0); `relative_dose` is the session total over the usual one."""
    saturated = relative_dose / (relative_dose + 0.4) * 1.4  # flat dose response, 1 at the usual dose
    growth = max(0.0, 1 + person.amplitude_change_per_cycle * number)
    return Cycle(
        start=start,
        amplitude=max(0.0, person.amplitude * saturated * growth + random.gauss(0, 0.02)) if relative_dose else 0.0,
        tau_weeks=person.tau_weeks,
        half_loss_weeks=HALF_LOSS_WEEKS[product] * person.half_loss_factor * random.lognormvariate(0, 0.06),
    )


def effect(course: Cycle, on: date) -> float:
    """Return the fraction by which `course` lowers the severity on the day `on`."""
    weeks = (on - course.start).days / 7
    if weeks <= 0 or weeks > 52:
        return 0.0
    onset = 1 - math.exp(-((weeks / course.tau_weeks) ** 2))
    return course.amplitude * onset / (1 + (weeks / course.half_loss_weeks) ** SHAPE)


def relative_severity(person: Responder, cycles: list[Cycle], first_day: date, on: date, felt: float = 1.0) -> float:
    """Return r(t), 1 for the untreated start; `felt` scales the effect (1 for ratings, `FELT` for the diary)."""
    years = (on - first_day).days / 365.25
    recent = [course for course in cycles if 0 < (on - course.start).days < 364]
    relief = felt * sum(effect(course, on) for course in recent)
    return max(0.05, 1 + person.drift_per_year * years - min(relief, 0.9))
