"""Objections: anybody sends one under a real name, it is confirmed, looked into, answered, and ruled on by another."""

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core import workflow
from core.files import attach
from core.models import Attachment, Event
from core.workflow import Refused
from people.models import Role, User
from projects.actions import award, inquiry, notices, objections
from projects.models import Objection, ObjectionNote, Project
from tests.life import choir_draft, draft, examined, objected
from tests.test_files import pdf
from tests.town import member

TYPED = {"name": "李四光", "email": "lisi@example.org", "phone": "", "text": "该项目与去年的项目重复", "website": ""}
LAST_DAY, DAY_AFTER = datetime(2026, 4, 17, 23, 50), datetime(2026, 4, 18, 9, 0)


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def project(town, life) -> Project:
    """The centre's project in public notice from 13 to 17 April."""
    return life.walk(draft(town), "in_notice")


@pytest.fixture
def send(browse, project, django_capture_on_commit_callbacks):
    """Send the public form without an account; what was typed, with `changes`."""

    def sending(client=None, **changes):
        notice = project.notice_entries.latest("pk").notice
        with django_capture_on_commit_callbacks(execute=True):
            return (client or browse()).post(url("objection_create", notice.pk, project.pk), TYPED | changes)

    return sending


def receive(project: Project, **contact) -> Objection:
    contact = contact or {"email": "lisi@example.org"}
    notice = project.notice_entries.latest("pk").notice
    return objections.receive_objection(notice, project, name="李四光", text="重复", **contact)


def state_of(project: Project) -> str:
    return Project.objects.get(pk=project.pk).state


def approval(project: Project, town) -> list[str]:
    """What still stands in the way of the award."""
    choices = workflow.choices(Project.objects.get(pk=project.pk), town.approver)
    return next(choice.blocked for choice in choices if choice.name == "approve")


def rule(objection: Objection, by: User, ruling: str = "dismissed", **changes) -> Objection:
    return inquiry.rule_on_objection(objection, by=by, ruling=ruling, reason="经核查", **changes)


# -- Sending and confirming -------------------------------------------------------------------------


def test_an_objection_counts_once_the_link_in_the_mail_is_confirmed(town, browse, project, send):
    receipt = send()

    objection = Objection.objects.get()
    assert receipt.url == objection.get_follow_url()
    assert (objection.number, list(Objection.objects.open())) == ("YY2026-0001", [])
    [letter] = mail.outbox
    assert letter.to == ["lisi@example.org"]
    link = re.search(r"http://testserver(/objections/confirm/\S+)", letter.body)[1]

    assert browse().get(link).status_code == 200  # a program that looks at mail opens it and confirms nothing
    assert list(Objection.objects.open()) == []
    assert browse().post(link).url == objection.get_follow_url()
    assert list(Objection.objects.open()) == [objection]


def test_the_receipt_does_not_let_its_holder_confirm_for_somebody_else(browse, project, send):
    page = browse().get(send().url).content.decode()

    assert Objection.objects.get().confirmation not in page
    assert "lisi@example.org" not in page
    assert "l***@example.org" in page


def test_an_unconfirmed_objection_is_only_counted_for_the_clerk(town, browse, project, send):
    send()
    objection = Objection.objects.get()

    page = browse(town.clerk).get(project.get_absolute_url())

    assert (list(page.context["objections"]), page.context["unconfirmed"]) == ([], 1)
    assert TYPED["text"] not in page.content.decode()
    assert browse(town.clerk).get(url("objection_detail", objection.pk)).status_code == 404


def test_without_an_email_the_clerk_confirms_by_a_call(town, browse, project, send):
    send(email="", phone="010-6500 1234")
    objection = Objection.objects.get()
    page = url("objection_detail", objection.pk)
    assert [task.url for task in browse(town.clerk).get("/todo/").context["tasks"]] == [page]

    assert "note" in browse(town.clerk).post(page, {"call": "", "reached": "1", "note": ""}).context["form"].errors
    browse(town.clerk).post(page, {"call": "", "reached": "1", "note": "本人确认"})

    objection.refresh_from_db()
    assert (objection.called_by, objection.call_note) == (town.clerk, "本人确认")
    assert list(Objection.objects.open()) == [objection]


