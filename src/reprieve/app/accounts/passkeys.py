"""Passkeys (WebAuthn): signing in by the device, without a password and without anything that can be phished."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from reprieve.app.accounts.accounts import Accounts
from reprieve.app.accounts.challenges import keep_challenge, take_challenge
from reprieve.app.accounts.policy import Person
from reprieve.core.errors import AccessError, ConflictError, InputError
from reprieve.record.event_bodies import AccountChange
from reprieve.record.event_kinds import EventKind
from reprieve.store.ledger import Request
from reprieve.store.tables import passkeys

NEW, SIGN_IN = "passkey", "passkey sign-in"
MOST_PASSKEYS = 20


def begin_passkey(accounts: Accounts, person: Person, site: str) -> dict[str, Any]:
    """Return what the browser needs to make a passkey for `site` (the host name the browser shows)."""
    from webauthn import generate_registration_options
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = passkeys_of(accounts, person)
    if len(known) >= MOST_PASSKEYS:
        raise InputError(f"an account takes up to {MOST_PASSKEYS} passkeys; remove one first")
    options = generate_registration_options(
        rp_id=site,
        rp_name="Reprieve",
        user_name=person.name,
        user_id=f"{person.clinic}/{person.name}".encode()[:64],
        exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(row["id"])) for row in known],
        # Kept in the device and opened by finger, face or PIN: with it no name and no password is typed.
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return _begun(accounts, NEW, options, person)


def keep_passkey(
    accounts: Accounts,
    person: Person,
    *,
    challenge: str,
    credential: dict[str, Any],
    label: str,
    site: str,
    origin: str,
    request: Request | None,
) -> None:
    """Check what the browser made and keep its public key."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    name = label.strip() or "passkey"
    if len(name) > 100 or not name.isprintable():
        raise InputError("a label takes up to 100 printable characters; shorten it")
    now = accounts.clock()
    with accounts.ledger.database.write() as connection:
        expected = take_challenge(connection, NEW, challenge, now, person)
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=_bytes(expected),
            expected_rp_id=site,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise InputError("the passkey could not be checked; nothing was kept, begin again") from None
    key = _text(made.credential_id)

    def keep(connection: Connection) -> None:
        if connection.scalar(select(passkeys.c.credential).where(passkeys.c.credential == key)) is not None:
            raise ConflictError("this passkey is known already; nothing was kept")
        connection.execute(
            insert(passkeys).values(
                credential=key,
                clinic=person.clinic,
                account=person.name,
                label=name,
                public_key=_text(made.credential_public_key),
                sign_count=made.sign_count,
                site=site,
                created_at=now.isoformat(),
            )
        )

    _append(accounts, person, "passkey added", keep, request)


def passkeys_of(accounts: Accounts, person: Person) -> list[dict[str, str]]:
    """Return id, label, site and time of the person's passkeys."""
    query = select(passkeys).where(passkeys.c.clinic == person.clinic, passkeys.c.account == person.name)
    with accounts.ledger.database.read() as connection:
        return [
            {"id": row.credential, "label": row.label, "site": row.site, "created_at": row.created_at}
            for row in connection.execute(query.order_by(passkeys.c.created_at))
        ]


def remove_passkey(accounts: Accounts, person: Person, key: str, request: Request | None) -> None:
    """Take a passkey away."""

    def take_away(connection: Connection) -> None:
        own = (passkeys.c.clinic == person.clinic) & (passkeys.c.account == person.name)
        if connection.execute(delete(passkeys).where(own, passkeys.c.credential == key)).rowcount == 0:
            raise InputError("there is no such passkey; read the list again")

    _append(accounts, person, "passkey taken away", take_away, request)


def begin_passkey_sign_in(accounts: Accounts, site: str) -> dict[str, Any]:
    """Return what the browser needs to sign in by a passkey; it does not tell whether anybody has one."""
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(rp_id=site, user_verification=UserVerificationRequirement.REQUIRED)
    return _begun(accounts, SIGN_IN, options, None)


def passkey_sign_in(
    accounts: Accounts,
    *,
    challenge: str,
    credential: dict[str, Any],
    site: str,
    origin: str,
    old_token: str | None,
) -> tuple[str, Person]:
    """Return a new token and the person whose passkey answered the challenge.

    Raises
    ------
    AccessError
        The passkey is unknown, made for another site, or its answer does not hold.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    refused = AccessError("this passkey cannot sign in here; sign in with name and password")
    database = accounts.ledger.database
    with database.write() as connection:
        expected = take_challenge(connection, SIGN_IN, challenge, accounts.clock(), None)
        row = connection.execute(
            select(passkeys).where(passkeys.c.credential == str(credential.get("id", ""))[:1400])
        ).one_or_none()
    person = accounts.person_named(row.clinic, row.account) if row is not None else None
    if row is None or person is None or row.site != site:
        raise refused
    try:
        checked = verify_authentication_response(
            credential=credential,
            expected_challenge=_bytes(expected),
            expected_rp_id=site,
            expected_origin=origin,
            credential_public_key=_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise refused from None

    def counted(connection: Connection) -> None:
        where = passkeys.c.credential == row.credential
        connection.execute(update(passkeys).where(where).values(sign_count=checked.new_sign_count))

    return accounts.let_in(person, old_token=old_token, also=counted), person


def _begun(accounts: Accounts, purpose: str, options: Any, person: Person | None) -> dict[str, Any]:
    from webauthn import options_to_json

    key = keep_challenge(accounts.ledger.database, purpose, _text(options.challenge), accounts.clock(), person)
    return {"challenge": key, "options": json.loads(options_to_json(options))}


def _append(accounts: Accounts, person: Person, what: str, first: Any, request: Request | None) -> None:
    change = AccountChange(account=person.name, change=what)
    event = accounts.told(person.clinic, EventKind.ACCOUNT_CHANGED, person.name, change)
    accounts.ledger.append([event], first=first, request=request)


def _text(value: bytes) -> str:
    from webauthn.helpers import bytes_to_base64url

    return bytes_to_base64url(value)


def _bytes(value: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return base64url_to_bytes(value)
