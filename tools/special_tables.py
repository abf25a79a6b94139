"""Write the polynomials of `rust/core/src/special` with mpmath: `python tools/special_tables.py [--check]`.

Each function is expanded in Chebyshev polynomials on its range, cut where double precision ends, and written in powers.
The functions are Temme's uniform expansion of the incomplete gamma functions (Temme 1979; DLMF 8.12), Stirling's
correction, the scaled complementary error function and the remainder of the logarithm.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mpmath as mp

OUT = Path(__file__).parents[1] / "rust/core/src/special/tables.rs"

# Temme's expansion serves s >= SMALLEST and -0.5 <= x/s - 1 <= 1.
SMALLEST = 16
ETA_LOW = -mp.sqrt(2 * (mp.log(2) - mp.mpf(1) / 2))
ETA_HIGH = mp.sqrt(2 * (1 - mp.log(2)))
# Places of the quadrature rule.
RULE = 32
CUT = mp.mpf(2) ** -56


def nodes(count: int) -> list[mp.mpf]:
    """Zeros of the Chebyshev polynomial of degree `count`."""
    return [mp.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]


def chebyshev(values: list[mp.mpf]) -> list[mp.mpf]:
    """Coefficients of the expansion that takes `values` at the nodes."""
    count = len(values)
    angles = [mp.pi * (2 * k + 1) / (2 * count) for k in range(count)]
    sums = [mp.fsum(v * mp.cos(j * a) for v, a in zip(values, angles, strict=True)) for j in range(count)]
    return [total * (1 if j == 0 else 2) / count for j, total in enumerate(sums)]


def powers(coefficients: list[mp.mpf], low: mp.mpf, high: mp.mpf) -> list[mp.mpf]:
    """The same polynomial in powers of y, where x = (2 y - low - high) / (high - low) runs over [-1, 1]."""
    scale, shift = 2 / (high - low), -(low + high) / (high - low)
    before, now = [mp.mpf(1)], [shift, scale]
    total = [mp.mpf(0)] * max(len(coefficients), 2)
    for j, c in enumerate(coefficients):
        if j >= 1:
            if j >= 2:
                raised = [mp.mpf(0), *(2 * scale * v for v in now)]
                for i, v in enumerate(now):
                    raised[i] += 2 * shift * v
                for i, v in enumerate(before):
                    raised[i] -= v
                before, now = now, raised
            basis = now
        else:
            basis = before
        for i, v in enumerate(basis):
            total[i] += c * v
    return total[: len(coefficients)]


def cut(coefficients: list[mp.mpf], bound: mp.mpf = CUT) -> list[mp.mpf]:
    """Without the tail that lies below `bound`."""
    last = max((j for j, c in enumerate(coefficients) if abs(c) > bound), default=-1)
    return coefficients[: last + 1]


def fit(f: Callable[[mp.mpf], mp.mpf], low: float, high: float, count: int, bound: mp.mpf = CUT) -> list[mp.mpf]:
    """Polynomial in powers for `f` on [low, high]."""
    low, high = mp.mpf(low), mp.mpf(high)
    values = [f((low + high) / 2 + (high - low) / 2 * x) for x in nodes(count)]
    return powers(cut(chebyshev(values), bound), low, high)


def stirling(s: mp.mpf) -> mp.mpf:
    """Gamma*(s) = Gamma(s+1) e^s s^-s / sqrt(2 pi s)."""
    return mp.exp(mp.loggamma(s + 1) + s - s * mp.log(s)) / mp.sqrt(2 * mp.pi * s)


def lower(s: mp.mpf, x: mp.mpf) -> mp.mpf:
    """L(s, x) by its series."""
    term = total = mp.mpf(1)
    k = 0
    while term > total * mp.eps:
        k += 1
        term *= x / (s + k)
        total += term
    return total


def ratio(eta: mp.mpf) -> mp.mpf:
    """The root lambda of lambda - 1 - ln lambda = eta^2 / 2 on eta's side of 1."""
    if eta == 0:
        return mp.mpf(1)
    branch = 0 if eta < 0 else -1
    return -mp.re(mp.lambertw(-mp.exp(-1 - eta * eta / 2), branch))


def temme(eta: mp.mpf, s: mp.mpf) -> mp.mpf:
    """What Temme's expansion adds: U = K/2 erfcx(z) + T and L = K/2 erfcx(-z) - T, z = eta sqrt(s/2)."""
    z = abs(eta) * mp.sqrt(s / 2)
    k = stirling(s) * mp.sqrt(2 * mp.pi * s)
    half = k / 2 * mp.erfc(z) * mp.exp(z * z)
    below = lower(s, ratio(eta) * s)
    return half - below if eta < 0 else k * mp.exp(z * z) - below - half


