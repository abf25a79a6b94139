"""Write known answers of the extended models, tests/vectors/models.json, with mpmath.

    python tools/models_vectors.py            write the file
    python tools/models_vectors.py --check    fail if the file is not what this script writes

The library is not used, nor its formulas: chains are solved state by state, waits are followed through a tagged
contact's own chain, mixtures are integrated, and days are carried by the Taylor series of their chains' equations.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import mpmath as mp

FILE = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "models.json"
DIGITS = 30
SERVICE = [
    "wait",
    "abandon",
    "answered_within",
    "virtual_within",
    "abandoned_within",
    "asa",
    "answered_asa",
    "queue_length",
]

Row = list[mp.mpf | float]


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit code."""
    text = render()
    if arguments == ["--check"]:
        same = FILE.is_file() and FILE.read_text("utf-8") == text
        print(f"{FILE.name}: {'as it should be' if same else 'differs; run python tools/models_vectors.py'}")
        return 0 if same else 1
    if arguments:
        print(__doc__)
        return 2
    FILE.write_text(text, "utf-8", newline="\n")
    print(f"{FILE.name}: {len(text) // 1024} KiB")
    return 0


def render() -> str:
    """The file's text: one vector a line."""
    mp.mp.dps = DIGITS
    draw = random.Random(11)
    retrial = ["arrival_rate", "aht", "patience", "agents", "lines", "retry", "blocked_retry", "time"]
    chat = ["arrival_rate", "patience", "agents", "time", "aht_1", "aht_2", "aht_3"]
    carry = ["patience", "time", "backlog", "before"]
    days = [f"{name}_{i}" for i in (1, 2, 3) for name in ("arrivals", "agents")]
    results = [f"{name}_{i}" for i in (1, 2, 3) for name in (*SERVICE, "completed", "waiting_after")]
    loads = [f"{name}_{i}" for i in (1, 2, 3, 4) for name in ("mean", "end")]
    sections = {
        "retrials": ([*retrial, "attempts", "blocking", *SERVICE], [retrial_row(draw, i) for i in range(24)]),
        "chats": ([*chat, *SERVICE, "aht", "occupancy"], [chat_row(draw, i) for i in range(15)]),
        "forecasts": (
            ["load", "agents", "patience", "time", "cv", "abandon", "answered_within", "interval_level", "wait"],
            [forecast_row(*case) for case in FORECASTS],
        ),
        "loads": (
            ["aht", "before", *[f"arrivals_{i}" for i in (1, 2, 3, 4)], *loads],
            [load_row(draw) for _ in range(8)],
        ),
        "days": ([*carry, *days, *results], [day_row(draw, i) for i in range(6)]),
    }
    parts = [
        f'"{name}":{{"columns":{json.dumps(names)},"rows":[\n{lines(rows)}]}}'
        for name, (names, rows) in sections.items()
    ]
    return "{" + ",\n".join(parts) + "}\n"


def lines(rows: list[Row]) -> str:
    """Rows of numbers; what is infinite is null."""
    return ",\n".join(
        "[" + ",".join("null" if mp.isinf(value) else short(value) for value in row) + "]" for row in rows
    )


def flow(start: list[mp.mpf], moves: list[tuple[int, int, mp.mpf]], time: mp.mpf) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """Where a chain with these moves (from, to, rate) is after `time`, and the time spent in each state on the way."""
    out = [mp.mpf(0)] * len(start)
    for source, _, rate in moves:
        out[source] += rate
    steps = max(1, int(mp.ceil(max(out) * time / 3)))
    now, spent = list(start), [mp.mpf(0)] * len(start)
    step = mp.mpf(time) / steps
    with mp.workdps(DIGITS + 10):
        for _ in range(steps):
            term, total, k = now, list(now), 0
            spent = [old + step * value for old, value in zip(spent, term, strict=True)]
            while max(abs(value) for value in term) > mp.eps:
                k += 1
                following = [-value * rate for value, rate in zip(term, out, strict=True)]
                for source, to, rate in moves:
                    following[to] += term[source] * rate
                term = [value * step / k for value in following]
                total = [old + value for old, value in zip(total, term, strict=True)]
                spent = [old + step / (k + 1) * value for old, value in zip(spent, term, strict=True)]
            now = total
    return now, spent


