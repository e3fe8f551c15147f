"""Setting up and publishing a call."""

import re
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.workflow import Refused
from grants.actions import calls, ledger
from grants.descriptions import digest
from grants.models import Call, Criterion, GateRule, Rubric, TranchePlan, TrancheRule
from grants.soundness import gaps
from tests.town import aware, make_call


def test_a_sound_call_is_published_by_the_approver(town):
    call = make_call(town, code="NEW", publish=False)

    calls.publish(call, by=town.approver)

    assert (call.is_published, call.published_by, call.is_open) == (True, town.approver, True)


@pytest.mark.parametrize("username", ["clerk", "finance", "auditor", "head", "admin"])
def test_nobody_else_publishes(town, username):
    call = make_call(town, code="NEW", publish=False)

    with pytest.raises(PermissionDenied):
        calls.publish(call, by=town.people[username])


def read_on(page: str) -> dict[str, str]:
    """What the button on the page sends."""
    return {"read": re.search(r'name="read" value="(\w+)"', page)[1]}


@pytest.mark.parametrize(
    "change",
    [
        lambda call: Call.objects.filter(pk=call.pk).update(budget=call.budget - 1),
        lambda call: call.tracks.update(legal_basis="另一依据"),
        lambda call: Criterion.objects.filter(rubric=call.review_rubric).update(guidance="另一说明"),
        lambda call: GateRule.objects.filter(rule__plan=call.tranche_plan).update(legal_basis="另一依据"),
    ],
    ids=["terms", "tracks", "sheet", "instalments"],
)
def test_what_was_changed_after_the_approver_opened_the_page_is_not_published_unread(town, browse, change):
    call = make_call(town, code="NEW", publish=False)
    approver, publish = browse(town.approver), reverse("grants:call_publish", args=[call.pk])
    opened = read_on(approver.get(call.get_absolute_url()).content.decode())
    change(call)

    again = approver.post(publish, opened, follow=True).content.decode()

    assert "在您打开页面之后有变化" in again
    assert not Call.objects.get(pk=call.pk).is_published
    approver.post(publish, read_on(again))
    assert Call.objects.get(pk=call.pk).is_published


def test_a_page_that_does_not_say_what_was_read_publishes_nothing(town, browse):
    call = make_call(town, code="NEW", publish=False)

    browse(town.approver).post(reverse("grants:call_publish", args=[call.pk]))

    assert not Call.objects.get(pk=call.pk).is_published
    assert 'name="read"' not in browse(town.clerk).get(call.get_absolute_url()).content.decode()


def test_a_call_is_published_once(town):
    with pytest.raises(Refused):
        calls.publish(town.call, by=town.approver)


def short_rubric():
    rubric = Rubric.objects.create(name="不足一百分")
    Criterion.objects.create(rubric=rubric, name="需求", weight=Decimal("99.5"))
    return rubric


def short_plan():
    plan = TranchePlan.objects.create(name="不足百分之百")
    TrancheRule.objects.create(plan=plan, ordinal=1, percentage=Decimal("99.99")).gates.create(kind="agreement")
    return plan


@pytest.mark.parametrize(
    "changes",
    [
        lambda: {"review_rubric": short_rubric()},
        lambda: {"final_rubric": short_rubric()},
        lambda: {"tranche_plan": short_plan()},
        lambda: {"opens_at": aware(2026, 2, 1), "closes_at": aware(2026, 3, 9)},
        lambda: {"starts_on": datetime(2026, 3, 31).date()},
        lambda: {"budget": Decimal("200000.01")},
        lambda: {"budget": Decimal("49999.99")},
    ],
    ids=["review points", "final points", "instalments", "already closed", "starts too early", "fund", "cap > budget"],
)
def test_a_contradictory_call_is_refused_with_exactly_one_reason(town, changes):
    call = make_call(town, code="NEW", publish=False, **changes())

    with pytest.raises(Refused) as refused:
        calls.publish(call, by=town.approver)

    assert len(refused.value.reasons) == 1
    assert not Call.objects.get(pk=call.pk).is_published


def test_a_call_without_track_and_field_is_told_both(town):
    call = make_call(town, code="NEW", publish=False)
    call.tracks.all().delete()
    call.service_fields.clear()

    assert len(gaps(call)) == 2


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (datetime(2026, 3, 1, 8, 59, 59), False),
        (datetime(2026, 3, 1, 9, 0, 0), True),
        (datetime(2026, 3, 31, 23, 59, 59), True),
        (datetime(2026, 4, 1, 0, 0, 0), False),
    ],
)
def test_the_clock_opens_and_closes_a_call(town, time, moment, open_):
    time.go(moment)

    assert town.call.is_open is open_
    assert Call.objects.open().exists() is open_


