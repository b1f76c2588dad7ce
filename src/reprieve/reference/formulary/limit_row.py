"""One limit of the formulary as a row: what it bounds, where it holds, and how far it is to be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from reprieve.core.findings import SourceRef
from reprieve.reference.preparations import is_verified


class LimitKind(StrEnum):
    """What a row bounds."""

    CUMULATIVE = "cumulative"
    SESSION_MAXIMUM = "session_maximum"
    SESSION_RANGE = "session_range"
    START = "start"
    LIMB_CAP = "limb_cap"
    COMBINED_CAP = "combined_cap"
    LIMB_RANGE = "limb_range"
    REGION_MAXIMUM = "region_maximum"
    PLACE_RANGE = "place_range"
    MUSCLE_RANGE = "muscle_range"
    GLAND_RANGE = "gland_range"
    MUSCLE_ADVICE = "muscle_advice"
    SITE_UNITS = "site_units"
    SITE_VOLUME = "site_volume"
    INTERVAL = "interval"
    TITRATION = "titration"


class Nature(StrEnum):
    """Four kinds of number that are never mixed: four words on the screen."""

    LABEL = "label"
    LITERATURE = "literature"
    PAYER = "payer"
    PRACTICE = "local practice"


class Per(StrEnum):
    """What one figure counts for."""

    SESSION = "session"
    MUSCLE = "muscle"
    SIDE = "side"
    BOTH_SIDES = "both sides"
    SITE = "site"
    GLAND = "gland"
    LIMB = "limb"
    LIMBS = "limbs"
    WINDOW = "window"
    EYE = "eye"
    AXILLA = "axilla"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time span in the label's own words: `count` of `unit` (``days``, ``weeks``, ``months``)."""

    count: Decimal
    unit: str

    @property
    def words(self) -> str:
        """The label's words: ``3 months``."""
        return f"{self.count.normalize():f} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """One limit.

    Attributes
    ----------
    id : str
        Stable key, ``ona_us_cervical_dystonia.site_units``; clinic reviews name it.
    kind : LimitKind
    product : str
    conditions : tuple of str
        Conditions of use; empty: any use of the product.
    jurisdictions : tuple of str
        Where the label holds; empty: the row names none.
    age_low, age_high : Decimal or None
        Completed years, both inclusive; None: open.
    target : str or None
        Muscle, label group or gland; or ``upper``/``lower``/``any`` for limb rows, ``shoulder``/``without_shoulder``.
    low, high : Decimal or None
        In `unit`; None is unknown, never zero.
    unit : str
        ``units``, ``units/kg``, ``mL``, ``days``, ``weeks``, ``months``.
    absolute : Decimal or None
        Units; beside ``units/kg`` the lower of both holds.
    per : Per
    window : Window or None
        For cumulative limits.
    sites_low, sites_high : int or None
        Labelled number of needle positions.
    multiplier : Decimal or None
        Largest factor from one session to the next (titration).
    advice : bool
        The label advises rather than bounds: exceeded it warns, however well it was read.
    scope : str
        In words, as shown.
    """

    id: str
    kind: LimitKind
    product: str
    source: SourceRef
    scope: str
    conditions: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    age_low: Decimal | None = None
    age_high: Decimal | None = None
    target: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = "units"
    absolute: Decimal | None = None
    per: Per = Per.SESSION
    window: Window | None = None
    sites_low: int | None = None
    sites_high: int | None = None
    multiplier: Decimal | None = None
    advice: bool = False
    nature: Nature = Nature.LABEL
    note: str | None = None

    @property
    def verified(self) -> bool:
        """Whether the number was read in a document that may carry a limit, or a clinic confirmed it."""
        return is_verified(self.source)

    @property
    def blocks(self) -> bool:
        """Whether exceeding it stops a plan: a verified label figure that is no mere advice."""
        return self.verified and not self.advice and self.nature is Nature.LABEL

    def holds_at(self, age_years: Decimal) -> bool:
        """Return whether the row covers a person of `age_years` (completed or exact years)."""
        above = self.age_low is None or age_years >= self.age_low
        return above and (self.age_high is None or age_years < self.age_high + 1)

    def holds_in(self, jurisdiction: str | None) -> bool:
        """Return whether the row holds in `jurisdiction`; without one every row does."""
        return jurisdiction is None or not self.jurisdictions or jurisdiction in self.jurisdictions

    def holds_for(self, condition: str) -> bool:
        """Return whether the row covers `condition`."""
        return not self.conditions or condition in self.conditions
