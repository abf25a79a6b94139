"""Write known answers of Erlang B, C and A, tests/vectors/erlang.json, with mpmath at 50 digits.

    python tools/erlang_vectors.py            write the file
    python tools/erlang_vectors.py --check    fail if the file is not what this script writes

The library is not used, nor its formulas where a plainer one will do: sums over the states of the queue, from which all
else follows. Times are in units of the handle time. Every number is a double, read exactly.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import mpmath as mp

FILE = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "erlang.json"
DIGITS = 50
SMALLEST = mp.mpf(10) ** -300


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit code."""
    text = render()
    if arguments == ["--check"]:
        same = FILE.is_file() and FILE.read_text("utf-8") == text
        print(f"{FILE.name}: {'as it should be' if same else 'differs; run python tools/erlang_vectors.py'}")
        return 0 if same else 1
    if arguments:
        print(__doc__)
        return 2
    FILE.write_text(text, "utf-8", newline="\n")
    print(f"{FILE.name}: {text.count(chr(10)) - 3} lines, {len(text) // 1024} KiB")
    return 0


def render() -> str:
    """The file's text: one vector a line."""
    mp.mp.dps = DIGITS
    draw = random.Random(5)
    sections = {
        "b_c": (["offered_load", "agents", "blocking", "wait"], blocking_rows(draw, 1400)),
        "a": (
            ["offered_load", "agents", "patience", "time", "wait", "abandon", "answered_within", "virtual_within",
             "abandoned_within", "asa_answered"],
            impatient_rows(draw, 1100),
        ),
    }  # fmt: skip
    parts = [
        f'"{name}":{{"columns":{json.dumps(names)},"rows":[\n{lines(rows)}]}}'
        for name, (names, rows) in sections.items()
    ]
    return "{" + ",\n".join(parts) + "}\n"


def lines(rows: list[list[mp.mpf | float]]) -> str:
    """Rows of numbers in the shortest digits that give the same doubles."""
    return ",\n".join("[" + ",".join(short(value) for value in row) + "]" for row in rows)


def short(value: mp.mpf | float) -> str:
    """A number as JSON has it."""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


# The sums over states. With p the probability of n contacts, of a queue without end and without waiting:


def above(s: mp.mpf, x: mp.mpf) -> mp.mpf:
    """L(s, x) = 1 + x/(s+1) + x^2/((s+1)(s+2)) + ...: the states from s on over that at s."""
    if x > s + 50 * mp.sqrt(s) + 500:
        return term_inverse(s, x) - below(s, x)
    term = total = mp.mpf(1)
    k = 0
    while term > total * mp.eps:
        k += 1
        term *= x / (s + k)
        total += term
    return total


def below(s: mp.mpf, x: mp.mpf) -> mp.mpf:
    """U(s, x) = s/x + s(s-1)/x^2 + ...: states below s over that at s; for other than whole s, its continuation."""
    whole = s == mp.floor(s)
    if (whole and s <= 3000) or (x >= s and s > 500):
        term, total, k = mp.mpf(1), mp.mpf(0), 0
        while k < s and term > total * mp.eps:
            term *= (s - k) / x
            total += term
            k += 1
        return total
    if x > s:
        with mp.workdps(DIGITS + 30):
            return s * mp.gammainc(s, x, mp.inf) * mp.exp(x - s * mp.log(x)) if s else mp.mpf(0)
    return term_inverse(s, x) - above(s, x)


def term_inverse(s: mp.mpf, x: mp.mpf) -> mp.mpf:
    """U + L = 1/p = Gamma(s+1) e^x / x^s."""
    with mp.workdps(DIGITS + 30):
        return mp.exp(mp.loggamma(s + 1) + x - s * mp.log(x))


def blocking_rows(draw: random.Random, count: int) -> list[list[mp.mpf | float]]:
    """Erlang B and C, down to probabilities of 1e-300."""
    rows: list[list[mp.mpf | float]] = []
    while len(rows) < count:
        load = float(f"{10 ** draw.uniform(-6, 6):.6g}")
        agents = team(draw, load, len(rows))
        a, n = mp.mpf(load), mp.mpf(agents)
        b = 1 / (1 + below(n, a))
        c = b / (1 - (a / n) * (1 - b)) if n > a else mp.mpf(1)
        if c > SMALLEST:
            rows.append([load, agents, b, c])
    return rows


