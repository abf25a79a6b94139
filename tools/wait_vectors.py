"""Write the known answers of the live queue, tests/vectors/wait.json, with mpmath at 50 digits.

    python tools/wait_vectors.py            write the file (some minutes)
    python tools/wait_vectors.py --check    fail if the file is not what this script writes

The library is not used, nor are its ways: probabilities are whole sums, means are sums or integrals, variances under
overtaking come from the transform's second derivative, and transforms are inverted by the method of de Hoog, Knight and
Stokes. A number that is infinite is null.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import mpmath as mp

FILE = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "wait.json"
QUANTILES = (0.01, 0.1, 0.5, 0.9, 0.99, 0.999999)
Number = Any  # mpmath's, which has no types

mp.mp.dps = 50


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit code."""
    text = render()
    if arguments == ["--check"]:
        same = FILE.is_file() and FILE.read_text("utf-8") == text
        print(f"{FILE.name}: {'as it should be' if same else 'differs; run python tools/wait_vectors.py'}")
        return 0 if same else 1
    if arguments:
        print(__doc__)
        return 2
    FILE.write_text(text, "utf-8", newline="\n")
    print(f"{FILE.name}: {text.count('contacts_ahead')} queues")
    return 0


def render() -> str:
    """The file's text: one queue a line."""
    queues = ",\n".join(json.dumps(answer(case)) for case in plain_cases())
    overtaken = ",\n".join(json.dumps(overtaken_answer(case)) for case in overtaken_cases())
    return f'{{\n"quantiles": {json.dumps(QUANTILES)},\n"queues": [\n{queues}\n],\n"overtaken": [\n{overtaken}\n]\n}}\n'


def plain_cases() -> list[dict[str, Any]]:
    """Queues without overtaking: every corner of length, agents and patience, and many that are like real ones."""
    draw = random.Random(20260301)
    cases = [
        case(ahead, agents, 300.0, patience, target)
        for ahead in (0, 1, 2, 7, 15, 16, 17, 60, 511, 512, 513, 2000)
        for agents, patience, target in (
            (1, None, 20.0), (40, None, 300.0), (0.3, 20.0, 60.0), (3, 0.5, 10.0), (7, 60.0, 30.0), (25, 300.0, 120.0),
            (120, 900.0, 20.0), (900, 1e6, 600.0), (2, 1e12, 600.0), (3, 1e-3, 90.0), (0.001, 3.0, 5.0),
        )
    ]  # fmt: skip
    for _ in range(150):
        agents, aht, patience = draw.randint(1, 80), draw.uniform(90, 900), draw.uniform(30, 1800)
        within = draw.choice((10.0, 20.0, 60.0, 180.0))
        cases.append(case(draw.randint(0, 90), agents, round(aht, 1), round(patience, 1), within))
    return [*cases, case(20_000, 300, 240.0, 3600.0, 9000.0), case(20_000, 3, 240.0, 36.0, 300.0)]


def overtaken_cases() -> list[dict[str, Any]]:
    """Queues that are overtaken: seldom, often, and by more than are served."""
    draw = random.Random(20260302)
    cases = []
    for ahead in (0, 1, 5, 30, 200):
        for share, patience in ((0.001, 300.0), (0.3, 300.0), (0.3, None), (0.9, 60.0), (0.95, 1800.0), (1.3, 120.0)):
            cases.append({**case(ahead, 12, 300.0, patience, 240.0), "priority_arrivals_per_hour": 144.0 * share})
    for _ in range(30):
        agents, aht, patience = draw.randint(1, 50), round(draw.uniform(90, 900), 1), round(draw.uniform(60, 1200), 1)
        hourly = round(3600 * agents / aht * draw.uniform(0, 1.1), 1)
        one = case(draw.randint(0, 40), agents, aht, patience, draw.choice((20.0, 60.0, 180.0)))
        cases.append({**one, "priority_arrivals_per_hour": hourly})
    return cases


def case(ahead: int, agents: float, aht_s: float, patience_s: float | None, answer_within_s: float) -> dict[str, Any]:
    """A queue."""
    return {
        "contacts_ahead": ahead,
        "agents": agents,
        "aht_s": aht_s,
        "patience_s": patience_s,
        "answer_within_s": answer_within_s,
    }


def rates(queue: dict[str, Any]) -> tuple[int, Number, Number]:
    """Contacts ahead, start rate and abandonment rate."""
    patience = queue["patience_s"]
    leave = mp.mpf(0) if patience is None else 1 / mp.mpf(patience)
    return queue["contacts_ahead"], mp.mpf(queue["agents"]) / mp.mpf(queue["aht_s"]), leave


