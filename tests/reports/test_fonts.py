"""A bureau's own fonts: which file fills which role, and that nothing but the style sheet of faces may read them."""

from pathlib import Path
from shutil import copy

import pytest
from weasyprint.urls import FatalURLFetchingError

from reports import checks, fonts, pdf
from tests.reports.conftest import Paper

pytestmark = pytest.mark.one_database
A_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
STYLE = (pdf.SOURCE / "css/pdf/text.css").read_text()


@pytest.fixture
def folder(settings, tmp_path):
    """The bureau's own directory, empty; the press begins anew with it and is forgotten afterwards."""
    settings.FONTS_DIR = tmp_path / "own"
    settings.FONTS_DIR.mkdir()
    pdf._press.cache_clear()
    yield settings.FONTS_DIR
    pdf._press.cache_clear()


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("方正小标宋_GBK.TTF", "小标宋"),
        ("FZXBSJW.TTF", "小标宋"),
        ("仿宋_GB2312.ttf", "仿宋"),
        ("simfang.ttf", "仿宋"),
        ("STFANGSO.otf", "仿宋"),
        ("楷体_GB2312.ttf", "楷体"),
        ("simkai.ttf", "楷体"),
        ("simhei.ttf", "黑体"),
        ("SourceHanSerifSC-宋体.otf", "宋体"),
        ("simsun.ttc", None),
        ("arial.ttf", None),
        ("仿宋.txt", None),
    ],
)
def test_role_of_a_file_is_told_by_its_name(name, role):
    found = fonts.role_of(name)

    assert (found.name if found else None) == role


def test_style_sheets_name_the_own_face_first_and_then_the_free_ones():
    for role in fonts.ROLES:
        families = [f'"{name}"' for name in dict.fromkeys((role.family, *role.free, role.stand_in))]
        assert f": {', '.join(families)}, " in STYLE, role.name


def test_own_font_comes_before_the_free_ones(folder, settings, tmp_path):
    copy(A_FONT, folder / "我局仿宋.ttf")
    (tmp_path / "one.html").write_text("<html lang='zh-CN'><title>题</title><body class='official'>No. 2026 公益")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]

    paper = Paper(pdf.render("one.html", {}))

    assert any("Own-FangSong" in name for name in paper.fonts), paper.fonts
    assert "2026公益" in paper.text  # what it does not have is taken from the next face


def test_no_document_reads_a_file_of_that_directory(folder, settings, tmp_path):
    copy(A_FONT, folder / "仿宋.ttf")
    own = (folder / "仿宋.ttf").as_uri()
    (tmp_path / "one.html").write_text(f"<html lang='zh-CN'><title>题</title><body><img src='{own}'>")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]

    assert not pdf.is_ours(own)
    with pytest.raises(FatalURLFetchingError):
        pdf.render("one.html", {})


def test_check_names_the_roles_that_nothing_fills(folder, monkeypatch):
    none = [role._replace(free=("No Such Family",)) if role.name in ("仿宋", "楷体") else role for role in fonts.ROLES]
    monkeypatch.setattr(checks, "ROLES", none)

    [found] = checks.check_roles()

    assert (found.id, "仿宋、楷体" in found.msg) == ("reports.W003", True)


def test_own_file_fills_the_role_that_the_check_missed(folder, monkeypatch):
    monkeypatch.setattr(checks, "ROLES", [role._replace(free=()) for role in fonts.ROLES if role.name == "仿宋"])
    copy(A_FONT, folder / "仿宋.ttf")

    assert checks.check_roles() == []
    assert "仿宋：仿宋.ttf" in checks.check_who_fills()[0].msg


def test_check_names_files_that_fill_no_role(folder):
    for name in ("simsun.ttc", "仿宋.ttf", "方正仿宋.ttf"):
        copy(A_FONT, folder / name)

    told = [message.msg for message in checks.check_roles() if message.id == "reports.W004"]

    assert [("simsun.ttc" in said, "方正仿宋.ttf" in said) for said in told] == [(True, True)]


def test_check_says_that_the_directory_is_not_there(folder, settings):
    settings.FONTS_DIR = folder / "none"

    assert [message.id for message in checks.check_roles() if message.id != "reports.W003"] == ["reports.W005"]


def test_no_directory_of_own_fonts_is_no_fault(settings, tmp_path):
    settings.VAR_DIR, settings.FONTS_DIR = tmp_path, tmp_path / "fonts"

    assert fonts.own_fonts() == ({}, [])
    assert "reports.W005" not in [message.id for message in checks.check_roles()]
