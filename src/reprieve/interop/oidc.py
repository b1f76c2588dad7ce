"""Sign-in by an identity provider (OpenID Connect, code flow): discovery, where to go, and the checked ID token.

What the provider says is checked before it is used: the issuer, endpoints by https (or on this machine), the token's
signature by the provider's published keys, and every claim that OpenID Connect Core 3.1.3.7 names.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from reprieve.core.errors import AccessError, SetupError
from reprieve.interop.extras import need
from reprieve.interop.smart import challenge_of
from reprieve.interop.smart_http import Answer, ask, check_address

# Signatures by a key pair only: with a shared secret whoever checks a token could make one, and "none" signs nothing.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
# Times are checked here, by the clock that was passed in.
_CHECKS: Any = {
    "require": ["iss", "sub", "aud", "exp", "iat"],
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
CLOCK_SLACK_S = 60
KEYS_KEPT_S = 600.0
KEYS_AGAIN_S = 30.0
LONGEST_CLAIM = 255


@dataclass(frozen=True, slots=True)
class OidcClient:
    """How this program is registered at a provider.

    Attributes
    ----------
    issuer : str
        As the provider writes it in its tokens.
    secret : str or None
        None for a public client, which PKCE alone protects.
    """

    issuer: str
    client_id: str
    secret: str | None = field(default=None, repr=False)
    scope: str = "openid"

    def __post_init__(self) -> None:
        check_address(self.issuer, "issuer")
        if "openid" not in self.scope.split():
            raise SetupError(f"scope must hold openid, but got {self.scope!r}; add it")


@dataclass(frozen=True, slots=True)
class Claims:
    """Who signed in, as the provider says: `subject` never changes there, everything else may."""

    issuer: str
    subject: str
    more: dict[str, Any]


class OidcProvider:
    """A provider as it describes itself; its description and keys are asked for when they are needed.

    Parameters
    ----------
    client : OidcClient
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, client: OidcClient, clock: Callable[[], float] = time.time) -> None:
        need("jwt", "sign-in by an identity provider", extra="oidc")
        self.client = client
        self.clock = clock
        self._lock = threading.Lock()
        self._told: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, Any] | None = None

    def address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return where the browser goes to sign in."""
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.client.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint("authorization_endpoint")
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(query)

    def claims(self, *, code: str, redirect_uri: str, nonce: str, verifier: str) -> Claims:
        """Return who the provider says it was, for the code that the browser brought back.

        Raises
        ------
        SetupError
            The provider cannot be reached or refuses this client.
        AccessError
            Its token does not hold.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.client.client_id,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        if self.client.secret is not None:
            # RFC 6749, section 2.3.1: both halves are form-encoded before they are joined.
            pair = f"{quote(self.client.client_id, safe='')}:{quote(self.client.secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        told = _object(ask(self._endpoint("token_endpoint"), form=form, headers=headers), "the token")
        token = told.get("id_token")
        if not isinstance(token, str):
            raise AccessError("the identity provider sent no ID token; sign in again")
        return self._checked(token, nonce)

    def _checked(self, token: str, nonce: str) -> Claims:
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise jwt.InvalidAlgorithmError
            told = jwt.decode(
                token,
                self._key(header.get("kid")),
                algorithms=[header["alg"]],
                audience=self.client.client_id,
                issuer=self.client.issuer,
                leeway=CLOCK_SLACK_S,
                options=_CHECKS,
            )
            self._check_times(told)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError):
            raise AccessError("the identity provider's token does not hold; sign in again") from None
        audience = told["aud"]
        party = told.get("azp")
        if (isinstance(audience, list) and len(audience) > 1 and party is None) or party not in (
            None,
            self.client.client_id,
        ):
            raise AccessError("the identity provider's token was made for another program; sign in again")
        if told.get("nonce") != nonce:
            raise AccessError("the identity provider's token belongs to another sign-in; sign in again")
        subject = told["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_CLAIM:
            raise AccessError("the identity provider's token names nobody; sign in again")
        return Claims(self.client.issuer, subject, told)

    def _check_times(self, told: dict[str, Any]) -> None:
        now = self.clock()
        times = {name: told.get(name, now) for name in ("exp", "iat", "nbf")}
        if any(isinstance(at, bool) or not isinstance(at, (int, float)) for at in times.values()):
            raise ValueError("a time is no number")
        early = not (times["iat"] < now + CLOCK_SLACK_S and times["nbf"] < now + CLOCK_SLACK_S)
        if early or not times["exp"] > now - CLOCK_SLACK_S:
            raise ValueError("not in force")

    def _key(self, kid: str | None) -> Any:
        """Return the published key; an unknown name asks the provider again, for it may have changed its keys."""
        for again in (False, True):
            fits = [
                key
                for key in self._key_set(again=again).keys
                if (kid is None or key.key_id == kid) and key.public_key_use in (None, "sig")
            ]
            if len(fits) == 1 or (fits and kid is not None):
                return fits[0].key
        raise KeyError("no key of that name")

    def _key_set(self, *, again: bool) -> Any:
        import jwt

        with self._lock:
            age = float("inf") if self._keys is None else self.clock() - self._keys[0]
            if self._keys is None or not 0 <= age < (KEYS_AGAIN_S if again else KEYS_KEPT_S):
                told = _object(ask(self._described_endpoint("jwks_uri")), "the keys")
                self._keys = (self.clock(), jwt.PyJWKSet.from_dict(told))
            return self._keys[1]

    def _endpoint(self, name: str) -> str:
        with self._lock:
            return self._described_endpoint(name)

    def _described_endpoint(self, name: str) -> str:
        if self._told is None or not 0 <= self.clock() - self._told[0] < KEYS_KEPT_S:
            self._told = (self.clock(), self._described())
        address = self._told[1].get(name)
        if not isinstance(address, str):
            raise SetupError(f"the identity provider's description lacks {name}; check its issuer")
        check_address(address, name)
        return address

    def _described(self) -> dict[str, Any]:
        told = _object(ask(self.client.issuer.rstrip("/") + "/.well-known/openid-configuration"), "the description")
        if told.get("issuer") != self.client.issuer:
            raise SetupError(f"the identity provider calls itself something else than {self.client.issuer}; correct it")
        methods = told.get("code_challenge_methods_supported")
        if methods is not None and "S256" not in methods:
            raise SetupError("the identity provider does not offer PKCE with S256, and nothing weaker is taken")
        return told


def _object(answer: Answer, what: str) -> dict[str, Any]:
    if answer.status != 200:
        raise SetupError(f"{what} of the identity provider cannot be had (status {answer.status}); sign in again")
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise SetupError(f"{what} of the identity provider is no JSON object; check its issuer")
    return told
