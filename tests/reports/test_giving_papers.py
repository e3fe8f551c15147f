"""The papers of giving, read back: receipt, schedule, letter of intent, ledger of pairs."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from core import clock
from projects.actions import meetings
from projects.models import Gift, Project
from projects.views.meetings import schedule_of
from reports import giving_papers
from tests.giving import EASELS, accepted_pledge, came, offered, scheduled
from tests.life import draft

pytestmark = pytest.mark.one_database


@pytest.fixture
def project(town, life) -> Project:
    return life.walk(draft(town), "running")


def said(paper) -> str:
    return "".join(paper.text.split())


def test_the_receipt_says_what_came_its_value_and_who_confirmed_it(town, project, draw):
    gift = came(town, accepted_pledge(town, project, EASELS), "20.00", confirmed=True)

    paper = draw(giving_papers.gift_receipt(Gift.objects.get(pk=gift.pk)))

    for words in (
        "捐赠确认单", "JZ2026-0001", "柳溪文具商店", "91110105MA02BX80X2", "柳溪社会工作服务中心", "画架20个",
        "20个×33.33元", "市场价：三家网店均价", "666.60元", "人民币陆佰陆拾陆元陆角", "确认人陈静",
    ):  # fmt: skip
        assert words in said(paper)
    assert all(paper.fonts.values())


def test_the_receipt_of_goods_with_remarks_keeps_its_seal_on_the_page(town, project, draw):
    pledge = accepted_pledge(town, project, EASELS, basis_words="三家网店均价，比价单附后，另有供货发票一张随货提供")
    words = "物业工程部送到活动室，由组长签收，两套包装有破损但不影响使用，已拍照"
    gift = came(town, pledge, "20.00", confirmed=True, words=words)

    paper = draw(giving_papers.gift_receipt(Gift.objects.get(pk=gift.pk)))

    assert len(paper.pages) == 1
    assert "（盖章）" in paper.pages[0]


def test_there_is_no_receipt_before_it_is_confirmed(town, project, browse, without_layout):
    gift = came(town, accepted_pledge(town, project), "400.00")

    assert browse(town.giver).get(reverse("reports:gift_receipt", args=[gift.pk])).status_code == 404


def test_the_schedule_goes_round_by_round(town, project, draw):
    meeting = scheduled(town, project)

    text = said(draw(giving_papers.meeting_schedule(meeting, schedule_of(meeting, None))))

    assert "第1轮" in text
    assert "1柳溪文具商店夕阳红暖心陪伴柳溪社会工作服务中心" in text
    assert "8分钟，换桌2分钟" in text


def test_the_letter_of_intent_binds_nobody_and_has_room_to_sign(town, project, draw, time):
    meeting = scheduled(town, project)
    time.go(clock.now() + timedelta(days=11))
    letter = meetings.write_intent(
        meeting.talks.get(), by=town.giver, what="画架20个", value=Decimal("600.00"), until=date(2026, 12, 31)
    )

    text = said(draw(giving_papers.intent_letter(letter)))

    for words in ("合作意向书", "YX2026-0001", "人民币陆佰元整", "没有约束力", "甲方（盖章）：柳溪文具商店"):
        assert words in text


def test_the_ledger_leaves_as_a_workbook_in_which_no_text_becomes_a_formula(town, project, browse):
    came(town, accepted_pledge(town, project, EASELS, what="=HYPERLINK(1)"), "10.00", confirmed=True)
    offered(town, project)

    response = browse(town.clerk).get(reverse("reports:pledge_ledger"))
    file = response.getvalue()
    book = openpyxl.load_workbook(BytesIO(file))
    rows = [row for row in book["结对台账"].iter_rows(min_row=2) if row[0].value]

    assert {row[10].data_type for row in rows} == {"s"}
    assert sorted((row[9].value, row[16].value, row[17].value, row[19].value) for row in rows) == [
        ("物资", 666.6, 333.3, "部分到位"),
        ("资金", 1000, 0, "待答复"),
    ]
    total = next(row for row in book["结对台账"].iter_rows() if row[15].value == "合计（已接受的）")
    assert total[16].value == (
        '=SUM(Q2:Q3)-SUMIF(T2:T3,"待答复",Q2:Q3)-SUMIF(T2:T3,"未接受",Q2:Q3)-SUMIF(T2:T3,"已撤回",Q2:Q3)'
    )
    shown = openpyxl.load_workbook(BytesIO(file), data_only=True)["结对台账"]
    assert [cell.value for cell in shown[total[16].row][16:18]] == [666.6, 333.3]
    assert [[cell.value for cell in row] for row in book["按形式"].iter_rows(min_row=2, max_row=3)] == [
        ["资金", 0, 0],
        ["物资", 666.6, 333.3],
    ]
