"""The solver on a grid against the closed form, and the laws of the equation in tissue with fascia, skin and bone."""

from __future__ import annotations

import numpy as np
import pytest

from reprieve.pharmacology.belly import Belly
from reprieve.pharmacology.diffusion import Cells, Spreading
from reprieve.pharmacology.field import Needle, bound_field
from reprieve.pharmacology.multigrid import Grids, Multigrid
from reprieve.pharmacology.spread import SpreadParameters, bound_density
from reprieve.pharmacology.tissue import OUTSIDE, Tissue, block_of_tissue, carve

ROUND = SpreadParameters(reach_mm=5.0, along_fibres=1.0)
LONG = SpreadParameters(reach_mm=4.0, along_fibres=1.5)
SLANTED = (0.6, 0.64, 0.48)


def _needle(place=(0.0, 0.0, 0.0), fibre=(0.0, 1.0, 0.0), units=10.0, volume_ml=0.2) -> Needle:
    return Needle(place_mm=place, fibre=fibre, units=units, volume_ml=volume_ml)


def _closed(tissue: Tissue, fibre, p: SpreadParameters) -> np.ndarray:
    x, y, z = np.meshgrid(*[tissue.centres(i) for i in range(3)], indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), z.ravel()], -1)
    return bound_density(points, fibre, 10.0, 0.2, p).reshape(tissue.shape)


def _box(edge: float, half: float = 36.0, structures=()) -> Tissue:
    return block_of_tissue((-half,) * 3, (half,) * 3, edge, structures)


def _mass(tissue: Tissue, field: np.ndarray) -> float:
    return float(field.sum(dtype=float)) * tissue.edge_mm**3 / 1000


def test_equals_the_closed_form_on_a_one_millimetre_grid():
    tissue = _box(1.0)
    field, closed = bound_field(tissue, [_needle()], ROUND), _closed(tissue, (0, 1, 0), ROUND)
    assert field.max() == pytest.approx(closed.max(), rel=1e-3)
    assert np.abs(field - closed).max() < 3e-3 * closed.max()  # the largest stands at the edge of the fluid
    assert _mass(tissue, field) == pytest.approx(10.0, rel=1e-4)


def test_the_error_falls_with_the_square_of_the_edge():
    errors = []
    for edge in (4.0, 2.0, 1.0):
        tissue = _box(edge)
        field, closed = bound_field(tissue, [_needle()], ROUND, tolerance=1e-7), _closed(tissue, (0, 1, 0), ROUND)
        errors.append(np.sqrt(((field - closed) ** 2).mean()))
    assert errors[0] / errors[1] > 3.0
    assert errors[1] / errors[2] > 3.0


def test_follows_slanted_fibres():
    everywhere = Belly(centre=(0, 0, 0), fibre=SLANTED, long_mm=500, short_mm=500)
    tissue = _box(1.0, 30.0, [[everywhere]])
    field = bound_field(tissue, [_needle(fibre=SLANTED)], LONG)
    closed = _closed(tissue, SLANTED, LONG)
    assert np.abs(field - closed).max() < 8e-3 * closed.max()
    assert _mass(tissue, field) == pytest.approx(10.0, rel=1e-4)


MUSCLES = [
    [Belly(centre=(-6, 0, 0), fibre=(0.0, 0.8, 0.6), long_mm=25, short_mm=8)],
    [Belly(centre=(10, 0, 0), fibre=(0.28, 0.96, 0.0), long_mm=25, short_mm=7)],
]


def _carved() -> Tissue:
    tissue = _box(2.0, 24.0, MUSCLES)
    bone = np.zeros(tissue.shape, bool)
    bone[:, :, :5] = True
    return carve(tissue, bone)


def test_the_operator_is_symmetric_and_keeps_a_constant():
    equation = Spreading(Cells(_carved()), LONG, 0.3)
    a, b = np.random.default_rng(0).standard_normal((2, equation.diagonal.size)).astype(np.float32)
    assert float(a @ (equation @ b)) == pytest.approx(float(b @ (equation @ a)), rel=1e-4)
    # Nothing is lost but by uptake: a constant field stays what it is.
    assert equation @ np.ones_like(a) == pytest.approx(1.0, abs=1e-4)


