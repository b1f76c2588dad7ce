"""S16: signing in and out, tokens, throttling, second factor, cross-site writes."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from reprieve.app.accounts.accounts import Accounts
from reprieve.app.clinic import Clinic
from reprieve.store.tables import accounts, events, sign_ins

PASSWORD = "correct horse 42"
EACH = pytest.mark.parametrize(
    "record", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@EACH
def test_s16_a_wrong_password_and_a_wrong_name_get_the_same_answer(new_browser: Callable[[], Any]) -> None:
    wrong = new_browser().sign_in("nurse", "something else 1")
    unknown = new_browser().sign_in("nobody", "something else 1")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.json() == unknown.json()


def test_s16_a_token_is_of_no_use_after_signing_out(signed_in: Callable[..., Any], new_browser: Callable) -> None:
    nurse = signed_in("nurse")
    thief = new_browser()
    thief.client.cookies.update(nurse.client.cookies)
    assert thief.get("/api/me").status_code == 200
    assert nurse.post("/api/sign-out").status_code == 204
    assert thief.get("/api/me").status_code == 401


def test_s16_the_cookie_is_kept_from_scripts_and_other_sites(new_browser: Callable[[], Any]) -> None:
    told = new_browser().sign_in("nurse").headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert "path=/" in told


def test_s16_a_token_put_into_the_browser_beforehand_is_not_taken_over(
    store: Clinic, new_browser: Callable[[], Any]
) -> None:
    # Session fixation: the attacker's token stays worthless after the victim signed in with it in the cookie jar.
    attacker, victim = new_browser(), new_browser()
    victim.client.cookies.set("reprieve_session", "attackers-own-token-0123456789abcdef")
    assert victim.sign_in("nurse").status_code == 200
    attacker.client.cookies.set("reprieve_session", "attackers-own-token-0123456789abcdef")
    assert attacker.get("/api/me").status_code == 401


def test_s16_signing_in_again_ends_the_token_before(signed_in: Callable[..., Any], new_browser: Callable) -> None:
    nurse, thief = signed_in("nurse"), new_browser()
    thief.client.cookies.update(nurse.client.cookies)
    nurse.sign_in("nurse")
    assert thief.get("/api/me").status_code == 401
    assert nurse.get("/api/me").status_code == 200


def test_s16_the_store_holds_no_token_and_no_password(store: Clinic, signed_in: Callable[..., Any]) -> None:
    nurse = signed_in("nurse")
    token = nurse.client.cookies["reprieve_session"]
    signed_in("administrator").post(
        "/api/accounts", {"name": "newcomer", "password": "a long enough secret", "role": "nurse"}
    )
    with store.database.read() as connection:
        everything = "".join(
            str(row) for table in (sign_ins, accounts, events) for row in connection.execute(select(table))
        )
    assert token not in everything
    assert PASSWORD not in everything
    assert "a long enough secret" not in everything


@pytest.mark.parametrize("hours", [1.01, 12.01])
def test_s16_a_sign_in_ends_when_idle_and_by_its_age(signed_in: Callable[..., Any], clock: Any, hours: float) -> None:
    nurse = signed_in("nurse")
    if hours > 2:  # used all the time, and still over after twelve hours
        for _ in range(24):
            clock.ahead += timedelta(minutes=29)
            assert nurse.get("/api/me").status_code == 200
        clock.ahead += timedelta(minutes=29)
    else:
        clock.ahead += timedelta(hours=hours)
    assert nurse.get("/api/me").status_code == 401


@pytest.mark.parametrize(("days", "still"), [(29.9, 200), (30.1, 401)])
def test_s16_a_patients_phone_stays_signed_in_for_a_month(
    signed_in: Callable[..., Any], clock: Any, days: float, still: int
) -> None:
    patient = signed_in("patient")
    cookie = next(cookie for cookie in patient.client.cookies.jar if cookie.name == "reprieve_session")
    assert cookie.expires is not None
    assert cookie.expires - time.time() > 29 * 86_400  # the browser keeps it when it is closed
    clock.ahead += timedelta(days=days)
    assert patient.get("/api/me").status_code == still


def test_s16_the_clinic_ends_the_sign_in_of_a_lost_phone(signed_in: Callable[..., Any]) -> None:
    patient, administrator = signed_in("patient"), signed_in("administrator")
    assert administrator.post("/api/accounts/patient", {"disabled": True}).status_code == 204
    assert patient.get("/api/me").status_code == 401


def test_s16_a_clock_set_back_does_not_lengthen_a_sign_in(signed_in: Callable[..., Any], clock: Any) -> None:
    nurse = signed_in("nurse")
    clock.ahead -= timedelta(days=2)
    assert nurse.get("/api/me").status_code == 401


@EACH
def test_s16_guessing_is_slowed_down_and_a_restart_forgives_nothing(
    store: Clinic, new_browser: Callable[[], Any], clock: Any
) -> None:
    for _ in range(5):
        assert new_browser().sign_in("nurse", "wrong wrong wrong").status_code == 403
    answer = new_browser().sign_in("nurse")
    assert answer.status_code == 429, "the right password waits too"
    assert 1 <= int(answer.headers["retry-after"]) <= 2
    restarted = Accounts(store.ledger, clock, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with pytest.raises(PermissionError, match="too many attempts"):
        restarted.sign_in("clinic", "nurse", PASSWORD)
    clock.ahead += timedelta(seconds=3)
    assert new_browser().sign_in("nurse").status_code == 200
    assert new_browser().sign_in("nurse", "wrong wrong wrong").status_code == 403, "a success begins the count anew"


def test_s16_the_longest_wait_is_a_quarter_of_an_hour_even_when_the_clock_is_set_back(
    store: Clinic, new_browser: Callable[[], Any], clock: Any
) -> None:
    for _ in range(18):
        new_browser().sign_in("nurse", "wrong wrong wrong")
        clock.ahead += timedelta(hours=1)
    new_browser().sign_in("nurse", "wrong wrong wrong")
    clock.ahead -= timedelta(days=3)
    assert int(new_browser().sign_in("nurse").headers["retry-after"]) == 900


def test_s16_passwords_are_hashed_with_argon2id_at_the_library_s_strength(store: Clinic) -> None:
    strong = extract_parameters(Accounts(store.ledger, store.clock).hasher.hash("x"))
    assert strong.type.name == "ID"
    assert strong.memory_cost >= 65536  # KiB; RFC 9106, second recommended option
    assert strong.time_cost >= 3


@pytest.mark.parametrize("password", ["short", "nurse-nurse-nurse", "aaaaaaaaaaaaaaaa", "x" * 300])
def test_a_weak_password_is_refused_in_words(signed_in: Callable[..., Any], password: str) -> None:
    told = {"name": "nurse-nurse" if "nurse" in password else "other", "password": password, "role": "nurse"}
    if "nurse" in password:
        told["name"] = "nurse-nurse"
    answer = signed_in("administrator").post("/api/accounts", told)
    assert answer.status_code == 422
    assert "password" in answer.json()["error"]["message"]


def test_a_disabled_account_is_out_at_once(signed_in: Callable[..., Any], new_browser: Callable[[], Any]) -> None:
    nurse, administrator = signed_in("nurse"), signed_in("administrator")
    assert administrator.post("/api/accounts/nurse", {"disabled": True}).status_code == 204
    assert nurse.get("/api/me").status_code == 401
    assert new_browser().sign_in("nurse").status_code == 403


def test_s15_making_an_account_twice_with_one_key_makes_one(signed_in: Callable[..., Any]) -> None:
    administrator = signed_in("administrator")
    told = {"name": "newcomer", "password": "a long enough secret", "role": "nurse"}
    first = administrator.post("/api/accounts", told, key="make-newcomer")
    again = administrator.post("/api/accounts", told, key="make-newcomer")
    assert first.status_code == 201
    assert again.json() == first.json()
    assert administrator.post("/api/accounts", told).status_code == 409


# Second factor -------------------------------------------------------------------------------------------------------


def with_codes(browser: Any) -> pyotp.TOTP:
    begun = browser.post("/api/me/codes", {"password": PASSWORD}).json()
    assert begun["drawing"].startswith("<svg")
    assert begun["address"].startswith("otpauth://totp/Reprieve:")
    totp = pyotp.parse_uri(begun["address"])
    assert isinstance(totp, pyotp.TOTP)
    assert totp.secret == begun["secret"]
    return totp


@EACH
def test_s16_a_second_factor_is_asked_for_and_each_code_counts_once(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], clock: Any
) -> None:
    nurse = signed_in("nurse")
    begun = nurse.post("/api/me/codes", {"password": PASSWORD}).json()
    totp = pyotp.TOTP(begun["secret"])
    told = {"challenge": begun["challenge"], "code": totp.at(clock())}
    assert nurse.post("/api/me/codes/confirm", told).status_code == 204
    missing = new_browser().sign_in("nurse")
    assert (missing.status_code, missing.json()["error"]["code"]) == (401, "second_factor")
    assert new_browser().sign_in("nurse", code=told["code"]).status_code == 403, "used when it was set up"
    clock.ahead += timedelta(seconds=60)
    code = totp.at(clock())
    assert new_browser().sign_in("nurse", code=code).status_code == 200
    assert new_browser().sign_in("nurse", code=code).status_code == 403, "a code that was seen over a shoulder"
    clock.ahead += timedelta(seconds=120)
    assert new_browser().sign_in("nurse", code="000000").status_code == 403
    late = totp.at(clock())
    clock.ahead += timedelta(seconds=90)
    assert new_browser().sign_in("nurse", code=late).status_code == 403, "older than one step"


def test_s16_a_secret_that_no_code_confirmed_changes_nothing(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any]
) -> None:
    nurse = signed_in("nurse")
    begun = nurse.post("/api/me/codes", {"password": PASSWORD}).json()
    assert nurse.post("/api/me/codes/confirm", {"challenge": begun["challenge"], "code": "12345x"}).status_code == 403
    assert new_browser().sign_in("nurse").status_code == 200
    assert nurse.post("/api/me/codes", {"password": "wrong wrong wrong"}).status_code == 403


def test_s16_another_account_cannot_confirm_the_challenge(signed_in: Callable[..., Any], clock: Any) -> None:
    begun = signed_in("nurse").post("/api/me/codes", {"password": PASSWORD}).json()
    told = {"challenge": begun["challenge"], "code": pyotp.TOTP(begun["secret"]).at(clock())}
    assert signed_in("injector").post("/api/me/codes/confirm", told).status_code == 422


def test_s16_wrong_codes_are_slowed_down_like_wrong_passwords(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], clock: Any
) -> None:
    nurse = signed_in("nurse")
    begun = nurse.post("/api/me/codes", {"password": PASSWORD}).json()
    totp = pyotp.TOTP(begun["secret"])
    nurse.post("/api/me/codes/confirm", {"challenge": begun["challenge"], "code": totp.at(clock())})
    for _ in range(5):
        assert new_browser().sign_in("nurse", code="000000").status_code == 403
    assert new_browser().sign_in("nurse", code="000000").status_code == 429


def test_a_lost_telephone_is_helped_by_the_administrator_and_by_the_password_alone(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], clock: Any
) -> None:
    nurse = signed_in("nurse")
    totp = with_codes(nurse)
    begun = nurse.post("/api/me/codes", {"password": PASSWORD}).json()
    totp = pyotp.TOTP(begun["secret"])
    nurse.post("/api/me/codes/confirm", {"challenge": begun["challenge"], "code": totp.at(clock())})
    rows = signed_in("administrator").get("/api/accounts").json()["rows"]
    assert {row["name"] for row in rows if row["second_factor"]} == {"nurse"}
    assert signed_in("administrator").post("/api/accounts/nurse", {"second_factor": False}).status_code == 204
    assert new_browser().sign_in("nurse").status_code == 200


# What comes from another site ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},  # a form of another site sets no header of its own
        {"X-Reprieve": "1", "Origin": "https://evil.example"},
        {"X-Reprieve": "1", "Origin": "null"},
        {"X-Reprieve": "1", "Origin": "http://127.0.0.1.evil.example"},
    ],
)
def test_s16_a_write_from_another_site_is_refused(
    store: Clinic, signed_in: Callable[..., Any], headers: dict[str, str]
) -> None:
    nurse = signed_in("nurse")
    before = store.ledger.head()
    told = {"Idempotency-Key": "from-elsewhere", **headers}
    answer = nurse.client.post("/api/patients/p-1/risks", json={"risk": "pregnancy"}, headers=told)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "cross_site"
    assert store.ledger.head() == before


def test_s16_a_write_from_our_own_page_is_taken(signed_in: Callable[..., Any], server: Any) -> None:
    answer = signed_in("nurse").post("/api/patients/p-1/risks", {"risk": "pregnancy"}, Origin=server.address)
    assert answer.status_code == 201


# Bodies and requests that are made to hurt ---------------------------------------------------------------------------


def test_an_oversized_body_is_refused_before_it_is_read(store: Clinic, signed_in: Callable[..., Any]) -> None:
    nurse = signed_in("nurse")
    before = store.ledger.head()
    headers = {"X-Reprieve": "1", "Idempotency-Key": "oversized-1"}
    answer = nurse.client.post("/api/patients/p-1/risks", content=b"x" * (4 * 2**20 + 1), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")

    def endless() -> Any:
        for _ in range(80):
            yield b" " * 2**16

    answer = nurse.client.post("/api/patients/p-1/risks", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert store.ledger.head() == before


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"risk":' * 50_000, b"", b"nul", b'{"risk": NaN}', b"\xff\xfe"])
def test_a_deep_or_broken_body_is_one_clear_answer(signed_in: Callable[..., Any], body: bytes) -> None:
    headers = {"X-Reprieve": "1", "Idempotency-Key": "deep-body-1", "Content-Type": "application/json"}
    answer = signed_in("nurse").client.post("/api/patients/p-1/risks", content=body, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert set(answer.json()["error"]) == {"code", "message", "field", "findings"}


@EACH
def test_a_nul_in_a_text_is_refused_on_each_database(new_browser: Callable[[], Any], signed_in: Callable) -> None:
    assert new_browser().sign_in("nu\x00rse").status_code in (403, 422)
    nurse = signed_in("nurse")
    assert nurse.get("/api/patients/p%00/chart").status_code == 400
    assert nurse.get("/api/patients?search=a%00b").status_code == 400
    assert nurse.post("/api/patients/p-1/risks", {"risk": "a\x00b"}).status_code == 422


@pytest.mark.parametrize(
    "extra",
    [
        b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 4\r\nContent-Length: 40\r\n",
        b"Host: other.example\r\nContent-Length: 0\r\n",
    ],
)
def test_s16_a_request_that_two_servers_could_read_differently_is_refused(
    server: Any, new_browser: Any, extra: bytes
) -> None:
    new_browser()
    host, port = server.listener.getsockname()[:2]
    request = b"POST /api/sign-out HTTP/1.1\r\nHost: " + f"{host}:{port}".encode() + b"\r\nX-Reprieve: 1\r\n" + extra
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(request + b"\r\n0\r\n\r\n")
        status = connection.recv(4096).split(b"\r\n", 1)[0]
    assert b" 400 " in status, status


def test_s17_errors_and_logs_hold_nothing_of_a_patient(
    signed_in: Callable[..., Any], store: Clinic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The record fails in the middle of a request, with a patient's words in its message.
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(words)

    words = " wrote: ".join(("Zwetschgenbaum", "mirabelle"))
    nurse = signed_in("nurse")
    monkeypatch.setattr(store, "view", fail)
    answer = nurse.post("/api/patients/p-1/risks", {"risk": "pregnancy"})
    assert answer.status_code == 500
    # The server writes its line when the answer is on its way already.
    until = time.monotonic() + 10
    while "RuntimeError" not in caplog.text and time.monotonic() < until:
        time.sleep(0.01)
    for text in (answer.text, caplog.text):
        assert "Zwetschgenbaum" not in text
        assert "mirabelle" not in text
    assert "RuntimeError" in caplog.text


def test_every_answer_forbids_frames_foreign_scripts_and_sniffing(new_browser: Callable[[], Any]) -> None:
    for path in ("/api/health", "/", "/shared", "/api/nothing", "/api/me"):
        headers = new_browser().get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers or "uvicorn" in headers["server"]  # `serve` switches it off


def test_a_method_that_an_address_does_not_know_is_told_which_ones_it_knows(server: Any, new_browser: Any) -> None:
    new_browser()
    host, port = server.listener.getsockname()[:2]
    connection = http.client.HTTPConnection(host, port, timeout=10)
    connection.request("DELETE", "/api/today", headers={"X-Reprieve": "1"})
    answer = connection.getresponse()
    assert answer.status == 405
    assert "GET" in (answer.getheader("allow") or "")
    assert json.loads(answer.read())["error"]["code"] == "method_not_allowed"
    connection.close()
