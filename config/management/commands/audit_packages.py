import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.management.commands.pin_packages import CONSTRAINTS, LISTS

PINNED = [*LISTS, CONSTRAINTS]
PATIENCE = 60
"""Seconds: each package is asked for by itself; 182 of them took 17 s."""


class Command(BaseCommand):
    """For `./run check`, which must also work on a train: a database that cannot be reached fails nothing, but whoever
    reads the output must not take silence for safety."""

    help = "Asks pip-audit whether a known weakness stands against what we pin or it brings along; exit code 1 if so."

    def handle(self, *args: Any, **options: Any) -> None:
        asked = [part for name in PINNED for part in ("-r", str(Path(settings.BASE_DIR) / name))]
        how = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=5", "--format=json"]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pip_audit", *asked, *how], capture_output=True, text=True, timeout=PATIENCE
            )
            found = json.loads(done.stdout)["dependencies"]
        except (subprocess.TimeoutExpired, ValueError, KeyError, OSError):
            self.stdout.write("Packages: NOT AUDITED, the database of weaknesses was not reached (offline).")
            return
        self.report(found)

    def report(self, found: list[dict[str, Any]]) -> None:
        """Say what stands against which package; raise `CommandError` when anything does."""
        known = [one for one in found if "vulns" in one]
        weak = [f"{one['name']} {one['version']}: {weakness_of(one)}" for one in known if one["vulns"]]
        unknown = [one["name"] for one in found if "vulns" not in one]
        if not known:  # a mirror of the packages answers in its place
            said = f"NOT AUDITED, what answers as the database of weaknesses knows none of {len(found)}."
        else:
            left_out = f", not known there: {', '.join(unknown)}" if unknown else ""
            said = f"the database of weaknesses was reached, {len(known)} audited, {len(weak)} weak{left_out}."
        self.stdout.write(f"Packages: {said}")
        if weak:
            raise CommandError("\n".join(weak))


def weakness_of(package: dict[str, Any]) -> str:
    return ", ".join(
        f"{one['id']} (mended in {'/'.join(one['fix_versions']) or 'no release yet'})" for one in package["vulns"]
    )
