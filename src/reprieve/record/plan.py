"""The plan document: a proposed session, before any rule has looked at it.

Everything but product, indication and injections may be missing; None and the empty tuple mean "not told", never zero
and never "none". `exposure_history="known"` is the one way to say that the list of exposures is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # a field may be called date
from datetime import datetime
from decimal import Decimal
from typing import Literal

Jurisdiction = Literal["US", "EU", "UK"]
Side = Literal["left", "right", "midline", "both"]
Limb = Literal["right_arm", "left_arm", "right_leg", "left_leg"]
Knowledge = Literal["known", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Any toxin ever given, by anyone, for anything."""

    date: Date
    product: str
    indication: str | None = None
    units: Decimal | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPatient:
    """What the safety rules must know of the patient."""

    id: str | None = None
    birth_date: Date | None = None
    age_years: Decimal | None = None
    weight_kg: Decimal | None = None
    weight_date: Date | None = None
    risks: tuple[str, ...] = ()
    exposure_history: Knowledge = "unknown"
    exposures: tuple[Exposure, ...] = ()
    prior_toxin_tolerated: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vial:
    """One vial as it is made up for this session."""

    units: Decimal
    diluent_ml: Decimal | None = None
    lot: str | None = None
    expires: Date | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstitution:
    """The vials of a session."""

    vials: tuple[Vial, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSession:
    """This clinic's latest session, for the titration rule."""

    date: Date
    product: str
    units: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One muscle of one side: its whole dose, spread over `sites` needle positions.

    `side` is the patient's. `units` is the dose of the muscle, not of a site; `volume_ml` likewise.
    """

    muscle: str
    side: Side | None = None
    units: Decimal
    sites: int | None = None
    volume_ml: Decimal | None = None
    limb: Limb | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A proposed session."""

    product: str
    indication: str
    injections: tuple[Injection, ...]
    jurisdiction: Jurisdiction | None = None
    date: Date | None = None
    patient: PlanPatient = PlanPatient()
    reconstitution: Reconstitution | None = None
    last_session: LastSession | None = None
