"""SMART App Launch against an EHR that runs here: it checks what a real one checks, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from reprieve.app.fhir.smart import EhrDocument, begin_launch, client_of, finish_launch
from reprieve.app.fhir.smart_listener import LaunchListener
from reprieve.cli.main import main
from reprieve.core.errors import AccessError, DocumentError, ReprieveError, SetupError
from reprieve.interop.smart import SmartClient, Token, authorization_address, challenge_of
from reprieve.interop.smart_http import ask, check_address
from reprieve.interop.smart_key import ClientKey

SECRET = "a secret of the clinic"
REDIRECT = "http://127.0.0.1:1/callback"
PATIENT = {"resourceType": "Patient", "id": "smart-7", "name": [{"family": "Sample"}], "gender": "female"}
CONDITIONS = [
    {
        "resourceType": "Condition",
        "id": f"c{number}",
        "subject": {"reference": "Patient/smart-7"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]},
    }
    for number, code in enumerate(("G24.3", "G24.5", "I10"))
]
WEIGHT = {
    "resourceType": "Observation",
    "id": "w",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/smart-7"},
    "effectiveDateTime": "2026-01-05",
    "valueQuantity": {"value": 71.50, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
}


class Ehr:
    """A FHIR server with SMART App Launch 2, as its specification says; keeps what it was asked."""

    def __init__(self) -> None:
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.http.ehr = self  # type: ignore[attr-defined]
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        self.iss = self.address + "/fhir"
        self.public_key: Any = None
        self.scope: str | None = None
        self.change: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.nonces: set[str] = set()
        self.asked: list[str] = []
        self.leaked: list[str] = []
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def configuration(self) -> dict[str, Any]:
        return {
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "launch-standalone", "client-confidential-symmetric"],
            **self.change.get("configuration", {}),
        }

    def authorize(self, query: dict[str, str]) -> tuple[int, str]:
        needed = {"response_type", "client_id", "redirect_uri", "scope", "state", "aud", "code_challenge"}
        if not needed <= set(query) or query["aud"] != self.iss or query["response_type"] != "code":
            return 400, ""
        if query["code_challenge_method"] != "S256" or len(query["state"]) < 22:
            return 400, ""
        if "launch" in query["scope"].split() and query.get("launch") != "xyz":
            return 400, ""
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], **self.change.get("authorize", {})}
        return 302, f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], headers: Any) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        if not self._known(form, headers):
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(24)
        self.tokens[access] = self.scope or asked["scope"]
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300, "patient": "smart-7"}
        return 200, {**answer, "scope": self.tokens[access], **self.change.get("token", {})}

    def _known(self, form: dict[str, str], headers: Any) -> bool:
        if self.public_key is None:
            told = base64.b64encode(f"reprieve:{SECRET}".encode()).decode()
            return headers.get("Authorization") == f"Basic {told}"
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return False
        return self._signed(form["client_assertion"])

    def _signed(self, assertion: str) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA384

        signed, _, mark = assertion.rpartition(".")
        header, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        signature = _decoded(mark)
        try:
            if header["alg"] == "RS384":
                self.public_key.verify(signature, signed.encode(), PKCS1v15(), SHA384())
            else:
                pair = (int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big"))
                self.public_key.verify(encode_dss_signature(*pair), signed.encode(), ECDSA(SHA384()))
        except InvalidSignature:
            return False
        fresh = claims["jti"] not in self.nonces
        self.nonces.add(claims["jti"])
        return (
            fresh
            and claims["iss"] == claims["sub"] == "reprieve"
            and claims["aud"] == f"{self.address}/token"
            and 0 < claims["exp"] - claims["iat"] <= 300
            and header["kid"] == "clinic-1"
        )

    def read(self, path: str, query: dict[str, str], headers: Any) -> tuple[int, dict[str, Any]]:
        scope = self.tokens.get(headers.get("Authorization", "").removeprefix("Bearer "))
        if scope is None:
            return 401, {}
        if path == "/fhir/Patient/smart-7":
            return 200, self.change.get("patient", PATIENT)
        kind = path.rsplit("/", 1)[1]
        rows = {"Condition": CONDITIONS, "Observation": [WEIGHT]}.get(kind, [])
        if query.get("patient") != "smart-7" or (kind == "Observation" and query["code"] != "http://loinc.org|29463-7"):
            return 400, {}
        page = int(query.get("page", "0"))
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": []}
        bundle["entry"] = [{"resource": row} for row in rows[page : page + 1]]
        if page + 1 < len(rows):
            more = f"{self.iss}/{kind}?{urlencode({**query, 'page': page + 1})}"
            bundle["link"] = [{"relation": "next", "url": self.change.get("next", more)}]
        else:
            outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}
            bundle["entry"].append({"resource": outcome, "search": {"mode": "outcome"}})
        return 200, bundle


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ehr: Ehr = self.server.ehr  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        ehr.asked.append(parts.path)
        if parts.path == "/fhir/.well-known/smart-configuration":
            self._send(200, ehr.configuration())
        elif parts.path == "/authorize":
            status, place = ehr.authorize(query)
            self._send(status, {}, Location=place)
        elif parts.path == "/elsewhere":
            ehr.leaked.append(str(self.headers))
            self._send(200, {"resourceType": "Bundle", "type": "searchset"})
        elif parts.path == "/redirect":
            self._send(302, {}, Location=f"{ehr.address}/elsewhere")
        else:
            self._send(*ehr.read(parts.path, query, self.headers))

    def do_POST(self) -> None:
        ehr: Ehr = self.server.ehr  # type: ignore[attr-defined]
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self._send(*ehr.token(form, self.headers))

    def _send(self, status: int, told: Any, **headers: str) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def ehr() -> Iterator[Ehr]:
    running = Ehr()
    yield running
    running.stop()


@pytest.fixture
def client(ehr: Ehr) -> SmartClient:
    return SmartClient(ehr.iss, "reprieve", REDIRECT, secret=SECRET)


def browse(address: str) -> dict[str, str]:
    """Go where the browser goes, and return what it brings back."""
    answer = httpx.get(address, trust_env=False)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def test_a_launch_from_the_ehr_reads_its_patient(ehr: Ehr, client: SmartClient) -> None:
    launch = begin_launch(client, iss=ehr.iss, launch="xyz")
    batch = finish_launch(launch, browse(launch.address))
    chart = batch.records[0].chart
    assert chart.patient.id == "smart-7"
    assert str(chart.patient.weight_kg) == "71.5"
    assert [c.condition for c in chart.conditions] == ["cervical_dystonia", "blepharospasm"]
    # The third diagnosis has no word here: kept and told.
    assert [remark.resource for remark in batch.remarks] == ["Condition/c2"]


def test_a_launch_from_here_asks_for_a_patient(client: SmartClient) -> None:
    launch = begin_launch(client)
    assert "launch%2Fpatient" in launch.address
    assert "&launch=" not in launch.address
    assert finish_launch(launch, browse(launch.address)).records[0].chart.patient.id == "smart-7"


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_client_with_a_key(kind: str, ehr: Ehr) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private: Any = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP384R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    ehr.public_key = private.public_key()
    client = SmartClient(ehr.iss, "reprieve", REDIRECT, key=ClientKey("clinic-1", pem))
    launch = begin_launch(client)
    assert len(finish_launch(launch, browse(launch.address)).records) == 1
    other: Any = rsa.generate_private_key(65537, 2048)
    ehr.public_key = other.public_key() if kind == "rsa" else ec.generate_private_key(ec.SECP384R1()).public_key()
    launch = begin_launch(client)
    with pytest.raises(SetupError, match="invalid_client"):
        finish_launch(launch, browse(launch.address))


def test_the_challenge_is_the_one_of_rfc_7636() -> None:
    # RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"configuration": {"code_challenge_methods_supported": ["plain"]}}, SetupError, "PKCE with S256"),
        ({"configuration": {"token_endpoint": None}}, DocumentError, "lacks token_endpoint"),
        ({"configuration": {"token_endpoint": "http://ehr.example/token"}}, SetupError, "must be an https address"),
        ({"configuration": {"authorization_endpoint": "javascript:alert(1)"}}, SetupError, "must be an https"),
        ({"authorize": {"state": "other"}}, AccessError, "belongs to no launch"),
        ({"authorize": {"error": "access_denied"}}, AccessError, "the EHR refused .access_denied."),
        ({"authorize": {"code": "stolen"}}, SetupError, "invalid_grant"),
        ({"token": {"patient": None}}, DocumentError, "named no patient"),
        ({"token": {"patient": "../other"}}, DocumentError, "named no patient"),
        ({"token": {"token_type": "mac"}}, DocumentError, "a bearer token is needed"),
        ({"token": {"access_token": "x\r\nHost: evil"}}, DocumentError, "a bearer token is needed"),
        ({"token": {"scope": "openid"}}, AccessError, "did not grant reading the patient"),
        ({"token": {"access_token": "unknown"}}, SetupError, "answered 401"),
        ({"patient": {**PATIENT, "id": "smart-8"}}, DocumentError, "another patient"),
        ({"next": "http://127.0.0.1:9/fhir/Condition?page=1"}, SetupError, "another server"),
        ({"next": "Condition?patient=smart-7&page=0"}, SetupError, "do not end"),
    ],
)
def test_what_an_ehr_may_not_do(
    change: dict[str, Any], error: type[ReprieveError], words: str, ehr: Ehr, client: SmartClient
) -> None:
    ehr.change = change
    with pytest.raises(error, match=words) as caught:
        whole(ehr, client)
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


def whole(ehr: Ehr, client: SmartClient) -> None:
    """Go through a launch."""
    launch = begin_launch(client, iss=ehr.iss, launch="xyz")
    finish_launch(launch, browse(launch.address))


def test_only_what_was_granted_is_read(ehr: Ehr, client: SmartClient) -> None:
    ehr.scope = "patient/Patient.rs patient/Condition.read"
    launch = begin_launch(client)
    batch = finish_launch(launch, browse(launch.address))
    assert "/fhir/Observation" not in ehr.asked
    told = [remark.resource for remark in batch.remarks if remark.what == "not read"]
    assert told == [
        "AllergyIntolerance",
        "Observation",
        "MedicationStatement",
        "MedicationRequest",
        "MedicationAdministration",
        "Procedure",
        "Appointment",
    ]


@pytest.mark.parametrize(
    ("scope", "kind", "may"),
    [
        ("patient/*.rs", "Condition", True),
        ("patient/*.read", "Condition", True),
        ("patient/Condition.cruds", "Condition", True),
        ("user/Condition.rs?category=x", "Condition", True),
        ("patient/Condition.r", "Condition", False),
        ("patient/Condition.write", "Condition", False),
        ("patient/Observation.rs", "Condition", False),
        ("system/*.rs", "Condition", False),
        ("Condition.rs", "Condition", False),
        ("patient/Condition", "Condition", False),
    ],
)
def test_scopes(scope: str, kind: str, may: bool) -> None:
    assert Token("a", (scope,), "t").may_read(kind) is may


def test_a_launch_from_another_ehr_is_refused(client: SmartClient, ehr: Ehr) -> None:
    with pytest.raises(AccessError, match="not registered here"):
        begin_launch(client, iss="https://evil.example/fhir", launch="xyz")
    assert ehr.asked == []


def test_a_code_is_used_once(ehr: Ehr, client: SmartClient) -> None:
    launch = begin_launch(client)
    answer = browse(launch.address)
    finish_launch(launch, answer)
    with pytest.raises(SetupError, match="invalid_grant"):
        finish_launch(launch, answer)


def test_no_redirect_carries_the_token_away(ehr: Ehr) -> None:
    answer = ask(f"{ehr.address}/redirect", headers={"Authorization": "Bearer x"})
    assert answer.status == 302
    assert ehr.leaked == []


@pytest.mark.parametrize(
    "address",
    ["http://ehr.example", "ftp://x", "https://", "https://user@x/", "file:///etc/passwd", "https://x/#a", "", "//x"],
)
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(SetupError, match="must be an https address"):
        check_address(address, "iss")


def test_nothing_secret_shows(ehr: Ehr, client: SmartClient) -> None:
    launch = begin_launch(client)
    assert SECRET not in repr(client)
    assert launch.verifier not in repr(launch)
    assert launch.state not in repr(launch)
    assert "secret-token" not in repr(Token("a", (), "secret-token"))
    assert launch.verifier not in launch.address


def test_an_address_with_a_query_keeps_it(ehr: Ehr, client: SmartClient) -> None:
    from reprieve.interop.smart import SmartServer

    server = SmartServer("https://ehr.example/a?tenant=1", "https://ehr.example/t")
    told = authorization_address(client, server, state="s", verifier="v", launch=None)
    assert told.startswith("https://ehr.example/a?tenant=1&response_type=code&")


def registered(tmp_path: Path, ehr: Ehr, mode: int = 0o600, **more: Any) -> Path:
    """Write the document and the secret of a client."""
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "secret").chmod(mode)
    document = {"iss": ehr.iss, "client_id": "reprieve", "secret_file": "secret", "port": 0, **more}
    (tmp_path / "ehr.json").write_text(json.dumps(document))
    return tmp_path / "ehr.json"


def test_the_command_waits_for_the_browser(ehr: Ehr, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = registered(tmp_path, ehr)
    told: list[Any] = []

    def browser(address: str) -> None:
        with httpx.Client(trust_env=False, timeout=30) as session:
            told.append(session.get(f"{address}/nothing").status_code)
            told.append(session.get(f"{address}/callback?state=guessed&code=x").status_code)
            told.append(session.get(f"{address}/launch?iss=https://evil.example").status_code)
            there = session.get(f"{address}/launch?iss={ehr.iss}&launch=xyz").headers["location"]
            back = session.get(there).headers["location"]
            told.append(session.get(back).text)

    original = LaunchListener.wait

    def wait(self: LaunchListener, client: SmartClient, seconds: float) -> Any:
        threading.Thread(target=browser, args=(self.address,), daemon=True).start()
        return original(self, client, seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LaunchListener, "wait", wait)
        assert main(["fhir", "launch", str(path), "--db", str(tmp_path / "c.db"), "--wait", "60", "--json"]) == 0
    out = json.loads(capfd.readouterr().out)
    assert out["patients"] == ["smart-7"]
    assert told[:3] == [404, 404, 403]


@pytest.mark.parametrize(
    ("more", "mode", "words"),
    [
        ({}, 0o644, "chmod 600"),
        ({"secret_file": "none"}, 0o600, "cannot read none"),
        ({"secret_file": None}, 0o600, "a secret or a key"),
        ({"iss": "http://ehr.example"}, 0o600, "must be an https address"),
        ({"key_file": "secret"}, 0o600, "add kid"),
        ({"port": 99999}, 0o600, "cannot listen"),
        ({"colour": "red"}, 0o600, "is not a field"),
    ],
)
def test_a_bad_registration_is_one_line(
    more: dict[str, Any], mode: int, words: str, ehr: Ehr, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = registered(tmp_path, ehr, mode, **more)
    assert main(["fhir", "launch", str(path), "--db", str(tmp_path / "c.db"), "--wait", "0"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert words in err[-1]
    assert not (tmp_path / "c.db").exists()


def test_nobody_comes(ehr: Ehr, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = registered(tmp_path, ehr)
    assert main(["fhir", "launch", str(path), "--db", str(tmp_path / "c.db"), "--wait", "0"]) == 2
    assert "no launch came back" in capsys.readouterr().err


def test_a_key_file_is_read(ehr: Ehr, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    (tmp_path / "key.pem").chmod(0o600)
    document = EhrDocument(iss=ehr.iss, client_id="reprieve", key_file="key.pem", kid="clinic-1")
    client = client_of(document, tmp_path, REDIRECT)
    launch = begin_launch(client)
    with pytest.raises(SetupError, match="no private key"):
        finish_launch(launch, browse(launch.address))


def test_the_registration_on_the_page_is_one() -> None:
    import re

    from reprieve.app.documents import parse

    page = (Path(__file__).parents[2] / "docs" / "reference" / "fhir.md").read_text(encoding="utf-8")
    told = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert [parse(EhrDocument, one).port for one in told] == [8765]
