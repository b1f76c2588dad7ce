"""How many contractions are found, and where, in simulated recordings with known truth and in changed real ones.

Run: python benchmarks/emg_contractions.py [records per row]. A simulated record holds eight efforts that wander by a
quarter, unless its name says otherwise. Columns: records with the exact count; those whose first and last edge lie
within 0.15 s as well; the worst edge of the exact ones. The true edges are those of the activation without noise, where
its 200 ms RMS passes 15 % of the 95th percentile of that effort: the rule of the published counts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from reprieve.app.emg.channel_figures import analyse_channel
from reprieve.app.emg.channels import ChannelRole
from reprieve.emg.contractions import Interval
from reprieve.emg.filters import band_pass
from reprieve.emg.simulate import shaped_noise
from reprieve.interop.recording import Channel
from reprieve.interop.recordings import read_recording

Floats = NDArray[np.float64]
Random = np.random.Generator
Pair = tuple[float, float]
NEAR_S = 0.15
REAL = Path(__file__).parents[1] / "tests" / "data" / "emg"


@dataclass(frozen=True, kw_only=True)
class Efforts:
    """How the efforts of a record are drawn; `pauses` replaces every second rest."""

    count: int = 8
    effort_s: Pair = (0.6, 3.0)
    rest_s: Pair = (1.5, 4.0)
    ramp_s: Pair = (0.05, 0.05)
    pauses: Pair | None = None
    heights: Callable[[Random, int], Sequence[float] | Floats] = lambda _, count: np.ones(count)
    wander: float = 0.25


@dataclass(frozen=True, kw_only=True)
class Made:
    """One record while it is made: noise has RMS 1, an effort of height 1 that of `size`."""

    samples: Floats
    time: Floats
    rate_hz: float
    size: float
    random: Random
    starts: Floats
    stops: Floats


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row of the table."""

    efforts: Efforts = field(default_factory=Efforts)
    snr_db: float = 30.0
    rate_hz: float = 1000.0
    tremor_hz: Pair | None = None
    cut: str = ""
    noise: Callable[[Floats, float, Random], Floats] = lambda time, rate, random: shaped_noise(len(time), rate, random)
    after: Callable[[Made], Floats] = lambda made: made.samples
    unit: str = "uV"


def activation(efforts: Efforts, rate: float, random: Random) -> tuple[Floats, Floats, Floats]:
    """Return the activation, and where each effort begins and ends."""
    rests, lengths = (
        random.uniform(*efforts.rest_s, efforts.count + 1),
        random.uniform(*efforts.effort_s, efforts.count),
    )
    if efforts.pauses:
        rests[1::2] = random.uniform(*efforts.pauses, len(rests[1::2]))
    stops = np.cumsum(rests[:-1] + lengths)
    time = np.arange(round((stops[-1] + rests[-1]) * rate)) / rate
    whole = np.zeros(len(time))
    heights = efforts.heights(random, efforts.count)
    for start, stop, height in zip(stops - lengths, stops, heights, strict=True):
        ramp = random.uniform(*efforts.ramp_s)
        share = np.minimum(np.clip((time - start) / ramp + 0.5, 0, 1), np.clip((stop - time) / ramp + 0.5, 0, 1))
        whole = np.maximum(whole, height * (0.5 - 0.5 * np.cos(np.pi * share)))
    slow = ndimage.gaussian_filter1d(random.standard_normal(len(time)), 0.15 * rate)
    return whole * np.exp(efforts.wander * slow / slow.std() - efforts.wander**2 / 2), stops - lengths, stops


def true_edges(clean: Floats, rate: float, middles: tuple[int, int], places: list[slice]) -> Pair:
    """Return the first and last edge of a record without noise, outwards from the middles of both efforts."""
    rms = np.sqrt(np.maximum(ndimage.uniform_filter1d(clean**2, round(0.2 * rate)), 0))
    first, last = (0.15 * np.percentile(rms[place], 95) for place in places)
    before = np.flatnonzero(rms[: middles[0] + 1] <= first)
    after = np.flatnonzero(rms[middles[1] :] <= last)
    return (
        float(before[-1] + 1) / rate if len(before) else 0.0,
        float(middles[1] + after[0]) / rate if len(after) else len(rms) / rate,
    )


