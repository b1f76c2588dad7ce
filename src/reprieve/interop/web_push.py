"""Web push: a short message to a browser through its maker's push service, which cannot read it.

References
----------
.. [1] RFC 8291, Message Encryption for Web Push; RFC 8188, Encrypted Content-Encoding for HTTP (``aes128gcm``).
.. [2] RFC 8292, Voluntary Application Server Identification (VAPID); RFC 8030, Generic Event Delivery Using HTTP Push.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reprieve.core.errors import InputError, SetupError
from reprieve.interop.smart_http import ask, check_address

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# The push services of the browsers' makers (recalled, not looked up again). A server sends to nobody else, whatever
# address a subscription names.
SERVICES = ("fcm.googleapis.com", "updates.push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
SALT_BYTES, AUTH_BYTES, POINT_BYTES = 16, 16, 65
RECORD_BYTES = 4096
# A record holds its end mark and the tag beside the text; one record is all that a push service has to take.
LONGEST_TEXT = RECORD_BYTES - 17 - 86
TOKEN_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A browser: its address at the push service, its public key (an uncompressed point) and the shared secret."""

    endpoint: str
    public_key: bytes
    auth: bytes


def subscriber(endpoint: str, public_key: str, auth: str) -> Subscriber:
    """Return the browser that `PushSubscription.toJSON` tells of.

    Raises
    ------
    InputError
        The address or a key is not what the standard says.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

    try:
        check_address(endpoint, "the address of the push service")
        point, secret = unpadded(public_key), unpadded(auth)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except SetupError as error:
        raise InputError(str(error)) from None
    except (ValueError, binascii.Error):
        raise InputError("p256dh must be a point of P-256 in base64url; ask the browser for a new one") from None
    if len(point) != POINT_BYTES or len(secret) != AUTH_BYTES:
        raise InputError("p256dh holds 65 bytes and auth 16, but these hold others; ask the browser for new ones")
    return Subscriber(endpoint, point, secret)


def is_known_service(endpoint: str, more: Collection[str] = ()) -> bool:
    """Return whether `endpoint` is at a maker's push service, or at one of `more` (``name`` or ``name:port``)."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    made = parts.scheme == "https" and parts.port in (None, 443)
    known = any(host == name or (name.startswith(".") and host.endswith(name)) for name in SERVICES)
    return (made and known) or host in more or parts.netloc in more


def sealed(text: bytes, to: Subscriber, *, salt: bytes, own: EllipticCurvePrivateKey) -> bytes:
    """Return `text` as a body that only the browser `to` can open.

    Parameters
    ----------
    text : bytes
        At most `LONGEST_TEXT` bytes.
    to : Subscriber
    salt : bytes
        Sixteen random bytes, new for each message.
    own : EllipticCurvePrivateKey
        A key of P-256, new for each message.

    Notes
    -----
    With ``K = ECDH(own, browser)``: ``IKM = HKDF(salt=auth, K, "WebPush: info" 0 browser own, 32)``, from which and
    `salt` come the content key and the nonce of one AES-128-GCM record [1]_.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(text) > LONGEST_TEXT:
        raise InputError(f"a push message takes up to {LONGEST_TEXT} bytes, but got {len(text)}; shorten it")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.public_key)
    point = public_point(own)
    shared = own.exchange(ec.ECDH(), theirs)
    material = _hkdf(to.auth, shared, b"WebPush: info\0" + to.public_key + point, 32)
    key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(point)]) + point
    # The mark 2 says: the last record.
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def authorisation(endpoint: str, key: EllipticCurvePrivateKey, contact: str, now: datetime) -> str:
    """Return the header that tells the push service who sends: a token signed by the server's key [2]_.

    Parameters
    ----------
    contact : str
        ``mailto:`` or ``https:`` address at which the service can complain.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + TOKEN_LIFE).timestamp()),
        "sub": contact,
    }
    told = ".".join(padless(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(told.encode(), ec.ECDSA(SHA256())))
    token = f"{told}.{padless(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={padless(public_point(key))}"


def push(to: Subscriber, body: bytes, header: str, *, seconds: int, topic: str) -> int:
    """Hand `body` to the push service and return its status; it keeps the message up to `seconds`.

    Raises
    ------
    SetupError
        The service does not answer.
    """
    headers = {
        "Authorization": header,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(seconds),
        "Topic": topic,
        "Urgency": "normal",
    }
    return ask(to.endpoint, body=body, headers=headers).status


def public_point(key: EllipticCurvePrivateKey) -> bytes:
    """Return the public key as an uncompressed point."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def padless(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpadded(text: str) -> bytes:
    """Return the bytes of base64url, with or without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)
