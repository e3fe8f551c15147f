"""Issued papers: a number in the transaction of the deed, one file for ever, and what ends a paper."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from config.management.commands import tick
from core import clock
from core.workflow import Refused, Stale
from projects.actions import award, checking
from projects.models import Comment, Project
from reports.actions import marks, papers
from reports.models import Mark, Paper
from reports.paper_layout import digest_of
from tests.config.test_accidents import no_file_larger_than
from tests.life import choir_draft, draft
from tests.town import aware

Kind, State = Paper.Kind, Paper.State


@pytest.fixture
def approved(life, town):
    return life.walk(draft(town), "approved")


def letter(project: Project) -> Paper:
    return project.papers.get(kind=Kind.AWARD)


def returned(life, town, project) -> Project:
    project = life.walk(project, "submitted")
    Comment.objects.create(project=project, kind="correction", text="请补", by=town.clerk)
    return checking.check(project, "return_for_correction", by=town.clerk, note="请补正")


# -- Numbers -------------------------------------------------------------------------------------------


def test_award_gives_its_letter_the_first_number_of_the_year(town, approved):
    paper = letter(approved)

    assert (paper.number, paper.serial, paper.year) == ("柳溪镇人民政府发〔2026〕1号", 1, 2026)
    assert (paper.issuer, paper.state, paper.addressee) == (town.bureau, State.ISSUED, town.centre.name)
    assert paper.issued_on == clock.localdate(approved.approved_at)


def test_nothing_is_issued_before_the_award(town, life):
    project = life.walk(draft(town), "submitted")

    assert not project.papers.exists()


def test_notices_have_a_series_of_their_own(town, approved):
    serials = Paper.objects.exclude(series="").values_list("series", "serial")

    assert sorted(serials) == [("documents", 1), ("notices", 1)]


def test_documents_and_letters_are_numbered_apart(town, life):
    project, other = draft(town), returned(life, town, choir_draft(town))

    project = life.walk(project, "approved")

    numbers = [letter(project).number, other.papers.get(kind=Kind.CORRECTION).number]

    assert numbers == ["柳溪镇人民政府发〔2026〕1号", "柳溪镇人民政府函〔2026〕1号"]


def test_letter_to_a_group_with_a_host_is_registered_as_sent_to_both(town, life):
    project = returned(life, town, choir_draft(town))

    assert project.papers.get(kind=Kind.CORRECTION).addressee == f"{town.choir.name}、{town.host.name}"


def test_deed_that_is_undone_gives_its_number_back(town, life):
    project = life.walk(draft(town), "in_notice")
    life.day(2026, 4, 20)
    with transaction.atomic():
        award.approve(project, by=town.approver)
        transaction.set_rollback(True)
    project = Project.objects.get(pk=project.pk)

    award.approve(project, by=town.approver)

    assert letter(project).serial == 1


def test_mark_of_the_office_stands_before_the_year(town, life):
    marks.set_marks(town.bureau, by=town.clerk, texts={"documents": "江民创发"})

    project = life.walk(draft(town), "approved")

    assert letter(project).number == "江民创发〔2026〕1号"


def test_year_is_that_of_the_day_in_shanghai(town, life):
    project = life.walk(draft(town), "submitted")
    life.time.go(aware(2027, 1, 1, 0, 30))  # still 2026 in UTC
    Comment.objects.create(project=project, kind="correction", text="请补", by=town.clerk)

    checking.check(project, "return_for_correction", by=town.clerk, note="请补正")

    paper = project.papers.get(kind=Kind.CORRECTION)
    assert (paper.number, paper.issued_on) == ("柳溪镇人民政府函〔2027〕1号", date(2027, 1, 1))


@pytest.mark.parametrize("text", ["江民创发", "江民创公示"])
def test_two_series_never_share_a_mark(town, text):
    with pytest.raises(Refused):
        marks.set_marks(town.bureau, by=town.clerk, texts={"letters": text, "notices": text})

    assert not Mark.objects.exists()


def test_mark_of_another_series_is_refused_after_it_was_used(town, life):
    marks.set_marks(town.bureau, by=town.clerk, texts={"documents": "江民创"})
    life.walk(draft(town), "approved")

    with pytest.raises(Refused):
        marks.set_marks(town.bureau, by=town.clerk, texts={"notices": "江民创"})


@pytest.mark.parametrize("who", ["head", "auditor", "finance", "mentor"])
def test_others_do_not_set_marks(town, who):
    with pytest.raises(PermissionDenied):
        marks.set_marks(town.bureau, by=getattr(town, who), texts={"documents": "江民创"})


def test_database_refuses_a_number_twice(approved):
    paper = letter(approved)
    paper.pk, paper.code, paper.object_id = None, "2" * 12, paper.object_id + 1000
    with pytest.raises(IntegrityError), transaction.atomic():
        paper.save(force_insert=True)


# -- What ends a paper ---------------------------------------------------------------------------------


def test_void_keeps_its_number_and_the_next_has_another(town, life):
    first, second = (life.walk(one, "submitted") for one in (draft(town), choir_draft(town)))
    second = life.walk(second, "shortlisted")
    first = life.walk(first, "approved")
    papers.void(letter(first), by=town.approver, reason="金额写错")

    award.approve(Project.objects.get(pk=second.pk), by=town.approver)

    assert [letter(first).state, letter(first).serial] == [State.VOID, 1]
    assert letter(second).serial == 2


@pytest.mark.parametrize("who", ["clerk", "auditor", "head", "finance", "admin"])
def test_only_an_approver_declares_void(town, approved, who):
    with pytest.raises(PermissionDenied):
        papers.void(letter(approved), by=getattr(town, who), reason="写错")


def test_void_needs_a_reason(town, approved):
    with pytest.raises(Refused):
        papers.void(letter(approved), by=town.approver, reason=" ")


def test_void_paper_is_not_declared_void_again(town, approved):
    papers.void(letter(approved), by=town.approver, reason="写错")

    with pytest.raises(Stale):
        papers.void(letter(approved), by=town.approver, reason="再次")


def test_award_that_is_given_up_ends_its_letter(town, approved):
    award.forfeit(approved, by=town.approver, note="放弃")

    assert (letter(approved).state, letter(approved).void_reason) == (State.VOID, "放弃立项")


def test_second_return_is_a_notice_of_its_own(town, life):
    project = returned(life, town, draft(town))
    first = project.papers.get(kind=Kind.CORRECTION)

    assert (first.state, first.target.name) == (State.ISSUED, "return_for_correction")
    assert first.facts == [["项目编号", project.number]]


# -- The file ------------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_file_is_laid_out_once_and_given_out_ever_after(town, approved, browse):
    client, page = browse(town.head), reverse("reports:award_letter", args=[approved.pk])
    first = client.get(page).content
    Project.objects.filter(pk=approved.pk).update(title="改过的题目")

    again = client.get(page).content

    paper = letter(approved)
    assert again == first
    assert PdfReader(paper.file.open("rb")).metadata["/Keywords"] == f"venture-paper-{paper.code}"


@pytest.mark.one_database
def test_clock_lays_out_what_nobody_has_opened(town, approved, without_layout):
    waiting = Paper.objects.filter(file="").count()

    assert papers.print_waiting() == waiting
    assert papers.print_waiting() == 0
    assert all(paper.sha256 and paper.printed_at for paper in Paper.objects.all())


@pytest.mark.one_database
def test_paper_that_cannot_be_laid_out_keeps_no_other_from_it(town, approved, without_layout, caplog):
    waiting = Paper.objects.count()
    Paper.objects.filter(kind=Kind.NOTICE).update(object_id=0)  # what it was about is gone

    assert papers.print_waiting() == waiting - 1
    assert [record.message for record in caplog.records if record.name == papers.log.name] == [
        f"Paper {Paper.objects.get(kind=Kind.NOTICE).pk} cannot be laid out"
    ]


@pytest.mark.one_database
def test_papers_that_did_not_fit_are_said_in_one_sentence_and_laid_out_the_next_time(
    town, approved, without_layout, caplog, capsys, monkeypatch
):
    waiting, first = Paper.objects.count(), Paper.objects.order_by("pk").first()
    monkeypatch.setattr(tick, "DUTIES", (papers.print_waiting,))
    said = f"已存好0份文书，第{first.pk}号未能存入（[Errno 27] File too large）；还有{waiting}份留待下次"

    with no_file_larger_than(0), pytest.raises(SystemExit) as ended:
        call_command("tick")
    assert (ended.value.code, *capsys.readouterr()) == (1, "", f"print_waiting: NotStored: {said}\n")
    assert (Paper.objects.filter(file="").count(), caplog.records) == (waiting, [])

    call_command("tick")
    assert tuple(capsys.readouterr()) == (f"print_waiting: {waiting}\n", "")
    assert not Paper.objects.filter(file="").exists()


@pytest.mark.one_database
def test_step_lays_nothing_out(town, approved):
    assert not Paper.objects.exclude(file="").exists()


def test_digest_covers_what_the_public_reads(approved):
    paper = letter(approved)
    assert digest_of(paper) == paper.digest

    paper.facts = [["资助金额", "1.00元"]]

    assert digest_of(paper) != paper.digest


# -- The register --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("clerk", 200), ("auditor", 200), ("head", 403), ("finance", 200)])
def test_register_is_read_by_the_funders_people(town, approved, browse, who, status):
    assert browse(getattr(town, who)).get(reverse("reports:paper_list")).status_code == status


def test_register_lists_by_kind_and_code(town, approved, browse):
    client, page = browse(town.auditor), reverse("reports:paper_list")
    paper = letter(approved)

    by_kind = client.get(page, {"kind": "award"}).content.decode()
    by_code = client.get(page, {"q": paper.shown_code.lower()}).content.decode()
    other = client.get(page, {"kind": "honour"}).content.decode()

    assert [paper.number in body for body in (by_kind, by_code, other)] == [True, True, False]


def test_register_of_a_funder_has_what_the_group_issued_in_its_project(town, life):
    issued = life.walk(draft(town), "completed").papers.get(kind=Kind.ACCOUNTS)

    assert (issued.issuer, issued.register) == (town.centre, town.bureau)
    for person in (town.clerk, town.auditor, town.evaluator, town.stranger):
        assert list(Paper.objects.register_of(person)) == list(Paper.objects.visible_to(person))
    assert issued in Paper.objects.register_of(town.clerk)
    assert issued not in Paper.objects.register_of(town.evaluator)


def test_approver_declares_void_on_the_page(town, approved, browse):
    page = letter(approved).get_absolute_url()

    refused = browse(town.approver).post(page, {"seen": "issued", "note": ""})
    done = browse(town.approver).post(page, {"seen": "issued", "note": "金额写错"})

    assert (refused.status_code, done.status_code) == (200, 302)
    assert letter(approved).void_reason == "金额写错"


def test_clerk_does_not_declare_void_on_the_page(town, approved, browse):
    response = browse(town.clerk).post(letter(approved).get_absolute_url(), {"seen": "issued", "note": "写错"})

    assert (response.status_code, letter(approved).state) == (403, State.ISSUED)


def test_group_finds_the_numbers_of_its_project(town, approved, browse):
    page = reverse("reports:project_papers", args=[approved.pk])

    assert letter(approved).number in browse(town.head).get(page).content.decode()
    assert browse(town.stranger).get(page).status_code == 404


def test_marks_are_refused_with_figures_and_what_was_typed_comes_back(town, browse):
    page = reverse("reports:marks_edit", args=[town.bureau.pk])

    response = browse(town.clerk).post(page, {"letters": "江民〔2026〕"})

    assert "江民〔2026〕" in response.content.decode()
    assert not Mark.objects.exists()


@pytest.mark.one_database
def test_group_without_a_look_at_the_account_gets_a_masked_agreement(town, life, browse, without_layout):
    project = life.walk(draft(town), "running")
    page = reverse("reports:agreement", args=[project.pk])

    browse(town.mentor).get(page)
    assert not project.papers.get(kind=Kind.AGREEMENT).file

    browse(town.head).get(page)
    assert project.papers.get(kind=Kind.AGREEMENT).file


def test_register_costs_the_same_for_one_paper_and_for_many(town, approved, browse):
    client, page = browse(town.clerk), reverse("reports:paper_list")
    client.get(page, {"kind": "award"})
    with CaptureQueriesContext(connection) as one:
        client.get(page, {"kind": "award"})
    event = letter(approved).event
    for _each in range(30):
        papers.issue(Kind.AWARD, approved, event=event)

    with CaptureQueriesContext(connection) as many:
        client.get(page, {"kind": "award"})

    assert len(many) == len(one)
