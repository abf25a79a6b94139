"""Set up and do the daily jobs, on a machine with Python >= 3.11 and cargo and nothing else.

python3 dev.py demo     install into .venv, then run the demo
python3 dev.py test     install into .venv, then run all tests, Rust and Python
python3 dev.py lint     format checks, lints and types, Rust and Python
python3 dev.py stubs    write python/turnout/_core.pyi anew from the compiled module
python3 dev.py bench    the quick benchmarks, beside the peers

Words after the job go to the program that it runs: `python3 dev.py demo --json`, `python3 dev.py test -k ramp`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
BENCH_VENV = ROOT / ".venv-bench"


def main(arguments: list[str]) -> int:
    """Run one job and return its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 -- whoever starts this may have an older one
        return fail(f"turnout needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    jobs = {"demo": demo, "test": test, "lint": lint, "stubs": stubs, "bench": bench}
    if not arguments or arguments[0] not in jobs:
        print(__doc__)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    if not find_cargo():
        return fail("cargo is not installed; get it from https://rustup.rs and open a new shell")
    try:
        jobs[arguments[0]](arguments[1:])
    except subprocess.CalledProcessError as error:
        return fail(f"`{' '.join(map(str, error.cmd))}` ended with exit code {error.returncode}")
    return 0


def demo(extra: list[str]) -> None:
    """Install the package with its command line and run the demo."""
    install(groups=())
    run(SCRIPTS / "turnout", "demo", *extra)


def test(extra: list[str]) -> None:
    """Install the package with what its tests need; run the Rust tests, then the Python tests."""
    install(groups=("test",))
    if not extra:
        run("cargo", "test", "--locked", "--package", "turnout-core")
    run(PYTHON, "-m", "pytest", *extra)


def lint(extra: list[str]) -> None:
    """Run every lint; the first fault ends the run."""
    install(groups=("test", "lint"))
    run(SCRIPTS / "ruff", "check", *extra)
    run(SCRIPTS / "ruff", "format", "--check")
    run(SCRIPTS / "mypy")
    run(SCRIPTS / "lint-imports", "--no-cache")
    run("cargo", "fmt", "--all", "--check")
    run("cargo", "clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings")


def stubs(extra: list[str]) -> None:
    """Write the type stubs of the compiled module anew, or compare them with `--check`."""
    install(groups=("lint",))
    run(PYTHON, ROOT / "tools" / "stubs.py", *extra)


def bench(extra: list[str]) -> None:
    """Run the benchmarks in an environment of their own, which holds the peers."""
    create(BENCH_VENV)
    python = BENCH_VENV / PYTHON.relative_to(VENV)
    pip(python, "-r", "benches/requirements.txt", "--editable", ".[cli]")
    run(python, "-m", "pytest", "benches", "--benchmark-enable", "--benchmark-disable-gc")
    run(python, "-m", "benches.peers", *(extra or ["--quick"]))


def install(groups: tuple[str, ...]) -> None:
    """Install turnout from this tree, editable, with the `cli` extra and the dependency groups named."""
    create(VENV)
    pip(PYTHON, "--editable", ".[cli]", *[spec for group in groups for spec in requirements(group)])


def create(venv: Path) -> None:
    """Create a virtual environment unless it is there."""
    if not (venv / PYTHON.relative_to(VENV)).exists():
        run(sys.executable, "-m", "venv", venv)


def pip(python: Path, *what: str) -> None:
    """Install with pip, silent unless it fails."""
    print(f"installing into {python.parent.parent.name} (the first time compiles the core: a few minutes)", flush=True)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)


def requirements(group: str) -> list[str]:
    """The packages of a dependency group of pyproject.toml; pip before 25.1 cannot read them itself."""
    import tomllib

    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [str(spec) for spec in document["dependency-groups"][group]]


def find_cargo() -> bool:
    """Whether cargo can be run; looks where rustup puts it when the shell has not been opened anew."""
    if shutil.which("cargo"):
        return True
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "bin"
    os.environ["PATH"] = f"{home}{os.pathsep}{os.environ.get('PATH', '')}"
    return shutil.which("cargo") is not None


def run(*command: str | Path) -> None:
    """Run a program in the root of the tree; raise when it fails."""
    subprocess.run([str(word) for word in command], cwd=ROOT, check=True)


def fail(message: str) -> int:
    """Say what went wrong; the exit code that says so."""
    print(f"dev.py: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
