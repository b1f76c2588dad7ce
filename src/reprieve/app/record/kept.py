"""Answers that the store keeps to spare computing: marked by the server's key, so that nothing else's is believed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from reprieve.app.accounts.vault import Vault
from reprieve.core.errors import SetupError
from reprieve.store.problem import Problem
from reprieve.store.tables import forecasts, work_lines

SIGNS = 64


def marked(vault: Vault, text: str, *whose: object) -> str | None:
    """Return `text` as it is kept for `whose`, None where this server has no key and so keeps nothing."""
    try:
        return vault.mark(_told(text, whose), make=True) + text
    except SetupError:
        return None


def believed(vault: Vault, kept: str, *whose: object) -> str | None:
    """Return the text that `marked` kept for `whose`, None for anything else."""
    text = kept[SIGNS:]
    try:
        return text if vault.fits(kept[:SIGNS], _told(text, whose)) else None
    except SetupError:
        return None


def _told(text: str, whose: tuple[object, ...]) -> str:
    return "\n".join([*map(str, whose), text])


def differences(connection: Connection, vault: Vault) -> Iterator[Problem]:
    """Yield the kept answers that another hand wrote; where none fits they are of a server with another key."""
    lines = (
        (work_lines.name, row.patient, believed(vault, row.line, row.clinic, row.patient, row.version))
        for row in connection.execute(select(work_lines))
    )
    answers = (
        (forecasts.name, row.patient, believed(vault, row.answer, row.clinic, row.patient, row.version, row.on_date))
        for row in connection.execute(select(forecasts))
    )
    for kept in (lines, answers):
        foreign, fitting = [], 0
        for table, patient, text in kept:
            if text is None:
                foreign.append(Problem(0, f"the row of patient {patient!r} was written by something else", table))
            else:
                fitting += 1
        if fitting:
            yield from foreign
