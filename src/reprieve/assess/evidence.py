"""Evidence about one muscle of one side, as log-odds that add up, and the ranking made of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date as Date  # a field may be called date
from typing import Literal, NamedTuple

from reprieve.core.findings import SourceRef

EvidenceKind = Literal["base", "posture", "mechanics", "emg", "examination", "history"]
EvidenceFinding = Literal[
    "base",
    "posture_table",
    "often_injected",
    "moment_arms",
    "emg_activity",
    "emg_sustained",
    "emg_turns",
    "emg_leads",
    "emg_paradox",
    "emg_compensatory",
    "hypertrophy",
    "pain",
    "contracture",
    "earlier_effect",
]


class Target(NamedTuple):
    """One muscle of one side of the patient."""

    muscle: str
    side: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One contribution to the log-odds that a muscle takes part; 0 is told but does not count."""

    kind: EvidenceKind
    finding: EvidenceFinding
    log_odds: float
    statement: str
    sources: tuple[SourceRef, ...] = ()
    date: Date | None = None


@dataclass(frozen=True, slots=True)
class NextMeasurement:
    """The single measurement that is expected to tell most about a muscle, in bits."""

    measurement: EvidenceFinding
    expected_bits: float


@dataclass(frozen=True, slots=True)
class RankedMuscle:
    """A muscle and side with the probability that it takes part; the `evidence` adds up to `log_odds`.

    `interval` is (low, high) of the probability, at the level the ranking names.
    """

    rank: int
    muscle: str
    name: str
    side: str
    probability: float
    interval: tuple[float, float]
    log_odds: float
    evidence: tuple[Evidence, ...]
    missing: tuple[EvidenceFinding, ...] = ()
    next_measurement: NextMeasurement | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask or measure next, and why."""

    field: str
    ask: str
    why: str


@dataclass(frozen=True, slots=True)
class PostureUsed:
    """A posture finding as the ranking read it."""

    posture: str
    name: str
    side: str | None
    direction: str | None
    certainty: str
    date: Date
    used: bool


def logit(probability: float) -> float:
    """Return the log-odds of `probability`."""
    return math.log(probability / (1 - probability))


def expit(log_odds: float) -> float:
    """Return the probability of `log_odds`."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    return math.exp(log_odds) / (1 + math.exp(log_odds))
