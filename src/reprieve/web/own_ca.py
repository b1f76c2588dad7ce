"""Certificates for a clinic's own network: an authority of its own, and a server certificate that renews itself.

Passkeys, the offline diary and the browser's own encryption work over https only (or on the machine itself).
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reprieve.core.errors import SetupError

# Browsers take no server certificate that lasts longer than 398 days (recalled, not read here).
SERVER_DAYS = 390
AUTHORITY_DAYS = 3650
RENEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class OwnCertificates:
    """Files of the authority and of the server, and the fingerprint by which people check the authority."""

    authority: Path
    certificate: Path
    key: Path
    fingerprint: str
    made: bool


def own_certificates(folder: Path, names: tuple[str, ...], now: datetime | None = None) -> OwnCertificates:
    """Return certificates for `names` (host names and addresses) in `folder`, made or renewed where needed.

    Raises
    ------
    SetupError
        The folder cannot be written, or holds something else under these names.
    """
    moment = now or datetime.now(UTC)
    names = tuple(dict.fromkeys((*names, "localhost", "127.0.0.1")))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority, made = _authority(folder, moment)
        _server(folder, authority, names, moment)
    except OSError as error:
        raise SetupError(f"cannot write certificates to {folder} ({error.strerror}); choose another folder") from None
    except ValueError as error:
        raise SetupError(f"{folder} holds files that are no certificates of ours ({error}); choose another") from None
    from cryptography.hazmat.primitives.hashes import SHA256

    print_of = authority[0].fingerprint(SHA256()).hex(":")
    return OwnCertificates(folder / "authority.pem", folder / "server.pem", folder / "server.key", print_of, made)


def _authority(folder: Path, moment: datetime) -> tuple[tuple[Any, Any], bool]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    file, key_file = folder / "authority.pem", folder / "authority.key"
    if file.exists() and key_file.exists():
        key = load_pem_private_key(key_file.read_bytes(), None)
        return (x509.load_pem_x509_certificate(file.read_bytes()), key), False
    key = _new_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Reprieve, this clinic's own authority")])
    made = (
        _builder(name, name, key, moment, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, _sha256())
    )
    _write(key_file, _pem(key), secret=True)
    _write(file, _pem(made))
    return (made, key), True


def _server(folder: Path, authority: tuple[Any, Any], names: tuple[str, ...], moment: datetime) -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    file, key_file = folder / "server.pem", folder / "server.key"
    wanted = {_general(name) for name in names}
    if file.exists() and key_file.exists():
        known = x509.load_pem_x509_certificate(file.read_bytes())
        told = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if known.not_valid_after_utc - moment > timedelta(days=RENEW_DAYS) and wanted <= set(told):
            return
    key = _new_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0][:64])])
    made = (
        _builder(name, authority[0].subject, key, moment, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority[1].public_key()), critical=False)
        .sign(authority[1], _sha256())
    )
    _write(key_file, _pem(key), secret=True)
    _write(file, _pem(made))


def _builder(name: Any, issuer: Any, key: Any, moment: datetime, days: int) -> Any:
    from cryptography import x509

    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> Any:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _new_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _sha256() -> Any:
    from cryptography.hazmat.primitives.hashes import SHA256

    return SHA256()


def _pem(thing: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if hasattr(thing, "private_bytes"):
        return thing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return thing.public_bytes(Encoding.PEM)


def _write(file: Path, content: bytes, *, secret: bool = False) -> None:
    """Write whole or not at all; a key is its owner's from the first byte on."""
    part = file.with_name(f".{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if secret else 0o644)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(part, file)
