"""What long papers are made of: chapters with their contents, spending against budget, pages of photos."""

import re
from base64 import b64decode, b64encode
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.urls import reverse
from PIL import Image

from projects.actions import delivery, photos, spending
from projects.models import ActivityPhoto, Project
from reports import photo_pages, progress_papers
from reports.budget_execution import execution
from reports.pdf import PICTURE
from reports.photo_pages import Shot, of_activities, paged
from tests.records import NOBODY_ON_IT, held, png
from tests.spending import handed_in, running

pytestmark = pytest.mark.one_database

TEXT = """{% load chapters %}{% chapters %}<h2>甲</h2>{% if more %}<h2>乙</h2>{% endif %}<h2>丙{{ name }}</h2>
<h2 class="unnumbered">附</h2>{% endchapters %}"""


def chapters(**context) -> str:
    return Template(TEXT).render(Context(context))


def test_a_chapter_that_is_left_out_leaves_no_gap_in_the_numbers():
    assert re.findall("[一二三]、[甲乙丙]", chapters(more=True)) == ["一、甲", "二、乙", "三、丙"] * 2
    assert re.findall("[一二三]、[甲乙丙]", chapters()) == ["一、甲", "二、丙"] * 2


def test_contents_lead_to_every_heading_and_unnumbered_ones_stay_without_a_number():
    made = chapters()

    assert re.findall('href="#(chapter-[0-9])"', made) == re.findall('id="(chapter-[0-9])"', made)
    assert made.count(">附<") == 2


def test_what_somebody_typed_into_a_heading_stays_escaped():
    made = chapters(name="<b>x</b>")

    assert "<b>" not in made
    assert made.count("&lt;b&gt;x&lt;/b&gt;") == 2


def test_execution_adds_up_and_says_what_went_over_the_budget():
    found = execution(
        [("materials", Decimal("100.00"), Decimal("130.00")), ("meals", Decimal("300.00"), Decimal("20.00"))]
    )

    assert found is not None
    assert [row.left for row in found.rows] == [Decimal("-30.00"), Decimal("280.00")]
    assert [row.rate for row in found.rows] == [Decimal("130.0"), Decimal("6.7")]
    assert (found.total.planned, found.total.spent, found.total.rate) == (400, 150, Decimal("37.5"))
    assert "超出预算" in found.chart


def test_execution_without_a_line_is_nothing():
    assert execution([]) is None
    assert execution([("materials", Decimal(0), Decimal(0))]) is None


@pytest.mark.parametrize(("n", "shape"), [(0, []), (2, [[1, 1]]), (3, [[2, 1]]), (4, [[2, 2]]), (5, [[2, 2], [1]])])
def test_two_photos_share_a_page_and_more_stand_four_a_page(n, shape):
    shot = Shot("", "", None, "")  # type: ignore[arg-type]

    assert [[len(row) for row in page] for page in paged([shot] * n)] == shape


@pytest.fixture
def reported(town, life) -> tuple[Project, SimpleNamespace]:
    """A project with a recognised payment and an activity with three photos, one of them of people who did not agree,
    and its report at a milestone."""
    project = running(town, life)
    spending.recognise(handed_in(project, town.head), by=town.clerk)
    activity = held(town, project, life.time, heads=12)
    photos.add_photos(activity, by=town.head, files=[png("b.png")], values=NOBODY_ON_IT | {"caption": "包粽子"})
    photos.add_photos(
        activity, by=town.head, files=[png("c.png")], values=NOBODY_ON_IT | {"shows_people": True, "is_public": False}
    )
    return Project.objects.get(pk=project.pk), SimpleNamespace(activity=activity)


def test_photos_have_caption_day_and_place_and_those_without_consent_are_counted_only(reported):
    _project, made = reported

    found = of_activities(ActivityPhoto.objects.filter(activity=made.activity))

    [[first], [second]] = found.pages[0]
    assert (first.caption, second.caption) == ("粽子", "包粽子")
    assert (second.place, second.day.isoformat()) == (made.activity.place, "2026-06-19")
    assert (found.is_large, found.kept_back, found.left_out, found.unreadable) == (True, 1, 0, 0)


def test_a_photo_whose_file_is_gone_is_counted_and_the_paper_still_made(reported):
    _project, made = reported
    gone = ActivityPhoto.objects.filter(activity=made.activity, caption="包粽子").get()
    gone.preview.storage.delete(gone.preview.name)

    found = of_activities(ActivityPhoto.objects.filter(activity=made.activity))

    assert (found.unreadable, [len(row) for row in found.pages[0]]) == (1, [1])


def sizes(pages) -> set[tuple[int, int]]:
    shots = [shot for page in pages for row in page for shot in row]
    return {Image.open(BytesIO(b64decode(shot.source.removeprefix(PICTURE)))).size for shot in shots}


def test_photos_are_as_large_in_a_paper_as_print_needs(town, reported):
    _project, made = reported
    ActivityPhoto.objects.filter(activity=made.activity).delete()
    wide = [png(f"{n}.png", (2000, 1500)) for n in range(3)]
    first, *_others = photos.add_photos(made.activity, by=town.head, files=wide, values=NOBODY_ON_IT)
    four = of_activities(ActivityPhoto.objects.filter(activity=made.activity))
    assert (four.is_large, sizes(four.pages)) == (False, {(640, 480)})

    first.preview.storage.delete(first.preview.name)
    two = of_activities(ActivityPhoto.objects.filter(activity=made.activity))

    assert (two.is_large, two.unreadable, sizes(two.pages)) == (True, 1, {(1280, 960)})
    [[shot], _second] = two.pages[0]
    with ActivityPhoto.objects.filter(activity=made.activity).exclude(pk=first.pk)[0].preview.open("rb") as file:
        assert shot.source == PICTURE + b64encode(file.read()).decode()  # as it is, not made again


def test_more_photos_than_are_printed_are_counted(reported):
    _project, made = reported

    assert of_activities(ActivityPhoto.objects.filter(activity=made.activity), most=1).left_out == 1


@pytest.fixture
def milestone(town, reported):
    """What the group reported at a milestone."""
    values = {"kind": "milestone", "done": "开展一次活动。", "visits": 12, "persons": 9, "spent": Decimal("300.00")}
    return delivery.submit_report(reported[0], by=town.head, values=values)


def test_milestone_report_says_figures_words_and_spending(milestone, draw):
    text = draw(progress_papers.milestone_report(milestone)).text

    for words in ("项目进度报告", "12人次", "9人", "开展一次活动。", "包粽子", "2026年6月19日", "另有1张照片"):
        assert words in text, words
    assert "活动物资8,000.00300.007,700.003.8%" in text
    assert "合计10,000.00300.009,700.003.0%" in text


def test_page_numbers_say_which_of_how_many_and_photos_stand_four_a_page(milestone, draw):
    document = progress_papers.milestone_report(milestone)
    [[first], _second] = document.context["photos"].pages[0]
    shown = photo_pages.PhotoPages(paged([first] * 5))

    pages = draw(document._replace(context=document.context | {"photos": shown})).pages

    assert [f"第{place}页共{len(pages)}页" in page for place, page in enumerate(pages, start=1)] == [True] * len(pages)
    assert [n for page in pages if (n := page.count(first.caption))] == [4, 1]


def test_milestone_report_opens_for_the_group_and_not_for_another(town, milestone, browse):
    address = reverse("reports:milestone_report", args=[milestone.pk])

    assert browse(town.head).get(address).status_code == 200
    assert browse(town.singer).get(address).status_code == 404
