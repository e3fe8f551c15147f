"""Writes an archive package: a zip on disk, item after item, never whole in memory. Pure: no ORM.

The layout is BagIt (RFC 8493), which archives know and many tools check: `data/` with the items in their folders,
`manifest-sha256.txt` in the format of `sha256sum`, and beside them the index as JSON and xlsx and a text that says how
to check all this without us. Nothing in it bears the time at which it was made, and nothing is packed (PDF, photos and
tables are packed in themselves), so that the same data give the same bytes on every machine.
"""

import hashlib
import json
import os
import re
import stat
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any

from pypdf import PdfReader

from core.spreadsheets import Heading, Workbook
from reports.archive.entries import EDITIONS, Edition, Entry, Head, Reason, Unavailable, Withheld

BLOCK = 1 << 20
TIME = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can bear; it says nothing."""
DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
INDEX, TABLE, README = "index.json", "目录.xlsx", "说明.txt"
MANIFEST, TAGS, BAG, INFO = "manifest-sha256.txt", "tagmanifest-sha256.txt", "bagit.txt", "bag-info.txt"
TITLE_LENGTH = 60
_FORBIDDEN = re.compile(r'[\\/:*?"<>|%~\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]')


@dataclass
class Made:
    """What was written: the lines of the index, what was left out, and the digest that stands for all of it."""

    items: list[dict[str, Any]] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    digest: str = ""

    @property
    def differing(self) -> list[dict[str, Any]]:
        """Items whose bytes are not what the register says."""
        return [item for item in self.items if item["matches_register"] is False]


def safe(text: str) -> str:
    """A title as part of a file name that every system accepts, and no manifest has to escape."""
    name = " ".join(_FORBIDDEN.sub("_", text).split())
    while len(name.encode()) > TITLE_LENGTH * 3 or len(name) > TITLE_LENGTH:
        name = name[:-1]
    return name.strip(" .") or "无题"


def root_of(head: Head) -> str:
    mark = {Edition.FULL: "归档包", Edition.INTERIM: "归档包-中间稿", Edition.PUBLIC: "归档包-公开版"}[head.edition]
    return safe(f"{head.number}-{mark}")


def write(target: IO[bytes], head: Head, entries: Iterable[Entry], withheld: Iterable[Withheld]) -> Made:
    """The whole package into an open file; what cannot be read is listed as left out instead."""
    made = Made(withheld=list(withheld))
    root, digests = root_of(head), dict[str, str]()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        counts: dict[str, int] = {}
        for entry in entries:
            number = counts[entry.folder] = counts.get(entry.folder, 0) + 1
            path = f"data/{entry.folder}/{number:03}-{safe(entry.title)}{entry.suffix}"
            try:
                source = entry.opens()
            except (FileNotFoundError, Unavailable) as failure:
                counts[entry.folder] -= 1
                reason = failure.reason if isinstance(failure, Unavailable) else Reason.MISSING
                made.withheld.append(Withheld(entry.folder, entry.title, reason))
                continue
            with source:
                size, digest = _copy(archive, f"{root}/{path}", source)
                pages = _pages(source) if entry.suffix == ".pdf" else None
            digests[path] = digest
            made.items.append(_item(head, entry, len(made.items) + 1, path, size, digest, pages))
        tags = _tags(head, made, digests)
        for name, content in tags.items():
            _copy(archive, f"{root}/{name}", BytesIO(content))
        made.digest = hashlib.sha256(tags[TAGS]).hexdigest()
    return made


def _copy(archive: zipfile.ZipFile, path: str, source: IO[bytes]) -> tuple[int, str]:
    info = zipfile.ZipInfo(path, TIME)
    info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as out:
        while block := source.read(BLOCK):
            out.write(block)
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def _pages(source: IO[bytes]) -> int | None:
    """How many pages; None of what cannot be read as PDF (somebody handed it in as it is)."""
    try:
        source.seek(0, os.SEEK_SET)
        return len(PdfReader(source).pages)
    except Exception:  # whatever a broken file makes of the reader: the file is kept all the same
        return None


def _item(head: Head, entry: Entry, n: int, path: str, size: int, digest: str, pages: int | None) -> dict[str, Any]:
    expected = entry.sha256()
    return {
        "item": f"{head.number}-{head.code(entry.folder)}-{n:04}",
        "title": entry.title,
        "kind": entry.kind,
        "number": entry.number,
        "date": entry.day,
        "responsible": entry.responsible,
        "pages": pages,
        "path": path,
        "size": size,
        "sha256": digest,
        "retention": head.kept(entry.folder),
        "disclosure": "公开" if entry.is_public else "不公开",
        "code": entry.code,
        "matches_register": digest == expected if expected else None,
        "note": entry.note,
    }


def _tags(head: Head, made: Made, digests: dict[str, str]) -> dict[str, bytes]:
    size = sum(item["size"] for item in made.items)
    tags = {
        BAG: DECLARED,
        INFO: _info(head, size, len(made.items)).encode(),
        MANIFEST: _manifest(digests),
        INDEX: _index(head, made),
        TABLE: _table(head, made),
        README: _readme(head, made).encode(),
    }
    tags[TAGS] = _manifest({name: hashlib.sha256(content).hexdigest() for name, content in tags.items()})
    return tags


def _manifest(digests: dict[str, str]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in digests.items()).encode()


def _info(head: Head, size: int, number: int) -> str:
    said = {
        "Source-Organization": head.funder,
        "External-Identifier": head.number,
        "External-Description": f"{head.title}（{EDITIONS[head.edition]}）",
        "Bag-Group-Identifier": head.call,
        "Bagging-Date": head.moment[:10],
        "Payload-Oxum": f"{size}.{number}",
    }
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in said.items())


def _index(head: Head, made: Made) -> bytes:
    said = {
        "package": {
            "edition": head.edition.value,
            "edition_name": EDITIONS[head.edition],
            "number": head.number,
            "title": head.title,
            "project": head.project,
            "applicant": head.applicant,
            "funder": head.funder,
            "call": head.call,
            "state_of": head.moment,
            "missing": list(head.missing),
            "note": head.note,
        },
        "items": made.items,
        "withheld": [
            {"folder": one.folder, "title": one.title, "count": one.count, "reason": str(one.reason)}
            for one in made.withheld
        ],
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


COLUMNS = {
    "item": Heading("件号", 30), "title": Heading("题名", 44), "kind": Heading("文种", 16),
    "number": Heading("文号", 26),
    "date": Heading("日期", 12), "responsible": Heading("责任者", 26), "pages": Heading("页数", 8),
    "path": Heading("路径", 60), "size": Heading("大小（字节）", 14), "sha256": Heading("SHA-256", 70),
    "retention": Heading("保管期限", 10), "disclosure": Heading("公开属性", 10), "code": Heading("核验码", 16),
    "matches_register": Heading("与登记一致", 12), "note": Heading("备注", 40),
}  # fmt: skip
_AGREES = {True: "一致", False: "不一致", None: ""}
_LEFT_OUT = [Heading("类别", 16), Heading("内容", 44), Heading("数量", 8), Heading("未收录的原因", 90)]


def _table(head: Head, made: Made) -> bytes:
    rows = [
        [_AGREES[item[name]] if name == "matches_register" else item[name] for name in COLUMNS] for item in made.items
    ]
    left_out = [[one.folder, one.title, one.count, str(one.reason)] for one in made.withheld]
    sheets: list[tuple[str, list[Heading], list[list[Any]]]] = [
        ("目录", list(COLUMNS.values()), rows),
        ("未收录", _LEFT_OUT, left_out),
    ]
    return workbook(sheets)


def workbook(sheets: Iterable[tuple[str, list[Heading], Iterable[Iterable[Any]]]]) -> bytes:
    """Sheets as xlsx, always the same bytes for the same rows."""
    target = BytesIO()
    book = Workbook(target)
    for name, headings, rows in sheets:
        book.add_sheet(name, headings, rows)
    book.close()
    return timeless(target.getvalue())


_WRITTEN_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def timeless(content: bytes) -> bytes:
    """A workbook without the hour at which it was written."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            said = old.read(info)
            if info.filename == "docProps/core.xml":
                said = _WRITTEN_AT.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", said)
            kept = zipfile.ZipInfo(info.filename, TIME)
            kept.compress_type, kept.external_attr, kept.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            new.writestr(kept, said)
    return out.getvalue()


