"""Head angles that a patient measured by the phone's camera: for research, and only where the clinic wants them."""

from __future__ import annotations

from decimal import Decimal

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.reviews.policy import policy_of
from reprieve.core.errors import ConflictError, InputError
from reprieve.record.chart import HeadAngles

AXES = ("turn", "tilt", "nod")
# No head turns further; the page measures less than half of it.
FARTHEST_DEG = Decimal(90)


def camera_at_home(store: Clinic, person: Person) -> bool:
    """Return whether the clinic lets its patients measure by themselves."""
    return policy_of(store, person.clinic).camera_at_home


def require_camera_at_home(store: Clinic, person: Person) -> None:
    """Refuse a measurement where the clinic did not ask for any.

    Raises
    ------
    ConflictError
        What waited on a phone is then refused for good, and holds up nothing behind it.
    """
    if not camera_at_home(store, person):
        raise ConflictError("your clinic does not collect head angles from the phone; nothing was stored")


def check_head_angles(entry: HeadAngles) -> None:
    """Refuse angles that no head can have, and a measurement without its error."""
    for axis in AXES:
        value, error, moved = (getattr(entry, f"{axis}{part}_deg") for part in ("", "_error", "_moved"))
        if not abs(value) <= FARTHEST_DEG:
            raise InputError(f"{axis}_deg must lie between -90 and 90 degrees, but got {value}; measure again")
        if not 0 < error <= FARTHEST_DEG:
            raise InputError(f"{axis}_error_deg must lie above 0 and up to 90 degrees, but got {error}; correct it")
        if not 0 <= moved <= FARTHEST_DEG:
            raise InputError(f"{axis}_moved_deg must lie between 0 and 90 degrees, but got {moved}; correct it")
    if not entry.pictures > 0:
        raise InputError(f"pictures must be positive, but got {entry.pictures}; measure again")
    if not entry.method.strip() or not entry.version.strip():
        raise InputError("method and version must be told: an angle without them cannot be read later")
