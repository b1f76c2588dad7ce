"""Launch from an EHR: the address to go to, the way back, and the patient's data as a batch."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reprieve.app.secret_file import read_secret
from reprieve.core.errors import AccessError, InputError
from reprieve.interop.fhir.reader import Batch, Remark, read_batch
from reprieve.interop.smart import (
    DEFAULT_SCOPES,
    SmartClient,
    SmartServer,
    authorization_address,
    discover,
    exchange_code,
)
from reprieve.interop.smart_key import ClientKey
from reprieve.interop.smart_reading import read_patient_data

LONGEST_WAIT_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class EhrDocument:
    """How this program is registered at an EHR; the secret or the key stays in a file of its own."""

    iss: str
    client_id: str
    secret_file: str | None = None
    key_file: str | None = None
    kid: str | None = None
    scope: str = DEFAULT_SCOPES
    port: int = 8765


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch that has begun and not come back yet."""

    client: SmartClient
    server: SmartServer
    address: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    began: float = 0.0


def client_of(document: EhrDocument, folder: Path, redirect_uri: str) -> SmartClient:
    """Return the client that `document` describes; its files lie beside it, in `folder`."""
    key = None
    if document.key_file is not None:
        if not document.kid:
            raise InputError("a client with a key names it: add kid, as the EHR knows it")
        key = ClientKey(document.kid, read_secret(folder / document.key_file))
    secret = None if document.secret_file is None else read_secret(folder / document.secret_file).strip()
    return SmartClient(document.iss, document.client_id, redirect_uri, document.scope, secret, key)


def begin_launch(client: SmartClient, *, iss: str | None = None, launch: str | None = None) -> Launch:
    """Return where the browser must go.

    Parameters
    ----------
    iss, launch : str, optional
        As the EHR sent them; without them the launch begins here and the EHR asks for the patient.

    Raises
    ------
    AccessError
        Another EHR than the registered one asks.
    """
    if iss is not None and iss.rstrip("/") != client.iss.rstrip("/"):
        raise AccessError("this launch comes from an EHR that is not registered here; nothing was asked of it")
    server = discover(client)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    address = authorization_address(client, server, state=state, verifier=verifier, launch=launch)
    return Launch(client, server, address, state, verifier, time.monotonic())


def finish_launch(launch: Launch, answer: Mapping[str, str]) -> Batch:
    """Return the patient's data for the answer that the browser brought back.

    Raises
    ------
    AccessError
        The answer belongs to another launch, came too late, or the EHR refused.
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), launch.state.encode()):
        raise AccessError("this answer belongs to no launch that was begun here; start again")
    if time.monotonic() - launch.began > LONGEST_WAIT_S:
        raise AccessError(f"the launch took more than {LONGEST_WAIT_S // 60} minutes; start again")
    if "error" in answer:
        word = answer["error"][:40]
        raise AccessError(f"the EHR refused ({word if word.isidentifier() else 'no reason given'}); start again")
    if not answer.get("code"):
        raise AccessError("the answer holds no code; start again")
    token = exchange_code(
        launch.client,
        launch.server,
        code=answer["code"],
        verifier=launch.verifier,
        now=int(time.time()),
        nonce=secrets.token_urlsafe(24),
    )
    incoming, beyond = read_patient_data(launch.client, token)
    batch = read_batch(incoming, "the EHR")
    told = tuple(Remark(kind, "not read", "the EHR did not grant it") for kind in beyond)
    return Batch(batch.records, batch.kept, batch.remarks + told)
