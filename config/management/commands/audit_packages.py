import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PATIENCE = 20
"""Seconds: with a network it takes four to ten."""


class Command(BaseCommand):
    """For `./run check`, which must also work on a train: a database that cannot be reached fails nothing."""

    help = "Asks pip-audit whether a known weakness stands against any of the packages we pin; exit code 1 if so."

    def handle(self, *args: Any, **options: Any) -> None:
        lists = ["requirements.txt", "requirements-dev.txt"]
        asked = [part for name in lists for part in ("-r", str(Path(settings.BASE_DIR) / name))]
        how = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=5", "--format=json"]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pip_audit", *asked, *how], capture_output=True, text=True, timeout=PATIENCE
            )
            found = json.loads(done.stdout)["dependencies"]
        except (subprocess.TimeoutExpired, ValueError, KeyError, OSError):
            self.stdout.write("Packages: the database of weaknesses cannot be reached; not audited this time.")
            return
        self.report(found)

    def report(self, found: list[dict[str, Any]]) -> None:
        """Say what stands against which package; raise `CommandError` when anything does."""
        known = [one for one in found if "vulns" in one]
        weak = [f"{one['name']} {one['version']}: {weakness_of(one)}" for one in known if one["vulns"]]
        left_out = len(found) - len(known)
        said = f"Packages: {len(known)} audited" + (f", {left_out} not known there" if left_out else "")
        self.stdout.write(f"{said}, {len(weak)} with known weaknesses.")
        if weak:
            raise CommandError("\n".join(weak))


def weakness_of(package: dict[str, Any]) -> str:
    return ", ".join(
        f"{one['id']} (mended in {'/'.join(one['fix_versions']) or 'no release yet'})" for one in package["vulns"]
    )
