"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# One run is like the next: a failure that comes and goes teaches nobody. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# Read by mypy, never run.
collect_ignore = ["typing/api.py"]

ROOT = Path(__file__).resolve().parent.parent


def pytest_report_header() -> str:
    """Which turnout is under test: the tree's, or an installed wheel."""
    import turnout

    return f"turnout: {Path(turnout.__file__).parent}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real call logs, which do not ship with the project."""
    return (ROOT / os.environ.get("TURNOUT_SHARED", "../shared")).resolve()