# -- pages -----------------------------------------------------------------------------------------


def form_data(town, **changes) -> dict:
    return {
        "funder": town.bureau.pk,
        "fund": town.fund.pk,
        "title": "2026年秋季微创投",
        "code": "qiu2026",
        "guidelines": "支持备案组织。",
        "legal_basis": "",
        "mode": "guided",
        "terms_basis": "",
        "budget": "30,000",
        "opens_at": "2026-03-15T09:00",
        "closes_at": "2026-04-15T17:00",
        "starts_on": "2026-05-01",
        "ends_on": "2026-12-31",
        "service_fields": [town.elderly.pk],
        "review_rubric": town.rubric.pk,
        "midterm_rubric": town.evaluation_rubric.pk,
        "final_rubric": town.evaluation_rubric.pk,
        "tranche_plan": town.plan.pk,
        "panel_size": "3",
        "drop_from": "5",
        "correction_workdays": "5",
        "notice_workdays": "5",
        "notice_counts_first_day": "on",
        "signing_workdays": "15",
        "self_evaluation_workdays": "5",
        "answer_workdays": "5",
        "rectify_workdays": "15",
        "self_evaluation_above": "0",
        "documents_above": "0",
        "visit_above": "5000",
        "line_tolerance": "10",
        "cash_limit": "1000",
        "volunteer_limit": "50",
        "monthly_due_day": "5",
        "shift_tolerance": "10",
        "extension_days": "30",
        "contact": "社区办",
        "contact_phone": "010-65000000",
    } | changes


@pytest.fixture
def unpublished(town):
    """A draft that a clerk may change."""
    return make_call(town, code="NEW", publish=False)


def test_a_clerk_sets_up_a_call_and_the_approver_publishes_it(town, browse, unpublished):
    browse(town.clerk).post(reverse("grants:call_edit", args=[unpublished.pk]), form_data(town))

    call = Call.objects.get(code="QIU2026")
    page = call.get_absolute_url()
    assert (call.title, call.budget, call.mode) == ("2026年秋季微创投", Decimal("30000.00"), "guided")
    assert browse(town.head).get(page).status_code == 404  # not public yet
    Call.objects.filter(pk=call.pk).update(budget=Decimal("50000.00"))  # its tracks grant up to that
    assert browse(town.clerk).post(reverse("grants:call_publish", args=[call.pk])).status_code == 403
    browse(town.approver).post(reverse("grants:call_publish", args=[call.pk]), {"read": digest(call)})
    assert browse().get(page).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_at": "2026-03-14T17:00"}, "closes_at"),
        ({"ends_on": "2026-04-30"}, "ends_on"),
        ({"opens_at": "1020-01-01T09:00"}, "opens_at"),
        ({"starts_on": "1026-01-01"}, "starts_on"),
        ({"budget": "-1"}, "budget"),
        ({"budget": "1.005"}, "budget"),
        ({"code": "LX2026"}, "code"),
        ({"code": "有 空格"}, "code"),
        ({"panel_size": "0"}, "panel_size"),
        ({"funder": "999"}, "funder"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_is_stored(town, browse, unpublished, changes, field):
    page = reverse("grants:call_edit", args=[unpublished.pk])

    response = browse(town.clerk).post(page, form_data(town, **changes))

    assert field in response.context["form"].errors
    assert "支持备案组织。" in response.content.decode()
    assert Call.objects.get(pk=unpublished.pk).title == unpublished.title


def test_the_page_of_a_call_shows_every_basis_and_every_time_limit(town, browse):
    town.call.tie_breaks.create(position=1, kind="request", legal_basis="并列依据")
    for thing in (town.rubric, town.evaluation_rubric, town.plan):
        type(thing).objects.filter(pk=thing.pk).update(legal_basis=f"{thing.name}的依据")
    Call.objects.filter(pk=town.call.pk).update(terms_basis="时限依据", signing_workdays=17, correction_workdays=4)

    page = browse().get(town.call.get_absolute_url()).content.decode()

    for words in (
        "评审表的依据",
        "评估表的依据",
        "50/40/10的依据",
        "时限依据",
        "并列依据",
        "17 个工作日",
        "4 个工作日",
        "首日计入",
        "60分及以上",
    ):
        assert words in page, words


def test_a_published_call_is_fixed(town, browse):
    assert browse(town.clerk).get(reverse("grants:call_edit", args=[town.call.pk])).status_code == 403


def test_money_enters_a_fund_by_the_finance_office_alone(town, browse):
    page = reverse("grants:fund_allocate", args=[town.fund.pk])

    assert browse(town.clerk).post(page, {"amount": "5", "memo": "x"}).status_code == 403
    assert browse(town.head).post(page, {"amount": "5", "memo": "x"}).status_code == 404
    assert "amount" in browse(town.finance).post(page, {"amount": "0", "memo": "x"}).context["form"].errors
    browse(town.finance).post(page, {"amount": "１，０００元", "memo": "区财预〔2026〕12号"})

    assert town.fund.balance().allocated == Decimal("201000.00")


def test_the_list_of_calls_costs_the_same_for_1_and_for_20(town, browse, django_assert_num_queries):
    client = browse()
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("grants:call_list"))
    ledger.allocate(town.fund, Decimal("2000000.00"), by=town.finance)
    for number in range(19):
        make_call(town, code=f"C{number}")

    with django_assert_num_queries(len(one)):
        client.get(reverse("grants:call_list"))


