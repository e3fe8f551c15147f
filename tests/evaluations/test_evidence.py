"""Records behind the points: tied as they were, shown as they are, and asked for where the points are few."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Attachment
from core.workflow import Refused
from evaluations.actions import evaluation as procedure
from evaluations.actions import evidence, reporting, sampling, scoring
from evaluations.evidence_due import asks_for_evidence
from evaluations.evidence_lists import evidence_of
from evaluations.models import Commission, Evidence, Sheet
from evaluations.records import compared, digest_of, records_of
from people.models import Role
from projects.actions import services, spending
from projects.models import Expense
from tests import evaluated
from tests.life import declared
from tests.records import entered, held
from tests.spending import handed_in, running, values
from tests.town import aware, member, person


@pytest.fixture
def project(town, life):
    made = running(town, life)
    handed_in(made, town.head, amount=Decimal("321.50"), voucher="记-07")
    return made


@pytest.fixture
def assignment(town, project, life):
    """The evaluator's sheet while the papers are looked at."""
    life.time.go(datetime(2026, 10, 12, 10))
    found = evaluated.self_evaluated(town, evaluated.sent(town, project))
    return found.panel.select_related("project", "evaluation__rubric", "person").get()


@pytest.fixture
def line(assignment):
    return assignment.rubric.criteria.first()


def voucher(assignment) -> str:
    return next(one.name for one in records_of(assignment.evaluation) if one.kind == "expense")


# -- when something has to be shown ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "given", "asked"),
    [
        ("points", "29.99", True),
        ("points", "30", False),
        ("points", "0", True),
        ("points", None, False),
        ("bonus", "0", False),
        ("deduction", "0", False),
        ("deduction", "0.5", True),
        ("veto", "0", False),
        ("veto", "1", True),
    ],
)
def test_few_points_deductions_and_vetoes_ask_for_something_to_show(kind, given, asked):
    """Of 50 points with a pass mark of 60 in a hundred, 30 are enough."""
    points = None if given is None else Decimal(given)

    assert asks_for_evidence(kind, points, Decimal(50), Decimal(60)) is asked


def submit(assignment, *points: str) -> None:
    given = {c.pk: Decimal(p) for c, p in zip(assignment.rubric.criteria.all(), points, strict=True)}
    scoring.submit_sheet(assignment, by=assignment.person, points=given, strengths="好", weaknesses="票据不全")


def test_a_sheet_with_few_points_on_a_line_is_refused_until_something_is_tied(town, assignment, line):
    with pytest.raises(Refused, match=line.name):
        submit(assignment, "29", "20", "15")

    evidence.tie(assignment, line, by=town.evaluator, names=[voucher(assignment)], why="发票抬头不是本单位")

    submit(assignment, "29", "20", "15")
    assert assignment.sheet.is_submitted


def test_a_sentence_is_enough_where_no_record_shows_it_and_blanks_are_none(town, assignment, line):
    evidence.say(assignment, line, by=town.evaluator, text="   ")
    with pytest.raises(Refused):
        submit(assignment, "10", "20", "15")

    evidence.say(assignment, line, by=town.evaluator, text="档案室当天锁着，没有看到签到表")

    submit(assignment, "10", "20", "15")


def test_few_points_without_a_record_are_marked_at_their_line_and_what_was_typed_stays(town, assignment, line, browse):
    first, second, third = assignment.lines
    given = {f"points-{first.pk}": "29", f"points-{second.pk}": "20", f"points-{third.pk}": "15"}

    page = browse(town.evaluator).post(
        reverse("evaluations:sheet", args=[assignment.pk]), given | {"strengths": "好", "submit": ""}
    )

    form = page.context["form"]
    assert list(form.errors) == [f"points-{line.pk}"]
    assert form[f"points-{first.pk}"].value() == "29"
    assert not Sheet.objects.filter(submitted_at__isnull=False).exists()


# -- what is kept ------------------------------------------------------------------------------------------


def test_what_was_tied_is_kept_as_it_was_when_the_record_is_corrected_since(town, project, assignment, line):
    evidence.tie(assignment, line, by=town.evaluator, names=[voucher(assignment)], why="金额大")
    expense = Expense.objects.get()
    spending.send_back(expense, by=town.clerk, note="金额填错")
    mended = values(project, amount=Decimal("32.15"), voucher="记-07")
    spending.change(Expense.objects.get(), by=town.head, values=mended)

    [tied] = compared(assignment.evaluation, Evidence.objects.tied())

    assert (tied.evidence.label, tied.evidence.day) == ("记-07 彩纸和笔（晨光文具店）", date(2026, 6, 1))
    assert tied.evidence.amount == Decimal("321.50")
    assert (tied.is_changed, tied.is_gone, tied.now.amount) == (True, False, Decimal("32.15"))


