"""The register of issued papers (发文登记簿) as a workbook. In Chinese like every paper: see `documents`."""

from typing import IO, Any

from core import clock
from core.spreadsheets import Heading, Workbook
from reports.models import Paper
from reports.models.paper import PaperQuerySet

REGISTER = [
    Heading("发文日期", 12), Heading("字号（编号）", 32), Heading("序号", 8), Heading("种类", 16), Heading("题名", 50),
    Heading("主送", 30), Heading("发文单位", 26), Heading("项目编号", 22), Heading("状态", 10), Heading("取代", 32),
    Heading("被取代", 32), Heading("作废原因", 30), Heading("核验码", 16), Heading("签名", 24),
    Heading("文件校验码（SHA-256）", 68),
]  # fmt: skip
STATES = {Paper.State.ISSUED: "有效", Paper.State.SUPERSEDED: "被取代", Paper.State.VOID: "作废"}

PIECE = 1_000


def write_register(found: PaperQuerySet, target: IO[bytes]) -> None:
    """Every paper of the choice in the order of its number, the void ones in their place."""
    book = Workbook(target)
    related = found.select_related("issuer", "project", "supersedes").prefetch_related("superseded_by")
    rows = related.order_by("year", "series", "serial", "issued_at", "pk").iterator(chunk_size=PIECE)
    book.add_sheet(f"发文登记簿{clock.today():%Y%m%d}", REGISTER, (_row(paper) for paper in rows))
    book.close()


def _row(paper: Paper) -> list[Any]:
    newer = getattr(paper, "superseded_by", None)
    return [
        paper.issued_on, paper.number, paper.serial, paper.get_kind_display(), paper.title, paper.addressee,
        paper.issuer.name, paper.project.number if paper.project else "", STATES[Paper.State(paper.state)],
        paper.supersedes.number if paper.supersedes else "", newer.number if newer else "", paper.void_reason,
        paper.shown_code, paper.signed_by, paper.sha256,
    ]  # fmt: skip