def short(value: mp.mpf | float) -> str:
    """A number as JSON has it, in the shortest digits that give the same double."""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def above(s: mp.mpf, x: mp.mpf) -> mp.mpf:
    """1 + x/(s+1) + x^2/((s+1)(s+2)) + ...: the states from s on over that at s."""
    term = total = mp.mpf(1)
    k = 0
    while term > total * mp.eps:
        k += 1
        term *= x / (s + k)
        total += term
    return total


def below(s: mp.mpf, x: mp.mpf) -> mp.mpf:
    """s/x + s(s-1)/x^2 + ..., for whole s: the states below s over that at s."""
    term, total = mp.mpf(1), mp.mpf(0)
    for k in range(int(s)):
        term *= (s - k) / x
        total += term
    return total


def tagged(found: list[mp.mpf], full: mp.mpf, leave: mp.mpf, time: mp.mpf) -> list[mp.mpf]:
    """The shares answered, left and virtually answered by `time` of those who find j waiting; and mean waits.

    The states of one contact: how many are ahead of it, whether it has been answered, whether it has left.
    """
    size = len(found)
    answered, left = size, size + 1
    fate: list[tuple[int, int, mp.mpf]] = []
    patient: list[tuple[int, int, mp.mpf]] = []
    for ahead in range(size):
        moves = full + ahead * leave
        to = ahead - 1 if ahead else answered
        fate += [(ahead, to, moves), (ahead, left, leave)]
        patient += [(ahead, to, moves)]
    start = [*found, mp.mpf(0), mp.mpf(0)]
    by_time, _ = flow(start, fate, time)
    virtual, _ = flow(start, patient, time)
    # The times spent waiting: in all, and by those who are answered (the first moment with the chance of an answer).
    chance: list[mp.mpf] = []
    until: list[mp.mpf] = []
    moment: list[mp.mpf] = []
    for ahead in range(size):
        moves = full + ahead * leave
        out = moves + leave
        before = chance[ahead - 1] if ahead else mp.mpf(1)
        chance.append(moves / out * before)
        until.append((1 + moves * (until[ahead - 1] if ahead else 0)) / out)
        moment.append((chance[ahead] + moves * (moment[ahead - 1] if ahead else 0)) / out)
    whole = [mp.fdot(found, values) for values in (chance, until, moment)] if size else [mp.mpf(0)] * 3
    return [by_time[answered], by_time[left], virtual[answered], *whole]


def service(found: list[mp.mpf], full: mp.mpf, leave: mp.mpf, time: mp.mpf, queue: mp.mpf) -> Row:
    """The measures of `SERVICE`, where `found` are the shares that wait behind so many."""
    wait = mp.fsum(found)
    answered, left, virtual, chance, until, moment = tagged(found, full, leave, time)
    abandon = wait - chance
    asa = moment / (1 - abandon)
    return [wait, abandon, 1 - wait + answered, 1 - wait + virtual, left, until, asa, queue]


def steady(arrival: mp.mpf, deaths: list[mp.mpf]) -> list[mp.mpf]:
    """The probabilities of a birth-death chain whose states 1, 2, ... are left downwards at these rates."""
    weights = [mp.mpf(1)]
    for death in deaths:
        weights.append(weights[-1] * arrival / death)
    total = mp.fsum(weights)
    return [weight / total for weight in weights]