def made(case: Case, random: Random) -> tuple[Floats, Pair]:
    """Return the samples of a record, and its first and last edge."""
    rate = case.rate_hz
    whole, starts, stops = activation(case.efforts, rate, random)
    time = np.arange(len(whole)) / rate
    if case.tremor_hz:
        whole *= np.clip(0.5 + np.sin(2 * np.pi * random.uniform(*case.tremor_hz) * time), 0.03, None) / 1.5
    carrier, size = shaped_noise(len(time), rate, random), 10 ** (case.snr_db / 20)
    samples = size * whole * carrier + case.noise(time, rate, random)
    samples = case.after(
        Made(samples=samples, time=time, rate_hz=rate, size=size, random=random, starts=starts, stops=stops)
    )
    middles = (rate * (starts + stops) / 2).astype(int)
    low = middles[0] if case.cut in ("beginning", "both") else 0
    high = middles[-1] if case.cut in ("end", "both") else len(samples)
    places = [slice(max(0, round(rate * starts[i]) - low), max(1, round(rate * stops[i]) - low)) for i in (0, -1)]
    ends = max(0, middles[0] - low), min(high - low - 1, middles[-1] - low)
    return samples[low:high], true_edges((whole * carrier)[low:high], rate, ends, places)


def contractions(samples: Floats, rate: float, unit: str = "uV") -> tuple[Interval, ...]:
    """Return what the report finds."""
    channel = Channel(name="EMG", unit=unit, rate_hz=rate, raw=samples)
    return analyse_channel(channel, ChannelRole(kind="surface")).report.contractions or ()


def heart(made: Made, height: float) -> Floats:
    """Return the record with Q, R and S of 80 ms at 75 a minute; `height` of an effort."""
    beats = np.cumsum(made.random.normal(0.8, 0.04, size=int(made.time[-1] / 0.6) + 2))
    found = made.samples.copy()
    for share, late, wide in ((1.0, 0.0, 0.009), (-0.15, -0.026, 0.008), (-0.3, 0.027, 0.009)):
        for beat in beats:
            near = slice(*np.searchsorted(made.time, (beat - 0.1, beat + 0.1)))
            bump = np.exp(-0.5 * ((made.time[near] - beat - late) / wide) ** 2)
            found[near] += share * height * made.size * bump
    return found


def artefact(made: Made, kind: str, height: float) -> Floats:
    """Return the record with a pulled cable (swing, step) or a knock of 40 to 80 ms in every rest."""
    found = made.samples.copy()
    for at in (made.stops[:-1] + made.starts[1:]) / 2:
        since = np.maximum(made.time - at, 0)
        if kind == "swing":
            part = np.exp(-since / 0.25) * np.sin(2 * np.pi * made.random.uniform(2, 8) * since)
        elif kind == "step":
            part = np.exp(-since)
        else:
            part = np.sin(np.pi * np.clip(since / made.random.uniform(0.04, 0.08), 0, 1))
            part *= shaped_noise(len(since), made.rate_hz, made.random)
        found += height * made.size * part * (made.time >= at)
    return found


def hum(made: Made, mains_hz: float, height: float) -> Floats:
    """Return the record with mains and a third harmonic."""
    angle = 2 * np.pi * mains_hz * made.time
    return made.samples + made.size * height * (1.41 * np.sin(angle + 1) + 0.2 * np.sin(3 * angle))


def drift(made: Made) -> Floats:
    """Return the record over a slow sine and a wandering line."""
    wander = np.cumsum(made.random.standard_normal(len(made.time))) / np.sqrt(made.rate_hz)
    return made.samples + made.size * (10 * np.sin(2 * np.pi * 0.3 * made.time) + 0.2 * wander)


def tone(made: Made, begins: float) -> Floats:
    """Return the record over a tone of a tenth of an effort that sets in after a share of it."""
    more = 0.1 * made.size * shaped_noise(len(made.time), made.rate_hz, made.random)
    return made.samples + more * (made.time > begins * made.time[-1])


def white(time: Floats, _: float, random: Random) -> Floats:
    """Return white noise."""
    return random.standard_normal(len(time))


def louder(time: Floats, rate: float, random: Random) -> Floats:
    """Return noise that doubles half way."""
    return shaped_noise(len(time), rate, random) * (1 + (time > time[-1] / 2))


