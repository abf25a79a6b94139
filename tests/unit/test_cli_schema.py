"""`turnout schema --out` writes over a schema, and over nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.unit.test_cli import run, run_json


def test_it_takes_nobodys_file(tmp_path: Path) -> None:
    keep, schema = tmp_path / "policy.toml", tmp_path / "policy.schema.json"
    keep.write_text("turnout = 1\n", "utf-8")
    assert "is no schema" in run("schema", "--out", keep, code=2)
    assert keep.read_text("utf-8") == "turnout = 1\n"
    for _ in range(2):
        assert run_json("schema", "--out", schema) == {"path": str(schema), "written": True}
    assert schema.read_text("utf-8") == run("schema")