def team(draw: random.Random, load: float, number: int) -> float:
    """Agents for a load: some near it, some far from it; every third number is not whole."""
    match number % 6:
        case 0 | 1:
            agents = load + draw.uniform(-4, 8) * load**0.5
        case 2:
            agents = load * 10 ** draw.uniform(-0.7, 0.7)
        case 3:
            agents = load + 10 ** draw.uniform(-3, 1)
        case 4:
            agents = draw.uniform(0, 60)
        case _:
            agents = load + draw.uniform(0, 38) * load**0.5 + draw.uniform(0, 20)
    agents = max(agents, 0.0)
    return float(f"{agents:.7g}") if number % 3 == 0 else float(max(round(agents), 1 if number % 2 else 0))


def impatient_rows(draw: random.Random, count: int) -> list[list[mp.mpf | float]]:
    """Erlang A: underload and overload, patience from a thousandth to ten thousand handle times."""
    rows: list[list[mp.mpf | float]] = []
    while len(rows) < count:
        load = float(f"{10 ** draw.uniform(-6 if len(rows) % 4 == 0 else -1, 6):.6g}")
        agents = team(draw, load, len(rows))
        patience = float(f"{10 ** (draw.uniform(-3, 4) if len(rows) % 3 == 0 else draw.uniform(-1.5, 1)):.5g}")
        time = float(f"{10 ** draw.uniform(-3, 0.5):.4g}") if len(rows) % 5 else float(draw.choice([0, 0.05, 1, 50]))
        if load * patience < 3e7:
            values = impatient(load, agents, patience, time)
            if values[0] > SMALLEST:
                rows.append([load, agents, patience, time, *values])
    return rows


def impatient(load: float, agents: float, patience: float, time: float) -> list[mp.mpf]:
    """The measures of one queue."""
    with mp.workdps(DIGITS + 20):
        a, n, k, t = mp.mpf(load), mp.mpf(agents), mp.mpf(patience), mp.mpf(time)
        x, y, stay = n * k, a * k, mp.exp(-t / k)
        all_waiting = above(x, y)
        wait = all_waiting / (all_waiting + below(n, a))
        # Flow: what is answered after a wait is what n busy agents finish, less what finds an agent free.
        answered_waiting = x / y * (1 - 1 / all_waiting)
        abandon = wait * (1 - answered_waiting)
        # The density of the virtual wait is exp(y (1 - e^-v) - x v) over its integral, v = t/k.
        decay = mp.exp(y * (1 - stay) - x * (t / k))
        later = above(x, y * stay)
        beyond = decay * later / all_waiting
        answered_beyond = x / y * decay * (later - 1) / all_waiting
        answered_within = 1 - abandon - wait * answered_beyond
        abandoned_within = wait * (1 - stay * beyond - answered_waiting + answered_beyond)
        asa = wait * answered_mean(x, y) * answered_waiting / (1 - abandon) * k if n else answered_mean(x, y) * k
        return [wait, abandon, answered_within, 1 - wait * beyond, abandoned_within, asa]


def answered_mean(x: mp.mpf, y: mp.mpf) -> mp.mpf:
    """The mean wait of those answered after a wait, in units of the patience."""
    top = mp.log(y / (x + 1)) if y > x + 1 else mp.mpf(0)
    peak = y * (1 - mp.exp(-top)) - (x + 1) * top

    def density(v: mp.mpf) -> mp.mpf:
        return mp.exp(y * (1 - mp.exp(-v)) - (x + 1) * v - peak)

    width = 1 / mp.sqrt(x + 1) if top else min(1 / mp.sqrt(y), 1 / (x + 1 - y) if x + 1 > y else mp.inf)
    places = [max(mp.mpf(0), top - j * width) for j in (24, 8, 2)] + [top + j * width for j in (0, 2, 8, 24, 60)]
    places = sorted(set(places))
    with mp.workdps(25):
        mass = mp.quad(density, places)
        return mp.quad(lambda v: v * density(v), places) / mass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
