"""Whole numbers of options, with one clear line for what is none."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable

from reprieve.core.dose import is_plainly_written


def whole(least: int) -> Callable[[str], int]:
    """Return what reads a whole number of at least `least`, written in plain figures."""

    def read(text: str) -> int:
        try:
            number = int(text) if is_plainly_written(text) else None
        except ValueError:
            number = None
        if number is None or number < least:
            raise ArgumentTypeError(f"must be a whole number of at least {least}, but got {text[:40]!r}; correct it")
        return number

    return read
