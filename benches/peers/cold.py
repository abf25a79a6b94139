"""Processes that have just begun: loading 10,000 toggles, memory, import, the first answer."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benches.documents import write_all
from benches.peers.probes import KEYS_FILE_SUFFIX
from benches.peers.rows import Result, Row
from benches.workload import COLD_TOGGLES, TOGGLES, toggles

PROBES = Path(__file__).with_name("probes.py")
LOADERS = ("turnout", "eppo", "growthbook", "orjson")


def probe(kind: str, package: str, path: Path) -> float:
    """One fresh process, one number. `-P` keeps this folder off its import path."""
    command = [sys.executable, "-P", str(PROBES), kind, package, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def write(directory: Path) -> dict[tuple[str, int], Path]:
    """Every document with the list of its keys beside it."""
    paths = {}
    for path in write_all(directory):
        package, count = path.stem.split("-")
        keys = "\n".join(toggle.key for toggle in toggles(int(count)))
        Path(f"{path}{KEYS_FILE_SUFFIX}").write_text(keys, encoding="utf-8")
        paths[package, int(count)] = path
    return paths


def best(kind: str, package_paths: dict[str, Path], rounds: int) -> dict[str, float]:
    """The least of `rounds` interleaved processes for each package."""
    least = dict.fromkeys(package_paths, float("inf"))
    for _ in range(rounds):
        for package, path in package_paths.items():
            least[package] = min(least[package], probe(kind, package, path))
    return least


def run(quick: bool, with_turnout: bool = True) -> Result:
    if not with_turnout:
        return Result()
    with tempfile.TemporaryDirectory() as directory:
        paths = write(Path(directory))
        ours = paths["turnout", COLD_TOGGLES]
        loaded = {package: paths.get((package, COLD_TOGGLES), ours) for package in LOADERS}
        small = {package: paths[package, TOGGLES] for package in LOADERS if package != "orjson"}
        holders = {package: loaded[package] for package in small}
        rounds = 4 if quick else 12
        load = {name: took * 1e3 for name, took in best("load", loaded, rounds).items()}
        first = {name: took * 1e3 for name, took in best("first", small, rounds).items()}
        imported = {name: took * 1e3 for name, took in best("import", small, rounds * 2).items()}
        memory = best("memory", holders, 1 if quick else 3)
        megabytes = ours.stat().st_size / 1e6, loaded["eppo"].stat().st_size / 1e6
    return Result(rows(load, first, imported, memory, megabytes))


def rows(
    load: dict[str, float],
    first: dict[str, float],
    imported: dict[str, float],
    memory: dict[str, float],
    megabytes: tuple[float, float],
) -> list[Row]:
    name = f"cold load of {COLD_TOGGLES:,} toggles and the first evaluation of each"
    sizes = f"{megabytes[0]:.1f} MB beside {megabytes[1]:.1f} MB"
    bytes_unit = "B a toggle"
    return [
        Row(name, load["turnout"], "ms", "eppo", load["eppo"], 0.6, sizes),
        Row("the same, beside growthbook", load["turnout"], "ms", "growthbook", load["growthbook"]),
        Row("the same, beside orjson of the same file", load["turnout"], "ms", "orjson.loads", load["orjson"]),
        Row("memory at 10,000 toggles", memory["turnout"], bytes_unit, "growthbook", memory["growthbook"], 0.6),
        Row("memory at 10,000 toggles, beside eppo", memory["turnout"], bytes_unit, "eppo", memory["eppo"]),
        Row("import turnout", imported["turnout"], "ms", goal=10.0),
        Row("import turnout beside growthbook", imported["turnout"], "ms", "growthbook", imported["growthbook"]),
        Row("import turnout beside eppo", imported["turnout"], "ms", "eppo", imported["eppo"]),
        Row("a cold process to its first answer", first["turnout"], "ms", "eppo", first["eppo"]),
        Row("a cold process, beside growthbook", first["turnout"], "ms", "growthbook", first["growthbook"]),
    ]
