"""S16: signing in by a passkey: with an authenticator written from the WebAuthn standard, and with Chromium's own."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PASSWORD = "correct horse 42"


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class Authenticator:
    """A device with one key; layouts by W3C WebAuthn Level 2, sections 6.1 and 6.5."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, site: str, flags: int, more: bytes = b"") -> bytes:
        self.count += 1
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + more

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = b"\0" * 16 + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], 0b01000101, attested)  # attested, user verified, user present
        client = self._client("webauthn.create", options["challenge"])
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": text(client), "attestationObject": text(attestation)}
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}

    def get(self, options: dict[str, Any], *, site: str | None = None, flags: int = 0b00000101) -> dict[str, Any]:
        data = self._data(site or options["rpId"], flags)
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": None,
        }
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}


@pytest.fixture
def device(server: Any) -> Authenticator:
    return Authenticator(server.address)


def registered(browser: Any, device: Authenticator) -> None:
    begun = browser.post("/api/me/passkeys/options", {"password": PASSWORD}).json()
    told = {"challenge": begun["challenge"], "credential": device.create(begun["options"]), "label": "my phone"}
    answer = browser.post("/api/me/passkeys", told)
    assert answer.status_code == 204, answer.text


def sign_in(browser: Any, device: Authenticator, **how: Any) -> Any:
    begun = browser.post("/api/sign-in/passkey/options").json()
    told = {"challenge": begun["challenge"], "credential": device.get(begun["options"], **how)}
    return browser.post("/api/sign-in/passkey", told)


@pytest.mark.parametrize("record", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_s16_a_passkey_signs_in_without_a_password(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], device: Authenticator
) -> None:
    nurse = signed_in("nurse")
    registered(nurse, device)
    assert [row["label"] for row in nurse.get("/api/me/passkeys").json()["rows"]] == ["my phone"]
    browser = new_browser()
    answer = sign_in(browser, device)
    assert answer.status_code == 200, answer.text
    assert browser.get("/api/me").json()["name"] == "nurse"


def test_s16_a_recorded_answer_of_a_passkey_is_of_no_use(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], device: Authenticator
) -> None:
    registered(signed_in("nurse"), device)
    begun = new_browser().post("/api/sign-in/passkey/options").json()
    told = {"challenge": begun["challenge"], "credential": device.get(begun["options"])}
    assert new_browser().post("/api/sign-in/passkey", told).status_code == 200
    assert new_browser().post("/api/sign-in/passkey", told).status_code == 422, "its challenge was used"
    fresh = new_browser().post("/api/sign-in/passkey/options").json()
    told["challenge"] = fresh["challenge"]
    assert new_browser().post("/api/sign-in/passkey", told).status_code == 403, "it answers another challenge"


def test_s16_a_passkey_is_refused_from_another_site_or_without_its_owner_or_with_a_wrong_key(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], device: Authenticator
) -> None:
    registered(signed_in("nurse"), device)
    assert sign_in(new_browser(), device, site="evil.example").status_code == 403
    assert sign_in(new_browser(), device, flags=0b00000001).status_code == 403, "present, but nobody proved who it is"
    device.origin = "https://evil.example"
    assert sign_in(new_browser(), device).status_code == 403
    device.origin = device.origin.replace("https://evil.example", "http://127.0.0.1")
    stranger = Authenticator(device.origin)
    assert sign_in(new_browser(), stranger).status_code == 403
    stranger.id = device.id  # a copied id without the key
    assert sign_in(new_browser(), stranger).status_code == 403


def test_s16_a_cloned_authenticator_is_noticed_by_its_counter(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], device: Authenticator
) -> None:
    registered(signed_in("nurse"), device)
    assert sign_in(new_browser(), device).status_code == 200
    device.count = 0
    assert sign_in(new_browser(), device).status_code == 403


def test_s16_a_passkey_of_a_disabled_account_and_a_removed_one_open_nothing(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], device: Authenticator
) -> None:
    nurse = signed_in("nurse")
    registered(nurse, device)
    signed_in("administrator").post("/api/accounts/nurse", {"disabled": True})
    assert sign_in(new_browser(), device).status_code == 403
    signed_in("administrator").post("/api/accounts/nurse", {"disabled": False})
    nurse = signed_in("nurse")
    key = nurse.get("/api/me/passkeys").json()["rows"][0]["id"]
    assert signed_in("injector").post(f"/api/me/passkeys/{key}/remove").status_code == 422, "another one's passkey"
    assert nurse.post(f"/api/me/passkeys/{key}/remove").status_code == 204
    assert sign_in(new_browser(), device).status_code == 403


@pytest.mark.parametrize("credential", [{}, {"id": 7}, {"id": "x", "response": None}, {"id": "é" * 3000}])
def test_a_broken_credential_is_one_clear_answer(signed_in: Callable[..., Any], credential: dict[str, Any]) -> None:
    nurse = signed_in("nurse")
    begun = nurse.post("/api/me/passkeys/options", {"password": PASSWORD}).json()
    told = {"challenge": begun["challenge"], "credential": credential}
    assert nurse.post("/api/me/passkeys", told).status_code == 422
    begun = nurse.post("/api/sign-in/passkey/options").json()
    told = {"challenge": begun["challenge"], "credential": credential}
    assert nurse.post("/api/sign-in/passkey", told).status_code == 403


MAKE = """async ([password]) => {
  const send = (path, body) => fetch(path, {method: 'POST', body: JSON.stringify(body), headers: {
    'X-Reprieve': '1', 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()}});
  const read = PublicKeyCredential;
  await send('/api/sign-in', {name: 'nurse', password});
  let begun = await (await send('/api/me/passkeys/options', {password})).json();
  const made = await navigator.credentials.create({publicKey: read.parseCreationOptionsFromJSON(begun.options)});
  let told = {challenge: begun.challenge, credential: made.toJSON(), label: 'Chromium'};
  const kept = await send('/api/me/passkeys', told);
  await send('/api/sign-out', {});
  begun = await (await send('/api/sign-in/passkey/options', {})).json();
  const got = await navigator.credentials.get({publicKey: read.parseRequestOptionsFromJSON(begun.options)});
  told = {challenge: begun.challenge, credential: got.toJSON()};
  const entered = await send('/api/sign-in/passkey', told);
  return [kept.status, entered.status, (await (await fetch('/api/me')).json()).name];
}"""


@pytest.mark.browser
def test_s16_a_passkey_of_a_real_browser_signs_in(new_browser: Callable[[], Any], server: Any) -> None:
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed here")
    new_browser()
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        tools = page.context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        # A passkey needs a name, not an address: localhost is this machine as well.
        page.goto(server.address.replace("127.0.0.1", "localhost") + "/api/health")
        found = page.evaluate(MAKE, [PASSWORD])
        browser.close()
    assert found == [204, 200, "nurse"]