def temme_rows() -> list[list[mp.mpf]]:
    """Row j holds the powers of eta that go with (SMALLEST/s)^j."""
    count_eta, count_w = 20, 10
    middle, half = (ETA_LOW + ETA_HIGH) / 2, (ETA_HIGH - ETA_LOW) / 2
    with mp.workdps(800):
        grid = [
            chebyshev([temme(middle + half * x, SMALLEST * 2 / (1 + w)) for w in nodes(count_w)])
            for x in nodes(count_eta)
        ]
    columns = [cut(chebyshev([row[j] for row in grid])) for j in range(count_w)]
    while not columns[-1]:
        columns.pop()
    in_eta = [powers(column, ETA_LOW, ETA_HIGH) for column in columns]
    rows: list[list[mp.mpf]] = [[] for _ in columns]
    for i in range(max(map(len, in_eta))):
        of_w = [column[i] if i < len(column) else mp.mpf(0) for column in in_eta]
        while of_w and of_w[-1] == 0:
            of_w.pop()
        for j, c in enumerate(powers(of_w, mp.mpf(0), mp.mpf(1))):
            rows[j].append(c)
    return rows


def of_erfcx(t: mp.mpf) -> mp.mpf:
    """(1 + 2 z) erfcx(z) where t = (z - 4) / (z + 4); its limit at t = 1 is 2/sqrt(pi)."""
    if 1 - t < mp.mpf(10) ** -12:
        return 2 / mp.sqrt(mp.pi)
    z = 4 * (1 + t) / (1 - t)
    if z > 1000:
        tail = mp.fsum((-1) ** k * mp.fac2(2 * k - 1) / (2 * z * z) ** k for k in range(12))
        return (1 + 2 * z) * tail / (z * mp.sqrt(mp.pi))
    return (1 + 2 * z) * mp.erfc(z) * mp.exp(z * z)


def of_phi(u: mp.mpf) -> mp.mpf:
    """(atanh(w) - w) / w^3 with u = w^2, twice: what phi lacks after mu w."""
    if u == 0:
        return mp.mpf(2) / 3
    w = mp.sqrt(u)
    return 2 * (mp.atanh(w) - w) / w**3


def of_drain(v: mp.mpf) -> mp.mpf:
    """(v - 1 + e^-v) / v^2; its limit at 0 is 1/2."""
    return (v + mp.expm1(-v)) / v**2 if v else mp.mpf(1) / 2


def literal(c: mp.mpf) -> str:
    """The nearest double, in the shortest digits that give it back."""
    text = repr(float(c))
    return text if "e" in text or "." in text else text + ".0"


def array(name: str, doc: str, coefficients: list[mp.mpf], seen: str = "super") -> str:
    """One constant in Rust."""
    body = ", ".join(literal(c) for c in coefficients)
    return f"/// {doc}\npub({seen}) const {name}: [f64; {len(coefficients)}] = [{body}];\n"


def legendre() -> list[str]:
    """Nodes and weights of Gauss and Legendre's rule on [0, 1]."""
    found = []
    for k in range(RULE):
        start = mp.cos(mp.pi * (4 * k + 3) / (4 * RULE + 2))
        x = mp.findroot(lambda t: mp.legendre(RULE, t), (start, start + mp.mpf(10) ** -6))
        slope = RULE * (x * mp.legendre(RULE, x) - mp.legendre(RULE - 1, x)) / (x * x - 1)
        found.append(((1 + x) / 2, 1 / ((1 - x * x) * slope * slope)))
    found.sort()
    return [
        array("NODES", "Places of the rule of Gauss and Legendre on [0, 1].", [x for x, _ in found], "crate"),
        array("WEIGHTS", "Weights beside the places.", [w for _, w in found], "crate"),
    ]


def source() -> str:
    """The Rust file, before rustfmt."""
    parts = [
        "//! Written by `tools/special_tables.py`; do not edit. Polynomials by rising powers.\n",
        '#![allow(clippy::unreadable_literal, reason = "nobody reads these digits")]\n\n',
        f"/// Temme's expansion and Stirling's correction serve from this s on.\n"
        f"pub(super) const SMALLEST: f64 = {SMALLEST}.0;\n",
        array("STIRLING", "Gamma*(s) in SMALLEST/s.", fit(lambda w: stirling(SMALLEST / w), 0, 1, 24)),
    ]
    rows = temme_rows()
    for j, row in enumerate(rows):
        parts.append(array(f"TEMME_{j}", f"Powers of eta beside (SMALLEST/s)^{j}.", row))
    parts += [
        array("ERFCX", "(1 + 2 z) erfcx(z) in (z - 4) / (z + 4).", fit(of_erfcx, -1, 1, 60)),
        array("PHI", "2 (atanh(w) - w) / w^3 in w^2, for w^2 <= 1/9.", fit(of_phi, 0, mp.mpf(1) / 9, 30)),
        array("DRAIN", "(v - 1 + e^-v) / v^2 in v, for |v| <= 1.", fit(of_drain, -1, 1, 30)),
        array("EXP", "e^r in r, for |r| <= ln(2)/2.", fit(mp.exp, -mp.log(2) / 2, mp.log(2) / 2, 30)),
        *legendre(),
    ]
    return "\n".join(parts)


def main() -> int:
    """Write the file, or say whether it is as it would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    mp.mp.dps = 60
    text = subprocess.run(
        ["rustfmt", "--edition", "2024", "--config", "max_width=120"],
        input=source(),
        text=True,
        capture_output=True,
        check=True,
    ).stdout
    if check:
        return int(OUT.read_text() != text)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
