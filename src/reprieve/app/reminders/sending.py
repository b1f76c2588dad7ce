"""Send the day's reminders: one fixed sentence, naming nobody, to whoever asked for it and has not written today."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select

from reprieve.app.accounts.accounts import Role
from reprieve.app.clinic import Clinic
from reprieve.app.reminders.key import push_key
from reprieve.app.reminders.subscriptions import forget
from reprieve.app.reviews.policy import policy_of
from reprieve.core.errors import InputError, SetupError, UnknownNameError
from reprieve.interop.web_push import authorisation, is_known_service, push, sealed, subscriber
from reprieve.store.tables import push_subscriptions as rows

# After six hours a push service drops what it could not hand over: the day's question is no more.
KEPT_S = 6 * 3600
TOPIC = "diary"
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "en": "Today's question is waiting.",
        "de": "Die Frage von heute wartet.",
        "fr": "La question du jour vous attend.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of the reminders, in browsers; `failed` says why, each reason once."""

    sent: int
    written_today: int
    gone: int
    failed: int
    reasons: tuple[str, ...]


def send_reminders(store: Clinic, clinic: str, *, contact: str, services: Collection[str] = ()) -> Sent:
    """Remind everybody of `clinic` who asked for it and has no diary entry of today.

    Parameters
    ----------
    contact : str
        ``mailto:`` or ``https:`` address that a push service can complain to.
    services : collection of str
        Further push services, ``name`` or ``name:port``, beside those of the browsers' makers.

    Raises
    ------
    InputError
        The policy of the clinic does not allow reminders, or `contact` is no address.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    if not policy_of(store, clinic).push_reminders:
        raise InputError("reminders are off by the clinic's policy; an administrator turns them on in the settings")
    if not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+|https://\S+", contact):
        raise InputError(f"the contact must be mailto:NAME@HOST or an https address, but got {contact!r}; correct it")
    key = push_key(store.database, store.accounts.vault)
    with store.database.read() as connection:
        known = connection.execute(select(rows).where(rows.c.clinic == clinic).order_by(rows.c.created_at)).all()
    counts = {"sent": 0, "written_today": 0, "gone": 0, "failed": 0}
    reasons: dict[str, None] = {}
    written: dict[str, bool | None] = {}
    for row in known:
        if row.account not in written:
            written[row.account] = _has_written(store, clinic, row.account)
        if written[row.account] is None:  # the account was disabled: it is told nothing any more
            continue
        if written[row.account]:
            counts["written_today"] += 1
            continue
        if not is_known_service(row.endpoint, services):
            counts["failed"] += 1
            reasons["its push service is not one this server sends to; name it with --service if it is yours"] = None
            continue
        to = subscriber(row.endpoint, row.public_key, row.auth)
        text = json.dumps({"text": TEXTS.get(row.language, TEXTS["en"])}, ensure_ascii=False).encode()
        body = sealed(text, to, salt=secrets.token_bytes(16), own=ec.generate_private_key(ec.SECP256R1()))
        try:
            status = push(
                to, body, authorisation(row.endpoint, key, contact, store.clock()), seconds=KEPT_S, topic=TOPIC
            )
        except SetupError as error:
            counts["failed"] += 1
            reasons[str(error)] = None
            continue
        if status in (404, 410):
            forget(store, clinic, row.account, row.id)
            counts["gone"] += 1
        elif 200 <= status < 300:
            counts["sent"] += 1
        else:
            counts["failed"] += 1
            reasons[f"a push service answered {status}"] = None
    return Sent(**counts, reasons=tuple(reasons))


def _has_written(store: Clinic, clinic: str, account: str) -> bool | None:
    person = store.accounts.person_named(clinic, account)
    if person is None or person.role is not Role.PATIENT or person.patient_id is None:
        return None
    try:
        chart = store.view(clinic, person.patient_id).chart
    except UnknownNameError:
        return None
    return any(entry.date == store.today() for entry in chart.diary)