def every_second(height: float) -> Efforts:
    """Return efforts of which every second is weaker."""
    return Efforts(heights=lambda _, count: np.where(np.arange(count) % 2, height, 1.0))


SLOW = Efforts(ramp_s=(0.4, 0.8), effort_s=(1.5, 3.0))
SHORT_REST = Efforts(rest_s=(0.5, 0.6), effort_s=(2.0, 4.0))
PEAKED = Efforts(
    ramp_s=(1.8, 2.0), effort_s=(1.8, 2.2), rest_s=(2.5, 4.0), heights=lambda _, count: np.full(count, 1.4)
)
CASES: dict[str, Case] = {
    **{f"{snr} dB over the noise": Case(snr_db=snr) for snr in (30, 20, 14, 10, 8, 6, 5, 4)},
    **{f"{rate} Hz": Case(rate_hz=rate) for rate in (500, 2000, 4000)},
    "500 Hz, 10 dB": Case(rate_hz=500, snr_db=10),
    "4000 Hz, 6 dB": Case(rate_hz=4000, snr_db=6),
    "25 efforts, 20 dB": Case(efforts=Efforts(count=25), snr_db=20),
    "one effort, 20 dB": Case(efforts=Efforts(count=1, rest_s=(5, 30)), snr_db=20),
    "two in minutes of rest, 14 dB": Case(efforts=Efforts(count=2, rest_s=(30, 80)), snr_db=14),
    "drift of ten efforts": Case(after=drift),
    **{f"heart beats, R {h:g} efforts": Case(after=lambda made, h=h: heart(made, h)) for h in (0.3, 1.0, 2.0)},
    **{f"mains of {h:g} efforts": Case(after=lambda made, h=h: hum(made, 50.0, h)) for h in (0.3, 1.0)},
    "mains of 50.03 Hz": Case(after=lambda made: hum(made, 50.03, 0.5)),
    "ramps of 0.4 to 0.8 s": Case(efforts=SLOW),
    "ramps of 0.4 to 0.8 s, 10 dB": Case(efforts=SLOW, snr_db=10),
    "peaks of 4 s, 20 dB": Case(efforts=PEAKED, snr_db=20),
    "peaks of 4 s, 8 dB": Case(efforts=PEAKED, snr_db=8),
    "every second of 20 %, 40 dB": Case(efforts=every_second(0.2), snr_db=40),
    "every second of 25 %": Case(efforts=every_second(0.25)),
    "every second of 30 %, 20 dB": Case(efforts=every_second(0.3), snr_db=20),
    "one strong, then 25 %": Case(efforts=Efforts(heights=lambda _, count: np.r_[1, np.full(count - 1, 0.25)])),
    "20 to 100 % in steps": Case(efforts=Efforts(heights=lambda _, count: np.linspace(0.2, 1, count))),
    "25 to 100 % at random, 20 dB": Case(
        efforts=Efforts(heights=lambda random, count: random.uniform(0.25, 1, count)), snr_db=20
    ),
    "pairs 0.4 s apart": Case(efforts=Efforts(pauses=(0.4, 0.4))),
    "pairs 0.4 s apart, 14 dB": Case(efforts=Efforts(pauses=(0.4, 0.5)), snr_db=14),
    "hardly any rest": Case(efforts=SHORT_REST),
    "hardly any rest, 14 dB": Case(efforts=SHORT_REST, snr_db=14),
    "tremor of 3.5 to 8 Hz within": Case(tremor_hz=(3.5, 8), efforts=Efforts(effort_s=(1, 3))),
    "tremor within, 14 dB": Case(tremor_hz=(3.5, 8), efforts=Efforts(effort_s=(1, 3)), snr_db=14),
    "unsteady by a half": Case(efforts=Efforts(wander=0.5)),
    "unsteady by a third, 14 dB": Case(efforts=Efforts(wander=0.35), snr_db=14),
    **{
        f"{kind} of {h} efforts between": Case(after=lambda made, kind=kind, h=h: artefact(made, kind, h))
        for kind in ("swing", "step", "knock")
        for h in (1, 5)
    },
    "knock of one effort, 14 dB": Case(after=lambda made: artefact(made, "knock", 1), snr_db=14),
    "begins within an effort": Case(cut="beginning"),
    "begins and ends within, 14 dB": Case(cut="both", snr_db=14),
    "in volts": Case(after=lambda made: 1e-6 * made.samples, unit="V"),
    "gain off by 1000": Case(after=lambda made: 1e-9 * made.samples, unit="V"),
    "through 8 bits": Case(after=lambda made: np.round(25 * made.samples / made.size)),
    "clipped at one effort": Case(after=lambda made: np.clip(made.samples, -made.size, made.size)),
    "over a tone, 40 dB": Case(after=lambda made: tone(made, 0.0), snr_db=40),
    "over a tone that sets in, 40 dB": Case(after=lambda made: tone(made, 1 / 3), snr_db=40),
    "noise doubles half way, 20 dB": Case(noise=louder, snr_db=20),
    "noise doubles half way, 14 dB": Case(noise=louder, snr_db=14),
    "white noise, 6 dB": Case(noise=white, snr_db=6),
    "twitches of 0.12 to 0.2 s, 15 dB": Case(
        efforts=Efforts(count=12, ramp_s=(0.06, 0.08), effort_s=(0.12, 0.2), rest_s=(2, 4)), snr_db=15
    ),
    "8 to 20 s": Case(efforts=Efforts(count=4, effort_s=(8, 20))),
}


