"""The patient's own record as one encrypted file that opens in any browser, without us and without a network."""

from __future__ import annotations

import base64
import json
import re
import secrets
import unicodedata
from importlib.resources import files
from typing import Any

from reprieve.core.errors import InputError

# PBKDF2 because every browser has it built in. The figure is the one that OWASP's password storage cheat sheet gives
# for HMAC-SHA-256 (recalled, not read here).
ITERATIONS = 600_000
SHORTEST_PASSPHRASE = 12
_SEALED = re.compile(r'<script type="application/json" id="sealed">(.*?)</script>', re.DOTALL)


def seal(told: dict[str, Any], passphrase: str) -> str:
    """Return a page that holds `told`, encrypted by AES-256-GCM under a key made from `passphrase`.

    Raises
    ------
    InputError
        The passphrase is too short.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not SHORTEST_PASSPHRASE <= len(passphrase) <= 200:
        raise InputError(f"a passphrase takes {SHORTEST_PASSPHRASE} to 200 characters; choose a longer one")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    plain = json.dumps(told, ensure_ascii=False).encode()
    sealed = {
        "salt": _text(salt),
        "iterations": ITERATIONS,
        "nonce": _text(nonce),
        "data": _text(AESGCM(_key(passphrase, salt, ITERATIONS)).encrypt(nonce, plain, None)),
    }
    page = (files("reprieve.app.record") / "own_record.html").read_text(encoding="utf-8")
    return page.replace("{{SEALED}}", json.dumps(sealed))


def unseal(page: str, passphrase: str) -> dict[str, Any]:
    """Return what `seal` put into `page`.

    Raises
    ------
    InputError
        It is no such file, it was changed, or the passphrase is another one.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    found = _SEALED.search(page)
    try:
        sealed = json.loads(found.group(1)) if found else {}
        salt, nonce, data = (base64.b64decode(sealed[name]) for name in ("salt", "nonce", "data"))
        iterations = int(sealed["iterations"])
    except (ValueError, KeyError, TypeError):
        raise InputError("this is no encrypted record; give the file as it was saved") from None
    if not 1 <= iterations <= 10_000_000:
        raise InputError(f"the file asks for {iterations} rounds, which no file of ours does; give the file as saved")
    try:
        return json.loads(AESGCM(_key(passphrase, salt, iterations)).decrypt(nonce, data, None))
    except (InvalidTag, ValueError):
        raise InputError("the passphrase does not open this file, or the file was changed; check both") from None


def _key(passphrase: str, salt: bytes, iterations: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    # NFKC: the same words typed on a telephone and on a laptop are the same bytes.
    words = unicodedata.normalize("NFKC", passphrase).encode()
    return PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=iterations).derive(words)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
