"""Random samples: what is drawn, again and again the same; what they say; whom an evaluator may phone."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.models import Attachment, Event
from core.workflow import Refused
from evaluations import inbox, samples
from evaluations.actions import reporting, sampling
from evaluations.models import Commission, Sample, SampleItem
from evaluations.records import records_of
from evaluations.samples import Looked, Unit
from people.models import Role, User
from projects.actions import roster
from tests import evaluated
from tests.records import entered, held
from tests.spending import handed_in, running
from tests.town import aware, member, person

# -- the draw itself, without a database ---------------------------------------------------------------


def units(*amounts: str) -> list[Unit]:
    return [Unit(str(place), Decimal(amount)) for place, amount in enumerate(amounts, start=1)]


def test_the_list_is_the_order_of_the_digests_of_seed_and_number():
    """By hand (`printf %s "abc:1" | sha256sum`): 1 has bfcf0b…, 2 has 16455f…, 3 has 0ffad3…, 4 has 21ac19…."""
    drawn = samples.draw(units("1", "1", "1", "1"), size=2, seed="abc")

    assert drawn.keys == ["3", "2"]
    assert drawn.certain == ()


def test_every_record_from_the_threshold_on_is_taken_and_the_rest_by_lot():
    drawn = samples.draw(units("50", "1000", "20", "999.99", "3000"), size=3, seed="s", threshold=Decimal(1000))

    assert {unit.key for unit in drawn.certain} == {"2", "5"}
    assert len(drawn.by_lot) == 1
    assert drawn.by_lot[0].key in {"1", "3", "4"}


def test_more_large_records_than_places_is_refused():
    with pytest.raises(ValueError, match="2 reach the threshold"):
        samples.draw(units("1000", "2000", "1"), size=1, seed="s", threshold=Decimal(1000))


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=40), st.integers(1, 60), st.text(min_size=1, max_size=8))
def test_any_draw_can_be_repeated_whatever_order_the_pot_is_in(amounts, size, seed):
    frame = [Unit(str(place), Decimal(amount)) for place, amount in enumerate(amounts)]

    once, again = samples.draw(frame, size=size, seed=seed), samples.draw(frame[::-1], size=size, seed=seed)

    assert once.keys == again.keys
    assert len(once.keys) == len(set(once.keys)) == min(size, len(frame))


def test_the_interval_speaks_only_of_what_was_drawn_by_lot_and_answered():
    """Wilson by hand for 1 of 4: centre (0.25 + 3.8415/8)/(1 + 3.8415/4) = 0.3725, half width 0.3269."""
    looked = [Looked(True, in_question=Decimal("80.00")), *[Looked(False)] * 3, Looked(None), Looked(True, True)]

    tally = samples.tally(looked)

    assert (tally.drawn, tally.known, tally.wrong, tally.certain_wrong) == (6, 5, 2, 1)
    assert tally.interval == pytest.approx((0.0456, 0.6994), abs=0.0001)
    assert tally.in_question == Decimal("80.00")


def test_of_nothing_no_share_is_said():
    assert samples.tally([Looked(None)]).interval is None


# -- vouchers --------------------------------------------------------------------------------------------


@pytest.fixture
def project(town, life):
    return running(town, life)


def vouchers(project, town, *amounts: str) -> None:
    for place, amount in enumerate(amounts, start=1):
        handed_in(project, town.head, amount=Decimal(amount), invoice_number=f"2611700000001234{place:04d}")


@pytest.fixture
def evaluation(town, project, life):
    """At its papers, with six vouchers: two of them large."""
    vouchers(project, town, "100", "200", "300", "1200", "2000", "50")
    life.time.go(datetime(2026, 10, 12, 10))
    return evaluated.self_evaluated(town, evaluated.sent(town, project))


def drawn(town, evaluation, **changes) -> Sample:
    values = {"kind": "vouchers", "size": 4, "threshold": Decimal(1000), "by": town.evaluator} | changes
    return sampling.draw(evaluation, **values)


def test_a_sample_keeps_its_frame_its_seed_and_what_came_out(town, evaluation):
    sample = drawn(town, evaluation)

    items = list(sample.items.all())
    assert (len(sample.frame), len(items), sample.ordinal) == (6, 4, 1)
    assert {item.amount for item in items if item.is_certain} == {Decimal("1200.00"), Decimal("2000.00")}
    assert re.fullmatch(r"[0-9a-f]{32}", sample.seed)
    assert Event.objects.about(sample).get().data["seed"] == sample.seed


def test_a_record_entered_afterwards_does_not_change_the_draw(town, evaluation, project):
    sample = drawn(town, evaluation)
    vouchers(project, town)
    handed_in(project, town.head, amount=Decimal("70"), invoice_number="26117000000099990001")

    assert sampling.draw_again(sample).is_same
    assert len(Sample.objects.get().frame) == 6


def test_the_command_draws_the_same_list(town, evaluation):
    sample, out = drawn(town, evaluation), StringIO()

    call_command("draw_sample", str(sample.pk), stdout=out)

    assert "名单一致：" in out.getvalue()
    first = sample.items.first()
    assert f"1. [{first.key}] {first.label}" in out.getvalue()


def test_a_list_that_was_tampered_with_is_found(town, evaluation):
    sample = drawn(town, evaluation)
    taken = set(sample.items.values_list("key", flat=True))
    other = next(line["key"] for line in sample.frame if line["key"] not in taken)
    SampleItem.objects.filter(sample=sample, position=4).update(key=other)

    with pytest.raises(CommandError, match=r"^名单不一致："):
        call_command("draw_sample", str(sample.pk), stdout=StringIO())


def test_a_second_draw_needs_a_reason_and_both_stay(town, evaluation):
    drawn(town, evaluation)

    with pytest.raises(Refused):
        drawn(town, evaluation)
    second = drawn(town, evaluation, reason="凭证册在搬家时散落，重新抽取")

    assert (second.ordinal, Sample.objects.count()) == (2, 2)


def test_a_draw_is_never_changed_or_deleted(town, evaluation):
    sample = drawn(town, evaluation)

    with pytest.raises(ValidationError):
        sample.save()
    with pytest.raises(TypeError):
        sample.delete()


@pytest.mark.parametrize(
    "changes",
    [{"kind": "held"}, {"size": 1}, {"size": 0}, {"size": 5000}, {"since": date(2027, 1, 1)}],
    ids=["nothing held", "too few places", "none", "too many", "nothing in these days"],
)
def test_what_cannot_be_drawn_is_refused(town, evaluation, changes):
    with pytest.raises(Refused):
        drawn(town, evaluation, **changes)


@pytest.mark.parametrize("username", ["clerk", "approver", "head", "mentor", "auditor", "expert1"])
def test_only_whoever_was_sent_draws(town, evaluation, username):
    with pytest.raises(PermissionDenied):
        drawn(town, evaluation, by=town.people[username])


def test_nobody_draws_once_the_report_is_issued(town, evaluation, project):
    found = evaluated.visited(town, evaluated.checked(town, evaluation))
    evaluated.written(town, found, 40, 20, 15)

    reporting.send_draft(evaluated.fresh(found), by=town.evaluator)
    reporting.answer(evaluated.fresh(found), by=town.head, answers={})
    reporting.issue(evaluated.fresh(found), by=town.evaluator)

    with pytest.raises(PermissionDenied):
        drawn(town, evaluated.fresh(found))


def test_what_is_not_in_order_needs_words_and_adds_up(town, evaluation):
    sample = drawn(town, evaluation)
    large, small = sample.items.filter(is_certain=True)[0], sample.items.filter(is_certain=False)[0]

    with pytest.raises(Refused):
        sampling.note_result(large, by=town.evaluator, result="not_ok")
    with pytest.raises(Refused):
        sampling.note_result(large, by=town.evaluator, result="not_ok", words="抬头不符", in_question=large.amount + 1)
    sampling.note_result(large, by=town.evaluator, result="not_ok", words="抬头不符", in_question=Decimal("600"))
    sampling.note_result(small, by=town.evaluator, result="ok")

    tally = sampling.tally_of(sample)
    assert (tally.known, tally.wrong, tally.in_question) == (2, 1, Decimal("600"))
    assert (tally.lot_known, tally.lot_wrong) == (1, 0)


def test_a_changed_result_keeps_what_it_said_before(town, evaluation):
    item = drawn(town, evaluation).items.first()
    sampling.note_result(item, by=town.evaluator, result="missing", words="没有找到原件")

    sampling.note_result(item, by=town.evaluator, result="ok")

    before = Event.objects.about(item.sample).filter(name="note_sample").latest("pk").data["before"]
    assert before["words"] == "没有找到原件"


def test_the_evaluator_sees_the_files_of_a_drawn_voucher(town, evaluation, browse):
    item = drawn(town, evaluation).items.first()

    page = browse(town.evaluator).get(item.get_absolute_url())

    [file] = page.context["files"]
    assert browse(town.evaluator).get(reverse("core:attachment", args=[file.pk])).status_code == 200
    assert file == Attachment.objects.get(object_id=int(item.key), kind="paper")


def test_a_sample_is_drawn_and_filled_in_on_the_pages(town, evaluation, browse):
    client = browse(town.evaluator)
    page = reverse("evaluations:sample_list", args=[evaluation.pk])
    client.post(page, {"kind": "vouchers", "size": 3, "threshold": "1,000"})
    sample = Sample.objects.get()
    first = sample.items.first()

    answer = client.post(
        first.get_absolute_url(), {"note": "1", "next": "1", "result": "not_ok", "words": "缺签字", "in_question": "10"}
    )

    assert answer.url == sample.items.all()[1].get_absolute_url()
    text = client.get(sample.get_absolute_url()).content.decode()
    assert "缺签字" in text
    assert sample.seed in text
    assert "manage.py" not in text
    again = client.get(reverse("evaluations:sample_again", args=[sample.pk]))
    assert again.context["again"].is_same


def test_what_was_typed_comes_back_when_a_draw_is_refused(town, evaluation, browse):
    page = reverse("evaluations:sample_list", args=[evaluation.pk])

    answer = browse(town.evaluator).post(page, {"kind": "vouchers", "size": 1, "threshold": "1000"})

    assert (answer.status_code, answer.context["form"]["threshold"].value()) == (200, "1000")
    assert not Sample.objects.exists()


def test_what_is_refused_of_a_sample_is_said_at_its_field(town, evaluation, browse):
    sample, client = drawn(town, evaluation), browse(town.evaluator)
    page, item = reverse("evaluations:sample_list", args=[evaluation.pk]), sample.items.first()

    again = client.post(page, {"kind": "vouchers", "size": 4, "threshold": "1000"})
    wrong = client.post(item.get_absolute_url(), {"note": "1", "result": "not_ok", "words": ""})

    assert list(again.context["form"].errors) == ["reason"]
    assert wrong.context["form"].errors == {"words": ["请写明哪里不符。"]}


@pytest.mark.parametrize("username", ["head", "clerk", "mentor", "hosthead", "stranger"])
def test_nobody_outside_the_evaluator_sees_a_sample_before_the_draft_is_sent(town, evaluation, browse, username):
    sample = drawn(town, evaluation)

    client = browse(town.people[username])

    assert client.get(sample.get_absolute_url()).status_code == 404
    assert client.get(sample.items.first().get_absolute_url()).status_code == 404


def test_after_the_term_nothing_of_a_sample_is_seen(town, evaluation, browse):
    sample = drawn(town, evaluation)
    Commission.objects.update(since=date(2026, 9, 1), until=date(2026, 10, 11))

    assert browse(town.evaluator).get(sample.get_absolute_url()).status_code == 404


# -- people --------------------------------------------------------------------------------------------


@pytest.fixture
def called(town, project, life):
    """Three agreed to be phoned, one did not, one is a child, one has no phone."""
    for place, name in enumerate(("王秀英", "李桂兰", "张玉梅"), start=1):
        entered(town, project, name=name, phone=f"1380013800{place}", call_agreed=True)
    entered(town, project, name="赵不愿", phone="13800138009")
    entered(
        town, project, name="小明", birth_year=2018, category="child", guardian="小明妈妈", phone="13800138008",
        call_agreed=True,
    )  # fmt: skip
    entered(town, project, name="孙无话", phone="", call_agreed=True)
    life.time.go(datetime(2026, 10, 12, 10))
    found = evaluated.self_evaluated(town, evaluated.sent(town, project))
    return drawn(town, found, kind="people", size=10, threshold=None)


def test_only_those_who_agreed_to_be_phoned_are_drawn_and_only_their_numbers_are_kept(called):
    assert sorted(item.label for item in called.items.all()) == ["001", "002", "003"]
    assert "王秀英" not in str(called.frame)
    assert "13800138001" not in str(called.frame)


def test_participants_are_those_of_the_roster_who_came(town, project, called, time):
    came = entered(town, project, name="周来了", phone="13800138007", call_agreed=True)
    activity = held(town, project, time, heads=3, starts_at=aware(2026, 10, 13, 14), ends_at=aware(2026, 10, 13, 16))
    activity.sign_ins.create(beneficiary=came, consent=came.consent, expires_on=came.expires_on)

    sample = drawn(town, called.evaluation, kind="came", size=5, threshold=None)

    assert [item.label for item in sample.items.all()] == [came.code]


def test_name_and_number_are_shown_to_the_caller_alone_and_each_look_is_written_down(town, called, browse):
    item = called.items.first()
    client = browse(town.evaluator)
    before = client.get(item.get_absolute_url()).content.decode()
    someone = called.project.roster.get(pk=item.key)

    shown = client.post(reverse("evaluations:sample_call", args=[item.pk]))
    client.post(reverse("evaluations:sample_call", args=[item.pk]))

    assert someone.name not in before
    assert someone.name in shown.content.decode()
    assert someone.phone in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    looks = Event.objects.about(called).filter(name="look_up")
    assert [look.actor for look in looks] == [town.evaluator, town.evaluator]
    assert someone.name not in "".join(look.label for look in looks)


def test_a_colleague_cannot_look_up_who_is_phoned_already(town, called):
    item = called.items.first()
    sampling.look_up(item, by=town.evaluator)
    colleague = person("colleague", "温同事")
    member(colleague, town.evaluators, Role.EVALUATOR)

    with pytest.raises(PermissionDenied):
        sampling.look_up(item, by=colleague)


@pytest.mark.parametrize("username", ["clerk", "auditor", "head", "mentor", "approver"])
def test_nobody_else_gets_a_number(town, called, username):
    with pytest.raises(PermissionDenied):
        sampling.look_up(called.items.first(), by=town.people[username])


def test_after_the_term_no_number_is_given(town, called, browse):
    item = called.items.first()
    Commission.objects.update(since=date(2026, 9, 1), until=date(2026, 10, 11))

    with pytest.raises(PermissionDenied):
        sampling.look_up(SampleItem.objects.get(pk=item.pk), by=town.evaluator)
    assert browse(town.evaluator).post(reverse("evaluations:sample_call", args=[item.pk])).status_code == 404


def test_whoever_takes_the_consent_back_is_not_phoned(town, called, project):
    item = called.items.first()
    someone = project.roster.get(pk=item.key)
    values = {"name": someone.name, "gender": "f", "birth_year": 1948, "category": "elder", "phone": someone.phone}
    roster.change(someone, by=town.head, values=values, call_agreed=False)

    with pytest.raises(Refused):
        sampling.look_up(item, by=town.evaluator)
    assert sampling.draw_again(called).is_same


def test_answers_of_a_call_hold_no_name_and_no_number(town, called, project):
    item = called.items.first()
    someone = project.roster.get(pk=item.key)
    with pytest.raises(Refused):
        sampling.note_result(item, by=town.evaluator, result="ok")
    sampling.look_up(item, by=town.evaluator)

    noted = sampling.note_result(
        item, by=town.evaluator, result="not_ok", words=f"{someone.name}说没参加过，电话{someone.phone}",
        answers={"took_part": "no", "paid": "maybe", "nonsense": "x"},
    )  # fmt: skip

    assert someone.name not in noted.words
    assert someone.phone not in noted.words
    assert (noted.answers, noted.script) == ({"took_part": "no"}, 1)


def test_who_was_not_reached_says_nothing_either_way(town, called):
    items = list(called.items.all())
    for item, result in zip(items, ["ok", "no_call", "refused"], strict=True):
        sampling.look_up(item, by=town.evaluator)
        sampling.note_result(item, by=town.evaluator, result=result)

    tally = sampling.tally_of(called)

    assert (tally.drawn, tally.known, tally.wrong, tally.silent) == (3, 1, 0, 2)


def test_page_and_evidence_say_the_same_of_a_sample(town, called, browse):
    items = list(called.items.all())
    for item, result in zip(items, ["ok", "no_call"], strict=False):
        sampling.look_up(item, by=town.evaluator)
        sampling.note_result(item, by=town.evaluator, result=result)

    page = browse(town.evaluator).get(called.get_absolute_url()).content.decode()
    [record] = [one for one in records_of(called.evaluation) if one.kind == "sample"]

    assert ("1 / 3" in page, "另1条没有打通或不愿回答" in page) == (True, True)
    assert record.label.endswith("抽3条，已查1条，不符0条，另1条没有打通或不愿回答")


def test_the_group_reads_sums_and_never_what_one_person_said(town, called, browse):
    found = evaluated.visited(town, evaluated.checked(town, evaluated.fresh(called.evaluation)))
    item = called.items.first()
    sampling.look_up(item, by=town.evaluator)
    sampling.note_result(item, by=town.evaluator, result="not_ok", words="说没有参加过")
    evaluated.written(town, found, 40, 20, 15)
    reporting.send_draft(evaluated.fresh(found), by=town.evaluator)

    group, auditor = browse(town.head), browse(town.auditor)
    page = group.get(called.get_absolute_url())
    assert (page.status_code, page.context["tally"].wrong) == (200, 1)
    assert "说没有参加过" not in page.content.decode()
    assert item.label not in [line.label for line in page.context["items"]]
    assert group.get(item.get_absolute_url()).status_code == 403
    assert group.get(reverse("evaluations:sample_again", args=[called.pk])).status_code == 403
    assert "说没有参加过" in auditor.get(called.get_absolute_url()).content.decode()


def test_the_consent_to_be_phoned_is_kept_with_its_text_and_its_day(town, project, time):
    someone = entered(town, project, call_agreed=True)

    assert someone.call_consent.purpose == "call"
    assert someone.call_consent_at is not None
    time.go(datetime(2026, 6, 11, 10) + timedelta(days=1))
    roster.withdraw(someone, by=town.head)
    assert not project.roster.agreed_to_be_called().exists()


# -- what waits for the evaluator --------------------------------------------------------------------------


def waits(user) -> list[str]:
    return [task.what for task in inbox.waiting_for(User.objects.get(pk=user.pk)) if "抽查" in task.what]


def test_results_that_are_not_entered_wait_for_the_evaluator_until_the_last_is(town, evaluation):
    sample = drawn(town, evaluation)
    first, *rest = sample.items.all()
    before = waits(town.evaluator)

    sampling.note_result(first, by=town.evaluator, result="ok")
    after = waits(town.evaluator)
    for item in rest:
        sampling.note_result(item, by=town.evaluator, result="ok")

    assert (before, after) == (
        [f"录入抽查结果：凭证，还有{len(rest) + 1}条"],
        [f"录入抽查结果：凭证，还有{len(rest)}条"],
    )
    assert waits(town.evaluator) == []


@pytest.mark.parametrize("who", ["head", "mentor", "clerk", "approver", "stranger"])
def test_results_of_a_sample_wait_for_nobody_else(town, evaluation, who):
    drawn(town, evaluation)

    assert waits(town.people[who]) == []


def test_a_person_whom_another_evaluator_phones_waits_for_that_one(town, called):
    other = person("evaluator2", "郭磊")
    item = called.items.first()
    before = waits(town.evaluator)

    SampleItem.objects.filter(pk=item.pk).update(caller=other)

    assert [before, waits(town.evaluator)] == [
        [f"录入抽查结果：{called.get_kind_display()}，还有{n}条"]
        for n in (called.items.count(), called.items.count() - 1)
    ]