def test_a_record_that_is_gone_says_so_and_its_line_stays(town, assignment, line):
    evidence.tie(assignment, line, by=town.evaluator, names=[voucher(assignment)])
    Attachment.objects.all().delete()
    Expense.objects.all().delete()

    [tied] = compared(assignment.evaluation, Evidence.objects.tied())

    assert (tied.is_gone, tied.evidence.amount) == (True, Decimal("321.50"))


def test_tying_again_takes_the_record_as_it_is_now_and_keeps_the_older_line(town, assignment, line):
    name = voucher(assignment)
    evidence.tie(assignment, line, by=town.evaluator, names=[name], why="金额大")
    assert evidence.tie(assignment, line, by=town.evaluator, names=[name]) == []
    Expense.objects.update(amount=Decimal("32.15"))

    [again] = evidence.tie(assignment, line, by=town.evaluator, names=[name])

    assert (again.amount, again.why) == (Decimal("32.15"), "金额大")
    assert [one.amount for one in Evidence.objects.order_by("pk")] == [Decimal("321.50"), Decimal("32.15")]
    assert Evidence.objects.tied().get() == again


def test_what_is_taken_away_is_never_deleted(town, assignment, line):
    [piece] = evidence.tie(assignment, line, by=town.evaluator, names=[voucher(assignment)])

    evidence.untie(piece, by=town.evaluator)

    assert not Evidence.objects.tied().exists()
    with pytest.raises(TypeError):
        piece.delete()


def test_equal_facts_have_one_digest_whatever_their_order():
    assert digest_of({"b": Decimal("1.10"), "a": date(2026, 1, 1)}) == digest_of(
        {"a": date(2026, 1, 1), "b": Decimal("1.10")}
    )
    assert digest_of({"a": 1}) != digest_of({"a": 2})


def test_what_belongs_to_another_project_or_is_nonsense_is_refused(town, assignment, line):
    for name in ("expense-999999", "nonsense", "file-", "activity-1 or 1=1"):
        with pytest.raises(Refused):
            evidence.tie(assignment, line, by=town.evaluator, names=[name])


def test_every_kind_of_record_is_offered_and_none_with_a_name_of_who_is_served(town, project, assignment, time):
    person_served = entered(town, project, name="王秀英")
    held(town, project, time, heads=12, starts_at=aware(2026, 10, 13, 14), ends_at=aware(2026, 10, 13, 16))
    said = {"held_on": date(2026, 10, 14), "beneficiary": person_served, "way": "home", "purpose": "看望王秀英"}
    services.write_service(project, by=town.head, method="case", values=said | {"situation": "王秀英身体好"})
    sampling.draw(assignment.evaluation, by=town.evaluator, kind="held", size=1)

    found = records_of(assignment.evaluation)

    assert {one.kind for one in found} == {"activity", "photo", "service", "expense", "plan", "file", "sample"}
    assert not [one.label for one in found if "王秀英" in one.label]


# -- who ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["clerk", "approver", "head", "mentor", "auditor", "expert1"])
def test_only_the_evaluator_whose_sheet_it_is_ties(town, assignment, line, username):
    with pytest.raises(PermissionDenied):
        evidence.tie(assignment, line, by=town.people[username], names=[voucher(assignment)])
    with pytest.raises(PermissionDenied):
        evidence.say(assignment, line, by=town.people[username], text="没有")


def test_a_sheet_that_is_handed_in_keeps_its_evidence(town, assignment, line):
    [piece] = evidence.tie(assignment, line, by=town.evaluator, names=[voucher(assignment)])
    submit(assignment, "40", "20", "15")

    with pytest.raises(PermissionDenied):
        evidence.untie(piece, by=town.evaluator)
    with pytest.raises(PermissionDenied):
        evidence.tie(assignment, line, by=town.evaluator, names=[])


def test_after_the_term_the_picker_the_list_and_the_ties_on_the_sheet_are_gone(town, assignment, line, browse):
    evidence.tie(assignment, line, by=town.evaluator, names=[voucher(assignment)])
    client, sheet = browse(town.evaluator), reverse("evaluations:sheet", args=[assignment.pk])
    pick = reverse("evaluations:evidence_pick", args=[assignment.pk, line.pk])
    listed = reverse("evaluations:evidence_list", args=[assignment.evaluation_id])
    assert "记-07" in client.get(sheet).content.decode()
    assert [client.get(page).status_code for page in (pick, listed)] == [200, 200]
    Commission.objects.update(since=date(2026, 9, 1), until=date(2026, 10, 11))
    assignment.project.participants.filter(part="evaluator").update(until=date(2026, 10, 12))

    later = client.get(sheet)

    assert (later.status_code, "记-07" in later.content.decode()) == (200, False)
    assert [client.get(page).status_code for page in (pick, listed)] == [404, 404]


