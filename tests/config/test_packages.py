"""What our packages bring along is pinned, audited and free of GPL where it is part of the product."""

import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from config.management.commands import audit_packages, pin_packages

ROOT = Path(__file__).parents[2]
CONSTRAINTS = (ROOT / "constraints.txt").read_text()
PRODUCT, _TESTS = CONSTRAINTS.split("# Only for tests and checks")
MAY_BE_USED_AS_THEY_ARE = {"psycopg-binary", "pyphen", "qrcode"}
"""docs/adr/0005-licences.md says why."""
pytestmark = pytest.mark.one_database


def test_the_file_names_what_is_brought_along_and_nothing_else():
    """Stale? `./run fix` writes it anew."""
    assert pin_packages.constraints(kept=CONSTRAINTS) == CONSTRAINTS


def test_every_installed_package_is_pinned():
    ours = {canonicalize_name(one.name) for name in pin_packages.LISTS for one in pin_packages.requirements_of(name)}
    there = {canonicalize_name(one.metadata["Name"]): one.version for one in distributions()}
    brought = {name: version for name, version in there.items() if name not in ours | pin_packages.NOT_OURS}

    pins = pin_packages.pins_of(CONSTRAINTS)

    assert (brought, len(brought) > 100) == ({name: pins.get(name) for name in brought}, True)


def test_what_only_another_python_needs_keeps_its_line_and_is_not_invented():
    before = {"for-another-python": "for-another-python==1.0 # MIT"}

    assert list(pin_packages.said({"for-another-python"}, before)) == ["for-another-python==1.0 # MIT\n"]
    assert list(pin_packages.said({"for-another-python"}, {})) == []
    assert list(pin_packages.said(set(), before)) == []


def test_what_is_brought_along_is_audited_with_what_we_ask_for():
    assert audit_packages.PINNED == ["requirements.txt", "requirements-dev.txt", "constraints.txt"]


def test_packages_are_installed_again_when_a_list_or_what_they_bring_along_has_changed(tmp_path):
    packages = re.search(r"^packages\(\) \{.*?^\}$", (ROOT / "run").read_text(), re.S | re.M)
    assert packages
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "pip"):
        (programs / name).write_text('#!/bin/sh\necho "$@" >>asked\n')
        (programs / name).chmod(0o755)

    def asked(**files: str) -> list[str]:
        for name, text in files.items():
            (tmp_path / f"{name}.txt").write_text(text)
        (tmp_path / "asked").write_text("")
        script = f"{packages[0]}\npackages requirements.txt"
        subprocess.run(["sh", "-euc", script], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
        return (tmp_path / "asked").read_text().splitlines()

    installed = ["install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt"]
    assert asked(requirements="one==1\n", constraints="two==1\n") == installed
    assert asked() == []
    assert asked(constraints="two==2\n") == installed
    assert asked(requirements="one==2\n") == installed
    assert asked() == []


def test_nothing_under_the_gpl_alone_is_part_of_the_product():
    lines = [line for line in PRODUCT.splitlines() if "==" in line]
    gpl = {line.partition("==")[0] for line in lines if "GPL" in line or "Proprietary" in line.partition("#")[2]}

    assert gpl == MAY_BE_USED_AS_THEY_ARE
