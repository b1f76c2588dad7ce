"""The entries of the vial ledger: what can happen to a vial, each a fact with its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from reprieve.core.dose import Dose


class WasteReason(StrEnum):
    """Why units were thrown away."""

    REST_OF_VIAL = "rest_of_vial"
    EXPIRED = "expired"
    OVER_TIME = "over_time"
    BROKEN = "broken"
    NO_VACUUM = "no_vacuum"
    WRONGLY_MADE_UP = "wrongly_made_up"
    SESSION_CANCELLED = "session_cancelled"
    RECALLED = "recalled"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class VialReceived:
    """A vial came into stock; `key` is the write's idempotency key."""

    key: str
    vial: str
    content: Dose
    lot: str
    expires: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VialOpened:
    """A vial was opened and made up for a session; `diluent_ml` None means not noted."""

    key: str
    vial: str
    at: datetime
    session: str
    patient: str
    diluent_ml: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsUsed:
    """Units of an open vial were injected."""

    key: str
    vial: str
    dose: Dose
    at: datetime
    session: str
    patient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsWasted:
    """Units were thrown away; of an unopened vial only the whole content can be."""

    key: str
    vial: str
    dose: Dose
    reason: WasteReason
    at: datetime
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTakenBack:
    """What was written of a vial for a session was wrong: its draws and its rest no longer count.

    What really came out of the vial follows as entries of its own, where something did.
    """

    key: str
    vial: str
    session: str
    at: datetime


LedgerEntry = VialReceived | VialOpened | UnitsUsed | UnitsWasted | SessionTakenBack
