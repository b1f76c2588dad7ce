"""S16: sign-in by an identity provider that runs here and checks what a real one checks, over real HTTP.

What a client must refuse is taken from OpenID Connect Core 1.0 (section 3.1.3.7), RFC 7636 (PKCE), RFC 9207 (`iss` in
the answer) and RFC 8725 (algorithms).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import select

from reprieve.app.clinic import Clinic
from reprieve.app.oidc import ProviderDocument, door_of
from reprieve.core.errors import InputError, SetupError
from reprieve.store.tables import events, identities
from reprieve.web.application import make_app

jwt = pytest.importorskip("jwt", reason="the extra oidc is not installed")

CLIENT, SECRET = "reprieve", "a secret: of the clinic"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(key: Any, kid: str) -> dict[str, Any]:
    algorithm = jwt.algorithms.RSAAlgorithm if hasattr(key, "key_size") and kid != "ec" else jwt.algorithms.ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig"}


class Provider:
    """An OpenID provider; `change` bends what it says, one thing at a time."""

    def __init__(self) -> None:
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.http.provider = self  # type: ignore[attr-defined]
        self.issuer = f"http://127.0.0.1:{self.http.server_port}/realm"
        self.subject, self.username = "sub-of-the-nurse", "nurse"
        self.change: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(claims, RSA, "RS256", {"kid": "rsa"})
        self.keys: list[dict[str, Any]] = [published(RSA, "rsa"), published(EC, "ec")]
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"],
            **self.change.get("description", {}),
        }

    def authorize(self, query: dict[str, str]) -> str:
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer, **self.change.get("answer", {})}
        return query["redirect_uri"] + "?" + urlencode({name: value for name, value in back.items() if value})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if asked is None or asked["code_challenge"].encode() != challenge:
            return 400, {"error": "invalid_grant"}
        if asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "preferred_username": self.username,
            **self.change.get("claims", {}),
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(kept)}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        provider.asked.append(path)
        if path.endswith("/.well-known/openid-configuration"):
            self._answer(200, provider.description())
        elif path.endswith("/keys"):
            self._answer(200, {"keys": provider.keys})
        else:
            self.send_response(302)
            self.send_header("Location", provider.authorize(query))
            self.end_headers()

    def do_POST(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(*provider.token(dict(parse_qsl(body)), self.headers.get("Authorization", "")))

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.stop()


def write_document(folder: Path, provider: Provider, **more: Any) -> str:
    secret = folder / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    told = {"issuer": provider.issuer, "client_id": CLIENT, "secret_file": "secret", **more}
    (folder / "provider.json").write_text(json.dumps(told))
    return str(folder / "provider.json")


@pytest.fixture
def browse(
    provider: Provider, store: Clinic, server: Any, tmp_path: Path
) -> Iterator[Callable[..., tuple[httpx.Response, httpx.Client]]]:
    """Goes to the provider and back, as a browser would, and returns the last answer and the browser."""
    server.app = make_app(store, warm=False, door=door_of(write_document(tmp_path, provider)))
    clients: list[httpx.Client] = []

    def go(meddle: Callable[[str], str] = lambda address: address) -> tuple[httpx.Response, httpx.Client]:
        client = httpx.Client(base_url=server.address, timeout=30, trust_env=False)
        clients.append(client)
        start = client.get("/api/sign-in/provider")
        if start.status_code != 303:
            return start, client
        back = httpx.get(start.headers["location"], trust_env=False).headers["location"]
        return client.get(meddle(back)), client

    yield go
    for client in clients:
        client.close()


def test_s16_who_the_provider_vouches_for_is_signed_in_as_the_account_that_was_made(
    browse: Callable[..., Any], store: Clinic, provider: Provider
) -> None:
    answer, client = browse()
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.text
    cookie = next(told for told in answer.headers.get_list("set-cookie") if told.startswith("reprieve_session"))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/api/me").json() == {"name": "nurse", "role": "nurse", "patient_id": None, "clinic": "clinic"}
    assert client.get("/api/health").json()["identity_provider"]["address"] == "/api/sign-in/provider"
    with store.database.read() as connection:
        assert [row.subject for row in connection.execute(select(identities))] == [provider.subject]
        told = connection.scalars(select(events.c.body).where(events.c.kind == "account_changed")).all()
    assert any("tied to an identity provider" in body for body in told)


def test_s16_after_the_first_sign_in_only_the_subject_counts(browse: Callable[..., Any], provider: Provider) -> None:
    assert browse()[0].status_code == 303
    provider.username = "administrator"  # renamed at the provider: still the nurse here
    assert browse()[1].get("/api/me").json()["name"] == "nurse"
    provider.subject, provider.username = "somebody else", "nurse"  # the name was given to another person there
    answer, client = browse()
    assert answer.status_code == 403
    assert "no account here" in answer.text
    assert client.get("/api/me").status_code == 401


def test_s16_nobody_comes_in_without_an_account_or_with_a_disabled_one(
    browse: Callable[..., Any], provider: Provider, store: Clinic
) -> None:
    provider.username = "stranger"
    assert browse()[0].status_code == 403
    provider.username = "nurse"
    assert browse()[0].status_code == 303
    store.accounts.change("clinic", "nurse", by="test", disabled=True)
    assert browse()[0].status_code == 403


def test_a_patient_comes_to_the_patients_page(browse: Callable[..., Any], provider: Provider) -> None:
    provider.username = "patient"
    answer, client = browse()
    assert answer.headers["location"] == "/phone"
    assert client.get("/api/me").json()["patient_id"] == "p-1"


def test_s16_the_administrator_unties_an_account(browse: Callable[..., Any], store: Clinic, provider: Provider) -> None:
    assert browse()[0].status_code == 303
    store.accounts.change("clinic", "nurse", by="test", second_factor=False)
    provider.subject = "a new subject of the same person"
    assert browse()[0].status_code == 303


def test_s16_an_answer_is_taken_once_and_by_the_browser_that_asked(
    browse: Callable[..., Any], server: Any, provider: Provider
) -> None:
    seen: list[str] = []
    first, client = browse(lambda address: seen.append(address) or address)
    assert first.status_code == 303
    assert client.get(seen[0]).status_code == 422, "the step is over"
    with httpx.Client(base_url=server.address, trust_env=False) as other:
        stolen = httpx.get(other.get("/api/sign-in/provider").headers["location"], trust_env=False).headers["location"]
        answer, victim = browse(lambda _: stolen)  # the attacker's answer in the victim's browser
        assert answer.status_code == 422
        assert victim.get("/api/me").status_code == 401


def _unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none")


def _by_public_key(claims: dict[str, Any]) -> str:
    """Sign by the published key as if it were a shared secret: the classic confusion of algorithms."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    import hmac

    public = json.dumps(published(RSA, "rsa")).encode()
    mark = base64.urlsafe_b64encode(hmac.digest(public, head + b"." + body, "sha256")).rstrip(b"=")
    return b".".join((head, body, mark)).decode()


