"""Spread on a grid: the solver beside a plain SciPy sparse solve and FiPy, and a whole neck at 1 mm.

The comparison is one needle in a cube of even tissue, for which a closed form is known; all three get the same cells
and the same source. FiPy is taken if it is installed (pip install fipy). Figures are CPU seconds unless said otherwise.
Run: python benchmarks/pharmacology_spread.py [cells along an edge] [draws of the neck]
"""

from __future__ import annotations

import importlib.util
import resource
import sys
import time
from collections.abc import Callable
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import diags_array, eye_array, kron
from scipy.sparse.linalg import spsolve

from reprieve.app.simulation.field import spread_in_neck
from reprieve.pharmacology.field import Needle, _source, bound_field
from reprieve.pharmacology.spread import SpreadParameters, bound_density
from reprieve.pharmacology.tissue import Tissue, block_of_tissue
from reprieve.record.plan import Injection, Plan

EVEN = SpreadParameters(reach_mm=5.0, along_fibres=1.0)
NEEDLE = Needle(place_mm=(0.0, 0.0, 0.0), fibre=(0.0, 1.0, 0.0), units=10.0, volume_ml=0.2)
SITES = {
    ("splenius_capitis", "left"): 3,
    ("sternocleidomastoid", "right"): 2,
    ("trapezius", "left"): 2,
    ("levator_scapulae", "left"): 1,
    ("semispinalis_capitis", "right"): 2,
}


def by_scipy(tissue: Tissue, source: NDArray) -> NDArray:
    """Assemble seven diagonals and solve them directly."""
    n = tissue.shape[0]
    line = diags_array([-np.ones(n - 1), np.full(n, 2.0), -np.ones(n - 1)], offsets=[-1, 0, 1]).tolil()
    line[0, 0] = line[n - 1, n - 1] = 1.0
    one, flow = eye_array(n), line * (EVEN.reach_mm**2 / tissue.edge_mm**2)
    matrix = eye_array(n**3) + kron(kron(flow, one), one) + kron(kron(one, flow), one) + kron(kron(one, one), flow)
    return spsolve(matrix.tocsc(), source.ravel()).reshape(tissue.shape)


def by_fipy(tissue: Tissue, source: NDArray) -> NDArray:
    """Solve with FiPy's own choice of solver."""
    from fipy import CellVariable, DiffusionTerm, Grid3D, ImplicitSourceTerm

    n, h = tissue.shape[0], tissue.edge_mm
    mesh = Grid3D(nx=n, ny=n, nz=n, dx=h, dy=h, dz=h)
    bound = CellVariable(mesh=mesh, value=0.0)
    put = CellVariable(mesh=mesh, value=source.transpose(2, 1, 0).ravel())
    (DiffusionTerm(coeff=float(EVEN.reach_mm) ** 2) - ImplicitSourceTerm(1.0) + put == 0).solve(bound)
    return np.asarray(bound.value).reshape(n, n, n).transpose(2, 1, 0)


def compare(cells: int) -> None:
    """Print time and error of each solver on one grid."""
    half = cells / 2.0
    tissue = block_of_tissue((-half,) * 3, (half,) * 3, 1.0)
    source = _source(tissue, [NEEDLE], EVEN).astype(float)
    x, y, z = np.meshgrid(*[tissue.centres(i) for i in range(3)], indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), z.ravel()], axis=-1)
    closed = bound_density(points, NEEDLE.fibre, NEEDLE.units, NEEDLE.volume_ml, EVEN).reshape(tissue.shape)
    solvers: dict[str, Callable[[], NDArray]] = {
        "here": lambda: bound_field(tissue, [NEEDLE], EVEN),
        "SciPy spsolve": lambda: by_scipy(tissue, source),
    }
    if importlib.util.find_spec("fipy"):
        solvers["FiPy"] = lambda: by_fipy(tissue, source)
    print(f"one needle, {cells}^3 cells of 1 mm\n{'solver':<14} {'CPU s':>8} {'ratio':>7}  peak off by  mass off by")
    first = None
    for name, solve in solvers.items():
        start = time.process_time()
        field = solve()
        spent = time.process_time() - start
        first = spent if first is None else first
        peak = abs(float(field.max()) / closed.max() - 1)
        mass = abs(float(field.sum(dtype=float)) / 1000 / NEEDLE.units - 1)
        print(f"{name:<14} {spent:8.2f} {spent / first:6.0f}x  {peak:11.1e}  {mass:11.1e}")
    if "FiPy" not in solvers:
        print("FiPy           is not installed")


def neck(draws: int) -> None:
    """Print what a whole neck costs."""
    injections = tuple(
        Injection(muscle=muscle, side=side, units=Decimal(20) * sites, sites=sites, volume_ml=Decimal(sites) / 5)
        for (muscle, side), sites in SITES.items()
    )
    plan = Plan(product="onabotulinumtoxinA", indication="cervical_dystonia", injections=injections)
    spread_in_neck(plan, edge_mm=4.0)
    for edge, more in ((1.0, 0), (1.0, draws)):
        start, wall = time.process_time(), time.perf_counter()
        told = spread_in_neck(plan, edge_mm=edge, draws=more)
        spent, wall = time.process_time() - start, time.perf_counter() - wall
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"whole neck, {sum(SITES.values())} sites, {edge:g} mm, {np.prod(told.cells) / 1e6:.1f} M cells, "
            f"{1 + more} solutions: {wall:.1f} s ({spent:.1f} s of CPU); largest memory so far {memory:.2f} GB"
        )


if __name__ == "__main__":
    neck(int(sys.argv[2]) if len(sys.argv) > 2 else 200)
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