def test_only_the_clerk_notes_the_call_and_only_without_an_email(town, project):
    with pytest.raises(PermissionDenied):
        objections.confirm_by_call(receive(project, phone="13900139000"), by=town.approver, reached=True, note="好")
    with pytest.raises(Refused):
        objections.confirm_by_call(receive(project), by=town.clerk, reached=True, note="好")


def test_an_objection_that_arrived_in_time_counts_when_it_is_confirmed_after_the_end(project, time):
    time.go(LAST_DAY)
    objection = receive(project)
    time.go(DAY_AFTER)

    objections.confirm_by_link(objection)

    found = Objection.objects.open().get()
    assert found.arrived_at == timezone.make_aware(LAST_DAY)
    assert found.was_confirmed_late


def test_the_award_waits_three_days_for_an_unconfirmed_objection_and_not_for_ever(town, project, time):
    time.go(LAST_DAY)
    objection = receive(project)
    time.go(datetime(2026, 4, 20, 23, 49))
    assert len(approval(project, town)) == 1

    time.go(datetime(2026, 4, 20, 23, 50))

    assert approval(project, town) == []
    with pytest.raises(Refused):
        objections.confirm_by_link(objection)
    award.approve(project, by=town.approver)
    assert state_of(project) == "approved"


def test_the_award_waits_until_the_clerk_has_called(town, project, time):
    objection = receive(project, phone="13900139000")
    time.go(datetime(2026, 5, 20, 9, 0))
    assert len(approval(project, town)) == 1

    objections.confirm_by_call(objection, by=town.clerk, reached=False, note="三次无人接听")

    assert approval(project, town) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"text": ""}, "text"),
        ({"email": "", "phone": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "", "phone": "12345"}, "phone"),
        ({"email": "", "phone": "not a phone"}, "phone"),
    ],
)
def test_what_is_missing_stands_at_its_field_and_nothing_typed_is_lost(send, changes, field):
    response = send(**changes)

    assert list(response.context["form"].errors) == [field]
    assert Objection.objects.count() == 0
    for name, value in (TYPED | changes).items():
        assert response.context["form"][name].value() == value


def test_the_database_refuses_an_objection_that_nobody_can_answer(project):
    notice = project.notice_entries.get().notice

    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.create(project=project, notice=notice, number="1", name="甲", text="异议")


def test_up_to_three_files_that_only_the_funder_opens(town, browse, project, send):
    assert "files" in send(files=[pdf(f"{n}.pdf") for n in range(4)]).context["form"].errors
    send(email="", phone="13900139000", files=[pdf(f"{n}.pdf") for n in range(3)])
    files = list(Attachment.objects.of(Objection.objects.get()))

    page = reverse("core:attachment", args=[files[0].pk])

    assert sorted(file.name for file in files) == ["0.pdf", "1.pdf", "2.pdf"]
    statuses = {
        name: browse(town.people[name]).get(page).status_code for name in ("clerk", "approver", "head", "expert1")
    }
    assert statuses == {"clerk": 200, "approver": 200, "head": 404, "expert1": 404}


def test_one_connection_sends_five_an_hour(send, time):
    for number in range(5):
        assert send(email=f"a{number}@example.org").status_code == 302

    assert send(email="b@example.org").context["form"].non_field_errors()
    time.go(datetime(2026, 4, 13, 11, 1))
    assert send(email="b@example.org").status_code == 302


def test_one_address_is_not_flooded_from_many_connections(project):
    for number in range(5):
        receive(project, email="victim@example.org", sender=str(number))

    with pytest.raises(Refused):
        receive(project, email="victim@example.org", sender="another")


def test_a_program_that_fills_in_everything_leaves_nothing(send):
    assert send(website="http://spam").status_code == 302

    assert (Objection.objects.count(), mail.outbox) == (0, [])


