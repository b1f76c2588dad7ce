"""The account by which a patient opens the own page on the phone, given at the visit."""

from __future__ import annotations

import re
import secrets
import unicodedata

from reprieve.app.accounts.accounts import Accounts, Person, Role
from reprieve.core.errors import ConflictError
from reprieve.store.ledger import Request

# A name that is taken is drawn again; ten thousand numbers stand behind each given name.
TRIES = 20


def drawing_of(address: str) -> str:
    """Return the QR drawing of an address, as SVG."""
    import segno

    return segno.make(address, error="m").svg_inline(scale=5, border=4)


def account_of(accounts: Accounts, clinic: str, patient: str) -> dict[str, object] | None:
    """Return name and state of the patient's own account, None if there is none."""
    own = [row for row in accounts.list_of(clinic) if row["patient_id"] == patient]
    return next((row for row in own if not row["disabled"]), own[0] if own else None)


def give_phone_page(
    accounts: Accounts, person: Person, patient: str, given_name: str | None, password: str, request: Request | None
) -> None:
    """Make the patient's account, or give it a new password; the name is drawn here and told by `account_of`.

    Raises
    ------
    ConflictError
        An administrator closed the account: a new password must not open it again.
    """
    known = account_of(accounts, person.clinic, patient)
    if known is not None:
        if known["disabled"]:
            raise ConflictError(f"the patient's account {known['name']} is closed; an administrator can open it again")
        accounts.change(person.clinic, str(known["name"]), by=person.name, password=password, request=request)
        return
    for left in reversed(range(TRIES)):
        new = Person(person.clinic, _name(given_name), Role.PATIENT, patient)
        try:
            accounts.create(new, password, by=person.name, request=request)
        except ConflictError:
            if not left:
                raise
        else:
            return


def _name(given_name: str | None) -> str:
    """Return a name that is easy to type: letters of the given name, and four digits."""
    plain = unicodedata.normalize("NFKD", given_name or "").encode("ascii", "ignore").decode().lower()
    return f"{re.sub('[^a-z]', '', plain)[:12] or 'patient'}-{secrets.randbelow(10_000):04d}"