def test_the_group_reads_the_list_once_the_draft_is_sent_and_never_who_tied_it(town, assignment, line, browse):
    evidence.tie(assignment, line, by=town.evaluator, names=[voucher(assignment)], why="发票抬头不全")
    listed = reverse("evaluations:evidence_list", args=[assignment.evaluation_id])
    group = browse(town.head)
    before = group.get(listed).status_code
    found = evaluated.visited(town, evaluated.checked(town, evaluated.fresh(assignment.evaluation)))
    evaluated.written(town, found, 40, 20, 15)
    reporting.send_draft(evaluated.fresh(found), by=town.evaluator)

    page = group.get(listed)

    assert (before, page.status_code) == (403, 200)
    assert "发票抬头不全" in page.content.decode()
    assert town.evaluator.name not in page.content.decode()
    assert browse(town.stranger).get(listed).status_code == 404


def test_what_two_colleagues_tied_stands_once_without_their_names(town, assignment, line, project):
    colleague = person("colleague", "温同事")
    member(colleague, town.evaluators, Role.EVALUATOR)
    procedure.distribute(assignment.evaluation, [town.evaluator, colleague], by=town.evaluator)
    declared(project)
    second = assignment.evaluation.panel.get(person=colleague)
    for one in (assignment, second):
        evidence.tie(one, line, by=one.person, names=[voucher(assignment)])

    once = evidence_of(assignment.evaluation, with_names=False)[0].tied
    named = evidence_of(assignment.evaluation, with_names=True)[0].tied

    assert (len(once), len(named)) == (1, 2)


# -- the pages ------------------------------------------------------------------------------------------------


def test_records_are_found_tied_and_taken_away_on_the_page(town, assignment, line, browse):
    client = browse(town.evaluator)
    pick = reverse("evaluations:evidence_pick", args=[assignment.pk, line.pk])
    name = voucher(assignment)

    found = client.get(pick, {"q": "晨光 321", "kind": "expense"})
    answer = client.post(f"{pick}?q=晨光", {"tie": "1", "names": [name], "why": "抽查"})

    assert [row["record"].name for row in found.context["rows"]] == [name]
    assert client.get(pick, {"q": "没有这样的东西"}).context["rows"] == []
    piece = Evidence.objects.tied().get()
    assert (piece.why, answer.url.startswith(f"{pick}?q=")) == ("抽查", True)
    client.post(pick, {"untie": piece.pk})
    assert not Evidence.objects.tied().exists()


def test_the_picker_answers_nonsense_and_keeps_what_was_ticked(town, assignment, line, browse):
    client = browse(town.evaluator)
    pick = reverse("evaluations:evidence_pick", args=[assignment.pk, line.pk])

    nothing = client.post(pick, {"tie": "1"})
    strange = client.post(pick, {"tie": "1", "names": [voucher(assignment), "expense-99999999999999999999"]})

    assert nothing.status_code == strange.status_code == 200
    assert nothing.context["tie_form"].errors
    assert [row["ticked"] for row in strange.context["rows"] if row["record"].kind == "expense"] == [True]
    assert client.post(pick, {"untie": "²"}).status_code == 200
    assert client.post(pick, {"untie": "999999"}).status_code == 404
    assert client.get(pick, {"kind": "nonsense", "page": "x"}).status_code == 200


def test_colleagues_ties_are_shown_as_a_number_and_can_be_asked_for(town, assignment, line, project, browse):
    colleague = person("colleague", "温同事")
    member(colleague, town.evaluators, Role.EVALUATOR)
    procedure.distribute(assignment.evaluation, [town.evaluator, colleague], by=town.evaluator)
    declared(project)
    second = assignment.evaluation.panel.get(person=colleague)
    evidence.tie(second, line, by=colleague, names=[voucher(assignment)])
    pick = reverse("evaluations:evidence_pick", args=[assignment.pk, line.pk])

    page = browse(town.evaluator).get(pick, {"tied": "panel"})

    assert [(row["record"].kind, row["others"]) for row in page.context["rows"]] == [("expense", 1)]


def test_the_button_on_the_sheet_keeps_the_draft_and_leads_to_the_picker(town, assignment, line, browse):
    client = browse(town.evaluator)
    sheet = reverse("evaluations:sheet", args=[assignment.pk])

    answer = client.post(sheet, {f"points-{line.pk}": "12", "strengths": "好", "version": 0, "evidence": line.pk})

    assert answer.url == reverse("evaluations:evidence_pick", args=[assignment.pk, line.pk])
    assert assignment.sheet.scores.get().points == Decimal(12)


def test_the_picker_costs_the_same_queries_for_one_voucher_and_for_thirty(
    town, project, assignment, line, browse, django_assert_num_queries
):
    client = browse(town.evaluator)
    pick = reverse("evaluations:evidence_pick", args=[assignment.pk, line.pk])
    client.get(pick)
    with CaptureQueriesContext(connection) as few:
        client.get(pick)
    for place in range(30):
        handed_in(project, town.head, amount=Decimal(10 + place), invoice_number=f"261170000000999{place:05d}")
    with django_assert_num_queries(len(few)):
        client.get(pick)
