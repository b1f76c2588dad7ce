"""Invented people for the synthetic clinic: names from many places that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Sex = Literal["female", "male"]

# Family names are made up by joining words; none is meant to be a real person's.
FAMILY_NAMES = (
    "Almondriver", "Bakundo", "Castelverde", "Dragomoor", "Eskelundby", "Farahnoor", "Gullhaven", "Hoshimura",
    "Iriarzun", "Jayawinter", "Kowalbrook", "Lindenmark", "Mbelewa", "Nakatorin", "Oyelarun", "Pereluna",
    "Quillfeather", "Rosenquill", "Sandovalle", "Tamarisk", "Ulvenstad", "Vandermoon", "Wintergreen", "Xochiflor",
    "Yildizan", "Zelenkova", "Abernorth", "Brightwater", "Chaudhavan", "Dunkelfeld", "Etxemendia", "Fiorenzuola",
    "Grahamstow", "Haverlund", "Ibarrondo", "Jokinmaa", "Kapoorani", "Lamoriver", "Mwangola", "Nguyensong",
    "Olivastro", "Papadimoon", "Qadirzade", "Rautavesi", "Sokolwood", "Takahiro-Bell", "Usmanzai", "Vilkaitis",
    "Whitlocksea", "Yamabuki", "Zubiaurreta", "Achterveld", "Bielikowa", "Cordillero", "Demirtepe", "Eastermoor",
    "Fennimarsh", "Goldapfel", "Hallgrimdal", "Ivanovitsa", "Jasminder-Lake", "Kestrelby", "Lopezarte", "Moonstraat",
)  # fmt: skip
GIVEN_NAMES: dict[Sex, tuple[str, ...]] = {
    "female": (
        "Amara", "Beatriz", "Chiara", "Dilnoza", "Elif", "Freya", "Giulia", "Hanako", "Ingrid", "Jadwiga", "Keziah",
        "Leilani", "Mireille", "Ngozi", "Oksana", "Priya", "Rosalind", "Soledad", "Tamsin", "Yun-seo", "Zahra",
    ),
    "male": (
        "Anselm", "Bogdan", "Cheng", "Dmitri", "Emeka", "Farid", "Gustavo", "Hamish", "Idris", "Joaquin", "Kofi",
        "Lorenzo", "Mateusz", "Nikhil", "Olav", "Pascal", "Ravi", "Stefano", "Tariq", "Viktor", "Yannick",
    ),
}  # fmt: skip
LANGUAGES = ("en", "en", "en", "en", "es", "de", "en", "fr")


@dataclass(frozen=True, slots=True)
class Person:
    """Name, sex and language of an invented person."""

    family_name: str
    given_name: str
    sex: Sex
    language: str


def person(index: int, random: Random) -> Person:
    """Return the `index`-th invented person; family names repeat only after all are used, then with a number."""
    sex: Sex = "female" if random.random() < 0.62 else "male"  # cervical dystonia is commoner in women
    lap, place = divmod(index, len(FAMILY_NAMES))
    family = FAMILY_NAMES[place] if not lap else f"{FAMILY_NAMES[place]} {lap + 1}"
    return Person(family, random.choice(GIVEN_NAMES[sex]), sex, random.choice(LANGUAGES))
