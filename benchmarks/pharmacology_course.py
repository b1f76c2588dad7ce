"""The time course: one plan, and ten thousand draws beside libroadrunner on the same equations.

The chain of docs/explanation/what-the-injection-does.md is written as SBML here and simulated by libroadrunner (CVODE),
draw by draw, with its parameters set in the loaded model. Both give the block on every day of half a year.
Run: python benchmarks/pharmacology_course.py [draws] [draws that libroadrunner gets]
"""

from __future__ import annotations

import sys
import time

import numpy as np
import roadrunner

from reprieve.pharmacology.endplate import EndplateParameters, block
from reprieve.pharmacology.muscle import force
from reprieve.pharmacology.onset import ISOLATED_MUSCLE, MINUTES_PER_DAY

DAYS = np.arange(181.0)
SPECIES = ("bulk", "free", "bound", "inside", "light")
KB, KT, KL = (rate * MINUTES_PER_DAY for rate in ISOLATED_MUSCLE.steps())


def _mathml(text: str) -> str:
    """Product of names and numbers, and differences of two, as MathML."""
    if " - " in text:
        first, second = text.split(" - ")
        return f"<apply><minus/>{_mathml(first)}{_mathml(second)}</apply>"
    parts = "".join(
        f"<cn>{p}</cn>" if p.replace(".", "").isdigit() else f"<ci>{p}</ci>" for p in text.replace("*", " ").split()
    )
    return f"<apply><times/>{parts}</apply>" if "*" in text else parts


def sbml() -> str:
    """Return the chain as SBML."""
    steps = [("bulk", "free", "kS"), ("free", "bound", "kB"), ("bound", "inside", "kT"), ("inside", "light", "kL")]
    values = {"kS": 0.15, "kB": KB, "kT": KT, "kL": KL, "loss": np.log(2) / 60, "back": np.log(2) / 1.5, "kcat": 1.0}
    reactions = "".join(
        f'<reaction id="r{i}" reversible="false"><listOfReactants><speciesReference species="{a}" stoichiometry="1"/>'
        f'</listOfReactants><listOfProducts><speciesReference species="{b}" stoichiometry="1"/></listOfProducts>'
        f'<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">{_mathml(f"{k}*{a}")}</math></kineticLaw></reaction>'
        for i, (a, b, k) in enumerate(steps)
    )
    reactions += (
        '<reaction id="gone" reversible="false"><listOfReactants><speciesReference species="light" stoichiometry="1"/>'
        '</listOfReactants><kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">'
        f"{_mathml('loss*light')}</math></kineticLaw></reaction>"
        '<reaction id="made" reversible="false"><listOfProducts><speciesReference species="intact" stoichiometry="1"/>'
        '</listOfProducts><kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">'
        f"{_mathml('back - back*intact')}</math></kineticLaw></reaction>"
        '<reaction id="cut" reversible="false"><listOfReactants><speciesReference species="intact" stoichiometry="1"/>'
        '</listOfReactants><listOfModifiers><modifierSpeciesReference species="light"/></listOfModifiers><kineticLaw>'
        '<math xmlns="http://www.w3.org/1998/Math/MathML">'
        f"{_mathml('kcat*light*intact')}</math></kineticLaw></reaction>"
    )
    species = "".join(
        f'<species id="{name}" compartment="c" initialConcentration="{1 if name in ("bulk", "intact") else 0}"/>'
        for name in (*SPECIES, "intact")
    )
    parameters = "".join(f'<parameter id="{name}" value="{float(value)!r}"/>' for name, value in values.items())
    return (
        '<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level2/version3" level="2" version="3">'
        f'<model id="m"><listOfCompartments><compartment id="c" size="1"/></listOfCompartments>'
        f"<listOfSpecies>{species}</listOfSpecies><listOfParameters>{parameters}</listOfParameters><listOfReactions>{reactions}</listOfReactions></model></sbml>"
    )


def batch(count: int, theirs: int) -> None:
    """Print both times for a batch of draws, and how far the answers differ."""
    rng = np.random.default_rng(0)
    uptake, life = 0.15 * rng.lognormal(0, 0.4, count), 60 * rng.lognormal(0, 0.4, count)
    amount = rng.lognormal(np.log(0.5), 0.6, count)
    parameters = EndplateParameters(uptake_per_day=uptake, light_chain_half_life_d=life)
    block(parameters, amount[:, None], DAYS, 0.25)
    start = time.process_time()
    own = block(parameters, amount[:, None], DAYS, 0.25)[:, 0]
    ours = time.process_time() - start
    model = roadrunner.RoadRunner(sbml())
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-6, 1e-9
    model.timeCourseSelections = ["time", "[intact]"]
    start = time.process_time()
    other = np.empty((theirs, DAYS.size))
    for i in range(theirs):
        model.reset()
        model["kS"], model["loss"], model["[bulk]"] = uptake[i], np.log(2) / life[i], amount[i]
        cleaved = 1 - np.asarray(model.simulate(0, 180, DAYS.size))[:, 1]
        other[i] = cleaved**3 / (cleaved**3 + 0.3**3)
    spent = (time.process_time() - start) * count / theirs
    print(
        f"{count} draws, 181 days: {ours:.2f} s of CPU here, {spent:.1f} s by libroadrunner"
        f"{'' if theirs == count else f' (from {theirs})'}: {spent / ours:.0f}x; largest difference "
        f"{np.abs(own[:theirs] - other).max():.1e}"
    )


def one_plan(sites: int = 30, repeats: int = 20) -> None:
    """Print what the course of one plan takes, once the bound amount at each site is known."""
    amounts = np.random.default_rng(1).lognormal(np.log(0.5), 0.6, sites)
    start = time.process_time()
    for _ in range(repeats):
        force(block(EndplateParameters(), amounts, DAYS), DAYS)
    print(f"one plan, {sites} sites, 181 days: {1000 * (time.process_time() - start) / repeats:.1f} ms of CPU")


if __name__ == "__main__":
    one_plan()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    batch(count, int(sys.argv[2]) if len(sys.argv) > 2 else count)
