"""Texts made to fall into one place of a hash table that hashes with XXH3 and a seed that is known beforehand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
# XXH3 of 8 bytes, seed 0: xor with a secret, mix by rotations, multiply, shift, multiply, shift. Each can be undone.
SECRET = int.from_bytes(bytes.fromhex("7c01812cf721ad1c"), "little") ^ int.from_bytes(
    bytes.fromhex("ded46de9839097db"), "little"
)
FACTOR_UNDONE = pow(0x9FB21C651E98DF25, -1, 2**64)
LOW_BITS = 26
FIRST, LAST = np.uint8(0x23), np.uint8(0x7E)
BACKSLASH = 0x5C


def turned(words: Words, by: int) -> Words:
    """The words with their bits rotated to the left."""
    return (words << np.uint64(by)) | (words >> np.uint64((64 - by) % 64))


def unhash(hashes: Words) -> Words:
    """The eight bytes, as numbers, that have these hashes."""
    with np.errstate(over="ignore"):
        words = hashes ^ (hashes >> np.uint64(28)) ^ (hashes >> np.uint64(56))
        words = words * np.uint64(FACTOR_UNDONE)
        words = words ^ ((words >> np.uint64(35)) + np.uint64(8))
        words = words * np.uint64(FACTOR_UNDONE)
    # The mixing done 64 times is nothing, so 63 times more undoes it: once, twice, 4, 8, 16 and 32 times, each in one go.
    for times in (1, 2, 4, 8, 16, 32):
        words = words ^ turned(words, 49 * times % 64) ^ turned(words, 24 * times % 64)
    words = words ^ np.uint64(SECRET)
    return turned(words, 32)


def colliding_texts(count: int) -> list[str]:
    """So many printable texts whose hashes agree in the bits that choose a place, and in those that mark it."""
    found: list[bytes] = []
    start, step = 0, 1 << 21
    while len(found) < count:
        middle = np.arange(start, start + step, dtype=np.uint64)
        start += step
        letters = unhash((middle << np.uint64(LOW_BITS)) | np.uint64(5)).view(np.uint8).reshape(-1, 8)
        plain = ((letters - FIRST <= LAST - FIRST) & (letters != BACKSLASH)).all(axis=1)
        found += [row.tobytes() for row in letters[plain]]
    return [text.decode("ascii") for text in found[:count]]
