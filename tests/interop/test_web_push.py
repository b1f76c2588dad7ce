"""Web push against the standard's own example, and against a receiver written apart from the sender."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from reprieve.core.errors import InputError
from reprieve.interop.web_push import LONGEST_TEXT, authorisation, is_known_service, sealed, subscriber
from support.push_receiver import b64, opened, signed_claims, unb64

# RFC 8291, section 5 and appendix A.
TEXT = b"When I grow up, I want to be a watermelon"
ENDPOINT = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
BROWSER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text), "big"), ec.SECP256R1())


def test_the_example_of_the_standard_comes_out_byte_for_byte() -> None:
    to = subscriber(ENDPOINT, BROWSER, AUTH)
    body = sealed(TEXT, to, salt=unb64(SALT), own=private(SENDER_PRIVATE))
    assert b64(body) == BODY
    assert opened(unb64(BODY), private(BROWSER_PRIVATE), unb64(AUTH)) == TEXT


def test_only_the_browser_opens_it_and_a_changed_byte_is_noticed() -> None:
    browser, auth = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)
    point = signed_claims(authorisation(ENDPOINT, browser, "mailto:a@b.example", datetime.now(UTC)))[1]
    own = ec.generate_private_key(ec.SECP256R1())
    body = sealed(b"x" * LONGEST_TEXT, subscriber(ENDPOINT, point, b64(auth)), salt=secrets.token_bytes(16), own=own)
    assert len(body) <= 4096
    assert opened(body, browser, auth) == b"x" * LONGEST_TEXT
    with pytest.raises(InvalidTag):
        opened(body, ec.generate_private_key(ec.SECP256R1()), auth)
    with pytest.raises(InvalidTag):
        opened(body[:-1] + bytes([body[-1] ^ 1]), browser, auth)
    with pytest.raises(InputError, match="takes up to"):
        sealed(b"x" * (LONGEST_TEXT + 1), subscriber(ENDPOINT, point, b64(auth)), salt=b"s" * 16, own=own)


def test_the_token_names_the_service_its_end_and_whom_to_ask() -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime(2026, 11, 26, 12, tzinfo=UTC)
    claims, _ = signed_claims(authorisation(ENDPOINT, key, "mailto:clinic@hospital.example", now))
    assert claims["aud"] == "https://push.example.net"
    assert claims["sub"] == "mailto:clinic@hospital.example"
    # RFC 8292: not more than 24 hours from the request.
    assert 0 < claims["exp"] - now.timestamp() <= 24 * 3600


@pytest.mark.parametrize(
    ("endpoint", "point", "auth", "what"),
    [
        ("http://push.example.net/x", BROWSER, AUTH, "must be an https address"),
        ("https://user@push.example.net/x", BROWSER, AUTH, "must be an https address"),
        (ENDPOINT, BROWSER[:-4], AUTH, "point of P-256"),
        (ENDPOINT, b64(b"\x04" + b"\x01" * 64), AUTH, "point of P-256"),
        (ENDPOINT, BROWSER, AUTH[:-4], "auth 16"),
        (ENDPOINT, "?", AUTH, "point of P-256"),
    ],
)
def test_what_is_no_subscription_is_refused_in_one_line(endpoint: str, point: str, auth: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as told:
        subscriber(endpoint, point, auth)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://fcm.googleapis.com:8443/x", False),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://evilpush.apple.com.example/x", False),
        ("https://apush.apple.com/x", False),
        ("https://10.0.0.5/x", False),
        ("http://127.0.0.1:5432/x", False),
    ],
)
def test_a_server_sends_to_the_makers_services_and_nowhere_inside_the_house(endpoint: str, known: bool) -> None:
    assert is_known_service(endpoint) is known
    assert is_known_service("http://127.0.0.1:5432/x", ["127.0.0.1:5432"])
    assert not is_known_service("http://127.0.0.1:5433/x", ["127.0.0.1:5432"])