def test_the_operator_is_the_energy_of_the_eight_corners():
    """In each corner of a cell the gradient is taken from the three faces that meet there: summed one by one."""
    tissue = _carved()
    cells = Cells(tissue)
    equation = Spreading(cells, LONG, 0.3)
    values = np.random.default_rng(1).standard_normal(cells.places.size).astype(np.float32)
    field = np.zeros(tissue.label.size)
    field[cells.places] = values
    field, owner = field.reshape(tissue.shape), tissue.structures()
    fibre = tissue.fibre[np.maximum(tissue.label, 0)].astype(float)
    along, across = (4.0 * 1.5) ** 2, 4.0**2
    tensor = across * np.eye(3) + (along - across) * fibre[..., :, None] * fibre[..., None, :]
    tensor[(fibre**2).sum(-1) == 0] = (along * across * across) ** (1 / 3) * np.eye(3)
    energy = float((field**2)[owner != OUTSIDE].sum())
    padded, owners = np.pad(field, 1), np.pad(owner, 1, constant_values=OUTSIDE)
    for signs in np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T:
        steps = []
        for axis, sign in enumerate(signs):
            there = np.roll(owners, -sign, axis)[1:-1, 1:-1, 1:-1]
            passes = np.where(there == owner, 1.0, np.sqrt(0.3)) * (there != OUTSIDE) * (owner != OUTSIDE)
            steps.append(sign * passes * (np.roll(padded, -sign, axis)[1:-1, 1:-1, 1:-1] - field) / tissue.edge_mm)
        gradient = np.stack(steps, axis=-1)
        energy += float(np.einsum("xyzi,xyzij,xyzj->", gradient, tensor, gradient)) / 8
    assert float(values @ (equation @ values)) == pytest.approx(energy, rel=1e-4)


@pytest.mark.parametrize("name", ["cycle", "precondition"])
def test_what_goes_before_the_solver_is_symmetric_and_positive(name):
    multigrid = Multigrid(Grids(_carved()), LONG, 0.3)
    apply = getattr(multigrid, name)
    a, b = np.random.default_rng(2).standard_normal((2, multigrid.finest.diagonal.size)).astype(np.float32)
    assert float(a @ apply(b)) == pytest.approx(float(b @ apply(a)), rel=1e-3)
    assert float(a @ apply(a)) > 0


def test_the_cycle_brings_the_error_down():
    multigrid = Multigrid(Grids(_carved()), LONG, 0.3)
    wanted = np.ones(multigrid.finest.diagonal.size, np.float32)
    left = wanted - multigrid.cycle(multigrid.finest @ wanted)
    assert np.linalg.norm(left) < 0.5 * np.linalg.norm(wanted)


def test_one_set_of_grids_serves_for_all_parameters():
    tissue = _box(2.0, 24.0, MUSCLES)
    grids = Grids(tissue, parts=1)
    needle = _needle(place=(-6, 0, 0), fibre=MUSCLES[0][0].fibre)
    for parameters, passes in ((LONG, 0.3), (ROUND, 1.0), (LONG, 0.9)):
        once, again = (bound_field(one, [needle], parameters, passes) for one in (tissue, grids))
        assert np.abs(once - again).max() < 1e-5 * once.max()


def test_mass_is_kept_in_tissue_with_fascia_and_bone():
    carved = _carved()
    field = bound_field(carved, [_needle(place=(-6, 0, 0), fibre=MUSCLES[0][0].fibre)], LONG, through_fascia=0.3)
    assert _mass(carved, field) == pytest.approx(10.0, rel=1e-3)
    assert np.abs(field[carved.label == OUTSIDE]).max() < 1e-6


def test_fascia_keeps_toxin_out_of_the_neighbour():
    tissue = _box(2.0, 24.0, MUSCLES)
    needle = _needle(place=(-6, 0, 0), fibre=MUSCLES[0][0].fibre)
    inside = tissue.label == 2
    reached = [float(bound_field(tissue, [needle], LONG, through_fascia=f)[inside].sum()) for f in (1.0, 0.3, 0.01)]
    assert reached[0] > reached[1] > reached[2] > 0


def test_doses_add_and_scale():
    tissue = _box(2.0, 24.0, MUSCLES)
    one, two = _needle(place=(-6, 0, 0)), _needle(place=(8, 4, 0), units=4.0)
    together = bound_field(tissue, [one, two], LONG, 0.5)
    alone = bound_field(tissue, [one], LONG, 0.5) + bound_field(tissue, [two], LONG, 0.5)
    assert np.abs(together - alone).max() < 1e-4 * together.max()
    assert (together > -1e-3 * together.max()).all()


def test_the_mirrored_tissue_has_the_mirrored_field():
    mirrored = [[belly.mirrored() for belly in bellies] for bellies in MUSCLES]
    needle = _needle(place=(-6, 0, 3), fibre=MUSCLES[0][0].fibre)
    other = _needle(place=(-6, 0, -3), fibre=mirrored[0][0].fibre)
    field = bound_field(_box(2.0, 24.0, MUSCLES), [needle], LONG, 0.5)
    reflected = bound_field(_box(2.0, 24.0, mirrored), [other], LONG, 0.5)
    assert np.abs(field - reflected[:, :, ::-1]).max() < 1e-4 * field.max()


def test_a_needle_outside_the_tissue_is_refused():
    with pytest.raises(ValueError, match="outside the tissue"):
        bound_field(_box(2.0, 10.0), [_needle(place=(90, 0, 0))], ROUND)


def test_a_point_reads_the_field_between_cells():
    tissue = _box(1.0)
    field = bound_field(tissue, [_needle()], ROUND)
    assert tissue.at(np.array([[9.0, 0.0, 0.0]]), field)[0] == pytest.approx(
        bound_density([[9.0, 0, 0]], (0, 1, 0), 10.0, 0.2, ROUND)[0], rel=0.02
    )
