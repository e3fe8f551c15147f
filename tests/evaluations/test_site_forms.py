"""Site forms of evaluators on the server: sent twice, late, by somebody else, or on top of something newer."""

import json
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.story.mentoring_2026 import picture
from core import clock
from core.models import Attachment
from core.workflow import Refused
from evaluations import site_checklists
from evaluations.actions import evaluation as procedure
from evaluations.actions import inspecting, reporting, site_forms
from evaluations.models import Commission, SiteForm, SiteFormVersion
from people.models import Role
from projects.actions.arrivals import Sending
from tests import evaluated
from tests.life import declared
from tests.spending import running
from tests.town import member, person

BOTH = "刘芳，项目负责人\n王大爷，居民"


@pytest.fixture
def evaluation(town, life):
    """On site: the papers are checked, nothing is written down of the visit."""
    project = running(town, life)
    life.time.go(datetime(2026, 10, 12, 10))
    return evaluated.checked(town, evaluated.self_evaluated(town, evaluated.sent(town, project)))


def seen(**changes):
    values = {
        "visited_at": clock.now() - timedelta(hours=1),
        "place": "活动室",
        "present": "刘芳，项目负责人\n王大爷，居民",
    }
    values |= {"objection": "", "findings": "账本在，缺两张发票", "interviews": "", "photos_agreed": True}
    answers = {"books": {"answer": "partly", "note": "缺两张发票"}}
    return values | {"checklist": 1, "answers": answers} | changes


def write(evaluation, by, key=None, base=0, send_key=None, photos=(), **changes) -> SiteFormVersion:
    sending = Sending(key=send_key or uuid4(), base=base)
    return site_forms.record_form(
        evaluated.fresh(evaluation), by=by, values=seen(**changes), key=key, sending=sending, photos=photos
    )


