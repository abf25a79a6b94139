"""Made-up rows of the bank log."""

from __future__ import annotations

from pathlib import Path

HEADER = (
    "vru+line call_id customer_id priority type date vru_entry vru_exit vru_time q_start q_exit q_time outcome "
    "ser_start ser_exit ser_time server"
)
ROW = "AA0101 44749 27644400 2 PS 990901 11:45:33 11:45:39 6 11:45:39 11:46:58 79 AGENT 11:46:57 11:51:00 243 DORIT"
COLUMNS = HEADER.split()
USUAL = dict(zip(COLUMNS, ROW.split(), strict=True))
NOT_QUEUED = {"q_start": "0:00:00", "q_exit": "0:00:00", "q_time": "0"}
NOT_SERVED = {"ser_start": "0:00:00", "ser_exit": "0:00:00", "ser_time": "0", "server": "NO_SERVER"}
HUNG_UP = {"outcome": "HANG", **NOT_SERVED}


def write(path: Path, *changes: dict[str, str], end: str = "\n", header: bool = True) -> Path:
    """Write a log of usual rows, each with its changes and a call_id of its own."""
    rows = [{**USUAL, "call_id": str(1000 + index), **change} for index, change in enumerate(changes)]
    lines = [*(["\t".join(COLUMNS)] if header else []), *("\t".join(row.values()) for row in rows)]
    path.write_bytes("".join(line + end for line in lines).encode())
    return path