def test_an_objection_after_the_last_day_is_refused_and_kept_on_the_page(send, time):
    time.go(datetime(2026, 4, 18, 0, 1))

    response = send()

    assert response.context["form"].non_field_errors()
    assert TYPED["text"] in response.content.decode()


def test_what_nobody_confirmed_is_forgotten_after_a_month(project, time, settings):
    gone = receive(project, email="", phone="13900139001")
    Objection.objects.filter(pk=gone.pk).update(lapsed_at=timezone.now())
    unconfirmed, waiting = receive(project), receive(project, phone="13900139000")
    confirmed = objections.confirm_by_link(receive(project, email="b@example.org"))
    file = objections.attach(unconfirmed, pdf(), by=None).file
    time.go(datetime(2026, 6, 1))

    objections.forget_unconfirmed()

    assert set(Objection.objects.all()) == {waiting, confirmed}
    assert not file.storage.exists(file.name)


def test_nobody_learns_who_objects_but_those_who_work_on_it(town, browse, project):
    objection = examined(town, project)
    rule(objection, town.approver)
    pages = {
        None: [objection.notice.get_absolute_url(), objection.get_follow_url()],
        "head": [project.get_absolute_url(), url("objection_answer", objection.pk)],
        "auditor": [project.get_absolute_url()],
        "clerk": [objection.get_absolute_url()],
    }

    found = {
        who: any("李四光" in browse(who and town.people[who]).get(page).content.decode() for page in visited)
        for who, visited in pages.items()
    }

    assert found == {None: False, "head": False, "auditor": False, "clerk": True}


def test_a_clerk_of_the_group_itself_sees_nothing(town, browse, project):
    member(town.clerk, town.centre, Role.STAFF)
    objection = receive(project, phone="13900139000")

    assert browse(town.clerk).get(objection.get_absolute_url()).status_code == 403
    assert list(Objection.objects.visible_to(User.objects.get(pk=town.clerk.pk))) == []


# -- Looking into it --------------------------------------------------------------------------------


def test_the_group_reads_what_the_clerk_wrote_and_answers_once(town, browse, project):
    objection = objected(town, project, "我是3号楼的李四光,他们重复申报")
    page = url("objection_answer", objection.pk)
    assert browse(town.head).get(page).status_code == 404
    told = {"examine": "", "gist": "有人反映重复申报", "answer_until": "2026-04-16"}
    browse(town.clerk).post(objection.get_absolute_url(), told)

    text = browse(town.head).get(page).content.decode()
    assert ("有人反映重复申报" in text, "3号楼" in text) == (True, False)
    assert town.head.notifications.first().body == "有人反映重复申报"
    assert browse(town.head).post(page, {"text": "去年做的是另一个社区", "files": [pdf()]}).status_code == 302

    assert state_of(project) == "objected"
    note = ObjectionNote.objects.get()
    assert (note.kind, note.by, note.text) == ("answer", town.head, "去年做的是另一个社区")
    file = reverse("core:attachment", args=[Attachment.objects.of(note).get().pk])
    assert {name: browse(town.people[name]).get(file).status_code for name in ("head", "clerk", "singer")} == {
        "head": 200, "clerk": 200, "singer": 404,
    }  # fmt: skip
    with pytest.raises(Refused):
        inquiry.answer_objection(objection, by=town.head, text="还有")


def test_after_the_ruling_nobody_tells_the_group_that_it_is_still_being_examined(town, browse, project):
    objection = examined(town, project)
    page = url("objection_answer", objection.pk)
    before = browse(town.head).get(page).content.decode()

    rule(objection, town.approver)

    after = browse(town.head).get(page).content.decode()
    assert ("资助方正在核查" in before, "资助方正在核查" in after) == (True, False)
    assert "异议人信息由资助方保密" in after


