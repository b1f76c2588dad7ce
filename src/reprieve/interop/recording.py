"""A recording as every reader returns it: channels with units, annotations, and what the reader noticed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.core.errors import RecordingError
from reprieve.interop.stored import StoredSamples

# Text as files write it (without blanks, in lower case) -> (unit, volts in one of it).
_VOLTS = {
    "v": ("V", 1.0),
    "volt": ("V", 1.0),
    "volts": ("V", 1.0),
    "mv": ("mV", 1e-3),
    "millivolt": ("mV", 1e-3),
    "millivolts": ("mV", 1e-3),
    "uv": ("uV", 1e-6),
    "µv": ("uV", 1e-6),  # micro sign
    "μv": ("uV", 1e-6),  # Greek mu
    "microv": ("uV", 1e-6),
    "microvolt": ("uV", 1e-6),
    "microvolts": ("uV", 1e-6),
    "nv": ("nV", 1e-9),
}
_COUNTS = {"count", "counts", "adu", "lsb", "raw"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channel:
    """One channel: what the file stores, and how to read it.

    Attributes
    ----------
    name : str
        As the file has it, without padding.
    unit : str
        ``uV``, ``mV``, ``V``, ``nV``, ``count``, or the file's own word for what is no voltage.
    rate_hz : float
    raw : ndarray, shape (n_samples,)
        Integers or floats as stored; physical value = raw * scale + offset. A large file is read on demand.
    start_s : float
        Time of the first sample since the start of the recording.
    rail : (float, float) or None
        Smallest and largest raw value the converter can give.
    hint : str
        Whatever the file says about sensor or electrode, for telling a needle from a surface electrode.
    """

    name: str
    unit: str
    rate_hz: float
    raw: NDArray[np.generic] | StoredSamples
    scale: float = 1.0
    offset: float = 0.0
    start_s: float = 0.0
    rail: tuple[float, float] | None = None
    hint: str = ""
    muscle_text: str | None = None

    @property
    def values(self) -> NDArray[np.float64]:
        """Physical values in `unit`, made anew at each call: a long file is never held twice."""
        return self.physical(self.raw)

    @property
    def parts(self) -> PhysicalParts:
        """The same, slice by slice: of a long file only what is asked for is read."""
        return PhysicalParts(self)

    def physical(self, raw: NDArray[np.generic] | StoredSamples) -> NDArray[np.float64]:
        """Return what samples of this channel mean in `unit`: part of `raw`, or all of it."""
        # What is no number, or becomes none, is for the one who looks at the quality to say.
        with np.errstate(all="ignore"):
            values = np.multiply(raw, self.scale, dtype=np.float64)
            values += self.offset
        return values

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return len(self.raw) / self.rate_hz

    @property
    def volts(self) -> float | None:
        """Volts in one `unit`; None when the unit is no voltage."""
        known = _VOLTS.get(self.unit.lower())
        return known[1] if known else None


@dataclass(frozen=True, slots=True)
class PhysicalParts:
    """The physical values of a channel, to be cut."""

    channel: Channel

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.channel.raw)

    def __getitem__(self, place: slice) -> NDArray[np.float64]:
        """Return the values of a slice."""
        return self.channel.physical(self.channel.raw[place])


@dataclass(frozen=True, slots=True)
class Annotation:
    """A marker in the file."""

    onset_s: float
    duration_s: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Everything a reader found in one file."""

    path: str
    format: str
    channels: tuple[Channel, ...]
    annotations: tuple[Annotation, ...] = ()
    notes: tuple[str, ...] = ()


def unit_of(text: str) -> str:
    """Return the unit that `text` means; what is no voltage keeps its own word.

    Examples
    --------
    >>> unit_of(" Volt"), unit_of("µV"), unit_of("N"), unit_of("")
    ('V', 'uV', 'N', '')
    """
    plain = re.sub(r"\s+", "", text).lower()
    if plain in _VOLTS:
        return _VOLTS[plain][0]
    return "count" if plain in _COUNTS else text.strip()


def longest_stretch_note(breaks: int, start_s: float, stop_s: float) -> str:
    """Return what is said of a recording with gaps: figures over a gap would be wrong, so the longest part is kept."""
    times = "once" if breaks == 1 else f"{breaks} times"
    return (
        f"the recording was interrupted {times}; the figures are of the longest unbroken stretch, "
        f"{start_s:.2f} s to {stop_s:.2f} s"
    )


def plausible_rate(rate_hz: float, where: str) -> float:
    """Return `rate_hz`, or refuse what no amplifier samples at."""
    if not (rate_hz > 0 and rate_hz <= 1e6):
        raise RecordingError(f"{where}: sampling rate {rate_hz:g} Hz is not between 0 and 1 MHz; check the header")
    return float(rate_hz)