def retrial_row(draw: random.Random, number: int) -> Row:
    """Erlang X: iterate the rate of attempts to its fixed point."""
    aht, patience = draw.choice([90.0, 240.0, 600.0]), draw.choice([20.0, 60.0, 300.0])
    agents = draw.randint(1, 14)
    lines_ = agents + draw.randint(0, 18) if number % 5 else max(1, agents - 1)
    rate = round(agents * draw.uniform(0.5, 1.7) / aht, 5)
    retry, blocked_retry = draw.choice([0.0, 0.2, 0.5, 0.9]), draw.choice([0.0, 0.0, 0.4])
    time = draw.choice([0.0, 10.0, 20.0, 120.0])
    leave = 0 if number % 6 == 3 else 1 / mp.mpf(patience)
    attempts = mp.mpf(rate)
    slots = min(agents, lines_)
    while True:
        deaths = [mp.mpf(min(k, slots)) / aht + max(k - slots, 0) * leave for k in range(1, lines_ + 1)]
        p = steady(attempts, deaths)
        queue = mp.fsum(max(k - slots, 0) * share for k, share in enumerate(p))
        left = queue * leave / attempts
        following = rate / (1 - retry * left - blocked_retry * p[-1])
        if abs(following - attempts) < attempts * mp.mpf(10) ** -26:
            break
        attempts = following
    found = [share / (1 - p[-1]) for share in p[slots:-1]]
    measures = service(found, mp.mpf(slots) / aht, mp.mpf(leave), mp.mpf(time), queue)
    given = [rate, aht, mp.inf if leave == 0 else patience, agents, lines_, retry, blocked_retry, time]
    return [*given, attempts, p[-1], *measures]


