"""Write facts and figures of docs/explanation/what-the-injection-does.md. Run: python tools/document_pharmacology.py

Each published number comes from the reference data, each number of the model is worked out here, so neither goes stale.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reprieve.app.documents import load
from reprieve.app.planning.proposal import propose
from reprieve.app.simulation.for_planner import muscle_model
from reprieve.app.simulation.of_plan import simulate_plan
from reprieve.pharmacology.belly import endplates, sphere_of
from reprieve.pharmacology.endplate import EndplateParameters, block, block_of_several
from reprieve.pharmacology.muscle import force
from reprieve.pharmacology.onset import CLINIC, ISOLATED_MUSCLE, minutes_to_tension
from reprieve.pharmacology.spread import SpreadParameters, bound_density
from reprieve.record.chart import Chart
from reprieve.record.plan import Injection, Plan
from reprieve.reference.pharmacology import pharmacology_priors

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "explanation" / "what-the-injection-does.md"
CHART = DOCS / "tutorials" / "first-plan" / "chart.json"
WEEKS = DOCS.parent / "web" / "src" / "phone" / "weeks.json"
BEGIN, END = "<!-- written by tools/document_pharmacology.py: {} -->", "<!-- end of {} -->"
ONA = "onabotulinumtoxinA"
DAYS = np.arange(0.0, 366.0)
ALONG = (0.0, 1.0, 0.0)
# Effective volume of the foot muscle (EDB) that both of its published doses agree with.
EDB_ML = 9.5


@dataclass(frozen=True, slots=True)
class Fact:
    """One published number beside the model's; `verdict` in words."""

    fact: str
    source: str
    published: str
    model: str
    verdict: str


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = resources.files("reprieve.reference").joinpath("data", "published", name).read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _published(name: str, **wanted: str) -> dict[str, str]:
    (found,) = [row for row in _rows(name) if all(row[key] == value for key, value in wanted.items())]
    return found


def _endplate(product: str) -> EndplateParameters:
    own = pharmacology_priors().products[product]
    fixed = {name: prior.values[0] for name, prior in pharmacology_priors().endplate.items()}
    return EndplateParameters(
        uptake_per_day=own["uptake_per_day"].values[0],
        light_chain_half_life_d=own["light_chain_half_life_d"].values[0],
        **fixed,
    )


def _spread() -> SpreadParameters:
    priors = pharmacology_priors().spread
    a, b = priors["interstitial_fraction"].values
    return SpreadParameters(
        reach_mm=priors["reach_mm"].values[0],
        along_fibres=priors["along_fibres"].values[0],
        interstitial_fraction=a / (a + b),
    )


def _reference(product: str = ONA) -> float:
    return pharmacology_priors().products[product]["reference_units_per_ml"].values[0]


def _course(amount: float, product: str = ONA) -> NDArray[np.float64]:
    return block(_endplate(product), [amount], DAYS)[0]


def _reach(
    units: float, volume_ml: float = 0.1, *, product: str = ONA, passes: float = 1.0, along: bool = True
) -> float:
    """Distance from the needle at which one endplate in twenty is still blocked at the peak, in mm."""
    steps = np.arange(0.5, 80.0, 0.5)
    offsets = np.zeros((steps.size, 3))
    offsets[:, 1 if along else 0] = steps
    density = passes * bound_density(offsets, ALONG, units, volume_ml, _spread())
    peak = block(_endplate(product), density / _reference(product), DAYS[:80:4]).max(axis=1)
    return float(steps[np.flatnonzero(peak >= 0.05)[-1]]) if (peak >= 0.05).any() else 0.0


