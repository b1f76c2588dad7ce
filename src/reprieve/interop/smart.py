"""SMART App Launch 2 as a confidential client: discovery, authorisation address, token.

What a server says is checked before it is used: endpoints by https (or on this machine), PKCE with S256, a bearer
token, a patient in context. The secret goes to the token endpoint and nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from reprieve.core.errors import DocumentError, SetupError
from reprieve.interop.smart_http import Answer, ask, check_address
from reprieve.interop.smart_key import ClientKey

DEFAULT_SCOPES = "launch openid fhirUser patient/*.rs"
SHORTEST_SECRET = 8
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
# What a bearer token may hold (RFC 6750, section 2.1); anything else could break out of the header.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}")


@dataclass(frozen=True, slots=True)
class SmartClient:
    """How this program is registered at an EHR: with a secret, or with a key of its own (one of the two).

    Attributes
    ----------
    iss : str
        Address of the EHR's FHIR server.
    """

    iss: str
    client_id: str
    redirect_uri: str
    scope: str = DEFAULT_SCOPES
    secret: str | None = field(default=None, repr=False)
    key: ClientKey | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_address(self.iss, "iss")
        check_address(self.redirect_uri, "redirect_uri")
        if (self.secret is None) == (self.key is None):
            raise SetupError("a confidential client has a secret or a key; give one of the two")
        if self.secret is not None and len(self.secret) < SHORTEST_SECRET:
            raise SetupError(
                f"the client's secret has fewer than {SHORTEST_SECRET} characters; ask the EHR for another"
            )


@dataclass(frozen=True, slots=True)
class SmartServer:
    """What an EHR says of itself."""

    authorization_endpoint: str
    token_endpoint: str


@dataclass(frozen=True, slots=True)
class Token:
    """Access to one patient's data for a while."""

    patient: str
    scope: tuple[str, ...]
    access_token: str = field(repr=False)

    def may_read(self, kind: str) -> bool:
        """Return whether the EHR granted reading and searching resources of type `kind`."""
        for scope in self.scope:
            who, slash, what = scope.partition("/")
            name, dot, rights = what.partition(".")
            if slash and dot and who in ("patient", "user") and name in ("*", kind):
                rights = rights.partition("?")[0]
                if rights in ("read", "*") or {"r", "s"} <= set(rights):
                    return True
        return False


def discover(client: SmartClient) -> SmartServer:
    """Return the EHR's endpoints.

    Raises
    ------
    SetupError
        It cannot be reached, or it cannot do what a confidential client with PKCE needs.
    """
    told = _object(ask(client.iss.rstrip("/") + "/.well-known/smart-configuration"), "the SMART configuration")
    methods = told.get("code_challenge_methods_supported")
    if not isinstance(methods, list) or "S256" not in methods:
        raise SetupError(f"{client.iss} does not offer PKCE with S256; SMART App Launch 2 needs it")
    endpoints = [_text(told, name) for name in ("authorization_endpoint", "token_endpoint")]
    for address in endpoints:
        check_address(address, "endpoint")
    return SmartServer(*endpoints)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def authorization_address(
    client: SmartClient, server: SmartServer, *, state: str, verifier: str, launch: str | None
) -> str:
    """Return the address to which the browser goes; `launch` comes from the EHR, None begins from here."""
    scopes = client.scope.split()
    if launch is None:
        scopes = ["launch/patient" if scope == "launch" else scope for scope in scopes]
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "aud": client.iss,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    if launch is not None:
        query["launch"] = launch
    joint = "&" if "?" in server.authorization_endpoint else "?"
    return server.authorization_endpoint + joint + urlencode(query)


def exchange_code(client: SmartClient, server: SmartServer, *, code: str, verifier: str, now: int, nonce: str) -> Token:
    """Return the token for an authorisation code.

    Parameters
    ----------
    now : int
        Seconds since 1970, for a client with a key.
    nonce : str
        Never used before, for the same.

    Raises
    ------
    SetupError
        The EHR refuses the client or the code.
    DocumentError
        The answer is no token of one patient.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": verifier,
    }
    headers: dict[str, str] = {}
    if client.key is not None:
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assertion = client.key.assertion(client.client_id, server.token_endpoint, now=now, nonce=nonce)
        form |= {"client_assertion_type": kind, "client_assertion": assertion}
    else:
        pair = f"{client.client_id}:{client.secret}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    answer = ask(server.token_endpoint, form=form, headers=headers)
    if answer.status != 200:
        raise SetupError(f"the EHR gave no token ({_error_word(answer)}); start the launch again")
    return _token(_object(answer, "the token"))


def _token(told: dict[str, Any]) -> Token:
    kind, patient, access = _text(told, "token_type"), told.get("patient"), _text(told, "access_token")
    if kind.lower() != "bearer" or not _TOKEN.fullmatch(access):
        raise DocumentError(f"the EHR gave a token of type {kind[:20]!r}; a bearer token is needed")
    if not isinstance(patient, str) or not _ID.fullmatch(patient):
        raise DocumentError("the EHR named no patient for this launch; open it from a patient's chart")
    return Token(patient, tuple(str(told.get("scope", "")).split()), access)


def _object(answer: Answer, what: str) -> dict[str, Any]:
    if answer.status != 200:
        raise SetupError(f"{what} cannot be had: the EHR answered {answer.status}; check the address")
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise DocumentError(f"{what} is no JSON object; check the address of the EHR")
    return told


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise DocumentError(f"the EHR's answer lacks {name}; check its address")
    return value


def _error_word(answer: Answer) -> str:
    try:
        word = json.loads(answer.body).get("error")
    except (ValueError, RecursionError, AttributeError):
        word = None
    return word if isinstance(word, str) and re.fullmatch(r"[a-z_]{1,40}", word) else f"status {answer.status}"
