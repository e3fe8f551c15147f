"""The gates of an instalment: which is open, why, what to do and by whom; and what is kept of them."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import Event
from core.workflow import Refused
from grants.models import Gate
from projects.actions import award, delivery, evaluation, matching, payments
from projects.gates import CHECKS, facts_of, gates_of
from projects.models import MatchingProof, Project, Tranche
from tests.life import LINES, draft
from tests.test_files import pdf


@pytest.fixture
def running(town, life) -> Project:
    """A running project of 10,000 yuan whose first instalment (5,000) is paid and not yet receipted."""
    project = life.walk(draft(town), "running")
    pay(project.tranches.get(ordinal=1), town)
    return Project.objects.get(pk=project.pk)


def pay(tranche: Tranche, town, reference="B-1") -> None:
    payments.request_payment(tranche, by=town.clerk)
    payments.approve_payment(tranche, by=town.approver)
    payments.pay(tranche, by=town.finance, bank_reference=reference)


def only(project: Project, kind: str, figure: str = "", ordinal: int = 2) -> Tranche:
    """The instalment, opened by this gate alone."""
    Tranche.objects.filter(project=project, ordinal=ordinal).update(
        gates=[{"kind": kind, "figure": figure, "basis": "依据"}]
    )
    return project.tranches.get(ordinal=ordinal)


def check(tranche: Tranche):
    [found] = gates_of(Tranche.objects.get(pk=tranche.pk))
    return found


def report(project, town, spent: str, accept: bool = True):
    values = {"kind": "milestone", "done": "完成", "visits": 1, "persons": 1, "spent": Decimal(spent)}
    made = delivery.submit_report(project, by=town.head, values=values)
    return delivery.accept_report(made, by=town.clerk) if accept else made


def test_every_gate_has_its_check():
    assert set(CHECKS) == set(Gate)


def test_the_agreement_opens_when_both_have_signed(town, life):
    project = life.walk(draft(town), "approved")
    first = project.tranches.get(ordinal=1)

    before = check(first)
    award.sign_for_group(project, by=town.head)
    halfway = check(first)
    award.sign_for_funder(project, by=town.approver)
    after = check(first)

    assert [before.is_open, halfway.is_open, after.is_open] == [False, False, True]
    assert (before.who, halfway.who, after.who) == (town.centre.name, town.bureau.name, "")
    assert project.agreement.number in after.why


def test_the_receipt_is_that_of_the_instalment_before(town, running):
    second = only(running, "receipt")
    before = check(second)

    payments.confirm_receipt(running.tranches.get(ordinal=1), by=town.head, receipt_number="SJ-9")
    after = check(second)

    assert (before.is_open, before.who) == (False, town.centre.name)
    assert "5,000.00" in before.why
    assert after.is_open
    assert "SJ-9" in after.why


def test_a_receipt_of_an_unpaid_instalment_is_the_clerks_to_bring_about(town, life):
    project = life.walk(draft(town), "running")

    found = check(only(project, "receipt"))

    assert not found.is_open
    assert town.bureau.name in found.who


def test_a_report_counts_from_the_day_of_the_last_payment(town, life, time):
    project = life.walk(draft(town), "running")
    report(project, town, "0.00")
    time.go(datetime(2026, 5, 20, 10))
    pay(project.tranches.get(ordinal=1), town)
    second = only(project, "report")

    early = check(second)
    time.go(datetime(2026, 6, 20, 10))
    sent = report(project, town, "1000.00", accept=False)
    unread = check(second)
    delivery.accept_report(sent, by=town.clerk)

    assert (early.is_open, early.who) == (False, town.centre.name)
    assert "2026-05-20" in early.why
    assert (unread.is_open, town.bureau.name in unread.who) == (False, True)
    assert check(second).is_open


@pytest.mark.parametrize(("spent", "is_open"), [("3499.99", False), ("3500.00", True)])
def test_enough_is_spent_at_the_threshold_and_not_a_fen_below(town, running, spent, is_open):
    report(running, town, spent)

    found = check(only(running, "spending", "70"))

    assert found.is_open is is_open
    assert "5,000.00" in found.why
    assert ("0.01" in found.what_to_do) is not is_open


def test_what_was_reversed_is_not_there_to_be_spent(town, running):
    report(running, town, "3500.00")
    payments.reverse_payment(running.tranches.get(ordinal=1), by=town.finance, note="退汇")

    found = check(only(running, "spending", "70"))

    assert not found.is_open


def test_evaluations_open_their_gates(town, running, life):
    midterm, final = only(running, "midterm"), only(running, "final", ordinal=3)
    before = check(midterm), check(final)
    running = life.walk(running, "midterm_passed")

    assert [one.is_open for one in before] == [False, False]
    assert (check(midterm).is_open, check(final).is_open) == (True, False)


def test_a_rectification_is_open_until_the_second_look_is_passed(town, running, life):
    second = only(running, "rectified")
    project = life.walk(running, "midterm")
    assert check(second).is_open

    evaluation.conclude(project, "require_rectification", by=town.clerk, note="补票据")
    mending = check(second)
    evaluation.open_evaluation(project, "begin_midterm", by=town.clerk)
    reported = check(second)
    evaluation.conclude(project, "pass_midterm", by=town.clerk)

    assert (mending.is_open, mending.who) == (False, town.centre.name)
    assert (reported.is_open, town.bureau.name in reported.who) == (False, True)
    assert check(second).is_open


def test_a_passed_project_with_things_to_mend_keeps_the_gate_shut_until_they_are(town, running, life):
    second = only(running, "rectified")
    project = life.walk(running, "midterm_passed")

    evaluation.carry_items(project, by=town.clerk)
    carried = check(second)
    evaluation.items_done(project, by=town.clerk)

    assert (carried.is_open, carried.who) == (False, town.centre.name)
    assert check(second).is_open


@pytest.fixture
def with_matching(town, life) -> Project:
    """A running project whose budget promises 4,000 yuan of its own money."""
    own = {"category": "other", "item": "自筹", "unit_price": Decimal("4000.00"), "quantity": Decimal(1)}
    lines = [*LINES, own | {"unit": "项", "source": "own"}]
    return life.walk(draft(town, lines=lines), "running")


def prove(project, by, amount="3000.00", files=None) -> MatchingProof:
    given = {"kind": "donation", "words": "热心企业", "files": [pdf()] if files is None else files}
    return matching.prove_matching(project, by=by, amount=Decimal(amount), **given)


def test_matching_funds_count_when_a_clerk_has_confirmed_the_proof(town, with_matching):
    second = only(with_matching, "matching", "75")
    nothing = check(second)
    proof = prove(with_matching, town.head)
    handed_in = check(second)

    matching.decide_matching(proof, by=town.clerk, accepted=True)

    assert (nothing.is_open, nothing.who) == (False, town.centre.name)
    assert "3,000.00" in nothing.what_to_do
    assert (handed_in.is_open, town.bureau.name in handed_in.who) == (False, True)
    assert check(second).is_open


def test_a_refused_proof_counts_nothing_and_says_why(town, with_matching):
    proof = prove(with_matching, town.head)
    with pytest.raises(Refused):
        matching.decide_matching(proof, by=town.clerk, accepted=False)

    matching.decide_matching(proof, by=town.clerk, accepted=False, answer="看不清")

    assert not check(only(with_matching, "matching", "1")).is_open
    with pytest.raises(Refused):
        matching.decide_matching(proof, by=town.clerk, accepted=True)


def test_only_the_group_proves_and_only_the_clerk_confirms(town, with_matching):
    with pytest.raises(PermissionDenied):
        prove(with_matching, town.clerk)
    with pytest.raises(Refused):
        prove(with_matching, town.head, files=[])
    proof = prove(with_matching, town.volunteer)

    for person in (town.head, town.approver, town.finance, town.auditor):
        with pytest.raises(PermissionDenied):
            matching.decide_matching(proof, by=person, accepted=True)


def test_without_a_promise_there_is_nothing_to_prove(town, running):
    assert check(only(running, "matching", "100")).is_open


def test_all_gates_must_be_open_and_what_they_were_is_kept(town, running):
    gates = [{"kind": kind, "figure": "", "basis": "办法第九条"} for kind in ("agreement", "receipt")]
    Tranche.objects.filter(project=running, ordinal=2).update(gates=gates)
    second = running.tranches.get(ordinal=2)
    with pytest.raises(Refused):
        payments.request_payment(second, by=town.clerk)

    payments.confirm_receipt(running.tranches.get(ordinal=1), by=town.head, receipt_number="SJ-1")
    payments.request_payment(second, by=town.clerk)

    event = Event.objects.about(second).get(name="request")
    assert [gate["kind"] for gate in event.data["gates"]] == ["agreement", "receipt"]
    assert event.data["gates"] == second.gates_checked
    assert event.data["gates"][1]["basis"] == "办法第九条"
    assert "SJ-1" in event.data["gates"][1]["why"]


def test_a_gate_that_shut_meanwhile_stops_the_approval(town, running):
    first, second = running.tranches.get(ordinal=1), only(running, "receipt")
    payments.confirm_receipt(first, by=town.head, receipt_number="SJ-1")
    payments.request_payment(second, by=town.clerk)
    payments.reverse_payment(Tranche.objects.get(pk=first.pk), by=town.finance, note="打错账户")

    with pytest.raises(Refused):
        payments.approve_payment(second, by=town.approver)


def test_an_award_fixes_the_gates_with_their_figures_and_bases(town, life):
    rule = town.plan.rules.get(ordinal=2)
    rule.gates.create(kind="spending", figure=Decimal("70"), legal_basis="办法第十条")
    project = life.walk(draft(town), "approved")

    second = project.tranches.get(ordinal=2)

    assert second.gates == [
        {"kind": "midterm", "figure": "", "basis": ""},
        {"kind": "spending", "figure": "70.00", "basis": "办法第十条"},
    ]
    assert "70%" in second.gate_words


def test_the_facts_of_many_projects_cost_no_more_than_those_of_one(town, life, running, django_assert_max_num_queries):
    projects = [running] * 1
    with django_assert_max_num_queries(8):
        facts_of(projects)
    others = [Project.objects.get(pk=running.pk) for _ in range(5)]

    with django_assert_max_num_queries(8):
        facts_of(others)


# -- pages -----------------------------------------------------------------------------------------


def test_the_money_page_says_why_a_gate_is_shut_and_who_has_to_act(town, running, browse):
    only(running, "receipt")

    page = browse(town.head).get(f"/projects/{running.pk}/money/")

    [first, second, _third] = page.context["tranches"]
    assert [gate.is_open for gate in second.checks] == [False]
    text = page.content.decode()
    assert [words in text for words in (second.checks[0].why, second.checks[0].what_to_do)] == [True, True]
    assert second.checks[0].who == town.centre.name
    assert first.checks == []


def test_the_money_of_a_project_is_read_by_those_of_its_delivery_alone(town, running, browse):
    page = f"/projects/{running.pk}/money/"

    assert browse(town.auditor).get(page).status_code == 200
    assert browse(town.singer).get(page).status_code == 404
    assert browse(town.stranger).get(page).status_code == 404


def test_a_whole_account_number_is_read_by_the_payee_alone(town, running, browse):
    page = f"/projects/{running.pk}/money/"

    assert town.centre.bank_account in browse(town.head).get(page).content.decode()
    for person in (town.clerk, town.auditor):
        assert town.centre.bank_account not in browse(person).get(page).content.decode()


def test_a_proof_is_handed_in_and_looked_at_on_the_pages(town, with_matching, browse):
    pk = with_matching.pk
    values = {"kind": "donation", "amount": "4,000", "words": "企业捐款"}
    empty = browse(town.head).post(f"/projects/{pk}/matching/new/", values)
    assert "files" in empty.context["form"].errors

    scan = SimpleUploadedFile("回单.pdf", pdf().read())
    browse(town.head).post(f"/projects/{pk}/matching/new/", values | {"files": scan})
    proof = MatchingProof.objects.get()
    tasks = [task.url for task in browse(town.clerk).get("/todo/").context["tasks"]]
    refused = browse(town.clerk).post(f"/matching/{proof.pk}/", {"answer": "", "refuse": ""})
    browse(town.clerk).post(f"/matching/{proof.pk}/", {"answer": "", "accept": ""})

    proof.refresh_from_db()
    assert f"/matching/{proof.pk}/" in tasks
    assert refused.status_code == 200
    assert (proof.amount, proof.is_confirmed) == (Decimal("4000.00"), True)
    assert browse(town.head).get(f"/matching/{proof.pk}/").status_code == 403


def test_the_clerk_is_asked_to_request_only_what_can_be_requested(town, running, browse):
    def asked():
        return [task.what for task in browse(town.clerk).get("/todo/").context["tasks"] if "2" in task.what]

    second = only(running, "receipt")
    before = asked()
    payments.confirm_receipt(running.tranches.get(ordinal=1), by=town.head, receipt_number="SJ-1")

    assert before == []
    assert len(asked()) == 1
    assert second.state == "planned"
    assert date(2026, 4, 22) == running.tranches.get(ordinal=1).paid_on
