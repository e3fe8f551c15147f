"""What a machine that lacks something is told."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from reports import checks


def ids(found) -> list[str]:
    return [message.id for message in found]


def test_this_machine_can_print():
    assert checks.check_printing() == []


def test_missing_subsetter_is_a_warning_with_its_package(monkeypatch):
    monkeypatch.setattr(checks, "SUBSET", ("libnone.so.0",))
    found = checks.check_printing()

    assert ids(found) == ["reports.W002"]
    assert found[0].hint == "apt install libharfbuzz-subset0"
    assert not found[0].is_serious()


def test_missing_chinese_font_is_a_warning_with_its_package(monkeypatch):
    monkeypatch.setattr(checks, "CHINESE", ":family=No Such Font Anywhere")
    found = checks.check_printing()

    assert ids(found) == ["reports.W001"]
    assert found[0].hint == "apt install fonts-noto-cjk"


@pytest.mark.parametrize("library", ["PANGO", "PANGOFT2", "FONTCONFIG"])
def test_missing_pango_is_an_error_and_nothing_crashes(monkeypatch, library):
    monkeypatch.setattr(checks, library, ("libnone.so.0",))
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # as if it could not be imported

    found = checks.check_printing()

    assert ids(found) == ["reports.E001"]
    assert "libpango-1.0-0" in found[0].hint


def test_libraries_that_only_weasyprint_finds_are_enough(monkeypatch):
    monkeypatch.setattr(checks, "PANGO", ("libnone.so.0",))

    assert ids(checks.check_printing()) == []


def test_fonts_that_cannot_be_counted_are_not_missed(monkeypatch):
    monkeypatch.setattr(checks, "FONTCONFIG", ("libnone.so.0",))

    assert checks.count_fonts(checks.CHINESE) is None
    assert ids(checks.check_printing()) == []


def test_manage_check_warns_on_a_machine_without_chinese_fonts(tmp_path):
    (tmp_path / "fonts.conf").write_text(f"<fontconfig><cachedir>{tmp_path}</cachedir></fontconfig>")
    told = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "reports.W001" in told.stderr
