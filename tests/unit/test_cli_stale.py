"""`turnout stale` and gates that do not fit."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.test_cli import run
from turnout import sample_policy_path


def test_a_gate_that_fits_no_step_is_a_fault(tmp_path: Path) -> None:
    gates = tmp_path / "gates.json"
    gate = {"toggle": "callback-offer", "rule": "ramp", "step": 2, "n": 5, "at": "2026-03-01T00:00:00Z"}
    gates.write_text(json.dumps([gate]), "utf-8")
    assert "waits for no samples" in run("stale", sample_policy_path(), "--gates", gates, code=2)
    gates.write_text("[" * 100_000, "utf-8")
    assert "is not JSON" in run("stale", sample_policy_path(), "--gates", gates, code=2)
