"""Sign-in by an identity provider, for accounts that the administrator has made.

The first sign-in finds the account by a claim that the clinic names (such as ``preferred_username``) and ties it to the
provider's `sub`, which never changes there and is never given to somebody else. From then on only `sub` counts: a
renamed or reused user name at the provider opens nothing.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select

from reprieve.app.accounts.accounts import Accounts
from reprieve.app.accounts.challenges import keep_challenge, take_challenge
from reprieve.app.accounts.policy import Person
from reprieve.app.clinic import DEFAULT_CLINIC
from reprieve.app.documents import load
from reprieve.app.secret_file import read_secret
from reprieve.core.errors import AccessError, InputError
from reprieve.interop.oidc import Claims, OidcClient, OidcProvider
from reprieve.record.event_bodies import AccountChange
from reprieve.record.event_kinds import EventKind
from reprieve.store.tables import identities

PURPOSE = "identity provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDocument:
    """How this program is registered at the clinic's identity provider; the secret stays in a file of its own.

    Attributes
    ----------
    account_claim : str
        The claim that holds the name of the account at the first sign-in.
    label : str
        What the sign-in page writes on its button.
    """

    issuer: str
    client_id: str
    secret_file: str | None = None
    scope: str = "openid profile"
    account_claim: str = "preferred_username"
    clinic: str = DEFAULT_CLINIC
    label: str = "the clinic's sign-in"


@dataclass(frozen=True, slots=True)
class Door:
    """The way in by a provider."""

    document: ProviderDocument
    provider: OidcProvider


def door_of(file: str) -> Door:
    """Return the way in that the document in `file` describes."""
    document: ProviderDocument = load(ProviderDocument, file)
    secret = None if document.secret_file is None else read_secret(Path(file).parent / document.secret_file).strip()
    client = OidcClient(document.issuer, document.client_id, secret, document.scope)
    return Door(document, OidcProvider(client))


def begin_sign_in(accounts: Accounts, door: Door, redirect_uri: str) -> tuple[str, str]:
    """Return where the browser goes, and the key of this step, which stays in the browser."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    address = door.provider.address(redirect_uri=redirect_uri, state=state, nonce=nonce, verifier=verifier)
    kept = json.dumps({"state": state, "nonce": nonce, "verifier": verifier})
    return address, keep_challenge(accounts.ledger.database, PURPOSE, kept, accounts.clock(), None)


def finish_sign_in(
    accounts: Accounts, door: Door, *, key: str, answer: Mapping[str, str], redirect_uri: str, old_token: str | None
) -> tuple[str, Person]:
    """Return a new token and the person, for the answer that the browser brought back.

    Raises
    ------
    InputError, AccessError, SetupError
        The answer belongs to no sign-in of this browser, the provider refused, or no account fits.
    """
    with accounts.ledger.database.write() as connection:
        kept: dict[str, str] = json.loads(take_challenge(connection, PURPOSE, key, accounts.clock(), None))
    if not hmac.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
        raise InputError("this answer belongs to another sign-in; begin again")
    if answer.get("iss", door.document.issuer) != door.document.issuer:
        raise AccessError("this answer comes from another identity provider; begin again")
    if "error" in answer or not answer.get("code"):
        word = answer.get("error", "no code")[:40]
        raise AccessError(f"the identity provider refused ({word if word.isidentifier() else 'no reason given'})")
    claims = door.provider.claims(
        code=answer["code"], redirect_uri=redirect_uri, nonce=kept["nonce"], verifier=kept["verifier"]
    )
    tied = _tied(accounts, claims)
    if tied is not None:
        return accounts.let_in(tied, old_token=old_token), tied
    person = _named(accounts, door, claims)
    change = AccountChange(account=person.name, change="tied to an identity provider")
    event = accounts.told(person.clinic, EventKind.ACCOUNT_CHANGED, person.name, change)
    also = _tying(accounts, person, claims)
    return accounts.let_in(person, old_token=old_token, also=also, events=[event]), person


def _tied(accounts: Accounts, claims: Claims) -> Person | None:
    """Return the account that was tied to the subject, None before the first sign-in."""
    own = (identities.c.issuer == claims.issuer) & (identities.c.subject == claims.subject)
    with accounts.ledger.database.read() as connection:
        known = connection.execute(select(identities).where(own)).one_or_none()
    if known is None:
        return None
    person = accounts.person_named(known.clinic, known.account)
    if person is None:
        raise _refused()
    return person


def _named(accounts: Accounts, door: Door, claims: Claims) -> Person:
    """Return the account that the administrator made under the name in the provider's claim."""
    name = claims.more.get(door.document.account_claim)
    # An address of post that nobody checked may be somebody else's.
    unchecked = door.document.account_claim == "email" and claims.more.get("email_verified") is not True
    person = accounts.person_named(door.document.clinic, name) if isinstance(name, str) and not unchecked else None
    if person is None:
        raise _refused()
    return person


def _tying(accounts: Accounts, person: Person, claims: Claims) -> Callable[[Connection], object]:
    """Return the statement that ties the account to the provider's subject; an account is tied once."""

    def tie(connection: Connection) -> None:
        own = (identities.c.clinic == person.clinic) & (identities.c.account == person.name)
        if connection.scalar(select(identities.c.subject).where(own, identities.c.issuer == claims.issuer)) is not None:
            raise _refused()
        connection.execute(
            insert(identities).values(
                issuer=claims.issuer,
                subject=claims.subject,
                clinic=person.clinic,
                account=person.name,
                created_at=accounts.clock().isoformat(),
            )
        )

    return tie


def _refused() -> AccessError:
    return AccessError("no account here belongs to this sign-in; ask the administrator of the clinic")
