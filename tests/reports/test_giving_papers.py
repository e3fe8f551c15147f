"""The papers of giving, read back: receipt, schedule, letter of intent, ledger of pairs."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from core import clock
from core.models import Event
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

    file = browse(town.clerk).get(reverse("reports:pledge_ledger")).getvalue()

    heads, *cells, sums = openpyxl.load_workbook(BytesIO(file))["结对台账"].iter_rows()
    place = {cell.value: number for number, cell in enumerate(heads)}
    shown = ["形式", "提出金额（元）", "认捐金额（元）", "到位金额（元）", "状态"]
    assert {row[place["内容"]].data_type for row in cells} == {"s"}
    assert sorted([row[place[name]].value for name in shown] for row in cells) == [
        ["物资", 666.6, 666.6, 333.3, "部分到位"],
        ["资金", 1000, None, None, "待答复"],
    ]
    results = openpyxl.load_workbook(BytesIO(file), data_only=True)["结对台账"][sums[0].row]
    assert [results[place[name]].value for name in shown[1:4]] == [None, 666.6, 333.3]  # an offer is no promise
    assert Event.objects.filter(name="export", actor=town.clerk).last().data["ledger"] == "结对台账"


def test_the_ledger_of_pairs_is_one_of_the_ledgers_of_the_funder_alone(town, project, browse):
    offered(town, project)
    address = reverse("ledgers:ledger_file", args=["pledges", "csv"])

    codes = {who: browse(town.people[who]).get(address).status_code for who in ("clerk", "giver", "head")}

    assert codes == {"clerk": 200, "giver": 403, "head": 403}
    assert "柳溪文具商店" in browse(town.clerk).get(address).getvalue().decode()