# -- Preview ---------------------------------------------------------------------------------------


class Words(HTMLParser):
    """The links, buttons and words between <main> and </main>."""

    def __init__(self, page: str):
        super().__init__()
        self.links, self.words = [], []
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag, attrs):
        if tag in ("a", "form"):
            self.links.append(dict(attrs).get("href") or dict(attrs).get("action"))

    def handle_data(self, data):
        self.words += [" ".join(data.split())] if data.strip() else []


def test_the_preview_of_a_published_call_says_what_an_applicant_reads(town, browse):
    page = town.call.get_absolute_url()

    applicant = Words(browse(town.head).get(page).content.decode())
    preview = Words(browse(town.clerk).get(page + "?as=applicant").content.decode())

    said = ["预览：这就是申报单位看到的页面。", "回到资助方的页面", "·", "用一家单位试做资格自检"]
    assert [word for word in preview.words if word not in said] == applicant.words
    assert set(applicant.links) - set(preview.links) == {reverse("projects:apply", args=[town.call.pk])}
    assert set(preview.links) - set(applicant.links) == {page}


def test_the_preview_of_a_draft_hides_what_is_the_funders(town, browse, unpublished):
    unpublished.tracks.all().delete()  # something is missing
    Call.objects.filter(pk=unpublished.pk).update(legal_basis="")
    page = unpublished.get_absolute_url()

    own = browse(town.clerk).get(page).content.decode()
    preview = Words(browse(town.clerk).get(page + "?as=applicant").content.decode())

    assert "发布前还需解决" in own
    assert "发布前还需解决" not in preview.words
    assert not any("edit" in link or "compare" in link or "publish" in link for link in preview.links)
    assert "申报" in preview.words
    assert not Call.objects.get(pk=unpublished.pk).is_published
    assert browse(town.head).get(page + "?as=applicant").status_code == 404


def test_a_clerk_tries_the_check_of_a_draft_for_an_organisation(town, browse, unpublished):
    unpublished.eligibility_rules.create(kind="hosted", legal_basis="依据")
    check = reverse("projects:eligibility", args=[unpublished.pk])

    page = browse(town.clerk).get(check, {"organization": town.choir.pk})

    assert [finding.is_met for finding in page.context["findings"]] == [True]
    assert browse(town.singer).get(check).status_code == 404


def test_open_calls_stand_first_then_coming_then_closed(town, browse, time):
    """Of the open ones the first to close, of the coming ones the first to open, of the closed ones the newest."""
    days = {"soon": (3, 4), "late": (3, 9), "next": (8, 12), "later": (9, 11), "old": (1, 2), "older": (1, 1)}
    for code, (opens, closes) in days.items():
        opens_at, closes_at = aware(2026, opens, 1), aware(2026, closes, 20)
        call = make_call(town, code=code, opens_at=opens_at, closes_at=closes_at, publish=False)
        Call.objects.filter(pk=call.pk).update(published_at=aware(2026, 1, 1), published_by=town.approver)
    time.go(aware(2026, 3, 15))

    codes = [call.code for call in browse().get(reverse("grants:call_list")).context["page_obj"]]

    assert [code for code in codes if code in days] == ["soon", "late", "next", "later", "old", "older"]
