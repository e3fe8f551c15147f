"""The poster in the stairwell, and the answers as a table without anybody in it."""

from io import BytesIO

import openpyxl
import pdfplumber
import pytest

from evaluations.actions import moderating, voice_codes, voices
from grants.models import Fund
from projects.models import Project
from reports import pdf, voice_papers
from tests import speaking
from tests.mentored import running
from tests.records import planned
from tests.speaking import entered, say

pytestmark = pytest.mark.one_database


@pytest.fixture
def project(town, life):
    return running(town, life)


@pytest.fixture
def code(town, project):
    return speaking.code(town, project)


def poster(code, size="a4"):
    return voice_papers.poster(code, f"https://gongyi.example.cn/s/{code.code}/", size)


@pytest.mark.parametrize(("size", "width"), [("a4", 595), ("a5", 420)])
def test_poster_is_one_page_with_question_address_payer_and_day(code, draw, size, width):
    paper = draw(poster(code, size))

    assert len(paper.pages) == 1
    assert round(float(paper.reader.pages[0].mediabox.width)) == width
    for words in ("夕阳红暖心陪伴", "这个项目，您满意吗？", "不用注册", "有效期至2027年3月30日", "柳溪镇人民政府"):
        assert words in paper.text
    assert f"gongyi.example.cn/s/{code.code}" in paper.text
    assert all(paper.fonts.values())


@pytest.mark.parametrize("question", ["这个项目在社区的实施，您满意吗？", "您对这个项目" * 6 + "满意吗？"])
def test_poster_keeps_its_question_and_its_code_away_from_the_edges(code, question):
    document = poster(code)
    content = pdf.render(document.template, document.context | {"question": question})
    page = pdfplumber.open(BytesIO(content)).pages[0]
    # The dark squares of the code: the frame around them is green, and everything else stands above or below.
    picture = page.crop((100, 340, 495, 500)).to_image(resolution=72).original.convert("L").point(lambda v: v < 40)
    left, _top, right, _bottom = picture.getbbox()

    assert (min(char["x0"] for char in page.chars) > 20, max(char["x1"] for char in page.chars) < 575) == (True, True)
    assert abs(left - (picture.width - right)) <= 2


def test_poster_says_lottery_only_where_the_lottery_pays(town, project, code, draw):
    assert "彩票公益金" not in draw(poster(code)).text

    Fund.objects.filter(pk=town.fund.pk).update(source=Fund.Source.LOTTERY)
    paid = type(code).objects.get(pk=code.pk)

    assert "彩票公益金资助" in draw(poster(paid)).text


def test_poster_of_an_activity_names_it_and_its_day(town, project, draw):
    paper = draw(poster(speaking.code(town, project, activity=planned(town, project))))

    assert ("端午包粽子" in paper.text, "6月19日" in paper.text) == (True, True)
    assert ("这次活动，您满意吗？" in paper.text, "这个项目" in paper.text) == (True, False)


def test_longest_title_stays_on_the_page(town, project, code, draw):
    Project.objects.filter(pk=project.pk).update(title="长" * 60)

    assert len(draw(poster(type(code).objects.get(pk=code.pk), "a5")).pages) == 1


def test_poster_is_printed_by_group_mentor_and_clerk_while_its_code_is_good(town, code, browse, without_layout):
    page = f"/documents/voice-codes/{code.pk}/poster-a4.pdf"

    statuses = {
        who: browse(town.people[who]).get(page).status_code
        for who in ("head", "volunteer", "mentor", "clerk", "approver", "singer")
    }

    assert statuses == {"head": 200, "volunteer": 200, "mentor": 200, "clerk": 200, "approver": 403, "singer": 404}
    voice_codes.revoke_code(code, by=town.head)
    assert browse(town.head).get(page).status_code == 404


def table(browse, user, project) -> list[list]:
    answer = browse(user).get(f"/documents/projects/{project.pk}/voices.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_table_has_every_answer_and_nothing_of_a_person(town, project, code, browse):
    said = say(code, "good", "何小燕好，13800138000", sender="a")
    voices.say_more(said, answers={"effect": 5})
    entered(town, project, 2)

    rows = table(browse, town.clerk, project)

    by_name = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [(row["填写方式"], row["满意程度"], row["是否满意"]) for row in by_name] == [
        ("本人扫码填写", "满意", "是"),
        ("电话代填", "不满意", "否"),
    ]
    assert by_name[0]["服务的效果，您满意吗？"] == 5
    everything = str(rows)
    assert [part for part in (said.device, said.sender, said.number, "13800138000", "陈静") if part in everything] == []


def test_group_gets_only_the_words_that_are_shown(town, project, code, browse):
    say(code, text="还没有人看过")
    moderating.show(say(code, text="很好看的节目"), by=town.clerk)

    words = str(table(browse, town.head, project))

    assert ("很好看的节目" in words, "还没有人看过" in words) == (True, False)
    assert "还没有人看过" in str(table(browse, town.clerk, project))