def _end(units: float, *, passes: float = 1.0, along: bool = False) -> float:
    """Distance at which the density has fallen to what 1 unit leaves at 15 mm along the fibres, in mm."""

    def density(dose: float, steps: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
        offsets = np.zeros((steps.size, 3))
        offsets[:, axis] = steps
        return bound_density(offsets, ALONG, dose, 0.1, _spread())

    trace = density(1.0, np.array([15.0]), 1)[0]
    steps = np.arange(0.5, 80.0, 0.5)
    return float(steps[np.flatnonzero(passes * density(units, steps, 1 if along else 0) >= trace)[-1]])


def _within(value: float, low: float, high: float) -> str:
    """Agrees, or in which direction it does not."""
    return "agrees" if low <= value <= high else "less than published" if value < low else "more than published"


def _mean_block(units: float, injected_ml: float, muscle_ml: float) -> float:
    """Largest mean block of a muscle of its own, one needle in its middle."""
    belly = sphere_of(muscle_ml)
    density = bound_density(endplates([belly]), belly.fibre, units, injected_ml, _spread())
    return float(block(_endplate(ONA), density / _reference(), DAYS[:80:4]).mean(axis=0).max())


def _half_gone(blocked: NDArray[np.float64]) -> int:
    peak = int(blocked.argmax())
    return int(DAYS[peak + np.flatnonzero(blocked[peak:] <= blocked[peak] / 2)[0]])


@cache
def _neck(units: int, muscle: str = "splenius_capitis", sites: int = 3):
    one = Injection(muscle=muscle, side="left", units=Decimal(units), sites=sites)
    plan = Plan(product=ONA, indication="cervical_dystonia", injections=(one,))
    return simulate_plan(plan, days=365, draws=100)


@cache
def _jaw():
    one = Injection(muscle="masseter", side="left", units=Decimal(30), sites=3)
    return simulate_plan(Plan(product=ONA, indication="bruxism", injections=(one,)), days=180).muscles[0]


def _dysphagia(units: int) -> str:
    (told,) = [s for s in _neck(units, "sternocleidomastoid", 2).side_effects if s.effect == "dysphagia"]
    return f"{100 * told.probability:.0f} % ({100 * told.q025:.0f} to {100 * told.q975:.0f})"


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _onset() -> list[Fact]:
    return [
        Fact(
            "three steps, time to 10 % tension",
            "lebeda2008",
            "204 min",
            f"{minutes_to_tension(ISOLATED_MUSCLE, 0.1):.2f} min",
            "agrees",
        ),
        Fact(
            "four steps, clinic, time to 10 % tension",
            "lebeda2008",
            "15,450 min",
            f"{minutes_to_tension(CLINIC, 0.1):,.0f} min",
            "agrees",
        ),
        Fact(
            "SNAP-25 cleaved at paralysis",
            "jurasinski2001",
            "cleaved : intact above 0.35, a fraction of 0.26",
            f"half of the release is lost at {_endplate(ONA).half_block:g}",
            "taken from it",
        ),
    ]


def _spread_facts() -> list[Fact]:
    off = float(_published("spread.csv", source="shaari1993")["value"])
    along = _spread().reach_mm * _spread().along_fibres
    low, high = (
        float(np.exp(-5.0 / (along * np.exp(sign * 1.96 * pharmacology_priors().spread["reach_mm"].values[1]))))
        for sign in (-1, 1)
    )
    first = _published("spread.csv", source="borodic1994", dose="1")
    across = _published("spread.csv", source="borodic1990", indication_or_model="rabbit, contralateral muscle")
    inco, abo = _reach(10.0, product="incobotulinumtoxinA"), _reach(25.0, product="abobotulinumtoxinA")
    few, much = _mean_block(10.0, 0.1, 20.0), _mean_block(10.0, 0.5, 20.0)
    return [
        Fact(
            "rat, needle 5 mm off the endplate band: area left",
            "shaari1993",
            f"{off:g}",
            f"{float(np.exp(-5.0 / along)):.2f} ({low:.2f} to {high:.2f})",
            "agrees",
        ),
        Fact(
            "rabbit, 1 unit: where the gradient ends",
            "borodic1994",
            f"{float(first['value']):g} to {float(first['value2']):g} mm",
            f"15 mm by choice of the trace that is seen; one endplate in twenty is blocked to {_reach(1.0):.0f} mm",
            "not independent; the block of men's endplates ends sooner",
        ),
        Fact(
            "rabbit, 5 to 10 units",
            "borodic1994",
            "no end within the muscle",
            f"{_end(5.0, along=True):.0f} to {_end(10.0, along=True):.0f} mm along, for the same trace",
            "further, but the model has an end",
        ),
        Fact(
            "rabbit, beyond fascia",
            "borodic1990",
            f"{float(across['value']):g} to {float(across['value2']):g} mm",
            f"{_end(10.0, passes=0.5):.0f} mm across (10 units, the same trace)",
            _within(_end(10.0, passes=0.5), 15, 25),
        ),
        Fact(
            "rabbit, 10 units in 0.5 against 0.1 mL: larger fall of the muscle response",
            "kim2003",
            "0.5 mL",
            f"{'0.5' if much > few else '0.1'} mL ({_percent(much)} against {_percent(few)} of 20 mL of muscle)",
            "agrees" if much > few else "disagrees",
        ),
        Fact(
            "rat, volume and torque",
            "hulst2014",
            "no effect",
            f"{_percent(much)} against {_percent(few)}",
            "small: cannot be told apart" if abs(much - few) < 0.1 else "disagrees",
        ),
        Fact(
            "forehead, 25 U abobotulinumtoxinA against 10 U incobotulinumtoxinA: larger area",
            "kerscher2012",
            "abobotulinumtoxinA",
            f"{abo:.0f} against {inco:.0f} mm",
            "agrees" if abo > inco else "not reproduced: both products have one reach",
        ),
    ]


def _muscle_facts() -> list[Fact]:
    before, after = (_published("muscle_response.csv", source="hamjian1994", time=t) for t in ("0", "21"))
    ten = _course(10 / EDB_ML / _reference())
    lots = [_course(units / EDB_ML / _reference()).max() for units in (15.0, 20.0)]
    size = np.array(force(ten[None], DAYS)[0] / np.maximum(1 - ten, 1e-9))
    ratios = [
        float(_published("muscle_response.csv", source="guardanardini2008", time=str(day))["value"])
        for day in (7, 30, 180)
    ]
    fit = EndplateParameters(uptake_per_day=0.14, light_chain_half_life_d=80.0)
    masseter = 1 - block(fit, [0.43], [7.0, 30.0, 180.0])[0]
    gone = block(fit, [0.43], DAYS)[0]
    free = int(DAYS[int(gone.argmax()) + np.flatnonzero(gone[int(gone.argmax()) :] < 0.1)[0]])
    halves = _repeats()
    mouse = [_published("muscle_response.csv", source="rogozhin2008", time=str(w))["value"] for w in (6, 11, 15)]
    return [
        Fact(
            "foot muscle (EDB), 10 units: response left on day 21",
            "hamjian1994",
            f"{float(after['value']):g} of {float(before['value']):g} mV, "
            f"{_percent(float(after['value']) / float(before['value']))}",
            f"{_percent(1 - ten[21])} ({EDB_ML:g} mL)",
            "within the patients' spread; the volume is chosen",
        ),
        Fact(
            "the same, 15 to 20 units",
            "sloop1996",
            "10 to 15 %",
            f"{_percent(1 - lots[1])} to {_percent(1 - lots[0])} (same volume)",
            "near",
        ),
        Fact("the same: day of the peak", "sloop1996", "day 6", f"day {int(ten.argmax())}", "too late"),
        Fact(
            "the same: day of the peak, another study",
            "hamjian1994",
            f"day {after['time']}",
            f"day {int(ten.argmax())}",
            _within(int(ten.argmax()), 14, 28),
        ),
        Fact(
            "the same: first significant fall",
            "boulias2022",
            "4 to 24 hours",
            f"{_percent(ten[1])} blocked after 1 day, {_percent(ten[2])} after 2",
            "too late",
        ),
        Fact(
            "the same: smallest size",
            "hamjian1994",
            "day 42",
            f"day {int(size.argmin())}",
            "taken from it: the time of wasting was chosen so",
        ),
        Fact(
            "masseter, 10 patients: activity left on days 7, 30, 180",
            "guardanardini2008",
            ", ".join(f"{r:.2f}" for r in ratios),
            ", ".join(f"{m:.2f}" for m in masseter),
            "fitted; half of the patients foretell the others within their spread (`test_trials`)",
        ),
        Fact(
            "the same, from 30 units at 3 sites in a muscle of its size",
            "guardanardini2008",
            ", ".join(f"{r:.2f}" for r in ratios),
            ", ".join(f"{1 - _jaw().block.median[day]:.2f}" for day in (7, 30, 180)),
            "agrees; not fitted in space (dose recalled)",
        ),
        Fact(
            "masseter and temporalis: muscle activity back",
            "masticatory2022",
            "reduced to week 18, back by week 33",
            f"a tenth blocked until week {free / 7:.0f}",
            "agrees",
        ),
        Fact(
            "mouse, half of the release back after 1, 2, 3 injections",
            "rogozhin2008",
            f"{', '.join(mouse)} weeks",
            f"{', '.join(f'{h:.0f}' for h in halves)} weeks (man, 30 U; recovery does not slow)",
            "another species; the slowing is an option, off",
        ),
    ]


def _repeats() -> list[float]:
    found = []
    for count in (1, 2, 3):
        on = 105.0 * np.arange(count)
        days = on[-1] + np.arange(0.0, 300.0)
        told = block_of_several(_endplate(ONA), np.full((count, 1), 0.5), on, days)[0]
        peak = int(told.argmax())
        found.append(float(days[peak + np.flatnonzero(told[peak:] <= 0.5)[0]] - on[-1]) / 7.0)
    return found


def _clinic() -> list[Fact]:
    course = _neck(50).muscles[0]
    median = np.array(course.block.median)
    first = int(np.flatnonzero(median >= median.max() / 2)[0])
    pooled = _published("duration_and_intervals.csv", source="marsh2014", statistic="pooled mean, fixed effect")
    probe = _published("adverse_spread.csv", source="jankovic2015", outcome="dysphagia")
    weak = _published("adverse_spread.csv", source="jankovic2015", outcome="muscular weakness")
    with_, without = (
        _published("adverse_spread.csv", source="borodic1990", statistic=f"median SCM dose {word} dysphagia")
        for word in ("with", "without")
    )
    return [
        Fact(
            "neck: first clear effect",
            "comella2020",
            "1 to 2 weeks",
            f"half of the peak on day {first}",
            _within(first, 7, 14).replace("less", "earlier"),
        ),
        Fact(
            "neck: peak",
            "comella2020",
            "4 to 6 weeks",
            f"week {course.peak_day / 7:.0f}",
            _within(round(course.peak_day / 7), 4, 6).replace("less", "earlier"),
        ),
        Fact(
            "neck: duration of the effect",
            "marsh2014",
            f"{float(pooled['value']):g} days",
            f"half of the block back on day {_half_gone(median)} (50 units, splenius capitis)",
            "longer: patients come back before half is back",
        ),
        Fact(
            "dysphagia, units in the sternocleidomastoid",
            "borodic1990",
            f"median {with_['value'].removesuffix('.0')} with, {without['value'].removesuffix('.0')} without; "
            "0 of 31 at 100 or less",
            f"{_dysphagia(60)} at 60, {_dysphagia(100)} at 100, {_dysphagia(150)} at 150",
            "rises as published; the level is anchored",
        ),
        Fact(
            "dysphagia and weakness in a registry",
            "jankovic2015",
            f"{float(probe['value']):g} % and {float(weak['value']):g} %",
            "the same",
            "by construction: the anchor",
        ),
        Fact(
            "daxibotulinumtoxinA, 24 weeks",
            "comella2024",
            "24.0 weeks (125 units)",
            "not simulated",
            "no parameters of its own",
        ),
    ]


def facts() -> list[Fact]:
    """Return every fact that the page sets beside the model."""
    return [*_onset(), *_spread_facts(), *_muscle_facts(), *_clinic()]


def facts_table() -> str:
    """Return the table of facts."""
    lines = ["| fact | source | published | model, medians | verdict |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {f.fact} | `{f.source}` | {f.published} | {f.model} | {f.verdict} |" for f in facts()]
    return "\n".join(lines)


def uptake_table() -> str:
    """Return what another rate of uptake would bring and cost: no rate meets the foot, the jaw and the neck."""
    lines = [
        "| uptake per day | foot: day of the peak | foot: blocked after 2 days | jaw: left on day 7 "
        "| neck: half of the peak |",
        "| --- | --- | --- | --- | --- |",
        "| published | 6 (`sloop1996`), 21 (`hamjian1994`) | a fall within 4 to 24 hours (`boulias2022`) "
        "| 0.47 (`guardanardini2008`) | weeks 1 to 2 (`comella2020`) |",
    ]
    for rate in (0.09, 0.15, 0.3, 0.6):
        parameters = replace(_endplate(ONA), uptake_per_day=rate)
        foot, jaw, neck = block(parameters, [10 / EDB_ML / _reference(), 0.43, 2.0], DAYS)
        half = int(np.flatnonzero(neck >= neck.max() / 2)[0])
        lines.append(f"| {rate:g} | day {int(foot.argmax())} | {_percent(foot[2])} | {1 - jaw[7]:.2f} | day {half} |")
    return "\n".join(lines)


def plans_table() -> str:
    """Return what the muscle model changes in the plans of the tutorial's chart."""
    chart, on = load(Chart, str(CHART)), date(2026, 11, 26)
    told = {
        "off": propose(chart, on=on, front=False),
        "on": propose(chart, on=on, front=False, model=muscle_model(chart, None, on)),
    }
    lines = ["| option | muscle model | doses | units |", "| --- | --- | --- | --- |"]
    for name, proposals in told.items():
        for one in proposals.proposed:
            plan = one.offer.plan
            doses = ", ".join(f"{i.muscle} {i.side} {i.units.normalize():f}" for i in plan.injections)
            total = sum((i.units for i in plan.injections), Decimal(0))
            lines.append(f"| {one.offer.title} | {name} | {doses} | {total.normalize():f} |")
    return "\n".join(lines)


def written(text: str) -> str:
    """Return the page with its written parts anew."""
    for name, make in (("facts", facts_table), ("uptake", uptake_table), ("plans", plans_table)):
        begin, end = BEGIN.format(name), END.format(name)
        head, rest = text.split(begin)
        text = f"{head}{begin}\n\n{make()}\n\n{rest[rest.index(end) :]}"
    return text


Line = tuple[str, Sequence[float], Sequence[float]]


def drawing(title: str, x_words: str, y_words: str, lines: Sequence[Line], marks: tuple[int, int]) -> str:
    """Return a plain line drawing as SVG; dashes tell the lines apart as well as shades."""
    width, height, left, top, right, bottom = 620, 300, 56, 34, 150, 44
    xs, ys = (np.concatenate([np.asarray(line[i], float) for line in lines]) for i in (1, 2))
    x_end, y_end = float(xs.max()), _round_end(float(ys.max()), marks[1])

    def place(x: float, y: float) -> tuple[float, float]:
        return left + x / x_end * (width - left - right), height - bottom - y / y_end * (height - top - bottom)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">',
        "<style>text{font:13px sans-serif;fill:#444}path{fill:none;stroke-width:2}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/><text x="{left}" y="20">{title}</text>',
    ]
    for i in range(marks[0] + 1):
        x, y = place(x_end * i / marks[0], 0.0)
        parts.append(f'<text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle">{x_end * i / marks[0]:g}</text>')
    for i in range(marks[1] + 1):
        x, y = place(0.0, y_end * i / marks[1])
        value = y_end * i / marks[1]
        parts.append(f'<text x="{x - 6:.0f}" y="{y + 4:.0f}" text-anchor="end">{float(f"{value:.2g}"):g}</text>')
        parts.append(f'<path stroke="#ddd" d="M{x:.0f} {y:.0f}H{width - right}"/>')
    for i, (words, line_x, line_y) in enumerate(lines):
        points = [place(float(x), float(y)) for x, y in zip(line_x, line_y, strict=True)]
        path = "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
        colour, dash = ("#1f5f99", "#b3501b", "#3c7a3c", "#7a3c7a")[i % 4], ("", "7 4", "2 3", "9 3 2 3")[i % 4]
        parts.append(f'<path stroke="{colour}" stroke-dasharray="{dash}" d="M{path}"/>')
        y = top + 16 + 22 * i
        parts.append(f'<path stroke="{colour}" stroke-dasharray="{dash}" d="M{width - right + 8} {y - 4}h26"/>')
        parts.append(f'<text x="{width - right + 40}" y="{y}">{words}</text>')
    parts.append(f'<text x="{(left + width - right) / 2:.0f}" y="{height - 6}" text-anchor="middle">{x_words}</text>')
    parts.append(f'<text x="14" y="{height / 2:.0f}" transform="rotate(-90 14 {height / 2:.0f})" text-anchor="middle">')
    return "".join(parts) + f"{y_words}</text></svg>\n"


