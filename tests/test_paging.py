"""A list is turned forward and back without losing or repeating a row, and nothing in the address breaks it."""

from datetime import date, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.db.models import Case, Count, F, Value, When
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, forms, paging
from core.lately import once_a_minute
from core.models import Notification
from core.paging import page_of
from grants.models import Call
from people.models import Community
from projects.actions import proposals
from projects.models import Project
from tests.life import draft

SIZE = 3
ORDERS = [
    ("-state_since", "-pk"),
    ("pk",),
    ("title",),
    ("starts_on", "title"),
    ("-starts_on",),
    (F("starts_on").desc(nulls_last=True), "-pk"),
    (F("starts_on").asc(nulls_first=True), "title"),
    ("-community__population", "number", "pk"),
    ("-lines", "title"),
    ("-community", "title"),
    ("track", "-pk"),
    (Case(When(title="甲", then=Value(0)), default=Value(1)), "-created_at"),
]


def eleven(town):
    """Projects with equal titles, equal days and no days at all, some without a community."""
    for number in range(11):
        project = draft(town)
        Project.objects.filter(pk=project.pk).update(
            title="甲乙丙"[number % 3],
            starts_on=None if number % 4 == 0 else date(2026, 5, 1 + number % 2),
            community=None if number % 5 == 0 else town.community,
            state_since=clock.now() - timedelta(hours=number // 2),
        )


def walked(rows, step: str) -> list[list[int]]:
    """The keys page after page: forward from the first, or back from the last."""
    page = page_of(rows, SIZE, None)
    pages = [page]
    while page.has_next:
        page = page_of(rows, SIZE, page.next_page)
        pages.append(page)
    if step == "back":
        pages = [page]
        while page.has_previous:
            page = page_of(rows, SIZE, page.previous_page)
            pages.append(page)
        pages.reverse()
    return [[one.pk for one in each] for each in pages]


def test_every_page_forward_shows_each_row_once_in_the_order_of_the_list(town):
    eleven(town)
    for order in ORDERS:
        rows = Project.objects.annotate(lines=Count("budget_lines")).order_by(*order)
        found = [pk for page in walked(rows, "forward") for pk in page]
        names = {str(each).lstrip("-") for each in order if isinstance(each, str)}
        last = order[-1]
        tail = [] if "pk" in names else ["-pk" if str(last).startswith("-") or "DESC" in str(last) else "pk"]
        assert found == list(rows.order_by(*order, *tail).values_list("pk", flat=True)), order


def test_back_from_the_last_page_leads_to_the_first_whole_page(town):
    eleven(town)
    for order in ORDERS:
        rows = Project.objects.annotate(lines=Count("budget_lines")).order_by(*order)
        forward, back = walked(rows, "forward"), walked(rows, "back")
        assert [len(page) for page in forward] == [3, 3, 3, 2]
        assert back[0] == forward[0], order
        assert list(dict.fromkeys(pk for page in back for pk in page)) == [pk for page in forward for pk in page], order


def test_a_row_that_is_added_in_front_neither_repeats_nor_hides_one(town):
    eleven(town)
    rows = Project.objects.order_by("-pk")
    first = page_of(rows, SIZE, None)
    before = [pk for page in walked(rows, "forward") for pk in page]
    draft(town)

    second = page_of(rows, SIZE, first.next_page)

    assert [one.pk for one in second] == before[SIZE : 2 * SIZE]


@pytest.mark.one_database
def test_whatever_else_is_asked_for_is_the_first_page(town, browse):
    Notification.objects.bulk_create(Notification(recipient=town.head, subject=str(n)) for n in range(25))
    client, path = browse(town.head), reverse("core:notification_list")
    first = client.get(path).context["page_obj"]
    other = page_of(Project.objects.order_by("pk"), 1, None) if draft(town) and draft(town) else None
    right = first.next_page

    for typed in ("2", "-1", "x", "%00", right[:-1], "a" + right, other.next_page, "a" * 3000):
        page = client.get(path, {"page": typed}).context["page_obj"]
        assert [one.pk for one in page] == [one.pk for one in first], typed

    assert len(client.get(path, {"page": right}).context["page_obj"]) == 5


@pytest.mark.one_database
def test_a_page_whose_rows_have_all_gone_is_the_first_page(town):
    eleven(town)
    rows = Notification.objects.order_by("pk")
    Notification.objects.all().delete()
    Notification.objects.bulk_create(Notification(recipient=town.head, subject=str(n)) for n in range(6))
    first = page_of(rows, SIZE, None)
    Notification.objects.filter(pk__gt=first[-1].pk).delete()

    assert [one.pk for one in page_of(rows, SIZE, first.next_page)] == [one.pk for one in first]


@pytest.mark.one_database
def test_rows_are_counted_up_to_a_limit(town, monkeypatch):
    eleven(town)
    rows = Project.objects.order_by("pk")
    assert page_of(rows, SIZE, None).said == "11"
    monkeypatch.setattr(paging, "MOST_COUNTED", 5)

    page = page_of(rows, SIZE, None)

    assert (page.count, page.said) == (6, "超过5")
    assert page_of(list(rows), SIZE, None).said == "11"  # what is in memory is counted already


@pytest.mark.one_database
def test_the_last_page_costs_as_many_questions_as_the_first(town):
    eleven(town)
    rows = Project.objects.with_names()
    cursor = page_of(rows, SIZE, page_of(rows, SIZE, None).next_page).next_page
    for asked in (None, cursor):
        with CaptureQueriesContext(connection) as asked_for:
            list(page_of(rows, SIZE, asked))
        assert len(asked_for) == 1
        assert "OFFSET" not in asked_for[0]["sql"]


@pytest.mark.one_database
def test_figures_that_take_long_are_kept_for_a_while_and_say_of_when(town, browse, settings, time):
    caches["quick"].clear()
    settings.FIGURES_KEPT_FROM, settings.FIGURES_KEPT_TIMES = 0, 1_000_000
    client = browse()
    assert client.get("/").context["counted"][1] is None
    Project.objects.filter(pk=draft(town).pk).update(submitted_at=clock.now())

    kept = client.get("/")

    figures, counted_at = kept.context["counted"]
    assert (figures["proposed"], counted_at) == (0, clock.now())
    assert "数据截至10:00。" in kept.content.decode()
    caches["quick"].clear()
    assert client.get("/").context["counted"][0]["proposed"] == 1


@pytest.mark.one_database
def test_kept_figures_of_one_funder_are_not_shown_to_another(town, browse, settings):
    caches["quick"].clear()
    settings.FIGURES_KEPT_FROM, settings.FIGURES_KEPT_TIMES = 0, 1_000_000
    proposals.submit(draft(town), by=town.head, pledged=True)
    pages = [browse(person).get("/dashboard/", {"board": "funder"}) for person in (town.clerk, town.auditor)]

    assert [page.context["counted_at"] for page in pages] == [None, None]
    assert browse(town.head).get("/dashboard/", {"board": "funder"}).status_code == 403
    caches["quick"].clear()


@pytest.fixture
def kept_choices(settings):
    """However quick it was, what a filter offers is kept for a minute."""
    settings.CHOICES_KEPT_FROM = 0
    caches["quick"].clear()
    yield
    caches["quick"].clear()


def test_a_filter_offers_the_newest_and_what_is_asked_for_also_when_they_are_kept(town, kept_choices, monkeypatch):
    monkeypatch.setattr(forms, "OFFERED", 2)
    old, *_rest = made = [draft(town, title=f"第{number}个") for number in range(4)]
    rows = Project.objects.order_by("-pk")

    plain = list(forms.newest(rows, None))
    draft(town)
    kept, asked, typed = (list(forms.newest(rows, said)) for said in (None, str(old.pk), "x"))

    assert plain == kept == typed == [made[3], made[2]]
    assert asked == [made[3], made[2], old]
    caches["quick"].clear()
    assert made[2] not in forms.newest(rows, None)


def test_what_is_kept_of_one_question_is_no_answer_to_another(town, kept_choices):
    mine, theirs = draft(town), draft(town, title="别人的")
    rows = Project.objects.values_list("pk", flat=True)

    assert once_a_minute(rows.filter(title=mine.title)) == [mine.pk]
    assert once_a_minute(rows.filter(title="别人的")) == [theirs.pk]
    assert once_a_minute(rows.none()) == []
    said = "2026-03-02 10:00:00 说"
    assert once_a_minute(rows.filter(title=said)) == once_a_minute(rows.filter(title=f"{said}了")) == []
    Project.objects.filter(pk=mine.pk).update(title=f"{said}吧")
    assert once_a_minute(rows.filter(title=f"{said}吧")) == [mine.pk]
    Project.objects.filter(pk=theirs.pk).update(title="改了名")
    assert once_a_minute(rows.filter(title="别人的")) == [theirs.pk]  # for the choice of a filter only


def test_what_holds_now_is_the_same_question_for_a_minute(town, kept_choices, time):
    made = draft(town)

    def before_now() -> list[int]:
        return once_a_minute(Project.objects.filter(created_at__lte=clock.now()).values_list("pk", flat=True))

    time.go(datetime(2026, 3, 10, 12, 0, 5))
    first = before_now()
    Project.objects.filter(pk=made.pk).update(created_at=clock.now() + timedelta(days=1))
    time.go(datetime(2026, 3, 10, 12, 0, 40))
    within = before_now()
    time.go(datetime(2026, 3, 10, 12, 1, 0))

    assert (first, within, before_now()) == ([made.pk], [made.pk], [])


def test_what_one_person_is_offered_is_kept_for_nobody_else(town, kept_choices):
    mine = draft(town)

    def offered(user) -> list[int]:
        return once_a_minute(Project.objects.visible_to(user).values_list("pk", flat=True))

    assert (offered(town.head), offered(town.singer), offered(town.head)) == ([mine.pk], [], [mine.pk])
    flat = Project.objects.filter(pk=mine.pk)
    assert once_a_minute(flat.values_list("pk", flat=True)) == [mine.pk]
    assert once_a_minute(flat.values("pk")) == [{"pk": mine.pk}]  # the same question, other rows


def test_what_has_just_come_into_being_can_be_chosen_though_less_was_kept(town, life, browse, kept_choices):
    proposals.submit(draft(town), by=town.head, pledged=True)
    clerk = browse(town.clerk)
    place, year = town.community.region_code[:9], str(town.call.opens_at.year)
    assert clerk.get("/dashboard/", {"board": "funder"}).status_code == 200
    other = Community.objects.create(region_code="110105998001", name="新社区", street="新街", district="朝阳区")
    Project.objects.update(community=other)
    Call.objects.update(opens_at=town.call.opens_at - timedelta(days=730))

    asked = {"board": "funder", "place": "110105998", "year": str(town.call.opens_at.year - 2)}
    page = clerk.get("/dashboard/", asked)

    assert not page.context["form"].errors
    choices = {name: [key for key, _label in page.context["form"].fields[name].choices] for name in ("place", "year")}
    assert "110105998" in choices["place"]
    assert asked["year"] in choices["year"]
    assert (place in choices["place"], year in choices["year"]) == (False, False)


def test_a_list_in_the_order_of_an_alias_is_turned(town):
    """The list of calls: which is open stands first, and no row says where it stands."""
    eleven(town)
    place = Case(When(title="甲", then=Value(0)), default=Value(1))
    rows = Project.objects.alias(place=place).order_by("place", "-pk")

    pages = walked(rows, "forward")

    assert [key for page in pages for key in page] == list(rows.values_list("pk", flat=True))
    assert len(pages) == 4