BENT_CLAIMS = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "another audience": {"aud": "another program"},
    "several audiences without a party": {"aud": [CLIENT, "another program"]},
    "another party": {"aud": [CLIENT, "x"], "azp": "x"},
    "another nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "out of date": {"exp": 1_700_000_000},
    "from the future": {"iat": 4_000_000_000},
    "not yet": {"nbf": 4_000_000_000},
    "no end": {"exp": None},
    "an end in words": {"exp": "tomorrow"},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
}
BENT_SIGNATURES = {
    "unsigned": _unsigned,
    "a foreign key under a known name": lambda claims: jwt.encode(claims, OTHER, "RS256", {"kid": "rsa"}),
    "a name that is not published": lambda claims: jwt.encode(claims, OTHER, "RS256", {"kid": "mine"}),
    "no name where several keys are published": lambda claims: jwt.encode(claims, RSA, "RS256"),
    "the public key as a secret": _by_public_key,
    "a key of another kind": lambda claims: jwt.encode(claims, RSA, "RS256", {"kid": "ec"}),
    "no token at all": lambda _: "not.a.token",
}


@pytest.mark.parametrize("what", [*BENT_CLAIMS, *BENT_SIGNATURES])
def test_s16_a_token_that_does_not_hold_lets_nobody_in(
    browse: Callable[..., Any], provider: Provider, what: str
) -> None:
    if what in BENT_CLAIMS:
        provider.change["claims"] = BENT_CLAIMS[what]
    else:
        provider.sign = BENT_SIGNATURES[what]
    answer, client = browse()
    assert answer.status_code == 403
    assert "sign in again" in answer.text
    assert "sub-of-the-nurse" not in answer.text
    assert client.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"state": "guessed"}, 422),
        ({"iss": "https://elsewhere.example"}, 403),
        ({"code": ""}, 403),
        ({"error": "access_denied"}, 403),
        ({"error": "<script>alert(1)</script>"}, 403),
    ],
)
def test_s16_an_answer_that_does_not_belong_lets_nobody_in(
    browse: Callable[..., Any], provider: Provider, answer: dict[str, str], status: int
) -> None:
    provider.change["answer"] = answer
    told, client = browse()
    assert told.status_code == status
    assert "<script" not in told.text
    assert client.get("/api/me").status_code == 401