def simulated(name: str, case: Case, records: int) -> tuple[int, int]:
    """Print a row; return how many counts, and counts with edges, were right."""
    exact = timed = 0
    worst = 0.0
    for seed in range(records):
        samples, (first, last) = made(case, np.random.default_rng([seed, *name.encode()]))
        found = contractions(samples, case.rate_hz, case.unit)
        if len(found) == case.efforts.count:
            off = max(abs(found[0].onset_s - first), abs(found[-1].offset_s - last))
            exact, timed, worst = exact + 1, timed + (off <= NEAR_S), max(worst, off)
    print(f"| {name} | {exact} | {timed} | {worst:.2f} |", flush=True)
    return exact, timed


def real(name: str, place: int, count: int) -> None:
    """Print what is found of a real recording as it is, at other rates, and under added noise."""
    channel = read_recording(str(REAL / name)).channels[place]
    samples, rate = channel.values - channel.values.mean(), channel.rate_hz
    plain = contractions(samples, rate)
    counts = [len(plain)]
    counts += [len(contractions(signal.resample_poly(samples, r, round(rate)), float(r))) for r in (500, 2000, 4000)]
    filtered, inside = band_pass(samples, rate), np.zeros(len(samples), bool)
    for one in plain:
        inside[round(one.onset_s * rate) : round(one.offset_s * rate)] = True
    size = float(np.sqrt(np.square(filtered[inside]).mean()))
    random = np.random.default_rng(0)
    for snr_db in (20, 14, 10, 8, 6):
        noise = random.standard_normal(len(samples))
        noise *= size / 10 ** (snr_db / 20) / band_pass(noise, rate).std()
        counts.append(len(contractions(samples + noise, rate)))
    print(f"| {name}, channel {place + 1} | {count} | {' | '.join(map(str, counts))} |", flush=True)


def main() -> None:
    """Print both tables."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"| {records} records of each | count | and edges | worst, s |\n| --- | --- | --- | --- |")
    rows = [simulated(name, case, records) for name, case in CASES.items()]
    print(f"| all of {records * len(CASES)} | {sum(row[0] for row in rows)} | {sum(row[1] for row in rows)} | |")
    heads = ("as it is", "500 Hz", "2 kHz", "4 kHz", "20 dB", "14 dB", "10 dB", "8 dB", "6 dB")
    print(f"\n| recording | by eye | {' | '.join(heads)} |\n|{' --- |' * (len(heads) + 2)}")
    real("made/biceps_bursts.edf", 0, 9)
    real("made/biceps_fatigue.edf", 0, 30)
    real("made/adductor_rising_tone.edf", 0, 11)
    real("made/adductor_two_devices.edf", 0, 10)
    real("made/adductor_two_devices.edf", 1, 10)
    real("surface_biosppy/emg_1.txt", 0, 6)


if __name__ == "__main__":
    main()