def answer(queue: dict[str, Any]) -> dict[str, Any]:
    """What is to be found of a queue without overtaking."""
    n, start, leave = rates(queue)
    probability = start / (start + (n + 1) * leave)
    above, _ = tail(n, start + leave, leave, mp.mpf(queue["answer_within_s"]))
    return {
        **queue,
        "expected_wait_s": float(mp.fsum(1 / (start + i * leave) for i in range(n + 1))),
        "wait_variance": float(mp.fsum(1 / (start + i * leave) ** 2 for i in range(n + 1))),
        "answer_probability": float(probability),
        "service_level": float(probability * (1 - above)),
        "wait_quantiles_s": [float(quantile(n, start, leave, mp.mpf(q))) for q in QUANTILES],
    }


def tail(n: int, start: Number, leave: Number, t: Number) -> tuple[Number, Number]:
    """The probability of a longer wait, and the density: whole sums."""
    u = -mp.expm1(-leave * t) / leave if leave else t
    term = total = mp.mpf(1)
    for i in range(n):
        term *= (start + i * leave) * u / (i + 1)
        total += term
    faded = mp.exp(-start * t)
    return faded * total, faded * term * (start + n * leave)


def quantile(n: int, start: Number, leave: Number, probability: Number) -> Number:
    """The wait that is not exceeded with a probability: by halving, and then Newton's steps."""
    low, high = mp.mpf(0), 1 / start
    while 1 - tail(n, start, leave, high)[0] < probability:
        low, high = high, 2 * high
    for _ in range(20):
        middle = (low + high) / 2
        if 1 - tail(n, start, leave, middle)[0] < probability:
            low = middle
        else:
            high = middle
    t = (low + high) / 2
    for _ in range(8):
        above, density = tail(n, start, leave, t)
        step = (1 - above - probability) / density
        t -= step
        if abs(step) < mp.mpf(10) ** -30 * t:
            return t
    raise ArithmeticError("no quantile")


def overtaken_answer(queue: dict[str, Any]) -> dict[str, Any]:
    """What is to be found of a queue that is overtaken: probabilities of times, in place of times of probabilities."""
    n, start, leave = rates(queue)
    overtake = mp.mpf(queue["priority_arrivals_per_hour"]) / 3600

    def transform(s: Number) -> Number:
        return product(n, start, leave, overtake, s)

    def brought_back(of: Any, t: Number) -> Number:
        with mp.workdps(30):
            return mp.invertlaplace(of, t, method="dehoog", degree=40)

    expected = mean(n, start, leave, overtake)
    times = [round(float(expected) * share, 3) for share in (0.2, 0.7, 1.0, 2.5)]
    # The logarithm's second derivative is the variance.
    step = mp.mpf(10) ** -12 / expected
    bend = (mp.log(transform(step)) + mp.log(transform(-step))) / step**2
    within = mp.mpf(queue["answer_within_s"])
    return {
        **queue,
        "expected_wait_s": float(expected),
        "wait_variance": float(bend),
        "answer_probability": float(transform(leave)),
        "service_level": float(brought_back(lambda s: transform(s + leave) / s, within)),
        "times_s": times,
        "probabilities": [float(brought_back(lambda s: transform(s) / s, mp.mpf(t))) for t in times],
    }


def mean(n: int, start: Number, leave: Number, overtake: Number) -> Number:
    """The integral of exp(-r t + o (1 - e^(-h t))/h) (1 - e^(-(n+1) h t)) / (1 - e^(-h t))."""
    if not leave:
        return (n + 1) / (start - overtake)

    def weight(t: Number) -> Number:
        gone = -mp.expm1(-leave * t)
        others = -mp.expm1(-(n + 1) * leave * t) / gone if gone else mp.mpf(n + 1)
        return mp.exp(-start * t + overtake * gone / leave) * others

    scale = 1 / (start + (n + 1) * leave)
    places = [0, *(scale * 4**k for k in range(40) if scale * 4**k < 400 / min(start, leave))]
    return mp.quad(weight, places)


def product(n: int, start: Number, leave: Number, overtake: Number, s: Number) -> Number:
    """The transform of the wait: first passages, from a place so far back that it does not matter."""
    if not leave:
        total = start + overtake + s
        return (2 * start / (total + mp.sqrt(total * total - 4 * overtake * start))) ** (n + 1)
    last, weight = n + 1, mp.mpf(1)
    while weight > mp.mpf(10) ** -45:
        weight *= overtake / (start + last * leave)
        last += 1
    one = found = mp.mpf(1)
    for k in range(last, -1, -1):
        forward = start + k * leave
        one = forward / (forward + overtake + s - overtake * one)
        if k <= n:
            found *= one
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