def test_s16_new_keys_of_the_provider_are_asked_for(
    browse: Callable[..., Any], provider: Provider, server: Any, store: Clinic, tmp_path: Path
) -> None:
    moment = [time.time()]
    door = door_of(write_document(tmp_path, provider))
    door.provider.clock = lambda: moment[0]  # it stands still, however long the test takes
    server.app = make_app(store, warm=False, door=door)
    assert browse()[0].status_code == 303
    provider.keys = [published(OTHER, "next")]
    provider.sign = lambda claims: jwt.encode(claims, OTHER, "PS256", {"kid": "next"})
    moment[0] += 31
    assert browse()[0].status_code == 303
    asked = provider.asked.count("/realm/keys")
    for _ in range(5):  # whoever sends unknown names does not make us ask each time
        provider.sign = lambda claims: jwt.encode(claims, OTHER, "PS256", {"kid": secrets.token_hex(4)})
        assert browse()[0].status_code == 403
    assert provider.asked.count("/realm/keys") == asked


def test_s16_an_elliptic_key_is_taken(browse: Callable[..., Any], provider: Provider) -> None:
    provider.sign = lambda claims: jwt.encode(claims, EC, "ES256", {"kid": "ec"})
    assert browse()[0].status_code == 303


@pytest.mark.parametrize(
    ("description", "word"),
    [
        ({"issuer": "https://elsewhere.example"}, "calls itself something else"),
        ({"token_endpoint": "http://elsewhere.example/token"}, "https"),
        ({"jwks_uri": None}, "lacks jwks_uri"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
    ],
)
def test_s16_a_provider_that_is_set_up_wrongly_is_told_in_words(
    browse: Callable[..., Any], provider: Provider, description: dict[str, Any], word: str
) -> None:
    provider.change["description"] = description
    answer, client = browse()
    assert answer.status_code == 503
    assert word in answer.text
    assert client.get("/api/me").status_code == 401


def test_s16_each_sign_in_has_its_own_state_nonce_and_challenge(browse: Callable[..., Any], server: Any) -> None:
    browse()
    with httpx.Client(base_url=server.address, trust_env=False) as client:
        queries = [parse_qs(urlsplit(client.get("/api/sign-in/provider").headers["location"]).query) for _ in range(3)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({query[name][0] for query in queries}) == 3
        assert all(len(query[name][0]) >= 43 for query in queries)


def test_s16_without_a_provider_there_is_no_such_way(new_browser: Callable[[], Any]) -> None:
    answer = new_browser().get("/api/sign-in/provider")
    assert answer.status_code == 404
    assert "identity_provider" not in new_browser().get("/api/health").json()


def test_bad_documents_are_one_line(tmp_path: Path, provider: Provider) -> None:
    file = write_document(tmp_path, provider)
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        door_of(file)
    with pytest.raises(SetupError, match="https"):
        door_of(write_document(tmp_path, provider, issuer="http://elsewhere.example"))
    with pytest.raises(InputError, match="issuer_url"):
        door_of(write_document(tmp_path, provider, issuer_url="x"))
    with pytest.raises(SetupError, match="openid"):
        door_of(write_document(tmp_path, provider, scope="profile"))
    assert ProviderDocument(issuer="x", client_id="y").account_claim == "preferred_username"