def test_the_group_answers_until_the_last_moment_of_its_day(town, project, time):
    objection = objected(town, project)
    inquiry.examine_objection(objection, by=town.clerk, gist="重复", answer_until=date(2026, 4, 15))
    time.go(datetime(2026, 4, 16, 0, 0))

    with pytest.raises(Refused):
        inquiry.answer_objection(objection, by=town.head, text="不重复")

    time.go(datetime(2026, 4, 15, 23, 59))
    assert inquiry.answer_objection(objection, by=town.head, text="不重复").kind == "answer"


def test_only_the_group_answers(town, project):
    objection = objected(town, project)
    inquiry.examine_objection(objection, by=town.clerk, gist="重复", answer_until=date(2026, 4, 15))

    for username in ("singer", "mentor", "clerk", "stranger"):
        with pytest.raises(PermissionDenied):
            inquiry.answer_objection(objection, by=town.people[username], text="不重复")


def test_inquiry_and_hearing_are_noted_with_their_files(town, browse, project):
    objection = examined(town, project)
    noted = {"held_on": "2026-04-13", "people": "居委会、负责人", "text": "双方到场陈述"}

    assert (
        "held_on"
        in browse(town.clerk)
        .post(url("objection_note", objection.pk, "hearing"), noted | {"held_on": ""})
        .context["form"]
        .errors
    )
    browse(town.clerk).post(url("objection_note", objection.pk, "hearing"), noted | {"files": [pdf("笔录.pdf")]})
    browse(town.clerk).post(url("objection_note", objection.pk, "inquiry"), {"people": "居委会", "text": "不重复"})

    assert list(objection.notes.values_list("kind", "people", "held_on")) == [
        ("answer", "", None), ("hearing", "居委会、负责人", date(2026, 4, 13)), ("inquiry", "居委会", None),
    ]  # fmt: skip
    assert "笔录.pdf" in browse(town.approver).get(objection.get_absolute_url()).content.decode()
    assert browse(town.clerk).get(url("objection_note", objection.pk, "answer")).status_code == 404


def test_the_page_of_whoever_objected_shows_the_way_and_the_ruling(town, browse, project):
    objection = examined(town, project)
    page = objection.get_follow_url()
    assert [step["look"] for step in browse().get(page).context["steps"]] == ["done", "done", "now", "", ""]
    values = {"held_on": date(2026, 4, 14), "people": "双方", "text": "内部记录"}
    inquiry.add_note(objection, by=town.clerk, kind="hearing", values=values)

    rule(objection, town.approver)

    text = browse().get(page)
    assert [step["look"] for step in text.context["steps"]] == ["done"] * 5
    assert "经核查" in text.content.decode()
    assert "内部记录" not in text.content.decode()


def test_an_objection_that_is_not_confirmed_is_not_examined(town, project):
    with pytest.raises(Refused):
        inquiry.examine_objection(receive(project), by=town.clerk, gist="重复", answer_until=date(2026, 4, 15))


# -- The ruling -------------------------------------------------------------------------------------


def test_dismissed_the_notice_goes_on_and_everybody_reads_why(
    town, project, django_capture_on_commit_callbacks, browse
):
    objection = receive(project)
    objections.confirm_by_link(objection)
    inquiry.examine_objection(objection, by=town.clerk, gist="重复", answer_until=date(2026, 4, 15))

    with django_capture_on_commit_callbacks(execute=True):
        rule(objection, town.approver)

    assert state_of(project) == "in_notice"
    assert [letter.body for letter in mail.outbox if letter.to == ["lisi@example.org"]][-1].endswith("经核查")
    assert town.head.notifications.first().body == "经核查"


