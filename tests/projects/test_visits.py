"""Site visits on the server: what is sent twice, late, by somebody else, or on top of something newer."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.story.mentoring_2026 import picture
from core import clock
from core.models import Attachment
from core.workflow import Refused
from projects import inbox
from projects.actions import mentoring, people, visits
from projects.actions.visits import Sending, values_of
from projects.models import Participant, SiteVisit, VisitVersion
from projects.visit_values import differences, together
from tests.life import draft
from tests.mentored import running, seen
from tests.pdfs import pdf_with
from tests.town import aware


@pytest.fixture
def project(town, life):
    made = running(town, life)
    life.day(2026, 6, 1)
    return made


def record(project, by, key=None, base=0, send_key=None, **changes) -> VisitVersion:
    sending = Sending(key=send_key or uuid4(), base=base)
    return visits.record_visit(project, by=by, values=seen(**changes), key=key, sending=sending)


def sent(town, visited, **changes) -> dict[str, object]:
    """What a phone sends."""
    fields = {
        "visited_at": "2026-06-01T09:00",
        "place": "活动室",
        "met": "刘芳",
        "findings": "好",
        "answer-plan": "yes",
    }
    head = {"user": town.mentor.pk, "project": visited.pk, "key": uuid4(), "send_key": uuid4(), "base": 0}
    return fields | head | {"checklist": 1} | changes


def sync(client, data) -> dict:
    return json.loads(client.post(reverse("projects:visit_sync"), data).content)


def test_a_visit_has_a_number_and_the_group_is_told(town, project):
    visit = record(project, town.mentor).visit

    assert (visit.number, visit.version, visit.visitor) == ("ZF2026-0001", 1, town.mentor)
    assert "走访" in town.head.notifications.first().subject


def test_the_funders_clerk_visits_too_and_nobody_else(town, project):
    assert record(project, town.clerk).visit.visitor == town.clerk
    for person in (town.approver, town.finance, town.auditor, town.head, town.evaluator, town.stranger):
        with pytest.raises(PermissionDenied):
            record(project, person)


def test_no_visit_before_the_agreement_is_signed(town, life):
    project = life.walk(draft(town), "approved")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)

    with pytest.raises(Refused):
        record(project, town.mentor)


def test_what_is_sent_twice_is_stored_once(town, project):
    key, send_key = uuid4(), uuid4()

    first = record(project, town.mentor, key=key, send_key=send_key)
    second = record(project, town.mentor, key=key, send_key=send_key)

    assert first == second
    assert (SiteVisit.objects.count(), VisitVersion.objects.count()) == (1, 1)


def test_a_change_on_the_newest_version_is_stored_and_the_answer_asked_for_anew(town, project):
    visit = record(project, town.mentor).visit
    mentoring.answer_advice(visit, by=town.head, answer="好的")

    version = record(project, town.mentor, key=visit.key, base=1, findings="又看了一遍")

    visit.refresh_from_db()
    assert (version.number, visit.version, visit.findings) == (2, 2, "又看了一遍")
    assert not visit.is_answered


def test_a_change_on_an_older_version_waits_and_overwrites_nothing(town, project):
    visit = record(project, town.mentor).visit
    record(project, town.mentor, key=visit.key, base=1, findings="第一台")

    late = record(project, town.mentor, key=visit.key, base=1, findings="第二台")

    visit.refresh_from_db()
    assert (late.is_waiting, visit.findings, visit.version) == (True, "第一台", 2)
    assert "两个版本" in town.mentor.notifications.first().subject


def test_the_same_words_from_an_older_version_are_no_conflict(town, project):
    visit = record(project, town.mentor).visit
    at = visit.visited_at
    record(project, town.mentor, key=visit.key, base=1, findings="一样", visited_at=at)

    again = record(project, town.mentor, key=visit.key, base=1, findings="一样", visited_at=at)

    assert not again.is_waiting


@pytest.mark.parametrize(
    ("take", "findings", "standing"), [(True, "第二台", "applied"), (False, "第一台", "set_aside")]
)
def test_the_visitor_takes_one_of_two_versions_and_both_stay(town, project, take, findings, standing):
    visit = record(project, town.mentor).visit
    record(project, town.mentor, key=visit.key, base=1, findings="第一台")
    late = record(project, town.mentor, key=visit.key, base=1, findings="第二台")

    with pytest.raises(PermissionDenied):
        visits.settle_conflict(late, by=town.clerk, take=take)
    visits.settle_conflict(late, by=town.mentor, take=take)

    visit.refresh_from_db()
    late.refresh_from_db()
    assert (visit.findings, late.standing) == (findings, standing)
    assert {one.values["findings"] for one in visit.versions.all()} == {"来了三十人", "第一台", "第二台"}
    with pytest.raises(Refused):
        visits.settle_conflict(late, by=town.mentor, take=take)


def test_two_versions_are_written_into_one_unless_there_is_a_third(town, project):
    visit = record(project, town.mentor).visit
    late = record(project, town.mentor, key=visit.key, base=0, findings="另一台")
    both = seen(findings="两台都有")

    with pytest.raises(Refused):
        visits.merge_conflict(late, by=town.mentor, values=both, base=0)
    visits.merge_conflict(late, by=town.mentor, values=both, base=1)

    visit.refresh_from_db()
    assert (visit.findings, visit.version) == ("两台都有", 2)


def test_differences_are_said_in_words_and_joined_without_loss(town, project):
    ours = values_of(record(project, town.mentor).visit)
    theirs = ours | {"findings": "别的话", "place": "三楼", "answers": {"cash": {"answer": "no", "note": "现金"}}}

    found = {str(line.name): (line.ours, line.theirs) for line in differences(ours, theirs)}
    joined = together(ours, theirs)

    assert found["看到的情况"] == ("来了三十人", "别的话")
    assert found["没有大额现金支付，补贴由本人签领"] == ("", "不符合：现金")
    assert joined["findings"] == "来了三十人\n别的话"
    assert sorted(joined["answers"]) == ["books", "cash"]


def test_a_mentor_of_that_day_may_still_send_for_a_fortnight(town, project, life):
    Participant.objects.filter(person=town.mentor).update(until=clock.today() + timedelta(days=1))
    day = clock.now()
    life.day(2026, 6, 10)

    assert record(project, town.mentor, visited_at=day).visit.visitor == town.mentor
    with pytest.raises(PermissionDenied):
        record(project, town.mentor, visited_at=clock.now())
    life.day(2026, 6, 20)
    with pytest.raises(PermissionDenied):
        record(project, town.mentor, visited_at=day)


def test_nobody_else_sends_under_the_key_of_a_visit(town, project):
    send_key = uuid4()
    visit = record(project, town.mentor, send_key=send_key).visit

    with pytest.raises(PermissionDenied):
        record(project, town.clerk, key=visit.key, base=1)
    with pytest.raises(PermissionDenied):
        record(project, town.clerk, send_key=send_key)


def test_the_same_photo_is_kept_once(town, project):
    visit = record(project, town.mentor).visit

    for _again in range(2):
        photo = SimpleUploadedFile("现场.png", picture((1, 2, 3), 4, 4), "image/png")
        visits.add_photos(visit, by=town.mentor, photos=[photo])

    assert Attachment.objects.of(visit).count() == 1
    with pytest.raises(PermissionDenied):
        visits.add_photos(visit, by=town.clerk, photos=[])


def test_a_phone_is_answered_in_every_case(town, project, browse):
    client = browse(town.mentor)
    good = sent(town, project)

    assert sync(client, good)["state"] == "stored"
    assert sync(client, good)["state"] == "stored"
    assert sync(client, good | {"send_key": uuid4(), "findings": "改"})["state"] == "conflict"
    assert sync(client, sent(town, project, findings=""))["errors"] == {"findings": ["请填写这一项。"]}
    assert sync(client, sent(town, project, user=town.clerk.pk)) == {"state": "other"}
    assert sync(client, sent(town, project, project=9999))["state"] == "refused"
    assert sync(client, sent(town, project, key="x"))["state"] == "refused"
    assert sync(client, sent(town, project, checklist=99))["state"] == "refused"
    assert sync(browse(town.head), sent(town, project, user=town.head.pk))["state"] == "refused"
    assert browse().post(reverse("projects:visit_sync"), good).status_code == 302
    assert SiteVisit.objects.count() == 1


def test_a_phone_whose_clock_is_wrong_is_said_beside_the_visit(town, project, browse):
    wrong = clock.now() - timedelta(minutes=45)
    sync(browse(town.mentor), sent(town, project, sent_at=wrong.isoformat(), device_at=wrong.isoformat()))

    assert SiteVisit.objects.get().clock_off == -45


def test_a_visit_is_neither_of_the_future_nor_before_the_award(town, project, browse):
    client = browse(town.mentor)

    for moment in ("2026-06-01T23:00", "2026-04-01T10:00"):
        assert list(sync(client, sent(town, project, visited_at=moment))["errors"]) == ["visited_at"]


def test_the_pack_holds_what_one_may_visit_and_the_page_holds_nobodys_data(town, project, browse):
    visit = record(project, town.mentor).visit

    def packed(user) -> dict:
        return browse(user).get(reverse("projects:visit_pack")).json()

    assert [one["id"] for one in packed(town.mentor)["projects"]] == [project.pk]
    assert [one["key"] for one in packed(town.mentor)["visits"]] == [str(visit.key)]
    assert [one["id"] for one in packed(town.clerk)["projects"]] == [project.pk]
    assert packed(town.head)["projects"] == packed(town.auditor)["projects"] == []
    page = browse(town.mentor).get(reverse("projects:visit_app"))
    assert town.mentor.name not in page.content.decode()
    assert "csrfmiddlewaretoken" not in page.content.decode()


def test_the_worker_answers_below_visits_only_and_is_never_cached(town, browse):
    response = browse().get(reverse("projects:visit_worker"))

    assert response["Content-Type"] == "text/javascript"
    assert "no-cache" in response["Cache-Control"]
    assert reverse("projects:visit_worker").rpartition("/")[0] + "/" == reverse("projects:visit_list")
    assert reverse("projects:visit_app") in response.content.decode()


def test_the_plain_form_keeps_what_was_typed_and_refuses_papers(town, project, browse):
    page = reverse("projects:visit_create", args=[project.pk])
    values = {"visited_at": "2026-06-01T09:00", "place": "活动室", "met": "刘芳", "findings": "写了很多"}
    paper = SimpleUploadedFile("a.pdf", pdf_with(), "application/pdf")

    answer = browse(town.mentor).post(page, values | {"photos": paper})

    assert answer.status_code == 200
    assert "写了很多" in answer.content.decode()
    assert list(answer.context["form"].errors) == ["photos"]
    assert not SiteVisit.objects.exists()


def test_a_page_that_was_opened_before_a_change_leads_to_both_versions(town, project, browse):
    visit = record(project, town.mentor).visit
    record(project, town.mentor, key=visit.key, base=1, findings="手机先到")
    values = {"visited_at": "2026-06-01T08:00", "place": "活动室", "met": "刘芳", "findings": "页面后到", "base": "1"}

    answer = browse(town.mentor).post(reverse("projects:visit_edit", args=[visit.pk]), values)

    waiting = VisitVersion.objects.waiting().get()
    assert answer["Location"] == reverse("projects:visit_compare", args=[visit.pk, waiting.pk])
    page = browse(town.mentor).get(answer["Location"]).content.decode()
    assert "手机先到" in page
    assert "页面后到" in page
    assert datetime.fromisoformat(waiting.values["visited_at"]) == aware(2026, 6, 1, 8)


def test_two_versions_are_told_apart_by_their_names_on_a_narrow_page(town, project, browse):
    visit = record(project, town.mentor).visit
    record(project, town.mentor, key=visit.key, base=1, findings="第一台")
    late = record(project, town.mentor, key=visit.key, base=1, findings="第二台")

    page = browse(town.mentor).get(reverse("projects:visit_compare", args=[visit.pk, late.pk])).content.decode()

    assert page.count('data-label="现有版本" class="pre-line cell-wide"') == 1
    assert page.count('data-label="另一版本" class="pre-line cell-wide"') == 1


# -- what no phone should send ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", ["0001-01-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59", "9999-12-31T23:59-12:00"]
)
def test_a_day_at_the_end_of_the_calendar_is_answered(town, project, browse, wrong):
    client = browse(town.mentor)

    visited = sync(client, sent(town, project, visited_at=wrong))
    written = sync(client, sent(town, project, device_at=wrong))

    assert (visited["state"], list(visited["errors"])) == ("invalid", ["visited_at"])
    assert written["state"] == "stored"
    assert SiteVisit.objects.get().device_at is None


@pytest.mark.parametrize(("wrong", "sign"), [("0001-01-01T00:00:00Z", -1), ("9999-12-31T00:00:00Z", 1)])
def test_a_phone_that_has_lost_its_day_is_said_to_be_as_wrong_as_can_be_kept(town, project, browse, wrong, sign):
    assert sync(browse(town.mentor), sent(town, project, sent_at=wrong))["state"] == "stored"

    off = SiteVisit.objects.get().clock_off
    assert off * sign > 0
    assert abs(off) <= 2**31 - 1


def test_a_version_that_says_it_was_written_on_one_of_the_future_can_be_decided(town, project):
    visit = record(project, town.mentor).visit
    ahead = record(project, town.mentor, key=visit.key, base=99, findings="第二台")

    visits.settle_conflict(ahead, by=town.mentor, take=True)

    visit.refresh_from_db()
    assert (visit.findings, visit.version) == ("第二台", 2)


def test_what_a_mentor_of_before_sends_later_is_kept_to_be_read_and_asks_nobody(town, project):
    visit = record(project, town.mentor).visit
    record(project, town.mentor, key=visit.key, base=1, findings="第一台")
    late = record(project, town.mentor, key=visit.key, base=1, findings="第二台")
    assert [task for task in inbox.waiting_for(town.mentor) if f"/{late.pk}/" in task.url]
    people.end_participation(project, town.mentor, "mentor", by=town.clerk, note="换人")

    later = record(project, town.mentor, key=visit.key, base=2, findings="更晚")

    visit.refresh_from_db()
    assert (visit.findings, later.is_waiting, later.values["findings"]) == ("第一台", False, "更晚")
    assert not [task for task in inbox.waiting_for(town.mentor) if f"/{late.pk}/" in task.url]


def test_what_is_overdue_beside_an_answer_is_said_to_be_the_next_step(town, project, browse):
    """Not the answer, which is there or is not."""
    open_one = record(
        project, town.mentor, follow_up="补票据", follow_up_due_on=clock.today() - timedelta(days=4)
    ).visit
    record(project, town.mentor)

    pages = [browse(town.mentor).get(address).content.decode() for address in ("/visits/", open_one.get_absolute_url())]

    for page in pages:
        assert page.index("未答复") < page.index("下一步</span>") < page.index("逾期4天")
    assert pages[0].count("下一步</span>") == 1
