"""Papers of stars and honours: the explanation (告知书), the certificate (荣誉证书), the table of a year.

In Chinese like every paper: see `documents`.
"""

from collections.abc import Iterable
from typing import IO, Any

from core.spreadsheets import Heading, Workbook
from evaluations.models import Honour, Star, StarYear
from evaluations.star_words import explain, rules_in_words, why_no_star
from evaluations.stars import Place
from people.models import Kind, Organization
from reports.documents import Document, file_name
from reports.wording import KINDS

STATUSES = {Organization.Status.REGISTERED: "登记", Organization.Status.FILED: "备案"}
RATED = [
    Heading("组别", 24), Heading("名次", 8), Heading("并列家数", 10), Heading("组织", 30), Heading("星级", 8),
    Heading("总分", 10), Heading("项目末评", 10), Heading("群众评价", 10), Heading("过程合规", 10),
    Heading("信息公开", 10), Heading("区县", 16), Heading("街道（镇）", 16), Heading("评价份数", 10),
    Heading("满意份数", 10), Heading("不满意份数", 10), Heading("未评原因", 24), Heading("已阅知", 10),
    Heading("申诉", 12), Heading("数据摘要（SHA-256）", 68),
]  # fmt: skip
LINES = [
    Heading("组织", 30), Heading("部分", 12), Heading("项目", 26), Heading("数值", 26), Heading("得分", 10),
    Heading("满分", 10), Heading("来源", 40), Heading("说明", 60),
]  # fmt: skip
WHY_NOT = {"": "", "no_finals": "末期评估不足", "too_little": "可知信息不足"}
RULINGS = {"": "待裁决", "upheld": "支持", "dismissed": "不支持"}


def star_letter(star: Star, place: Place | None) -> Document:
    """How an organisation's stars came about, line by line (星级评价告知书), and how it can appeal."""
    year = star.year
    return Document(
        file_name("星级评价告知书", str(year.year), star.name),
        "pdf/star_letter.html",
        {
            "title": "星级评价告知书",
            "author": year.funder.name,
            "star": star,
            "year": year,
            "place": place,
            "kind": KINDS[Kind(star.kind)],
            "status": STATUSES[Organization.Status(star.status)],
            "parts": explain(star),
            "why_no_star": why_no_star(star),
            "rules": rules_in_words(year),
        },
    )


def honour_certificate(honour: Honour) -> Document:
    """A certificate to hang on a wall (荣誉证书); without a picture of a seal, a withdrawn one says so on its face."""
    return Document(
        file_name("荣誉证书", honour.number, honour.organization.name),
        "pdf/honour_certificate.html",
        {"title": "荣誉证书", "number": honour.number, "author": honour.funder.name, "honour": honour},
    )


def write_star_year(year: StarYear, stars: Iterable[Star], target: IO[bytes]) -> None:
    """Every organisation with its parts, every line of every explanation, and the rules."""
    stars = list(stars)
    places = year.place_of(stars)
    book = Workbook(target)
    sheet = book.add_sheet("星级", RATED, [_row(star, places.get(star.pk)) for star in stars])
    sheet.autofilter(0, 0, max(len(stars), 1), len(RATED) - 1)
    book.add_sheet("逐项说明", LINES, [row for star in stars for row in _lines(star)])
    book.add_sheet("规则", [Heading("事项", 24), Heading("内容", 90)], _rules(year))
    book.close()


def _row(star: Star, place: Place | None) -> list[Any]:
    n, satisfied, bad = star.voice_counts
    appeals = "、".join(RULINGS[one.ruling] for one in star.appeals.all())
    group = f"{KINDS[Kind(star.kind)]}（{STATUSES[Organization.Status(star.status)]}）"
    return [
        group, place.rank if place else None, place.sharing if place and place.sharing > 1 else None, star.name,
        star.stars, star.score, star.finals, star.voices, star.compliance, star.openness, star.district, star.street,
        n, satisfied, bad, WHY_NOT[star.why_not], "是" if star.acknowledged_at else "", appeals, star.digest,
    ]  # fmt: skip


def _lines(star: Star) -> Iterable[list[Any]]:
    for part in explain(star):
        if part.value is None:
            yield [star.name, str(part.name), "", "未知", None, None, "", part.why_unknown]
        for line in part.lines:
            notes = "；".join(note.words for note in line.notes if note.words)
            yield [
                star.name, str(part.name), str(line.name), line.figure, line.points, line.full, str(line.source),
                "；".join(filter(None, [line.correction, notes])),
            ]  # fmt: skip


def _rules(year: StarYear) -> list[list[Any]]:
    return [
        ["评价年度", year.title],
        ["主办单位", year.funder.name],
        ["计分区间", f"{year.counts_from} 至 {year.counts_until}"],
        ["标准公布时间", f"{year.announced_at:%Y-%m-%d}" if year.announced_at else ""],
        ["权重", f"项目末评{year.weight_finals}%、群众评价{year.weight_voices}%、过程合规{year.weight_compliance}%、"
                 f"信息公开{year.weight_openness}%"],
        ["星级分数线", f"五星{year.five_from}、四星{year.four_from}、三星{year.three_from}、二星{year.two_from}"],
        *(["规则", rule] for rule in rules_in_words(year)),
        ["全部数据摘要（SHA-256）", year.digest],
    ]  # fmt: skip