def photo(name: str = "现场.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture((10, 90, 80)), "image/png")


def sent(town, evaluation, **changes) -> dict[str, object]:
    """What a tablet sends."""
    fields = {"visited_at": "2026-10-12T09:00", "place": "活动室", "present": "刘芳", "findings": "好"}
    head = {"user": town.evaluator.pk, "evaluation": evaluation.pk, "key": uuid4(), "send_key": uuid4(), "base": 0}
    return fields | {"answer-books": "yes"} | head | {"checklist": 1} | changes


def sync(client, data) -> dict:
    return json.loads(client.post(reverse("evaluations:site_sync"), data).content)


def test_what_is_sent_twice_is_stored_once(town, evaluation):
    key, send_key = uuid4(), uuid4()

    first = write(evaluation, town.evaluator, key=key, send_key=send_key)
    second = write(evaluation, town.evaluator, key=key, send_key=send_key)

    assert first == second
    assert (SiteForm.objects.count(), SiteFormVersion.objects.count()) == (1, 1)


def test_a_change_on_an_older_version_waits_and_overwrites_nothing(town, evaluation):
    form = write(evaluation, town.evaluator).form
    write(evaluation, town.evaluator, key=form.key, base=1, findings="第一台")

    late = write(evaluation, town.evaluator, key=form.key, base=1, findings="第二台")

    form.refresh_from_db()
    assert (late.is_waiting, form.findings, form.version) == (True, "第一台", 2)
    assert "两个版本" in town.evaluator.notifications.first().subject


@pytest.mark.parametrize(("take", "findings"), [(True, "第二台"), (False, "第一台")])
def test_the_writer_takes_one_of_two_versions_and_both_can_be_read(town, evaluation, take, findings):
    form = write(evaluation, town.evaluator).form
    write(evaluation, town.evaluator, key=form.key, base=1, findings="第一台")
    late = write(evaluation, town.evaluator, key=form.key, base=1, findings="第二台")

    site_forms.settle_conflict(late, by=town.evaluator, take=take)

    form.refresh_from_db()
    assert form.findings == findings
    assert {version.values["findings"] for version in form.versions.all()} >= {"第一台", "第二台"}


def test_two_versions_are_laid_side_by_side_and_written_into_one(town, evaluation, browse):
    form = write(evaluation, town.evaluator, photos_agreed=False).form
    write(evaluation, town.evaluator, key=form.key, base=1, findings="第一台", photos_agreed=False)
    late = write(evaluation, town.evaluator, key=form.key, base=1, findings="第二台", photos_agreed=True)
    page = reverse("evaluations:site_form_compare", args=[form.pk, late.pk])
    client = browse(town.evaluator)

    shown = client.get(page)
    initial = shown.context["form"].initial
    data = {"merge": "1", "base": 2, "visited_at": "2026-10-12T09:00", "place": "活动室", "present": "刘芳"}
    client.post(page, data | {"findings": initial["findings"]})

    differences = {str(line.name): (line.ours, line.theirs) for line in shown.context["differences"]}
    assert differences["看到的情况"] == ("第一台", "第二台")
    assert initial["findings"] == "第一台\n第二台"
    form.refresh_from_db()
    assert (form.findings, form.version, late.form.versions.filter(standing="waiting").exists()) == (
        "第一台\n第二台",
        3,
        False,
    )


def test_the_first_form_is_the_record_of_the_visit_and_follows_its_changes(town, evaluation):
    form = write(evaluation, town.evaluator).form
    visit = evaluated.fresh(evaluation).visit
    assert (visit.is_recorded, visit.seen, visit.present) == (
        True,
        "账本在，缺两张发票",
        "刘芳，项目负责人\n王大爷，居民",
    )

    write(evaluation, town.evaluator, key=form.key, base=1, findings="账本在，发票后来找到了")

    visit.refresh_from_db()
    assert visit.seen == "账本在，发票后来找到了"


def test_a_record_that_was_written_by_hand_is_not_overwritten_by_a_form(town, evaluation):
    words = {"present": "唐欣", "seen": "手写的记录", "interviews": ""}
    inspecting.record_visit(evaluation, by=town.evaluator, held_at=clock.now(), **words)

    write(evaluation, town.evaluator)

    assert evaluated.fresh(evaluation).visit.seen == "手写的记录"


def test_a_form_written_before_the_visit_is_its_step_is_taken_over_later(town, life, browse):
    project = running(town, life)
    life.time.go(datetime(2026, 10, 12, 10))
    found = evaluated.self_evaluated(town, evaluated.sent(town, project))
    form = write(found, town.evaluator).form
    assert not hasattr(evaluated.fresh(found), "visit")
    evaluated.checked(town, evaluated.fresh(found))

    browse(town.evaluator).post(form.get_absolute_url())

    assert evaluated.fresh(found).visit.seen == form.findings


@pytest.mark.parametrize("username", ["clerk", "approver", "head", "mentor", "auditor", "stranger"])
def test_nobody_who_was_not_sent_writes_one(town, evaluation, username):
    with pytest.raises(PermissionDenied):
        write(evaluation, town.people[username])


def test_a_colleague_writes_an_own_form_and_cannot_change_mine(town, evaluation):
    form = write(evaluation, town.evaluator).form
    colleague = person("colleague", "温同事")
    member(colleague, town.evaluators, Role.EVALUATOR)
    procedure.distribute(evaluation, [town.evaluator, colleague], by=town.evaluator)
    declared(evaluation.project)

    with pytest.raises(PermissionDenied):
        write(evaluation, colleague, key=form.key, base=1, findings="改别人的")
    write(evaluation, colleague, findings="我看到的")

    assert SiteForm.objects.count() == 2


def end_term(evaluation, until: date) -> None:
    Commission.objects.update(since=date(2026, 9, 1), until=until)
    evaluation.project.participants.filter(part="evaluator").update(until=until + timedelta(days=1))


def test_a_tablet_that_comes_on_line_after_the_term_loses_nothing(town, evaluation, time):
    on_the_day = clock.now() - timedelta(hours=1)
    end_term(evaluation, date(2026, 10, 12))
    time.go(datetime(2026, 10, 20, 10))

    assert write(evaluation, town.evaluator, visited_at=on_the_day).form.findings == "账本在，缺两张发票"
    with pytest.raises(PermissionDenied):  # seen on a day after the term
        write(evaluation, town.evaluator, visited_at=datetime(2026, 10, 15, 10, tzinfo=on_the_day.tzinfo))


def test_so_long_after_the_term_nothing_arrives_any_more(town, evaluation, time):
    on_the_day = clock.now() - timedelta(hours=1)
    end_term(evaluation, date(2026, 10, 12))
    time.go(datetime(2026, 10, 27, 10))

    with pytest.raises(PermissionDenied):
        write(evaluation, town.evaluator, visited_at=on_the_day)


def test_photos_are_kept_once_and_only_with_the_word_that_everybody_agreed(town, evaluation):
    with pytest.raises(Refused):
        write(evaluation, town.evaluator, photos=[photo()], photos_agreed=False)
    assert not SiteForm.objects.exists()
    form = write(evaluation, town.evaluator).form

    site_forms.add_photos(form, by=town.evaluator, photos=[photo()])
    site_forms.add_photos(form, by=town.evaluator, photos=[photo()])

    assert Attachment.objects.of(form).count() == 1


def test_no_photos_are_added_to_a_form_once_the_report_is_issued(town, evaluation, browse):
    form = write(evaluation, town.evaluator).form
    found = evaluated.written(town, evaluated.visited(town, evaluated.fresh(evaluation)), 40, 20, 15)
    reporting.send_draft(found, by=town.evaluator)
    reporting.answer(evaluated.fresh(found), by=town.head, answers={})
    reporting.issue(evaluated.fresh(found), by=town.evaluator)

    with pytest.raises(Refused):
        site_forms.add_photos(SiteForm.objects.get(pk=form.pk), by=town.evaluator, photos=[photo()])
    answer = browse(town.evaluator).post(reverse("evaluations:site_photo"), {"key": form.key, "photo": photo()})

    assert json.loads(answer.content)["state"] == "refused"
    assert not Attachment.objects.of(form).exists()


def test_no_photos_are_added_long_after_the_term(town, evaluation, time):
    form = write(evaluation, town.evaluator).form
    time.go(datetime.combine(evaluation.commission.until + timedelta(days=14), datetime.min.time()))
    site_forms.add_photos(form, by=town.evaluator, photos=[photo()])
    time.go(datetime.combine(evaluation.commission.until + timedelta(days=15), datetime.min.time()))

    with pytest.raises(Refused):
        site_forms.add_photos(form, by=town.evaluator, photos=[photo("第二张.png")])


def test_form_and_photos_are_the_evaluators_alone_until_the_draft_is_sent(town, evaluation, browse):
    form = write(evaluation, town.evaluator, photos=[photo()]).form
    file = reverse("core:attachment", args=[Attachment.objects.of(form).get().pk])
    pages = [form.get_absolute_url(), file, reverse("reports:site_record", args=[form.pk])]
    before = {name: [browse(town.people[name]).get(page).status_code for page in pages] for name in ("head", "clerk")}
    procedure.go_on(evaluated.fresh(evaluation), by=town.evaluator)
    evaluated.written(town, evaluation, 40, 20, 15)
    reporting.send_draft(evaluated.fresh(evaluation), by=town.evaluator)

    after = {name: [browse(town.people[name]).get(page).status_code for page in pages] for name in ("head", "clerk")}
    assert before == {"head": [404, 404, 404], "clerk": [404, 404, 404]}
    assert after == {"head": [200, 200, 200], "clerk": [200, 200, 200]}
    assert browse(town.mentor).get(form.get_absolute_url()).status_code == 404


def test_what_a_tablet_sends_is_answered_in_every_case(town, evaluation, browse):
    client, data = browse(town.evaluator), sent(town, evaluation)

    stored = sync(client, data)
    again = sync(client, data)
    older = sync(client, data | {"send_key": uuid4(), "base": 1, "findings": "改过"})
    conflict = sync(client, data | {"send_key": uuid4(), "base": 1, "findings": "另一台"})
    invalid = sync(client, sent(town, evaluation, findings="", present=" \n "))

    assert (stored["state"], again, older["version"], conflict["state"]) == ("stored", stored, 2, "conflict")
    assert (invalid["state"], set(invalid["errors"])) == ("invalid", {"findings", "present"})
    assert sync(client, sent(town, evaluation, user=town.clerk.pk)) == {"state": "other"}


@pytest.mark.parametrize(
    "changes",
    [{"evaluation": 99999}, {"evaluation": "x"}, {"checklist": 77}, {"key": "no"}, {"base": -1}, {"user": "²"}],
)
def test_nonsense_from_a_tablet_is_refused_with_words(town, evaluation, browse, changes):
    answer = sync(browse(town.evaluator), sent(town, evaluation) | changes)

    assert (answer["state"], bool(answer["message"])) == ("refused", True)


def test_the_pack_takes_along_whom_one_evaluates_and_nobody_elses(town, evaluation, browse):
    write(evaluation, town.evaluator)

    mine = browse(town.evaluator).get(reverse("evaluations:site_pack")).json()
    others = browse(town.clerk).get(reverse("evaluations:site_pack")).json()

    assert [one["id"] for one in mine["evaluations"]] == [evaluation.pk]
    assert [one["values"]["place"] for one in mine["forms"]] == ["活动室"]
    assert (others["evaluations"], others["forms"]) == ([], [])


def test_midterm_and_final_have_checklists_of_their_own_and_keys_are_unique():
    midterm, final = site_checklists.current("midterm"), site_checklists.current("final")

    assert midterm.version != final.version
    for one in site_checklists.every().values():
        assert len({item.key for item in one.items}) == len(one.items)


def test_without_javascript_the_plain_page_stores_it_and_gives_back_what_was_typed(town, evaluation, browse):
    client, page = browse(town.evaluator), reverse("evaluations:site_form_create", args=[evaluation.pk])
    data = {
        "visited_at": "2026-10-12T09:00",
        "place": "活动室",
        "present": "刘芳",
        "findings": "好",
        "answer-books": "no",
    }

    wrong = client.post(page, data | {"photos": [photo()]})
    right = client.post(page, data | {"photos": [photo()], "photos_agreed": "on"})

    assert (wrong.status_code, wrong.context["form"]["findings"].value()) == (200, "好")
    assert set(wrong.context["form"].errors) == {"photos_agreed"}
    form = SiteForm.objects.get()
    assert (right.url, form.answers["books"]["answer"]) == (form.get_absolute_url(), "no")
    edited = client.post(
        reverse("evaluations:site_form_edit", args=[form.pk]), data | {"base": 1, "findings": "再看一遍"}
    )
    form.refresh_from_db()
    assert (edited.url, form.version, form.findings) == (form.get_absolute_url(), 2, "再看一遍")
