"""Texts that people write and that stay in the record: long enough to say something, and nothing but text."""

from __future__ import annotations

from reprieve.core.errors import InputError


def written(text: str, what: str, shortest: int, longest: int) -> str:
    """Return `text` without its outer spaces, or refuse it.

    Raises
    ------
    InputError
        It is shorter or longer than allowed, or holds a control character.
    """
    told = text.strip()
    if not shortest <= len(told) <= longest:
        raise InputError(
            f"{what} takes {shortest} to {longest} characters, but got {len(told)}; it stays in the record"
        )
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in told):
        raise InputError(f"{what} holds a control character; type it again")
    return told