def chat_row(draw: random.Random, number: int) -> Row:
    """Chats on agents who have up to three each."""
    first = draw.choice([180.0, 300.0])
    aht = [first, first * draw.choice([1.0, 1.25, 1.6]), 0.0]
    aht[2] = aht[1] * draw.choice([1.0, 1.2, 1.5])
    agents, patience, time = draw.randint(1, 6), draw.choice([30.0, 120.0]), draw.choice([0.0, 15.0, 60.0])
    levels = [mp.mpf(0)] + [(level + 1) / mp.mpf(aht[level]) for level in range(3)]
    rate = round(float(agents * levels[3]) * draw.uniform(0.4, 1.3), 5)
    leave = 1 / mp.mpf(patience)
    slots = 3 * agents

    def pace(k: int) -> mp.mpf:
        spread = [min(k, slots) // agents + (1 if place < min(k, slots) % agents else 0) for place in range(agents)]
        return mp.fsum(levels[level] for level in spread)

    most = slots + 45
    p = steady(mp.mpf(rate), [pace(k) + max(k - slots, 0) * leave for k in range(1, most + 1)])
    assert p[-1] < mp.mpf(10) ** -14, number
    queue = mp.fsum(max(k - slots, 0) * share for k, share in enumerate(p))
    measures = service(p[slots:], pace(slots), leave, mp.mpf(time), queue)
    taken = mp.fsum(min(k, slots) * share for k, share in enumerate(p))
    finished = mp.fsum(pace(k) * share for k, share in enumerate(p))
    busy = mp.fsum(min(k, agents) * share for k, share in enumerate(p))
    return [rate, patience, agents, time, *aht, *measures, taken / finished, busy / agents]


FORECASTS = [
    (8.0, 9.0, 0.5, 0.1, 0.15),
    (8.0, 9.0, 0.5, 0.1, 0.3),
    (30.0, 32.0, 1.0, 0.1, 0.1),
    (30.0, 32.0, 0.3, 0.05, 0.2),
    (100.0, 105.0, 0.5, 0.08, 0.05),
    (100.0, 105.0, 0.5, 0.08, 0.1),
    (2.0, 3.0, 2.0, 0.2, 0.7),
]


def forecast_row(load: float, agents: float, patience: float, time: float, cv: float) -> Row:
    """A mixture of Erlang A over a Gamma law of the load, integrated; times in units of the handle time."""
    shape = 1 / mp.mpf(cv) ** 2
    log = mp.loggamma(shape)

    def density(x: mp.mpf) -> mp.mpf:
        return mp.exp(shape * mp.log(shape) + (shape - 1) * mp.log(x) - shape * x - log)

    memo: dict[mp.mpf, list[mp.mpf]] = {}

    def at(x: mp.mpf) -> list[mp.mpf]:
        if x not in memo:
            wait, abandon, within = erlang_a(load * x, mp.mpf(agents), mp.mpf(patience), mp.mpf(time))
            memo[x] = [x * abandon, x * within, within, x * wait]
        return memo[x]

    with mp.workdps(18):
        ends = [mp.mpf(0) if cv > 0.25 else max(mp.mpf(0), 1 - 10 * mp.mpf(cv))]
        ends += [1 + j * mp.mpf(cv) for j in (-2, 0, 2, 5, 12, 40) if 1 + j * cv > ends[0]]
        sums = [mp.quad(lambda x, i=i: density(x) * at(x)[i], ends, maxdegree=6) for i in range(4)]
    return [load, agents, patience, time, cv, *sums]


def erlang_a(load: mp.mpf, agents: mp.mpf, patience: mp.mpf, time: mp.mpf) -> list[mp.mpf]:
    """The shares that wait, that abandon, and that are answered by `time`."""
    x, y = agents * patience, load * patience
    waiting = above(x, y)
    wait = waiting / (waiting + below(agents, load))
    abandon = wait * (1 - x / y * (1 - 1 / waiting))
    stay = mp.exp(-time / patience)
    decay = mp.exp(y * (1 - stay) - agents * time)
    return [wait, abandon, 1 - abandon - wait * x / y * decay * (above(x, y * stay) - 1) / waiting]


def load_row(draw: random.Random) -> Row:
    """Modified offered load in intervals of 1800 s: what arrived and is still in service, integrated."""
    aht, before = draw.choice([120.0, 600.0, 2400.0]), draw.choice([0.0, 30.0])
    arrivals = [float(draw.randint(0, 120)) for _ in range(4)]
    length = mp.mpf(1800)

    def present(time: mp.mpf) -> mp.mpf:
        total = before * aht / length * mp.exp(-time / aht)
        for i, count in enumerate(arrivals):
            low, high = i * length, min((i + 1) * length, time)
            if high > low:
                total += mp.quad(lambda s, count=count: count / length * mp.exp(-(time - s) / aht), [low, high])
        return total

    results = []
    with mp.workdps(18):
        for i in range(4):
            mean = mp.quad(present, [i * length, (i + 1) * length]) / length
            results += [mean, present((i + 1) * length)]
    return [aht, before, *arrivals, *results]


def day_row(draw: random.Random, number: int) -> Row:
    """Three intervals of two handle times, each from where the one before has ended; times in handle times."""
    patience, time, backlog = draw.choice([0.5, 2.0]), draw.choice([0.05, 0.2]), draw.choice([0, 0, 4])
    endless = number % 4 == 3
    leave = mp.mpf(0) if endless else 1 / mp.mpf(patience)
    before = draw.choice([0.0, 1.5])
    length, most = mp.mpf(2), 75
    state = [mp.exp(-before) * mp.mpf(before) ** k / mp.factorial(k) for k in range(most - backlog)]
    state = [mp.mpf(0)] * backlog + state
    given: Row = []
    results: Row = []
    for _ in range(3):
        arrivals, agents = float(draw.randint(2, 9)), draw.randint(1, 5)
        given += [arrivals, agents]
        rate = arrivals / length
        up = [(k, k + 1, rate) for k in range(most - 1)]
        down = [(k, k - 1, min(k, agents) + max(k - agents, 0) * leave) for k in range(1, most)]
        state, spent = flow(state, up + down, length)
        average = [value / length for value in spent]
        queue = mp.fsum(max(k - agents, 0) * share for k, share in enumerate(average))
        busy = mp.fsum(min(k, agents) * share for k, share in enumerate(average))
        waiting = mp.fsum(max(k - agents, 0) * share for k, share in enumerate(state))
        results += service(average[agents:], mp.mpf(agents), leave, mp.mpf(time), queue)
        results += [busy * length, waiting]
    return [mp.inf if endless else patience, time, backlog, before, *given, *results]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
