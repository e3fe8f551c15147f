"""From the award to the start: the plan finished, the agreement drawn up, signed, its scan confirmed, or forfeited."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import workflow
from core.workflow import Refused
from grants.actions.agreement_templates import change_template, create_template
from grants.agreement_text import default_clauses, ordinal
from projects import inbox
from projects.actions import agreements, award, changing, people
from projects.changes import as_wish
from projects.models import Project
from tests.life import draft
from tests.pdfs import pdf_with

TARGET = ("key", "goal", "indicator", "value", "unit", "proof")


def scan(name: str = "签章版.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_with(words="signed"), "application/pdf")


def fresh(project) -> Project:
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def long_road(town):
    """The call asks for a finished plan and for the scan."""
    town.call.tracks.update(optimisation="yes")
    town.call.asks_for_signed_copy = True
    town.call.save()


@pytest.fixture
def signed(town, life, long_road):
    """Finished, drawn up and signed by both; the scan is awaited."""
    project = life.walk(draft(town), "approved")
    life.finish_plan(project)
    award.sign_for_group(project, by=town.head)
    award.sign_for_funder(project, by=town.approver)
    return fresh(project)


def test_no_agreement_before_the_clerk_has_confirmed_the_finished_plan(town, life, long_road, browse):
    project = life.walk(draft(town), "approved")
    assert not hasattr(project, "agreement")
    with pytest.raises(Refused):
        agreements.draw_up(project, by=town.clerk)
    assert browse(town.head).get(reverse("projects:agreement_detail", args=[project.pk])).status_code == 200

    life.finish_plan(project)

    assert fresh(project).agreement.version.kind == "finished"


def test_a_target_is_raised_freely_and_lowered_only_with_consent(town, life, long_road):
    project = life.walk(draft(town), "approved")
    change = project.change_requests.get()
    rows = [{name: getattr(row, name) for name in TARGET} for row in project.targets.all()]
    rows[0]["value"] = Decimal(59)
    changing.write_change(change, by=town.head, reason="写实", wish=as_wish({}, {"targets": rows}))
    changing.hand_in(change, by=town.head)

    with pytest.raises(PermissionDenied):
        changing.approve(change, by=town.approver, consents=True)
    with pytest.raises(Refused):
        changing.approve(change, by=town.clerk)
    changing.approve(change, by=town.clerk, consents=True)

    assert project.targets.get().value == 59


def test_less_money_than_asked_for_makes_the_plan_be_finished_whatever_the_call_says(town, life):
    project = life.walk(draft(town), "in_notice")
    Project.objects.filter(pk=project.pk).update(amount_proposed=Decimal("9000.00"))
    life.day(2026, 4, 20)

    award.approve(fresh(project), by=town.approver)

    change = project.change_requests.get()
    changing.write_change(change, by=town.head, reason="照原样", wish={})
    with pytest.raises(Refused, match=r"9,000\.00"):
        changing.hand_in(change, by=town.head)


def test_the_project_starts_when_another_than_the_uploader_confirms_the_scan(town, signed):
    assert signed.state == "approved"
    agreements.upload_copy(signed, scan(), by=town.clerk)
    with pytest.raises(Refused):
        agreements.confirm_copy(signed, by=town.clerk)
    agreements.refuse_copy(signed, by=town.clerk, note="缺骑缝章")
    agreements.upload_copy(signed, scan(), by=town.head)
    for person in (town.head, town.approver, town.finance, town.mentor):
        with pytest.raises(PermissionDenied):
            agreements.confirm_copy(signed, by=person)

    agreements.confirm_copy(signed, by=town.clerk)

    assert fresh(signed).state == "running"
    assert fresh(signed).agreement.copy.sha256


def test_who_uploaded_the_scan_reads_that_another_clerk_confirms_it(town, signed, browse):
    page = reverse("projects:agreement_detail", args=[signed.pk])
    agreements.upload_copy(signed, scan(), by=town.clerk)
    own = browse(town.clerk).get(page).content.decode()
    agreements.upload_copy(signed, scan(), by=town.head)
    another = browse(town.clerk).get(page).content.decode()

    assert ("另一位经办人" in own or "另一名经办人" in own, 'name="confirm"' in own) == (True, False)
    assert 'name="confirm"' in another


def test_after_a_forfeit_nothing_is_next_on_the_page_of_the_agreement(town, signed, browse):
    step = reverse("projects:project_step", args=[signed.pk, "forfeit"])
    assert "候补" in browse(town.approver).get(step).content.decode()
    award.forfeit(signed, by=town.approver, note="逾期未签")

    page = browse(town.clerk).get(reverse("projects:agreement_detail", args=[signed.pk]))

    assert page.context["next"] is None
    assert "这份协议不再签署" in page.content.decode()


def test_only_whose_turn_it_is_is_asked_to_sign(town, life, long_road, browse):
    project = life.walk(draft(town), "approved")

    def asked() -> list[str]:
        pages = {name: browse(town.people[name]).get(project.get_absolute_url()).content.decode() for name in names}
        assert all(("查看并签署协议" in page) is not ("查看协议" in page) for page in pages.values())
        return [name for name, page in pages.items() if "查看并签署协议" in page]

    names = ("head", "approver", "auditor", "clerk")
    before = asked()  # the plan is to be finished first
    life.finish_plan(project)
    drawn_up = asked()
    award.sign_for_group(project, by=town.head)
    by_group = asked()
    award.sign_for_funder(project, by=town.approver)

    assert [before, drawn_up, by_group, asked()] == [[], ["head"], ["approver"], []]


@pytest.mark.parametrize(("until", "taken"), [("2062-06-01", False), ("2026-07-01", True)])
def test_more_time_to_sign_is_at_most_a_year(town, signed, browse, until, taken):
    page = reverse("projects:signing_extend", args=[signed.pk])

    browse(town.clerk).post(page, {"until": until, "note": "负责人住院"})

    assert (str(fresh(signed).due_on) == until) == taken


def test_the_pages_lead_through_the_scan(town, signed, browse):
    page = reverse("projects:agreement_detail", args=[signed.pk])
    word = browse(town.head).post(page, {"copy": "1", "scan": SimpleUploadedFile("a.docx", b"PK\x03\x04")})
    assert word.status_code == 200
    assert fresh(signed).agreement.copy is None

    browse(town.head).post(page, {"copy": "1", "scan": scan()})
    assert any("扫描件" in task.what for task in inbox.waiting_for(town.clerk))
    assert browse(town.mentor).post(page, {"confirm": "", "agreed": "on"}).status_code == 404
    browse(town.clerk).post(page, {"confirm": "", "agreed": "on"})

    assert fresh(signed).state == "running"


def test_three_parties_and_editions(town, life):
    template = create_template(town.bureau, by=town.clerk, name="三方", parties=3, clauses=default_clauses())
    town.call.agreement_template = template
    town.call.save()
    project = life.walk(draft(town), "approved")
    before = project.agreement.sha256

    change_template(template, by=town.clerk, clauses=default_clauses()[:5], seen=1)
    assert fresh(project).agreement.sha256 == before
    award.sign_for_group(project, by=town.head)
    with pytest.raises(Refused):
        award.sign_for_funder(project, by=town.approver)
    with pytest.raises(Refused):
        agreements.note_community(project, by=town.clerk, signed_on=date(2026, 4, 19))
    agreements.note_community(project, by=town.clerk, signed_on=date(2026, 4, 20))
    award.sign_for_funder(project, by=town.approver)

    assert fresh(project).state == "running"
    assert any(block.get("party") == "丙方" for block in fresh(project).agreement.blocks)


def test_the_text_is_drawn_up_anew_only_until_somebody_signs(town, life):
    project = life.walk(draft(town), "approved")
    number = project.agreement.number
    agreements.draw_up(project, by=town.clerk, has_community=True)
    assert fresh(project).agreement.number == number
    award.sign_for_group(project, by=town.head)

    with pytest.raises(Refused):
        agreements.draw_up(project, by=town.clerk)


@pytest.mark.parametrize(("code", "number"), [("LX2026", "LX2026-XY-001"), ("LX-A", "LX-A-XY-2026-001")])
def test_number_says_the_year_once(town, life, code, number):
    town.call.code = code
    town.call.save()

    assert life.walk(draft(town), "approved").agreement.number == number


def test_the_clerk_forfeits_only_when_the_group_has_let_the_time_pass(town, life, time):
    project = life.walk(draft(town), "approved")
    assert not workflow.can_proceed(project, "forfeit", town.clerk)

    time.go(datetime(2026, 6, 1, 10, 0))
    assert any("逾期" in task.what for task in inbox.waiting_for(town.clerk))
    assert workflow.can_proceed(fresh(project), "forfeit", town.clerk)
    award.sign_for_group(project, by=town.head)
    assert not workflow.can_proceed(fresh(project), "forfeit", town.clerk)


def test_more_time_needs_a_reason_and_a_later_day(town, life):
    project = life.walk(draft(town), "approved")
    for until, note in ((project.due_on, "出差"), (date(2026, 6, 30), " ")):
        with pytest.raises(Refused):
            agreements.extend_signing(project, by=town.clerk, until=until, note=note)

    agreements.extend_signing(project, by=town.clerk, until=date(2026, 6, 30), note="负责人住院")

    assert fresh(project).due_on == date(2026, 6, 30)


def test_clauses_are_counted_as_papers_count_them():
    assert [ordinal(n) for n in (1, 10, 11, 19, 20, 21, 99)] == ["一", "十", "十一", "十九", "二十", "二十一", "九十九"]


# -- what was read is what is signed ---------------------------------------------------------------


def page_of(project) -> str:
    return reverse("projects:agreement_detail", args=[project.pk])


def test_a_text_that_was_drawn_up_anew_is_not_signed_unread(town, life, browse):
    project = life.walk(draft(town), "approved")
    client = browse(town.head)
    text = fresh(project).agreement.sha256
    assert text in client.get(page_of(project)).content.decode()
    agreements.draw_up(project, by=town.clerk, from_model=True, has_community=True)

    answer = client.post(page_of(project), {"group": "", "agreed": "on", "read": text})

    assert "重新拟过" in answer.content.decode()
    assert fresh(project).agreement.group_signed_at is None
    client.post(page_of(project), {"group": "", "agreed": "on", "read": fresh(project).agreement.sha256})
    assert fresh(project).agreement.group_signed_by == town.head


def test_a_scan_that_was_replaced_is_not_confirmed_unseen(town, signed, browse):
    first = agreements.upload_copy(signed, scan(), by=town.head).copy.sha256
    client = browse(town.clerk)
    assert first in client.get(page_of(signed)).content.decode()
    other = SimpleUploadedFile("别的.pdf", pdf_with(words="another"), "application/pdf")
    agreements.upload_copy(signed, other, by=town.head)

    answer = client.post(page_of(signed), {"confirm": "", "agreed": "on", "read": first})

    assert "另一份扫描件" in answer.content.decode()
    assert fresh(signed).state == "approved"


@pytest.mark.parametrize(("reader", "sees"), [("head", True), ("clerk", True), ("finance", True), ("mentor", False)])
def test_the_account_in_the_agreement_is_for_who_pays_and_who_is_paid(town, life, browse, reader, sees):
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)

    text = browse(town.people[reader]).get(page_of(project)).content.decode()

    assert ("6222000011112222" in text) is sees
    assert ("****2222" in text) is not sees
