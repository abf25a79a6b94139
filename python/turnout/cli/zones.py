"""Time zones named on the command line."""

from __future__ import annotations

import zoneinfo

from turnout.cli.faults import CliError


def check_zone(zone: str) -> None:
    """Refuses a name that is no time zone."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise CliError(f"no time zone {zone!r}", where="--zone", hint="write for example Europe/Berlin") from None
