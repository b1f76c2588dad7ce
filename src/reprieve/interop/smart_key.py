"""The key of a confidential client: signs the assertion that stands for a secret (RFC 7523, RS384 or ES384)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from reprieve.core.errors import SetupError

LIFE_S = 240  # SMART takes at most five minutes


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A private key as PEM text, and the name under which the EHR knows its public half."""

    kid: str
    pem: str = field(repr=False)

    def assertion(self, client_id: str, audience: str, *, now: int, nonce: str) -> str:
        """Return the signed assertion for the token endpoint `audience`."""
        key = self._key()
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": now,
            "exp": now + LIFE_S,
            "jti": nonce,
        }
        algorithm = "ES384" if hasattr(key, "curve") else "RS384"
        header = {"alg": algorithm, "kid": self.kid, "typ": "JWT"}
        signed = ".".join(_part(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        return f"{signed}.{_part(_sign(key, algorithm, signed.encode()))}"

    def _key(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(self.pem.encode(), password=None)
        except (ValueError, TypeError):
            raise SetupError("the client's key is no private key as PEM without password; give another file") from None
        fits = (isinstance(key, RSAPrivateKey) and key.key_size >= 2048) or (
            isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP384R1)
        )
        if not fits:
            raise SetupError("the client's key must be RSA of 2048 bits or more, or EC on P-384; make another")
        return key


def _sign(key: Any, algorithm: str, content: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA384

    if algorithm == "RS384":
        return key.sign(content, PKCS1v15(), SHA384())
    # JWS wants the two numbers side by side (RFC 7518, section 3.4), not as ASN.1.
    first, second = decode_dss_signature(key.sign(content, ECDSA(SHA384())))
    return first.to_bytes(48, "big") + second.to_bytes(48, "big")


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
