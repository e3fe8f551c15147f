"""The list of needs on paper."""

import pytest
from django.urls import reverse

from grants.actions import need_lists
from reports import public_papers
from tests.grants.test_need_lists import accepted, publish

pytestmark = pytest.mark.one_database


def test_the_list_says_what_is_needed_where_and_until_when_to_speak(town, draw):
    need = accepted(town, title="老人看病没人陪", field=town.elderly, people=86)

    paper = draw(public_papers.need_list(publish(town, need, counts_first_day=False)))

    assert paper.reader.metadata.title == "指引表公示"
    assert "公示期：2026年3月10日至2026年3月17日（5个工作日，自次日起算）" in paper.text
    assert "编号需求社区服务领域人数XQ2026-1-01老人看病没人陪独居老人挂号取药没人陪。" in paper.text
    assert "柳溪镇柳溪社区为老服务86" in paper.text
    assert all(paper.fonts.values())
    assert [f"—{number}—" in page for number, page in enumerate(paper.pages, start=1)] == [
        False,
        *[True] * (len(paper.pages) - 1),
    ]  # a letter has none on its first page


def test_a_withdrawn_list_says_so_first_and_the_corrected_one_names_it(town, draw):
    need = accepted(town)
    first = publish(town, need)
    need_lists.withdraw_list(first, by=town.clerk, reason="社区写错")
    need.refresh_from_db()
    second = publish(town, need, replaces=first)
    first.refresh_from_db()

    withdrawn, corrected = (draw(public_papers.need_list(found)).text for found in (first, second))

    assert "已于2026年3月10日撤回。撤回原因：社区写错更正后的指引表编号为XQ2026-2，以其为准。" in withdrawn
    assert "本指引表取代2026年3月10日发布的第XQ2026-1号指引表" in corrected
    assert "撤回" not in draw(public_papers.need_list(publish(town, accepted(town)))).text


def test_markup_in_a_need_is_printed_and_not_obeyed(town, draw):
    need = accepted(town, text="<b>粗</b>\n第二行")

    assert "<b>粗</b>第二行" in draw(public_papers.need_list(publish(town, need))).text


def test_anybody_downloads_the_list(town, browse):
    found = publish(town, accepted(town))

    response = browse().get(reverse("reports:need_list", args=[found.pk]))

    assert response["Content-Type"] == "application/pdf"
    assert browse().get(reverse("reports:need_list", args=[found.pk + 1])).status_code == 404
