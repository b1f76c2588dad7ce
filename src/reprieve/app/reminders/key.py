"""The key by which push services know this server: made once, sealed beside the record, the same for every browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from reprieve.app.accounts.vault import Vault
from reprieve.core.errors import AccessError, SetupError
from reprieve.interop.web_push import padless, public_point, unpadded
from reprieve.store.engine import Database
from reprieve.store.tables import meta

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

NAME = "push_key"
_BYTES = 32


def push_key(database: Database, vault: Vault) -> EllipticCurvePrivateKey:
    """Return the server's key, made and kept at the first call.

    Raises
    ------
    SetupError
        The key that seals it is missing or is another one.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    query = select(meta.c.value).where(meta.c.name == NAME)
    with database.read() as connection:
        kept = connection.scalar(query)
    if kept is None:
        made = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(_BYTES, "big")
        box = vault.sealed(padless(made), NAME)
        with database.write() as connection:
            kept = connection.scalar(query)  # another worker may have made one meanwhile
            if kept is None:
                connection.execute(insert(meta).values(name=NAME, value=box))
                kept = box
    try:
        value = int.from_bytes(unpadded(vault.opened(kept, NAME)), "big")
    except AccessError:
        raise SetupError(
            "the key for reminders cannot be opened, because the server's key file is missing or is another one; "
            "put the file back"
        ) from None
    return ec.derive_private_key(value, ec.SECP256R1())


def public_key(database: Database, vault: Vault) -> str:
    """Return what a browser needs to subscribe: the public key in base64url."""
    return padless(public_point(push_key(database, vault)))