def test_who_examined_does_not_rule(town, project):
    member(town.clerk, town.bureau, Role.APPROVER)
    clerk = User.objects.get(pk=town.clerk.pk)
    objection = examined(town, project)

    with pytest.raises(PermissionDenied):
        rule(objection, clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(
            ruling="dismissed", reason="x", ruled_by=clerk, ruled_at=timezone.now()
        )


def test_who_wrote_a_note_on_it_does_not_rule_either(town, project):
    member(town.approver, town.bureau, Role.STAFF)
    approver = User.objects.get(pk=town.approver.pk)
    objection = examined(town, project)
    inquiry.add_note(objection, by=approver, kind="inquiry", values={"text": "已走访"})

    with pytest.raises(PermissionDenied):
        rule(objection, approver)


@pytest.mark.parametrize("username", ["clerk", "finance", "auditor", "head", "stranger", "admin"])
def test_only_an_approver_rules(town, project, username):
    objection = examined(town, project)

    with pytest.raises(PermissionDenied):
        rule(objection, town.people[username])


def test_nothing_is_ruled_before_a_clerk_has_examined_it(town, project):
    with pytest.raises(Refused):
        rule(objected(town, project), town.approver)


def test_a_ruling_against_the_group_waits_for_its_answer_or_the_end_of_its_time(town, project, time):
    objection = objected(town, project)
    inquiry.examine_objection(objection, by=town.clerk, gist="重复", answer_until=date(2026, 4, 15))
    with pytest.raises(Refused):
        rule(objection, town.approver, "upheld")

    time.go(datetime(2026, 4, 16, 0, 0))
    rule(objection, town.approver, "upheld")

    assert state_of(project) == "not_selected"


def test_an_upheld_objection_frees_the_money(town, project):
    rule(examined(town, project), town.approver, "upheld")

    assert state_of(project) == "not_selected"
    assert town.fund.balance().reserved == Decimal("0.00")


def test_a_second_objection_is_still_answered_after_the_first_was_upheld(town, project):
    first, second = examined(town, project), examined(town, project, "虚报人数")

    rule(first, town.approver, "upheld")
    rule(second, town.approver, "dismissed")

    assert not Objection.objects.open().exists()
    assert state_of(project) == "not_selected"


def test_the_page_of_the_ruling_says_what_is_missing(town, browse, project):
    objection = examined(town, project)
    client, page = browse(town.approver), objection.get_absolute_url()

    assert "reason" in client.post(page, {"rule": "", "ruling": "dismissed", "reason": ""}).context["form"].errors
    assert client.post(page, {"rule": "", "ruling": "corrected", "reason": "金额有误"}).context["form"].errors
    over = {"rule": "", "ruling": "corrected", "reason": "金额有误", "amount": "10000.01"}
    assert client.post(page, over).context["form"].errors
    assert state_of(project) == "objected"


# -- A correction and its new notice ----------------------------------------------------------------


def corrected(town, project) -> None:
    objection = examined(town, project)
    rule(objection, town.approver, "corrected", amount=Decimal("8000.00"), title="夕阳红陪伴")


def test_a_corrected_project_goes_to_a_new_notice_that_refers_to_the_old_one(town, browse, project, time):
    old = project.notice_entries.get().notice
    digest = old.digest
    corrected(town, project)
    assert state_of(project) == "shortlisted"
    assert town.fund.balance().reserved == Decimal("0.00")
    time.go(datetime(2026, 4, 20, 9, 0))

    new = notices.publish_notice(town.call, by=town.clerk, places={})

    line = new.entries.get()
    assert line.corrects.notice == old
    assert [(before, after) for _what, before, after in line.corrections] == [
        ("夕阳红暖心陪伴", "夕阳红陪伴"), ("10,000.00元", "8,000.00元"),
    ]  # fmt: skip
    assert town.fund.balance().reserved == Decimal("8000.00")
    assert (digest in new.frozen, new.digest != digest) == (True, True)
    old.refresh_from_db()
    assert (old.digest, old.is_unaltered, new.is_unaltered) == (digest, True, True)
    assert new.get_absolute_url() in browse().get(old.get_absolute_url()).content.decode()
    assert old.get_absolute_url() in browse().get(new.get_absolute_url()).content.decode()


def test_after_a_correction_only_the_new_notice_takes_objections_and_decides_when_to_approve(town, project, time):
    old = project.notice_entries.get().notice
    corrected(town, project)
    new = notices.publish_notice(town.call, by=town.clerk, places={})
    project = Project.objects.get(pk=project.pk)

    with pytest.raises(Refused):
        objections.receive_objection(old, project, name="甲", text="异议", phone="13900139000")
    assert receive(project, phone="13900139000").notice == new
    time.go(datetime(2026, 4, 17, 9, 0))
    assert len(approval(project, town)) == 2  # the new notice still runs, and nobody has called


def test_nothing_is_corrected_while_another_objection_is_open(town, project):
    first, _second = examined(town, project), objected(town, project, "虚报人数")

    with pytest.raises(Refused):
        rule(first, town.approver, "corrected", amount=Decimal("8000.00"))


def test_an_objection_is_answered_also_when_the_group_has_withdrawn(town, project):
    objection = examined(town, project)
    workflow.advance(Project.objects.get(pk=project.pk), "withdraw", by=town.head, note="不办了")

    rule(objection, town.approver)

    assert state_of(project) == "withdrawn"
    assert not Event.objects.about(project).filter(name="dismiss_objection").exists()


def test_numbers_run_on_within_a_year(town, life, project):
    numbers = [receive(project, phone="13900139000").number for _ in range(2)]

    assert numbers == ["YY2026-0001", "YY2026-0002"]


# -- What the public, the auditor and whoever objected see ------------------------------------------


def test_the_public_reads_that_a_place_was_lost_why_and_what_is_left(town, browse, project):
    found = examined(town, project)
    reason = "经向李四光和刘芳核实，项目重复，电话13912345678。"
    inquiry.rule_on_objection(found, by=town.approver, ruling="upheld", reason=reason)
    notice = project.notice_entries.get().notice

    response = browse().get(notice.get_absolute_url())

    page = response.content.decode()
    assert ("异议成立，取消资格" in page, "项目重复" in page, response.context["standing"]) == (True, True, 0)
    assert not [secret for secret in ("李四光", "刘芳核实", "13912345678") if secret in page]
    assert response.context["unaltered"]


def test_a_dismissed_objection_leaves_the_line_as_it_is(town, browse, project):
    rule(examined(town, project), town.approver)

    response = browse().get(project.notice_entries.get().notice.get_absolute_url())

    assert ("异议成立" in response.content.decode(), response.context["all_stand"]) == (False, True)


def test_the_form_says_at_once_when_it_is_too_late(browse, project, time):
    page = url("objection_create", project.notice_entries.get().notice_id, project.pk)
    assert 'name="text"' in browse().get(page).content.decode()

    time.go(DAY_AFTER)

    assert 'name="text"' not in browse().get(page).content.decode()


def test_back_and_send_again_is_one_objection(browse, project, send):
    first, again = send(), send()
    assert (first.url, Objection.objects.count(), len(mail.outbox)) == (again.url, 1, 1)

    send(text="另一件事")

    assert Objection.objects.count() == 2


def test_the_auditor_reads_the_objection_and_its_files_and_does_nothing(town, browse, project):
    found = objected(town, project)
    client, page = browse(town.auditor), url("objection_detail", found.pk)
    [file] = attached(found)

    shown = client.get(page)
    assert (shown.status_code, shown.context["forms"], found.text in shown.content.decode()) == (200, {}, True)
    assert client.get(reverse("core:attachment", args=[file.pk])).status_code == 200
    client.post(page, {"examine": "", "gist": "x", "answer_until": "2026-04-20"})
    assert client.get(url("objection_note", found.pk, "inquiry")).status_code == 403

    found.refresh_from_db()
    assert found.examined_at is None


def attached(objection: Objection) -> list[Attachment]:
    attach(objection, pdf(), by=None)
    return list(Attachment.objects.of(objection))


def test_an_auditor_who_belongs_to_the_group_learns_nothing(town, browse, project):
    found = objected(town, project)
    member(town.auditor, town.centre, Role.MANAGER)

    assert browse(User.objects.get(pk=town.auditor.pk)).get(url("objection_detail", found.pk)).status_code == 403


def test_the_mail_of_the_ruling_names_the_project_and_leads_back(
    town, browse, project, django_capture_on_commit_callbacks
):
    found = receive(project)
    objections.confirm_by_link(found)
    found = inquiry.examine_objection(found, by=town.clerk, gist="重复", answer_until=date(2026, 4, 13))
    page = url("objection_detail", found.pk)

    with django_capture_on_commit_callbacks(execute=True):
        browse(town.approver).post(page, {"rule": "", "ruling": "dismissed", "reason": "不重复"})

    letter = mail.outbox[-1]
    assert letter.to == ["lisi@example.org"]
    assert (project.title in letter.body, "http://testserver" + found.get_follow_url() in letter.body) == (True, True)


@pytest.mark.parametrize("day", ["2099-01-01", "2026-04-12"], ids=["to come", "before it arrived"])
def test_a_hearing_that_cannot_have_been_is_refused_at_its_field(town, browse, project, day):
    found = examined(town, project)

    typed = {"held_on": day, "people": "双方", "text": "各说各的"}
    response = browse(town.clerk).post(url("objection_note", found.pk, "hearing"), typed)

    assert list(response.context["form"].errors) == ["held_on"]


def test_between_a_correction_and_its_notice_the_old_line_no_longer_counts(town, browse, project):
    old = project.notice_entries.get().notice
    page = old.get_absolute_url()
    assert "<s>10,000.00</s>" not in browse().get(page).content.decode()
    corrected(town, project)

    response = browse().get(page)

    assert (response.context["standing"], response.context["all_stand"]) == (Decimal(0), False)
    shown = response.content.decode()
    assert ("<s>10,000.00</s>" in shown, "已更正，将另行公示" in shown, "夕阳红陪伴" in shown) == (True, True, False)


# -- Who competes in the same call -----------------------------------------------------------------


@pytest.fixture
def contested(town, life) -> Project:
    """In public notice like `project`; the choir competes in the call with a proposal of its own."""
    life.walk(choir_draft(town), "submitted")
    return life.walk(draft(town), "in_notice")


def of_the_choir(town, person) -> User:
    """The same person, who works in the choir as well."""
    member(person, town.choir, Role.STAFF)
    return User.objects.get(pk=person.pk)


def test_whoever_competes_in_the_call_does_not_read_or_examine_an_objection_to_a_rival(town, browse, contested):
    objection = objected(town, contested)
    page = objection.get_absolute_url()
    assert browse(town.auditor).get(page).status_code == 200

    clerk, auditor = of_the_choir(town, town.clerk), of_the_choir(town, town.auditor)

    with pytest.raises(PermissionDenied):
        inquiry.examine_objection(objection, by=clerk, gist="重复", answer_until=date(2026, 12, 1))
    assert browse(auditor).get(page).status_code == 403
    assert not Objection.objects.visible_to(auditor).exists()


def test_nor_rules_on_it(town, contested):
    objection = examined(town, contested)

    with pytest.raises(PermissionDenied):
        rule(objection, of_the_choir(town, town.approver), "upheld")
    assert Objection.objects.get().ruling == ""


def test_nor_refuses_or_makes_a_rivals_award(town, contested, time):
    time.go(datetime(2026, 5, 20, 9, 0))
    approver = of_the_choir(town, town.approver)

    for verb in (award.approve, award.refuse):
        with pytest.raises(PermissionDenied):
            verb(Project.objects.get(pk=contested.pk), by=approver, note="不合适")
    assert state_of(contested) == "in_notice"


def test_nor_checks_a_rivals_proposal(town, contested):
    other = Project.objects.get(applicant=town.choir)
    clerk = User.objects.get(pk=town.clerk.pk)
    member(clerk, town.centre, Role.STAFF)

    with pytest.raises(PermissionDenied):
        workflow.advance(other, "declare_ineligible", by=User.objects.get(pk=clerk.pk), note="不合条件")