def _readme(head: Head, made: Made) -> str:
    lines = [
        f"{head.title}　{EDITIONS[head.edition]}",
        "",
        f"案卷号：{head.number}　项目编号：{head.project}　实施单位：{head.applicant}",
        f"资助方：{head.funder}　批次：{head.call}",
        f"内容截至：{head.moment}　共{len(made.items)}件，另有{len(made.withheld)}类未收录。",
        "未收录的内容和原因见“目录.xlsx”第二张表。",
    ]
    if head.edition == Edition.INTERIM:
        lines += ["", "【中间稿】本项目尚未归档，本包不能作为档案移交，内容还会变化。"]
    if head.edition == Edition.PUBLIC:
        lines += ["", "【公开版】只收录人人可以查阅的内容，不含个人信息。"]
    if head.missing:
        lines += ["", f"按规定应有而缺少的材料：{'；'.join(head.missing)}。{head.note}".rstrip()]
    if made.differing:
        names = "、".join(item["path"] for item in made.differing)
        lines += ["", f"【注意】下列文件与平台登记的 SHA-256 不一致，请查明原因：{names}"]
    return "\n".join([*lines, "", *_HOW]) + "\n"


_HOW = """一、包里有什么
data/ 下按申报立项、评审公示、协议方案、实施过程、资金凭证、评估、结项归档、全程记录分文件夹存放。
“目录.xlsx”给人看，“index.json”给程序读，内容相同：件号、题名、文种、文号、日期、责任者、页数、路径、大小、SHA-256、保管期限、公开属性。
全程记录同时有 JSON（程序读）和 xlsx（人读）两种。

二、不用本平台，怎样核对文件有没有被改动
1. Linux、macOS：打开终端，进入本文件夹，运行
   sha256sum -c manifest-sha256.txt　　（macOS 用 shasum -a 256 -c manifest-sha256.txt）
   再运行 sha256sum -c tagmanifest-sha256.txt 核对目录和清单本身。每行显示“OK”或“成功”即为一致。
2. Windows：打开 PowerShell，进入本文件夹，运行
   Get-FileHash 文件名 -Algorithm SHA256　　与 manifest-sha256.txt 中同一行比较（大小写不计）。
3. 本包按 BagIt（RFC 8493）编排，凡支持该标准的工具都能整包检查，例如 bagit.py --validate 文件夹。
   清单里没有而文件夹里多出来的文件，用这些工具可以查出。

三、怎样核对文书是不是平台发出的
发文有核验码（见目录“核验码”一列）。在平台的“文件核验”页面输入核验码，或上传该文件，即可知道真伪和是否有效。
平台管理员可以运行 manage.py verify_archive 文件或文件夹：核对整包，并与发文登记簿逐件比较。""".splitlines()