def _round_end(most: float, marks: int) -> float:
    """End of an axis whose marks are round numbers."""
    power = 10.0 ** np.floor(np.log10(most / marks))
    return float(marks * power * next(step for step in (1.0, 2.0, 2.5, 5.0, 10.0) if marks * power * step >= most))


def course_of_weeks() -> str:
    """Return the share of endplates that still work, by week, for the patient's animation: a usual course, no dose."""
    told = _neck(15).muscles[0].block.median
    return json.dumps({"working": [round(1 - told[7 * week], 2) for week in range(25)]}) + "\n"


def spread_figure() -> str:
    """Return the bound amount with distance, for two volumes and two doses."""
    steps = np.arange(0.5, 30.5, 0.5)
    offsets = np.zeros((steps.size, 3))
    offsets[:, 1] = steps
    lines: list[Line] = [
        (f"{units:g} U in {volume:g} mL", list(steps), list(bound_density(offsets, ALONG, units, volume, _spread())))
        for units, volume in ((10.0, 0.1), (10.0, 0.5), (20.0, 0.5))
    ]
    title = "Bound toxin along the fibres, from the needle outwards"
    return drawing(title, "distance from the needle, mm", "units in a mL of tissue", lines, (6, 4))


def course_figure() -> str:
    """Return the weakness of one muscle over half a year, for three doses."""
    days = DAYS[:241:3]
    lines: list[Line] = []
    for units in (15, 40, 100):
        told = _neck(units).muscles[0].force.median
        lines.append((f"{units} U", list(days), [1 - told[int(day)] for day in days]))
    title = "Weakness of the splenius capitis after one session"
    return drawing(title, "days since the injection", "share of the force gone", lines, (8, 5))


def repeats_figure() -> str:
    """Return the block over four sessions, twelve weeks apart."""
    days = np.arange(0.0, 421.0, 3.0)
    lines: list[Line] = []
    for words, slower in (("recovers alike", 0.0), ("10 % slower each", 0.1)):
        told = block_of_several(_endplate(ONA), np.full((4, 1), 0.5), 84.0 * np.arange(4), days, slower)[0]
        lines.append((words, list(days), list(told)))
    return drawing("Four sessions, twelve weeks apart", "days", "share of the endplates blocked", lines, (7, 5))


FIGURES: dict[str, Callable[[], str]] = {
    "injection-spread.svg": spread_figure,
    "injection-course.svg": course_figure,
    "injection-repeats.svg": repeats_figure,
}


def main() -> None:
    """Write the page and its figures."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    for name, make in FIGURES.items():
        (PAGE.parent / name).write_text(make(), encoding="utf-8")
    WEEKS.write_text(course_of_weeks(), encoding="utf-8")


if __name__ == "__main__":
    main()
