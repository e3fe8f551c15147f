"""The roster: entered with consent, seen by who needs it, forgotten when time is over; figures stay."""

from datetime import date, datetime
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from core import clock
from core.files import attach
from core.models import Attachment, Event
from core.workflow import Refused
from projects.actions import attendance, consent, people, roster, services
from projects.figures import figures
from projects.models import Beneficiary, ConsentText, Project, Service, SignIn
from tests.life import draft
from tests.records import WANG, begun, entered, recorded
from tests.test_files import pdf

YEAR = date(2026, 1, 1), date(2029, 12, 31)


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def running(town, life):
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return project


# -- consent -------------------------------------------------------------------------------------------


def test_the_version_of_the_text_and_the_time_of_the_consent_stay_with_the_person(town, running):
    before = entered(town, running)
    said = {"text": "本街道的告知书。", "keep_months": 6}
    text = consent.publish_text(town.bureau, "roster", by=town.clerk, values=said)
    after = entered(town, running, name="李四")

    assert (before.consent.version, before.consent.funder, before.consented_at) == (1, None, clock.now())
    assert (after.consent, text.version) == (text, 1)
    assert before.expires_on == date(2029, 2, 28)  # the project's end and 24 months
    assert after.expires_on == date(2027, 8, 28)


def test_only_a_clerk_words_a_consent_text(town, running, browse):
    for person in (town.head, town.mentor, town.approver, town.admin):
        with pytest.raises(PermissionDenied):
            consent.publish_text(town.bureau, "roster", by=person, values={"text": "改", "keep_months": 1})
    page = url("consent_create", "roster")
    assert browse(town.clerk).post(page, {"text": "新的", "keep_months": "12"}).status_code == 302

    assert ConsentText.objects.in_force(town.bureau, "roster").text == "新的"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agreed": ""}, "agreed"),
        ({"category": "disabled"}, "sensitive_agreed"),
        ({"birth_year": "2015", "guardian": "王芳"}, "guardian_agreed"),
        ({"birth_year": "2015", "guardian_agreed": "on"}, "guardian"),
        ({"birth_year": "2012"}, "guardian"),  # 14 this year: perhaps still 13
        ({"birth_year": "1890"}, "birth_year"),
    ],
)
def test_nobody_is_entered_without_the_consent_it_takes(town, running, browse, changes, field):
    sent = {**WANG, "agreed": "on", "recommended_by": "", "community": ""} | changes

    page = browse(town.volunteer).post(url("beneficiary_create", running.pk), sent)

    assert field in page.context["form"].errors
    assert Beneficiary.objects.count() == 0


