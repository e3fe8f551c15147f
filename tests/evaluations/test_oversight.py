"""Warning, talk, proposal to delist, hearing, decision, appeal: each a person's step, each can be contradicted."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.workflow import Refused
from evaluations.actions import cautions, delisting
from evaluations.inbox import waiting_for
from evaluations.models import Caution, CautionTalk, Delisting
from people.forms import CreditRecordForm
from people.models import CreditRecord, Kind, Organization, Role
from projects.facts import check_applicant
from tests.life import draft
from tests.starry import cautioned, delisted, proposed, talked
from tests.town import aware, member, person


@pytest.fixture
def second(town):
    """A second approver of the bureau, who decided nothing."""
    made = person("second", "吴思远")
    member(made, town.bureau, Role.APPROVER)
    return made


@pytest.fixture
def elsewhere(town):
    """An approver of another funder."""
    made = person("elsewhere", "方远")
    other = Organization.objects.create(name="邻镇人民政府", kind=Kind.FUNDER, credit_code="11110105000053030K")
    member(made, other, Role.APPROVER)
    return made


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def tasks(user) -> list[str]:
    return [task.what for task in waiting_for(fresh(user))]


# -- Warning and talk --------------------------------------------------------------------------------


def test_a_warned_organisation_is_told_and_asked(town):
    found = cautioned(town)

    assert town.head.notifications.filter(url=found.get_absolute_url()).count() == 1
    assert "回复预警" in tasks(town.head)


@pytest.mark.parametrize("who", ["approver", "finance", "mentor", "head", "stranger"])
def test_only_a_clerk_warns(town, who):
    with pytest.raises(PermissionDenied):
        cautions.warn(
            town.centre, town.bureau, by=town.people[who], ground="other", words="x", answer_until=date(2026, 4, 1)
        )


def test_a_clerk_who_belongs_to_the_organisation_does_not_warn_it(town):
    member(town.clerk, town.centre, Role.STAFF)

    with pytest.raises(PermissionDenied):
        cautions.warn(
            town.centre, town.bureau, by=fresh(town.clerk), ground="other", words="x", answer_until=date(2026, 4, 1)
        )


def test_one_warning_at_a_time(town):
    cautioned(town)

    with pytest.raises(Refused):
        cautions.warn(
            town.centre, town.bureau, by=town.clerk, ground="other", words="又一份", answer_until=date(2026, 4, 1)
        )


def test_the_organisation_answers_once_and_the_clerk_lifts(town):
    found = cautions.answer_caution(cautioned(town), by=town.volunteer, answer="已补交。")
    assert "预警已回复：请解除或约谈" in tasks(town.clerk)

    cautions.lift_caution(found, by=town.clerk, note="整改到位。")

    assert Caution.objects.get().outcome == "lifted"
    with pytest.raises(Refused):
        cautions.answer_caution(Caution.objects.get(), by=town.head, answer="再答一次")


def test_a_rival_does_not_answer(town):
    with pytest.raises(PermissionDenied):
        cautions.answer_caution(cautioned(town), by=town.singer, answer="我来答")


def test_what_was_said_is_confirmed_by_the_head(town, time):
    talk = talked(town, time)
    assert "确认约谈记录" in tasks(town.head)

    with pytest.raises(PermissionDenied):
        cautions.confirm_talk(talk, by=town.volunteer)
    cautions.confirm_talk(talk, by=town.head, remark="其中一份是系统故障。")

    with pytest.raises(Refused):
        cautions.record_talk(talk, by=town.clerk, present="陈静", said="改口")


def test_a_talk_is_written_down_after_it_has_begun(town):
    talk = cautions.call_to_talk(
        cautioned(town), by=town.clerk, reason="x", planned_at=aware(2026, 3, 16, 14), place="会议室"
    )

    with pytest.raises(Refused):
        cautions.record_talk(talk, by=town.clerk, present="陈静", said="还没开始")


def test_a_talk_that_helped_is_closed_and_leads_nowhere(town, time):
    talk = cautions.close_talk(talked(town, time), by=town.clerk, note="已整改。")
    time.go(datetime(2026, 3, 23, 10))

    with pytest.raises(Refused, match="了结"):
        delisting.propose(talk, by=town.clerk, reasons="x", until_on=date(2027, 4, 1), hear_until=date(2026, 4, 3))


# -- The proposal to delist --------------------------------------------------------------------------


def test_nobody_is_proposed_while_what_was_agreed_can_still_be_done(town, time):
    talk = talked(town, time)

    with pytest.raises(Refused, match="仍可完成"):
        delisting.propose(talk, by=town.clerk, reasons="x", until_on=date(2027, 4, 1), hear_until=date(2026, 4, 3))


@pytest.mark.parametrize(
    ("hear_until", "until_on"),
    [
        (date(2026, 3, 27), date(2027, 4, 1)),  # four workdays to be heard
        (date(2026, 4, 3), date(2026, 4, 3)),  # over before it is decided
        (date(2026, 4, 3), date(2029, 3, 24)),  # longer than three years
    ],
)
def test_a_proposal_gives_time_and_has_an_end(town, time, hear_until, until_on):
    talk = talked(town, time)
    time.go(datetime(2026, 3, 23, 10))

    with pytest.raises(Refused):
        delisting.propose(talk, by=town.clerk, reasons="x", until_on=until_on, hear_until=hear_until)


def test_the_longest_delisting_is_three_years(town, time):
    talk = talked(town, time)
    time.go(datetime(2026, 3, 23, 10))

    made = delisting.propose(talk, by=town.clerk, reasons="x", until_on=date(2029, 3, 23), hear_until=date(2026, 3, 30))

    assert made.state == "proposed"


def test_nothing_is_decided_before_the_organisation_was_heard(town, time):
    found = proposed(town, time)

    with pytest.raises(Refused, match="陈述申辩"):
        delisting.decide(found, by=town.approver, delist=True, reason="不等了")

    assert Delisting.objects.get().state == "proposed"
    assert "就清退建议陈述申辩" in tasks(town.head)


def test_silence_does_not_hold_it_up(town, time):
    found = proposed(town, time)
    time.go(datetime(2026, 4, 4, 9))

    delisting.decide(found, by=town.approver, delist=False, reason="情节轻微。")

    assert Delisting.objects.get().state == "declined"
    assert not CreditRecord.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "finance", "head", "auditor"])
def test_only_an_approver_decides(town, time, who):
    found = delisting.state(proposed(town, time), by=town.head, statement="已补交。")

    with pytest.raises(PermissionDenied):
        delisting.decide(found, by=town.people[who], delist=True, reason="x")


def test_who_proposed_does_not_decide_whatever_else_they_are(town, time):
    found = delisting.state(proposed(town, time), by=town.head, statement="已补交。")
    member(town.clerk, town.bureau, Role.APPROVER)

    with pytest.raises(PermissionDenied):
        delisting.decide(found, by=fresh(town.clerk), delist=True, reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delisting.objects.filter(pk=found.pk).update(
            decided_by=town.clerk, decided_at=clock.now(), decision="x", state="in_force"
        )


def test_a_decision_without_reasons_is_none(town, time):
    found = delisting.state(proposed(town, time), by=town.head, statement="已补交。")

    with pytest.raises(Refused):
        delisting.decide(found, by=town.approver, delist=True, reason="  ")


# -- In force ----------------------------------------------------------------------------------------


def outcome(town, organization) -> str:
    [finding] = check_applicant(Organization.objects.get(pk=organization.pk), town.call)
    return finding.outcome


def test_who_is_delisted_does_not_meet_the_condition_until_the_day(town, time):
    town.call.eligibility_rules.create(kind="not_delisted", legal_basis="管理办法")
    assert outcome(town, town.centre) == "met"

    delisted(town, time)

    assert (outcome(town, town.centre), outcome(town, town.choir)) == ("not_met", "met")
    time.go(datetime(2027, 3, 31, 23))
    assert outcome(town, town.centre) == "not_met"
    time.go(datetime(2027, 4, 1, 0, 30))
    assert outcome(town, town.centre) == "met"
    assert Delisting.objects.get().has_ended


def test_a_delisted_host_is_no_host(town, time):
    town.call.eligibility_rules.create(kind="not_delisted", legal_basis="管理办法")
    CreditRecord.objects.create(
        organization=town.host, kind="delisted", entered_on=date(2026, 3, 1), lifted_on=date(2027, 1, 1),
        source="决定", recorded_by=town.clerk,
    )  # fmt: skip

    assert outcome(town, town.choir) == "not_met"


def test_projects_that_run_go_on(town, time):
    project = draft(town)

    delisted(town, time)

    project.refresh_from_db()
    assert project.state == "draft"


def test_no_clerk_enters_or_lifts_a_delisting_by_hand(town, time):
    kinds = [value for value, _label in CreditRecordForm().fields["kind"].choices]

    assert "breach" in kinds
    assert "delisted" not in kinds


def test_an_approver_lifts_it_early_with_a_reason(town, time):
    town.call.eligibility_rules.create(kind="not_delisted", legal_basis="管理办法")
    found = delisted(town, time)
    with pytest.raises(PermissionDenied):
        delisting.lift(found, by=town.clerk, note="整改到位")
    with pytest.raises(Refused):
        delisting.lift(found, by=town.approver, note="")

    delisting.lift(found, by=town.approver, note="整改到位。")

    assert outcome(town, town.centre) == "met"
    assert CreditRecord.objects.get().lifted_on == date(2026, 3, 25)


def test_what_has_ended_by_itself_is_not_lifted(town, time):
    found = delisted(town, time)
    time.go(datetime(2027, 4, 2, 9))

    with pytest.raises(Refused):
        delisting.lift(found, by=town.approver, note="x")


# -- The appeal --------------------------------------------------------------------------------------


def test_who_decided_does_not_rule_on_the_appeal(town, time, second):
    found = delisting.appeal(delisted(town, time), by=town.head, text="理由不成立。")

    with pytest.raises(PermissionDenied):
        delisting.rule_on_appeal(found, by=town.approver, ruling="dismissed", reason="维持")
    assert "对清退申诉作出裁决" in tasks(second)
    assert "对清退申诉作出裁决" not in tasks(town.approver)


def test_an_appeal_that_is_upheld_lifts_it_at_once(town, time, second):
    town.call.eligibility_rules.create(kind="not_delisted", legal_basis="管理办法")
    found = delisting.appeal(delisted(town, time), by=town.head, text="理由不成立。")

    found = delisting.rule_on_appeal(found, by=second, ruling="upheld", reason="事实不清。")

    assert (found.state, found.ruling) == ("lifted", "upheld")
    assert outcome(town, town.centre) == "met"


def test_an_appeal_that_is_dismissed_leaves_it(town, time, second):
    found = delisting.appeal(delisted(town, time), by=town.head, text="理由不成立。")

    found = delisting.rule_on_appeal(found, by=second, ruling="dismissed", reason="事实清楚。")

    assert found.is_in_force
    with pytest.raises(Refused):
        delisting.appeal(found, by=town.head, text="再申诉")


def test_where_the_funder_has_nobody_else_another_funder_rules(town, time, elsewhere):
    found = delisting.appeal(delisted(town, time), by=town.head, text="理由不成立。")
    assert "对清退申诉作出裁决" in tasks(elsewhere)

    found = delisting.rule_on_appeal(found, by=fresh(elsewhere), ruling="upheld", reason="事实不清。")

    assert found.state == "lifted"


def test_another_funder_has_no_say_while_the_funder_has_somebody(town, time, second, elsewhere):
    found = delisting.appeal(delisted(town, time), by=town.head, text="理由不成立。")

    with pytest.raises(PermissionDenied):
        delisting.rule_on_appeal(found, by=elsewhere, ruling="upheld", reason="x")
    assert not Delisting.objects.visible_to(elsewhere).exists()


def test_another_funder_rules_where_the_last_approver_belongs_to_the_organisation(town, time, second, elsewhere):
    member(second, town.centre, Role.STAFF)
    found = delisting.appeal(delisted(town, time), by=town.head, text="理由不成立。")
    with pytest.raises(PermissionDenied):
        delisting.rule_on_appeal(found, by=fresh(second), ruling="dismissed", reason="x")

    assert delisting.rule_on_appeal(found, by=fresh(elsewhere), ruling="upheld", reason="事实不清。").state == "lifted"


def test_another_funder_sees_nothing_without_an_appeal(town, time, elsewhere, browse):
    found = delisted(town, time)

    assert browse(elsewhere).get(found.get_absolute_url()).status_code == 404


def test_after_ten_workdays_there_is_no_appeal(town, time):
    found = delisted(town, time)
    time.go(datetime(2026, 4, 10, 9))  # 25 March and ten workdays, over 清明: 9 April
    assert found.appeal_until == date(2026, 4, 9)

    with pytest.raises(Refused):
        delisting.appeal(found, by=town.head, text="晚了")


def test_the_last_day_is_in_time(town, time):
    found = delisted(town, time)
    time.go(datetime(2026, 4, 9, 23))

    assert delisting.appeal(found, by=town.head, text="赶上了").awaits_ruling


# -- The pages ---------------------------------------------------------------------------------------


def test_the_whole_way_through_the_pages(town, time, browse, second):
    clerk, head = browse(town.clerk), browse(town.head)
    warn = {"ground": "conduct", "words": "未按时报告", "answer_until": "2026-03-24"}
    page = clerk.post(reverse("evaluations:caution_create", args=[town.centre.pk]), warn).url
    assert head.post(page, {"answer": "会补交"}).status_code == 302
    caution = Caution.objects.get()
    call = {"reason": "仍未补交", "planned_at": "2026-03-16T14:00", "place": "会议室"}
    clerk.post(reverse("evaluations:caution_talk_create", args=[caution.pk]), call)
    talk = CautionTalk.objects.get()
    time.go(datetime(2026, 3, 16, 16))
    written = {"present": "两人", "said": "承认", "agreed": "补交", "agreed_until": "2026-03-20"}
    clerk.post(reverse("evaluations:caution_talk_record", args=[talk.pk]), written)
    head.post(talk.get_absolute_url(), {"remark": ""})
    time.go(datetime(2026, 3, 23, 10))
    wish = {"reasons": "未整改", "until_on": "2027-04-01", "hear_until": "2026-04-03"}
    page = clerk.post(reverse("evaluations:delisting_create", args=[talk.pk]), wish).url
    head.post(page, {"state": "1", "statement": "已补交"})
    browse(town.approver).post(page, {"decide": "1", "delist": "yes", "reason": "不成立"})
    head.post(page, {"appeal": "1", "text": "不服"})

    response = browse(second).post(page, {"rule": "1", "ruling": "upheld", "reason": "事实不清"})

    assert response.status_code == 302
    assert Delisting.objects.get().state == "lifted"


def test_what_was_typed_comes_back_when_it_is_refused(town, time, browse):
    talk = talked(town, time)
    wish = {"reasons": "我写的理由", "until_on": "2027-04-01", "hear_until": "2026-04-03"}

    response = browse(town.clerk).post(reverse("evaluations:delisting_create", args=[talk.pk]), wish)

    assert response.status_code == 200
    assert "我写的理由" in response.content.decode()
    assert "仍可完成" in response.content.decode()


@pytest.mark.parametrize("name", ["state", "decide", "appeal", "rule", "lift", "nonsense"])
def test_a_step_that_is_nobodys_now_is_refused(town, time, browse, name):
    found = delisted(town, time)

    assert browse(town.clerk).post(found.get_absolute_url(), {name: "1"}).status_code == 403


def test_a_rival_sees_nothing_of_it(town, time, browse):
    found = delisted(town, time)
    rival = browse(town.singer)

    for page in (found, found.talk, found.talk.caution):
        assert rival.get(page.get_absolute_url()).status_code == 404
    assert rival.get(reverse("evaluations:organization_record", args=[town.centre.pk])).status_code == 404


def test_the_record_of_an_organisation_shows_it_to_itself(town, time, browse):
    delisted(town, time)

    page = browse(town.volunteer).get(reverse("evaluations:organization_record", args=[town.centre.pk]))

    assert "清退至2027-04-01" in page.content.decode()


# -- Nobody left, nothing made up --------------------------------------------------------------------


def test_an_appeal_that_nobody_may_rule_on_says_so_and_waits_for_another_approver(town, time, browse):
    found = delisting.appeal(delisted(town, time), by=town.head, text="理由不成立。")
    hanging = "没有人可以裁决清退申诉：请增设一名审批人"
    assert not found.has_somebody_to_rule
    assert [hanging in tasks(user) for user in (town.approver, town.clerk, town.head)] == [True, True, False]
    assert "目前没有人可以裁决" in browse(town.head).get(found.get_absolute_url()).text

    other = person("second", "吴思远")
    member(other, town.bureau, Role.APPROVER)

    assert found.has_somebody_to_rule
    assert (hanging in tasks(town.clerk), "对清退申诉作出裁决" in tasks(other)) == (False, True)
    assert "目前没有人可以裁决" not in browse(town.head).get(found.get_absolute_url()).text


@pytest.mark.parametrize("ground", ["last_twice", "bad_voices"])
def test_nobody_warns_by_hand_for_what_only_figures_say(town, ground, browse):
    with pytest.raises(Refused, match="星级结果"):
        cautioned(town, ground=ground)

    address = reverse("evaluations:caution_create", args=[town.centre.pk])
    offered = browse(town.clerk).get(address).context["form"].fields["ground"].choices
    assert [value for value, _label in offered if value] == ["conduct", "other"]
    assert not Caution.objects.exists()


@pytest.mark.parametrize(("day", "taken"), [(15, False), (16, True)])
def test_what_is_agreed_on_in_a_talk_is_not_due_before_it(town, time, day, taken):
    talk = cautions.call_to_talk(
        cautioned(town), by=town.clerk, reason="x", planned_at=aware(2026, 3, 16, 14), place="会议室"
    )
    time.go(datetime(2026, 3, 16, 16))
    words = {"present": "陈静", "said": "说清了", "agreed": "补交", "agreed_until": date(2026, 3, day)}

    if taken:
        cautions.record_talk(talk, by=town.clerk, **words)
    else:
        with pytest.raises(Refused, match="不能早于约谈"):
            cautions.record_talk(talk, by=town.clerk, **words)

    assert CautionTalk.objects.get().is_recorded is taken


def test_a_warning_that_led_to_a_talk_leads_to_that_talk(town, browse):
    found = cautioned(town)
    address = reverse("evaluations:caution_talk_create", args=[found.pk])
    assert browse(town.clerk).get(address).status_code == 200
    talk = cautions.call_to_talk(found, by=town.clerk, reason="x", planned_at=aware(2026, 3, 16, 14), place="会议室")

    assert browse(town.clerk).get(address).url == talk.get_absolute_url()
