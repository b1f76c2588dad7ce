"""Codes of a second factor (TOTP, RFC 6238): six digits, thirty seconds, each code once."""

from __future__ import annotations

import hmac
from datetime import datetime

STEP_S = 30
# One step early or late: clocks of telephones differ.
SLACK_STEPS = 1


def new_secret() -> str:
    """Return a new secret of 160 bits, as RFC 4226 recommends."""
    import pyotp

    return pyotp.random_base32(32)


def address(secret: str, name: str) -> str:
    """Return the otpauth address that an authenticator reads from a QR code."""
    from pyotp.totp import TOTP

    return TOTP(secret).provisioning_uri(name=name, issuer_name="Reprieve")


def matching_counter(secret: str, code: str, now: datetime, last: int | None) -> int | None:
    """Return the step that `code` belongs to, None if it is wrong or not later than the last used step."""
    from pyotp.totp import TOTP

    told = code.replace(" ", "")
    if len(told) != 6 or not told.isascii() or not told.isdigit():
        return None
    totp = TOTP(secret)
    here = int(now.timestamp()) // STEP_S
    for counter in range(here - SLACK_STEPS, here + SLACK_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(counter), told) and (last is None or counter > last):
            return counter
    return None
