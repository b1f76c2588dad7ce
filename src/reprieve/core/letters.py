"""Names as people type them: without case, accents and forms of a letter that only computers tell apart."""

from __future__ import annotations

import unicodedata


def plain_letters(text: str) -> str:
    r"""Return `text` for finding and comparing: small letters, no marks on them, one form of each.

    >>> plain_letters("Ångström"), plain_letters("Strauß"), plain_letters("LE\u0301A")
    ('angstrom', 'strauss', 'lea')
    """
    # Twice, for a letter of a formula comes apart into a capital.
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", "".join(sign for sign in parts if not unicodedata.combining(sign)))
