"""The chance of named side effects: a published frequency after a known plan, carried to another plan by the model.

``logit Pr = logit Pr(reference plan) + c log(exposure / exposure of the reference plan)``, both exposures under the
same draw of all parameters. How steeply the chance rises, and how sure the frequency is, have wide priors of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from reprieve.app.simulation.model import Run, dosed_of, targets_of
from reprieve.pharmacology.simulate import Dosed, Structure, blocked_over_time, bound_at
from reprieve.record.plan import Injection, Plan
from reprieve.reference.pharmacology import SideEffectAnchor, side_effect_anchors

SEED = 4711
# A hundredth of the reference exposure: below it the logit says nothing that was ever observed.
LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEffectChance:
    """One named side effect in the weeks after the plan: median and 95 % band, or why there is no figure.

    `anchor` says which published frequency it stands on and whether that number was read in its source.
    """

    effect: str
    structures: tuple[str, ...]
    probability: float | None
    q025: float | None
    q975: float | None
    anchor: str
    checked: bool


def side_effect_chances(run: Run, product: str) -> tuple[SideEffectChance, ...]:
    """Return the chance of each side effect that the plan's region can have."""
    if run.drawn is None or not any(d.structure.frame == "neck" for d in run.dosed):
        return ()
    found = []
    for i, anchor in enumerate(side_effect_anchors()):
        if anchor.product != product:
            if not any(one.effect == anchor.effect and one.product == product for one in side_effect_anchors()):
                words = f"no frequency after a known plan of {product} is on file"
                found.append(_unknown(anchor, words))
            continue
        found.append(_chance(run, anchor, np.random.default_rng(SEED + i)))
    return tuple({one.effect: one for one in found}.values())


def _unknown(anchor: SideEffectAnchor, words: str) -> SideEffectChance:
    return SideEffectChance(
        effect=anchor.effect,
        structures=anchor.structures,
        probability=None,
        q025=None,
        q975=None,
        anchor=words,
        checked=False,
    )


def _chance(run: Run, anchor: SideEffectAnchor, rng: np.random.Generator) -> SideEffectChance:
    here, reference = _exposure(run, run.dosed, anchor), _exposure(run, _reference(anchor), anchor)
    ratio = np.maximum(here / reference, LEAST_SHARE)
    noise = np.concatenate([np.zeros((2, 1)), rng.standard_normal((2, ratio.size - 1))], axis=1)
    steepness = anchor.steepness * np.exp(anchor.steepness_sd * noise[0])
    level = logit(anchor.probability) + anchor.logit_sd * noise[1]
    chance = expit(level + steepness * np.log(ratio))
    low, high = np.quantile(chance, (0.025, 0.975))
    return SideEffectChance(
        effect=anchor.effect,
        structures=anchor.structures,
        probability=round(float(chance[0]), 4),
        q025=round(float(low), 4),
        q975=round(float(high), 4),
        anchor=anchor.says,
        checked=anchor.checked,
    )


def _reference(anchor: SideEffectAnchor) -> list[Dosed]:
    plan = Plan(
        product=anchor.product,
        indication="cervical_dystonia",
        injections=tuple(
            Injection(muscle=name, side=side, units=units, sites=sites) for name, side, units, sites in anchor.plan
        ),
    )
    return [dosed_of(target) for target in targets_of(plan)[0]]


def _exposure(run: Run, dosed: Sequence[Dosed], anchor: SideEffectAnchor) -> NDArray[np.float64]:
    """Bound amount in the structures of a side effect, or block of the muscles that hold the head, shape (d,)."""
    assert run.drawn is not None
    every = {s.key: s for s in (*run.others, *(t.structure for t in run.targets), *(d.structure for d in dosed))}
    wanted = [s for key, s in every.items() if _named(key) in anchor.structures]
    if anchor.by == "block":
        blocked = blocked_over_time(wanted, dosed, run.drawn, run.axis)
        return _sum(wanted, [block.max(axis=1) for block in blocked.values()])
    return _sum(wanted, [bound_at(s.points(), s, dosed, run.drawn).mean(axis=1) for s in wanted])


def _named(key: str) -> str:
    return key.removeprefix("risk:").split("/")[0]


def _sum(structures: Sequence[Structure], values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    volumes = [sum(belly.volume_ml for belly in structure.bellies) for structure in structures]
    return np.asarray(sum(v * x for v, x in zip(volumes, values, strict=True)), float) / sum(volumes) + 1e-12
