"""An archive package as files: written as a stream, the same each time, checked with and without our own reader."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

import bagit
import pytest
from openpyxl import load_workbook

from reports.archive import bag
from reports.archive.checking import NoPackage, check
from reports.archive.entries import CLOSING, MONEY, PROPOSAL, Edition, Entry, Head, Reason, Withheld

HEAD = Head(
    edition=Edition.FULL, number="LX2026-DA-0001", title="夕阳红暖心陪伴", project="LX2026-001", applicant="柳溪中心",
    funder="柳溪镇人民政府", call="2026批次", retention=10, moment="2027-03-01 10:00",
)  # fmt: skip
CODE = "ABCD2345EFGH"


def entry(title: str, content: bytes = b"%PDF-1.4", folder: str = PROPOSAL, **said) -> Entry:
    given = {"suffix": ".txt", "kind": "材料"} | said
    return Entry(folder, title, opens=lambda: io.BytesIO(content), **given)


ENTRIES = [
    entry("申报书/第一次:提交?", b"one", number="LX2026-001", day="2026-03-12", responsible="柳溪中心"),
    entry("立项通知书", b"letter", code=CODE, is_public=True),
    entry("收据", b"three", MONEY),
    entry("结项证书", b"four", CLOSING),
]
WITHHELD = [Withheld(PROPOSAL, "服务对象名册", Reason.ROSTER, 3)]


def packed(path: Path, entries=ENTRIES, head: Head = HEAD) -> bag.Made:
    with path.open("wb") as target:
        return bag.write(target, head, entries, WITHHELD)


@pytest.fixture
def package(tmp_path) -> Path:
    packed(tmp_path / "package.zip")
    return tmp_path / "package.zip"


def unpacked(package: Path) -> Path:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(package.parent / "out")
    return next((package.parent / "out").iterdir())


def test_package_lays_items_in_folders_with_safe_names(package):
    names = zipfile.ZipFile(package).namelist()
    root = "LX2026-DA-0001-归档包"
    assert [name.removeprefix(root) for name in names] == [
        "/data/01申报立项/001-申报书_第一次_提交_.txt",
        "/data/01申报立项/002-立项通知书.txt",
        "/data/05资金凭证/001-收据.txt",
        "/data/07结项归档/001-结项证书.txt",
        "/bagit.txt", "/bag-info.txt", "/manifest-sha256.txt", "/index.json", "/目录.xlsx", "/说明.txt",
        "/tagmanifest-sha256.txt",
    ]  # fmt: skip


def test_same_data_gives_the_same_bytes(tmp_path):
    packed(tmp_path / "a.zip")
    packed(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_index_says_of_each_item_what_archives_ask(package):
    index = json.loads((unpacked(package) / "index.json").read_text())
    first, letter, receipt, _last = index["items"]
    assert first | {"sha256": ""} == {
        "item": "LX2026-DA-0001-D10-0001", "title": "申报书/第一次:提交?", "kind": "材料", "number": "LX2026-001",
        "date": "2026-03-12", "responsible": "柳溪中心", "pages": None,
        "path": "data/01申报立项/001-申报书_第一次_提交_.txt", "size": 3, "sha256": "", "retention": "10年",
        "disclosure": "不公开", "code": "", "matches_register": None, "note": "",
    }  # fmt: skip
    assert letter["disclosure"] == "公开"
    assert receipt["retention"] == "30年"  # vouchers, however short the rest is kept
    assert index["withheld"] == [
        {"folder": PROPOSAL, "title": "服务对象名册", "count": 3, "reason": str(Reason.ROSTER)}
    ]


def test_table_has_what_the_index_has(package):
    folder = unpacked(package)
    book = load_workbook(folder / "目录.xlsx")
    rows = list(book["目录"].iter_rows(values_only=True))
    items = json.loads((folder / "index.json").read_text())["items"]
    assert rows[0][:4] == ("件号", "题名", "文种", "文号")
    assert [row[0] for row in rows[1:]] == [item["item"] for item in items]
    assert [row[9] for row in rows[1:]] == [item["sha256"] for item in items]
    assert list(book["未收录"].iter_rows(min_row=2, values_only=True)) == [
        (PROPOSAL, "服务对象名册", 3, str(Reason.ROSTER))
    ]


def test_sha256sum_checks_it_without_us(package):
    folder = unpacked(package)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "--strict", "-c", manifest], cwd=folder, capture_output=True)
        assert done.returncode == 0, done.stdout


def test_bagit_tool_of_the_library_of_congress_finds_it_valid(package):
    bagit.Bag(str(unpacked(package))).validate()  # raises when it is not


@pytest.mark.parametrize("as_folder", [False, True])
def test_check_of_an_untouched_package_finds_nothing(package, as_folder):
    found = check(unpacked(package) if as_folder else package)
    assert (found.is_good, found.good) == (True, 10)
    assert found.digest == packed(package).digest


def test_check_names_what_is_missing_altered_and_additional(package):
    folder = unpacked(package)
    (folder / "data/05资金凭证/001-收据.txt").write_bytes(b"other")
    (folder / "data/07结项归档/001-结项证书.txt").unlink()
    (folder / "data/07结项归档/偷放.txt").write_bytes(b"!")
    (folder / "index.json").write_text("{}")
    found = check(folder)
    assert found.altered == ["index.json", "data/05资金凭证/001-收据.txt"]
    assert found.missing == ["data/07结项归档/001-结项证书.txt"]
    assert found.additional == ["data/07结项归档/偷放.txt"]
    assert not found.is_good


def test_check_of_an_altered_zip(package):
    content = package.read_bytes().replace(b"three", b"THREE")
    package.write_bytes(content)
    assert check(package).altered == ["data/05资金凭证/001-收据.txt"]


def test_check_of_a_zip_with_a_second_file_of_one_name(package):
    with zipfile.ZipFile(package, "a") as archive:
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("LX2026-DA-0001-归档包/data/05资金凭证/001-收据.txt", b"twice")
        archive.writestr("elsewhere.txt", b"beside")
    found = check(package)
    assert found.additional == ["../elsewhere.txt", "data/05资金凭证/001-收据.txt"]


def test_check_without_a_manifest(package):
    folder = unpacked(package)
    (folder / "manifest-sha256.txt").unlink()
    found = check(folder)
    assert found.missing == ["manifest-sha256.txt"]
    assert len(found.additional) == 4


@pytest.mark.parametrize(
    ("known", "unlike", "unknown", "agree"),
    [({CODE: "own"}, 0, 0, 1), ({CODE: "f" * 64}, 1, 0, 0), ({}, 0, 1, 0)],
)
def test_check_compares_papers_with_the_register(package, known, unlike, unknown, agree):
    own = json.loads((unpacked(package) / "index.json").read_text())["items"][1]["sha256"]
    register = {code: own if digest == "own" else digest for code, digest in known.items()}
    found = check(package, register.get)
    assert (len(found.unlike_register), len(found.not_in_register), found.in_register) == (unlike, unknown, agree)
    assert found.is_good == (agree == 1)


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_check_of_what_is_no_package(tmp_path, content):
    path = tmp_path / "some.zip"
    if content is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("hello.txt", b"hello")
    else:
        path.write_bytes(content)
    with pytest.raises(NoPackage):
        check(path)


def test_file_that_is_gone_is_listed_as_left_out(tmp_path):
    def gone():
        raise FileNotFoundError

    lost = Entry(PROPOSAL, "丢失的附件", ".pdf", "附件", gone)
    made = packed(tmp_path / "package.zip", [lost, *ENTRIES])
    assert made.items[0]["path"] == "data/01申报立项/001-申报书_第一次_提交_.txt"
    assert made.withheld[-1] == Withheld(PROPOSAL, "丢失的附件", Reason.MISSING)


def test_bytes_unlike_the_register_are_said_loudly(tmp_path):
    made = packed(tmp_path / "package.zip", [entry("立项通知书", b"forged", sha256=lambda: "0" * 64)])
    assert [item["title"] for item in made.differing] == ["立项通知书"]
    assert "不一致" in (unpacked(tmp_path / "package.zip") / "说明.txt").read_text()


def test_interim_copy_says_so_in_its_name_and_text(tmp_path):
    head = Head(**{**HEAD.__dict__, "edition": Edition.INTERIM, "retention": None})
    packed(tmp_path / "package.zip", head=head)
    folder = unpacked(tmp_path / "package.zip")
    assert folder.name == "LX2026-DA-0001-归档包-中间稿"
    assert "不能作为档案移交" in (folder / "说明.txt").read_text()
    assert json.loads((folder / "index.json").read_text())["items"][2]["retention"] == "未定"


def test_large_item_is_copied_in_pieces(tmp_path):
    class Counting(io.BytesIO):
        largest = 0

        def read(self, size=-1):
            Counting.largest = max(Counting.largest, size)
            assert size > 0
            return super().read(size)

    Counting.largest = 0
    big = Entry(PROPOSAL, "大", ".bin", "附件", lambda: Counting(b"x" * (3 << 20)))
    assert packed(tmp_path / "package.zip", [big]).items[0]["size"] == 3 << 20
    assert Counting.largest == bag.BLOCK
