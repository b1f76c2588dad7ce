"""The plan document: a proposed session, before any rule has looked at it.

Everything but product, indication and injections may be missing; None and the empty tuple mean "not told", never zero
and never "none". `exposure_history="known"` is the one way to say that the list of exposures is complete.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date  # a field may be called date
from datetime import datetime
from decimal import Decimal
from typing import Literal

from reprieve.core.documents import WHEN_SET
from reprieve.core.errors import InputError

Jurisdiction = Literal["US", "EU", "UK"]
Side = Literal["left", "right", "midline", "both"]
Limb = Literal["right_arm", "left_arm", "right_leg", "left_leg"]
Knowledge = Literal["known", "unknown"]
MapView = Literal[
    "neck_back", "neck_front", "neck_right", "neck_left", "arm_front", "arm_back", "face", "front", "back"
]


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
class SitePosition:
    """Where one needle goes in, on a view of the body map.

    `x` and `y` are fractions of the view's width and height, from its left and its upper edge as it is looked at. `map`
    is the version of the drawings: a place on another version is kept and said, never drawn.
    """

    view: MapView
    x: Decimal
    y: Decimal
    map: str

    def __post_init__(self) -> None:
        for name, value in (("x", self.x), ("y", self.y)):
            if not 0 <= value <= 1:
                raise InputError(f"{name} of a site must lie between 0 and 1 of the view, but got {value}; correct it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One muscle of one side: its whole dose, spread over `sites` needle positions.

    `side` is the patient's. `units` is the dose of the muscle, not of a site; `volume_ml` likewise. `positions` tells
    the sites that somebody placed on the body map, in the order of their numbers; there may be fewer than `sites`.
    """

    muscle: str
    side: Side | None = None
    units: Decimal
    sites: int | None = None
    volume_ml: Decimal | None = None
    limb: Limb | None = None
    positions: tuple[SitePosition, ...] = field(default=(), metadata=WHEN_SET)


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