def test_with_every_consent_a_child_is_entered_and_past_the_page_not_without(town, running):
    child = {"name": "小明", "birth_year": 2015, "category": "child", "guardian": "王芳", "phone": ""}

    with pytest.raises(Refused):
        entered(town, running, **child, guardian_agreed=False)
    with pytest.raises(Refused):
        entered(town, running, agreed=False)
    made = entered(town, running, **child)

    assert (made.code, made.guardian_consent_at is not None) == ("001", True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Beneficiary.objects.update(category="ill", sensitive_consent_at=None)


# -- who sees what -------------------------------------------------------------------------------------


def test_the_group_sees_the_name_who_checks_sees_stars_and_others_nothing(town, running, browse):
    wang = entered(town, running)
    page, listed = url("beneficiary_detail", wang.pk), url("roster", running.pk)

    def seen(person):
        answer = browse(person).get(page)
        text = answer.content.decode() if answer.status_code == 200 else ""
        return answer.status_code, "王秀英" in text, "13800138000" in text, "138****8000" in text

    assert seen(town.volunteer) == (200, True, True, False)
    for person in (town.mentor, town.clerk, town.auditor):
        assert seen(person) == (200, False, False, True)
        assert "王秀英" not in browse(person).get(listed).content.decode()
    for person in (town.approver, town.finance):
        assert seen(person)[0] == 403
    assert (seen(town.singer)[0], seen(town.stranger)[0]) == (404, 404)
    assert "王秀英" not in browse(town.head).get(listed).content.decode()


def test_neither_the_log_nor_a_title_carries_a_name(town, running, browse):
    wang = entered(town, running)
    roster.change(wang, by=town.head, values={"phone": "13900139000", "category": "elder", "birth_year": 1948})
    roster.withdraw(wang, by=town.head)

    said = " ".join(f"{event.label}{event.note}{event.data}" for event in Event.objects.all())

    assert "王秀英" not in said
    assert str(wang) == "001"


def test_a_person_gets_a_copy_of_what_is_kept_from_the_group_alone(town, running, browse):
    wang = entered(town, running)
    page = url("beneficiary_copy", wang.pk)

    kept = browse(town.head).get(page).json()

    assert (kept["姓名"], kept["电话"], kept["类别"]) == ("王秀英", "13800138000", "老年人")
    assert browse(town.mentor).get(page).status_code == 403


# -- forgotten -----------------------------------------------------------------------------------------


@pytest.fixture
def known(town, running, time):
    """王秀英 of the roster and 李四 with a name and a tail, at two activities; a visit and a group session with her."""
    wang = entered(town, running)
    for _each in range(2):
        activity = begun(town, running, time)
        attendance.tick(activity, by=town.head, people=[wang])
        values = {"name": "李四", "phone_tail": "1234", "household": "3号楼", "first_time": True, "community": None}
        attendance.sign_in(activity, device="phone", sender="room", values=values)
        recorded(town, activity, time, heads=3)
    case = {"held_on": clock.today(), "beneficiary": wang, "way": "home", "purpose": "探访", "situation": "独居"}
    services.write_service(running, "case", by=town.head, values=case)
    group = {"held_on": clock.today(), "title": "茶会", "session": 1, "content": "王秀英讲了故事。", "others": 0}
    services.write_service(running, "group", by=town.head, values=group, members=[wang])
    attach(wang, pdf("同意书.pdf"), by=town.head, kind="consent")
    return wang


def test_withdrawn_names_go_at_once_and_figures_stay(town, running, known, django_capture_on_commit_callbacks):
    before = figures(running, *YEAR)
    stored = Attachment.objects.of(known).get().file

    with pytest.raises(PermissionDenied):
        roster.withdraw(known, by=town.mentor)
    with django_capture_on_commit_callbacks(execute=True):
        roster.withdraw(known, by=town.head)

    known.refresh_from_db()
    assert (known.name, known.phone, known.birth_year, known.withdrawn_at) == ("", "", 1940, clock.now())
    assert not SignIn.objects.filter(name="王秀英").exists()
    case, group = Service.objects.get(method="case"), Service.objects.get(method="group")
    assert (case.situation, case.purpose, group.content) == ("", "", "**讲了故事。")
    assert not stored.storage.exists(stored.name)
    assert figures(running, *YEAR) == before
    assert (before.persons, before.visits) == (2, 12)
    with pytest.raises(Refused):
        roster.change(known, by=town.head, values={"name": "王秀英"})


def test_expired_names_go_and_figures_stay(town, running, known, time):
    before = figures(running, *YEAR)

    time.go(datetime(2028, 2, 28, 3, 0))
    too_early = roster.anonymise_expired()
    nothing = SignIn.objects.filter(anonymised_at=None).count()
    time.go(datetime(2028, 3, 1, 3, 0))  # sign-ins: twelve months after the end of February 2027
    after_a_year = roster.anonymise_expired()
    signed = SignIn.objects.exclude(name="").count()
    time.go(datetime(2029, 3, 1, 3, 0))  # the roster: twenty-four
    after_two = roster.anonymise_expired()

    assert (nothing, signed) == (4, 0)
    assert (too_early, after_a_year, after_two) == (0, 4, 1)
    assert Beneficiary.objects.get().is_anonymous
    assert figures(running, *YEAR) == before


def test_a_name_is_kept_longer_when_the_project_ends_later(town, running, time):
    wang = entered(town, running)
    Project.objects.filter(pk=running.pk).update(ends_on=date(2027, 8, 31))

    time.go(datetime(2029, 3, 1, 3, 0))
    done = roster.anonymise_expired()

    wang.refresh_from_db()
    assert (done, wang.name, wang.expires_on) == (0, "王秀英", date(2029, 8, 31))


def test_one_person_stays_one_when_sign_ins_are_forgotten_and_cannot_be_calculated(town, running, known):
    keys = set(SignIn.objects.exclude(person_key="").filter(beneficiary=None).values_list("person_key", flat=True))

    roster.forget_sign_ins(SignIn.objects.filter(beneficiary=None).select_related("activity"))

    after = set(SignIn.objects.exclude(person_key="").filter(beneficiary=None).values_list("person_key", flat=True))
    assert (len(keys), len(after), keys & after) == (1, 1, set())


def test_the_database_refuses_a_name_that_was_removed(town, running, known):
    roster.withdraw(known, by=town.clerk)

    with pytest.raises(IntegrityError), transaction.atomic():
        Beneficiary.objects.update(name="王秀英")
    with pytest.raises(IntegrityError), transaction.atomic():
        SignIn.objects.filter(beneficiary=known).update(name="王秀英")


# -- from a table --------------------------------------------------------------------------------------

HEADINGS = [
    *("姓名", "性别", "出生年份", "类别", "社区", "电话", "来源"),
    *("已同意", "同意日期", "同意登记敏感信息", "监护人姓名", "监护人同意"),
]


def workbook(*rows) -> SimpleUploadedFile:
    book, file = Workbook(), BytesIO()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(file)
    return SimpleUploadedFile("名册.xlsx", file.getvalue())


GOOD = ["王秀英", "女", 1948, "老年人", "柳溪社区", "13800138000", "推荐", "是", "2026-04-01", "", "", ""]
CHILD = ["小 明", "男", 2016, "儿童青少年", "", "", "自荐", "是", "", "", "王芳", "是"]


def test_everybody_of_a_table_is_entered_and_the_file_is_not_kept(town, running, browse):
    answer = browse(town.volunteer).post(url("roster_import", running.pk), {"file": workbook(GOOD, CHILD)})

    assert answer.status_code == 302
    first, second = Beneficiary.objects.all()
    assert (first.name, first.community, first.consented_at.date()) == ("王秀英", town.community, date(2026, 4, 1))
    assert (second.name, second.guardian, second.guardian_consent_at is not None) == ("小明", "王芳", True)
    assert Attachment.objects.count() == 0


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (7, "否", "已同意：没有同意的人不能登记。"),
        (3, "残障人士", "同意登记敏感信息：这一类属于敏感信息，须本人单独同意才能登记。"),
        (2, 2016, "监护人姓名：未满14岁须由父母或监护人同意，请填写监护人姓名。"),
        (4, "别的社区", "社区：项目不在“别的社区”开展。"),
        (0, "", "姓名：不能为空。"),
        (8, "2027-01-01", "同意日期：日期在将来。"),
    ],
)
def test_a_wrong_row_is_named_and_nobody_of_the_table_is_entered(town, running, browse, column, value, said):
    wrong = [*GOOD]
    wrong[column] = value

    page = browse(town.head).post(url("roster_import", running.pk), {"file": workbook(CHILD, wrong)})

    assert [row.number for row in page.context["wrong"]] == [3]
    assert said.split("：")[0] in page.context["wrong"][0].what[0]
    assert Beneficiary.objects.count() == 0


def test_whoever_is_in_the_roster_or_twice_in_the_table_is_said(town, running, browse):
    entered(town, running)

    page = browse(town.head).post(url("roster_import", running.pk), {"file": workbook(GOOD, CHILD, CHILD)})

    assert [row.number for row in page.context["wrong"]] == [2, 4]


def test_the_template_is_taken_by_the_group_alone_and_reads_back(town, running, browse):
    page = reverse("reports:roster_template", args=[running.pk])

    file = b"".join(browse(town.head).get(page).streaming_content)

    heads = [cell.value for cell in load_workbook(BytesIO(file)).worksheets[0][1]]
    assert heads[:4] == ["姓名", "性别", "出生年份", "类别"]
    assert browse(town.clerk).get(page).status_code == 403
