"""Everybody is told, agrees to a version, gets their data, and is answered in time (个人信息保护法)."""

import json
from datetime import date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import choosing, clock
from core.models import Event
from core.sealing import seal_events
from core.verifying import Verification
from core.workflow import Refused, advance, disclosed
from grants.models import Attendance, Need, Workshop
from people import actions
from people.models import (
    Administrator,
    Consent,
    CouncilMember,
    DataRequest,
    Kind,
    Organization,
    PrivacyNotice,
)
from projects.actions import people, roster
from projects.models import Beneficiary, Objection, Part, Participant, Project
from reports.actions.personal import erase
from reports.inbox import waiting_for
from reports.personal import entrusting, finding
from tests import town as towns
from tests.life import draft, objected
from tests.records import WANG
from tests.reports.tables import credit_code

pytestmark = pytest.mark.one_database
ASKED = {
    "kind": "erase", "relation": "self", "name": "王秀英", "phone": "13800138000", "email": "", "subject_name": "",
    "text": "请把我从画画班名册里删掉",
}  # fmt: skip


def url(name: str, *args) -> str:
    return reverse(f"privacy:{name}", args=args)


@pytest.fixture
def keeper(town):
    return towns.administrator("security")


@pytest.fixture
def request_(town):
    return actions.receive_data_request(town.bureau, by=None, values=ASKED, sender="a")


@pytest.fixture
def known(town, life):
    """An old lady in the roster of a running project."""
    return roster.enter(life.walk(draft(town), "running"), by=town.head, values=WANG, agreed=True)


# -- The notice ------------------------------------------------------------------------------------


def test_whoever_has_not_agreed_is_led_to_the_notice_and_back(town, browse):
    PrivacyNotice.objects.in_force()
    client = browse(town.head)
    wanted = reverse("projects:project_list")

    assert client.get(wanted).url == url("agree")
    assert client.post(url("agree"), {"version": 1}).url == url("agree"), "nothing is ticked beforehand"
    assert client.post(url("agree"), {"version": 1, "agreed": "on"}).url == reverse("people:go_on")
    assert client.get(reverse("people:go_on")).url == wanted
    assert client.get(wanted).status_code == 200
    assert Consent.objects.get().notice.version == 1


def test_a_new_version_asks_everybody_again_and_keeps_what_was_agreed(town, keeper, browse):
    actions.agree_to_notice(by=town.head)
    with pytest.raises(PermissionDenied):
        actions.publish_notice(by=town.clerk, text="新", changes="新")
    with pytest.raises(Refused):
        actions.publish_notice(by=keeper, text=PrivacyNotice.objects.in_force().text, changes="没改")

    made = actions.publish_notice(by=keeper, text="新的说明", changes="增加了导出")

    page = browse(town.head).get("/todo/", follow=True).content.decode()
    assert "增加了导出" in page
    with pytest.raises(Refused):
        actions.agree_to_notice(by=town.head, notice=PrivacyNotice.objects.get(version=1))
    actions.agree_to_notice(by=town.head)
    actions.agree_to_notice(by=town.head)
    assert list(Consent.objects.order_by("pk").values_list("notice__version", flat=True)) == [1, made.version]
    assert browse().get(url("notice", 1)).status_code == 200


def test_consent_taken_back_ends_the_session_and_is_asked_for_again(town, browse):
    actions.agree_to_notice(by=town.head)
    client = browse(town.head)

    client.post(url("withdraw"))

    assert client.get(url("my_data")).status_code == 302
    assert Consent.objects.get().withdrawn_at
    assert browse(town.head).get("/todo/").url == url("agree")


def test_nobody_opens_an_account_without_the_notice(browse, db):
    typed = {"username": "laowang", "name": "老王", "phone": "13900000001", "password1": "xK9-lao-wang"}
    page = reverse("account_signup")

    assert "同意" in browse().post(page, typed).content.decode()
    assert Consent.objects.count() == 0


# -- My data ---------------------------------------------------------------------------------------


def test_my_data_holds_what_hangs_on_the_account_and_no_secret(town, browse):
    actions.agree_to_notice(by=town.head)
    answer = browse(town.head).get(url("my_data_json"))
    said = json.loads(answer.content)

    assert answer["Content-Disposition"].startswith("attachment")
    account = said["kinds"][0]
    values = {each["name"]: each["value"] for each in account["records"][0]["fields"]}
    assert (account["kind"], values["name"], values["email"]) == ("account", "刘芳", "head@example.org")
    assert town.head.password not in answer.content.decode()
    assert {record["model"] for record in account["records"]} == {
        "people.User", "people.Membership", "people.Consent",
    }  # fmt: skip
    assert "陈静" not in answer.content.decode()
    assert [event.data["what"] for event in Event.objects.disclosures()] == ["my_data"]
    assert browse().get(url("my_data_json")).status_code == 302


def test_my_data_holds_how_i_sign_in_elsewhere_and_not_the_secret_of_my_second_factor(town, browse):
    SocialAccount.objects.create(user=town.head, provider="bureau", uid="u-4711", extra_data={"name": "刘芳"})
    Authenticator.objects.create(user=town.head, type="totp", data={"secret": "JBSWY3DP"})

    answer = browse(town.head).get(url("my_data_json")).content.decode()

    assert [word in answer for word in ("u-4711", "第二步核对", "JBSWY3DP")] == [True, True, False]


def test_my_data_says_what_each_is_for(town, browse):
    assert "登录平台，办理申报" in browse(town.head).get(url("my_data")).content.decode()


def test_of_very_many_records_my_data_says_only_that_there_are_more(town, browse, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 2)
    for number in (1, 2):
        disclosed(f"sample {number}", by=town.head, label="查看")
    assert "超过2" not in browse(town.head).get(url("my_data")).content.decode()

    disclosed("sample 3", by=town.head, label="查看")

    assert "超过2" in browse(town.head).get(url("my_data")).content.decode()


def test_i_read_who_opened_my_account_under_accounts_and_safety(town, keeper, browse):
    assert browse(keeper).get(reverse("people:safety_person", args=[town.head.pk])).status_code == 200

    page = browse(town.head).get(url("my_data")).content.decode()
    assert ("章安" in page, "没有别人查看过您的账号" in page) == (True, False)


def test_looks_at_somebody_in_a_roster_with_the_same_number_are_not_mine(town):
    """`person` in the log is now an account, now somebody in a roster."""
    disclosed("sample", by=town.evaluator, label="为电话核实查看了姓名", person=town.head.pk)
    disclosed("accounts", by=town.auditor, label="查看了账号", person=town.head.pk)

    assert [event.label for event in finding.looks_at(town.head)] == ["查看了账号"]


def test_everything_an_account_did_is_counted(town, life):
    life.walk(draft(town), "running")

    deeds = finding.mentions(town.clerk)

    assert sum(number for _noun, _part, number in deeds) > 0
    assert finding.mentions(town.giver) == []


# -- Requests --------------------------------------------------------------------------------------


def test_resident_asks_without_an_account_and_reads_the_answer(town, browse, django_capture_on_commit_callbacks):
    typed = ASKED | {"funder": town.bureau.pk, "website": "", "email": "wang@example.org"}
    client = browse()

    to = client.post(url("ask"), typed).url
    asked = DataRequest.objects.get()

    assert (asked.number, asked.due_on, asked.user) == ("GX2026-0001", date(2026, 3, 31), None)
    assert [task.url for task in waiting_for(town.clerk)][:1] == [asked.get_absolute_url()]
    assert waiting_for(town.head) == []
    actions.identify_asker(asked, by=town.clerk, note="回拨了名册上的号码")
    with django_capture_on_commit_callbacks(execute=True):
        actions.answer_data_request(asked, by=town.clerk, granted=True, words="已删除")
    page = client.get(to).content.decode()
    assert "已删除" in page
    assert "13800138000" not in page
    assert [(sent.to, sent.body) for sent in mail.outbox] == [(["wang@example.org"], "已删除")]


def test_of_very_many_bureaus_one_is_named_instead_of_chosen(town, browse, monkeypatch):
    monkeypatch.setattr(choosing, "OFFERED", 2)
    other, *_more = [
        Organization.objects.create(name=name, kind=Kind.FUNDER, region=code, credit_code=credit_code(int(code)))
        for code, name in (
            ("370102", "历下区民政局"),
            ("370103", "济南市市中区民政局"),
            ("511002", "内江市市中区民政局"),
        )
    ]
    client, typed = browse(), ASKED | {"website": ""}

    assert '<input type="text" name="funder"' in client.get(url("ask")).content.decode()
    assert (
        "历下区民政局 370102"
        in client.get(reverse("people:bureau_choices"), {"from": "funder", "funder": "历下"}).content.decode()
    )
    two = client.post(url("ask"), typed | {"funder": "市中区"})
    assert list(two.context["form"].errors) == ["funder"]
    assert "内江市市中区民政局 511002" in two.content.decode()
    client.post(url("ask"), typed | {"funder": "历下区民政局"})
    assert [asked.funder for asked in DataRequest.objects.all()] == [other]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"phone": ""}, "phone"), ({"relation": "guardian"}, "subject_name"), ({"text": ""}, "text")],
)
def test_what_is_missing_is_said_at_its_field(town, browse, changes, field):
    page = browse().post(url("ask"), ASKED | {"funder": town.bureau.pk, "website": ""} | changes)

    assert list(page.context["form"].errors) == [field]
    assert DataRequest.objects.count() == 0


def test_one_sender_asks_five_times_an_hour(town):
    for n in range(5):
        actions.receive_data_request(town.bureau, by=None, values=ASKED | {"text": f"第{n}件"}, sender="a")

    with pytest.raises(Refused):
        actions.receive_data_request(town.bureau, by=None, values=ASKED, sender="a")


@pytest.mark.every_case
@pytest.mark.parametrize("name", ["head", None, "clerk"])
def test_a_request_sent_again_is_the_same_while_it_is_open(town, browse, name):
    """By its owner, by a stranger, at the desk: what was sent, gone back to and sent again has one number."""
    page = {"head": "my_request", None: "ask", "clerk": "request_create"}[name]
    client, typed = browse(name and town.people[name]), ASKED | {"funder": town.bureau.pk, "website": ""}

    answers = [client.post(url(page), typed, follow=True).content.decode() for _each in range(2)]

    assert [one.number for one in DataRequest.objects.all()] == ["GX2026-0001"]
    assert ["GX2026-0001" in answer for answer in answers] == [True, True]


@pytest.mark.every_case
@pytest.mark.parametrize("other", [{"text": "还有电话也错了"}, {"kind": "correct"}, {"state": "taken_back"}])
def test_other_words_another_kind_or_a_request_that_is_over_make_a_new_one(town, other):
    first = actions.receive_data_request(town.bureau, by=town.head, own=True, values=ASKED)
    if "state" in other:
        advance(first, "take_back", by=town.head)
        other = {}

    actions.receive_data_request(town.bureau, by=town.head, own=True, values=ASKED | other)

    assert DataRequest.objects.count() == 2


def test_the_same_words_of_somebody_else_are_another_request(town):
    for who in ({"sender": "a"}, {"sender": "b"}):
        actions.receive_data_request(town.bureau, by=None, values=ASKED, **who)
    actions.receive_data_request(town.bureau, by=town.head, own=True, values=ASKED)

    assert DataRequest.objects.count() == 3


def test_who_asks_is_made_sure_first_and_a_refusal_has_its_reason(town, request_):
    with pytest.raises(Refused):
        actions.answer_data_request(request_, by=town.clerk, granted=True, words="好")
    with pytest.raises(PermissionDenied):
        actions.identify_asker(request_, by=town.approver, note="看过")
    with pytest.raises(Refused):
        actions.answer_data_request(request_, by=town.clerk, granted=False, words=" ")

    done = actions.answer_data_request(request_, by=town.clerk, granted=False, words="名册里没有您")

    assert (done.state, done.answer, done.decided_by) == ("refused", "名册里没有您", town.clerk)
    with pytest.raises(Refused):
        actions.identify_asker(done, by=town.clerk, note="看过")


def test_the_history_of_a_request_says_what_became_of_it_in_the_same_word_as_its_answer(town, browse):
    mine = {"kind": "correct", "text": "电话错了", "name": town.head.name, "phone": "", "email": ""}
    refused, other = (
        actions.receive_data_request(town.bureau, by=town.head, own=True, values=mine | {"kind": kind})
        for kind in ("correct", "explain")
    )
    refused = actions.answer_data_request(refused, by=town.clerk, granted=False, words="名册里没有您")

    page = browse(town.clerk).get(refused.get_absolute_url()).content.decode()
    advance(other, "take_back", by=town.head)

    assert Event.objects.about(refused).get(name="refuse").label == refused.get_state_display() == "不予办理"
    assert (page.count("不予办理") >= 3, "不同意" in page) == (True, False)
    assert "报名" not in Event.objects.about(other).get(name="take_back").label


def test_nobody_answers_their_own_request(town):
    values = {"kind": "explain", "text": "评分怎么算", "name": "陈静", "phone": "", "email": ""}
    own = actions.receive_data_request(town.bureau, by=town.clerk, own=True, values=values)

    with pytest.raises(PermissionDenied):
        actions.answer_data_request(own, by=town.clerk, granted=True, words="好")


def test_clerk_sees_what_is_found_masked_and_it_is_kept(town, known, request_, browse):
    page = url("request_detail", request_.pk)
    assert "projects.Beneficiary" not in browse(town.clerk).get(page).content.decode()
    actions.identify_asker(request_, by=town.clerk, note="看过身份证件")

    shown = browse(town.clerk).get(page).content.decode()

    assert f"projects.Beneficiary:{known.pk}" in shown
    assert "王**" in shown
    looks = Event.objects.disclosures().filter(data__what="person")
    assert [(event.actor, event.data["request"]) for event in looks] == [(town.clerk, request_.pk)]
    copy = browse(town.clerk).post(url("request_json", request_.pk), {"record": f"projects.Beneficiary:{known.pk}"})
    assert "王秀英" in copy.content.decode()
    assert browse(town.clerk).post(url("request_pdf", request_.pk)).headers["Location"] == page  # nothing is ticked
    assert browse(town.clerk).get(url("request_pdf", request_.pk)).status_code == 405
    assert browse(town.auditor).post(url("request_json", request_.pk)).status_code == 403
    assert browse(town.head).get(page).status_code == 404


def test_the_number_of_an_identity_card_is_not_kept(town, request_, browse):
    page = url("request_detail", request_.pk)
    answer = browse(town.clerk).post(page, {"identify": "1", "who-identity_note": "身份证 110105199001011234"})

    assert "请不要抄录证件号码" in answer.content.decode()
    request_.refresh_from_db()
    assert request_.identity_note == ""


def test_who_has_an_account_reads_who_looked_it_up_for_an_answer(town, browse):
    values = {"kind": "copy", "text": "副本", "name": "钱多多", "phone": "", "email": ""}
    own = actions.receive_data_request(town.bureau, by=town.stranger, own=True, values=values)
    assert "没有别人查看过您的账号" in browse(town.stranger).get(url("my_data")).content.decode()

    browse(town.clerk).get(url("request_detail", own.pk))

    assert [event.actor for event in finding.looks_at(town.stranger)] == [town.clerk]
    assert list(finding.looks_at(town.clerk)) == []


def test_only_name_and_number_together_are_sure(town, known):
    def sure(**asked):
        sections = finding.of_person(town.bureau, **asked)
        return [one.is_sure for each in sections for one in each.records if one.row == known]

    assert sure(name="王秀英", phone="138 0013 8000") == [True]
    assert sure(name="王秀英", phone="13900000000") == [False]
    assert sure(name="李四", phone="13800138000") == [False]
    assert sure(name="李四") == []
    assert finding.of_person(town.support, name="王秀英", phone="13800138000") == [], "of another bureau"


def test_what_another_bureau_keeps_of_somebody_without_an_account_is_not_searched(town):
    """Also where no project says whose it is: a need, a group's council, a workshop, a meeting, a pitch."""
    elsewhere = Organization.objects.create(
        name="远方区民政局", kind=Kind.FUNDER, credit_code="11220105000000001X", region="220105"
    )
    need = Need.objects.create(
        title="楼道灯", text="坏了", community=town.community, contact="王秀英", contact_phone="13800138000"
    )
    member = CouncilMember.objects.create(organization=town.choir, name="王秀英", post="理事", phone="13800138000")
    Organization.objects.filter(pk=town.support.pk).update(region=town.bureau.region)
    seats = []
    for organizer in (town.bureau, town.support):  # that of a support organisation is answered for on its ground
        workshop = Workshop.objects.create(
            organizer=organizer, title="辅导", place="一楼", created_by=town.clerk, starts_at=clock.now(),
            ends_at=clock.now() + timedelta(hours=1),
        )  # fmt: skip
        seats.append(Attendance.objects.create(workshop=workshop, organization=town.host, name="王秀英"))

    def found_by(bureau) -> list:
        sections = finding.of_person(bureau, name="王秀英", phone="13800138000")
        return [one.row for each in sections for one in each.records]

    assert sorted(map(str, found_by(town.bureau))) == sorted(map(str, [need, member, *seats]))
    assert found_by(elsewhere) == []


@pytest.mark.parametrize("number", [7, 123_456])
def test_one_takes_back_what_one_asked(town, browse, number):
    asked = actions.receive_data_request(town.bureau, by=town.head, own=True, values=ASKED)
    DataRequest.objects.update(id=number)

    browse(town.stranger).post(url("my_request"), {"take_back": number})
    assert DataRequest.objects.get().state == asked.state
    browse(town.head).post(url("my_request"), {"take_back": number})
    assert DataRequest.objects.get().state == "taken_back"


# -- Erasure ---------------------------------------------------------------------------------------


def found(asked) -> list:
    sections = finding.of_person(asked.funder, name=asked.about, phone=asked.phone, email=asked.email)
    return [record for section in sections for record in section.records]


def test_erased_person_is_a_figure_still_and_the_log_verifies(town, known, request_):
    Event.objects.create(target=known.project, name="note", label="备注", note="王秀英来电", actor=town.head)
    records = [record for record in found(request_) if isinstance(record.row, Beneficiary)]
    with pytest.raises(Refused):
        erase(request_, records, by=town.clerk)  # nobody knows yet who asks
    actions.identify_asker(request_, by=town.clerk, note="看过身份证件")
    with pytest.raises(PermissionDenied):
        erase(request_, records, by=town.head)

    assert erase(request_, records, by=town.clerk) == 1

    known.refresh_from_db()
    assert (known.name, known.phone, known.is_anonymous, known.category) == ("", "", True, "elder")
    assert not Event.objects.filter(note__contains="王秀英").exists()
    seal_events(whole=True)
    assert list(Verification().problems()) == []


def test_the_page_asks_once_more_before_it_erases(town, known, request_, browse):
    actions.identify_asker(request_, by=town.clerk, note="看过身份证件")
    [key] = [record.key for record in found(request_) if isinstance(record.row, Beneficiary)]
    clerk, page = browse(town.clerk), request_.get_absolute_url()

    asked = clerk.post(page, {"erase": "", "record": key}).content.decode()
    known.refresh_from_db()
    kept = known.name
    clerk.post(page, {"erase": "", "record": key, "sure": "1"})
    known.refresh_from_db()

    assert ("确定永久删除吗" in asked, kept, known.name) == (True, "王秀英", "")


def test_nothing_is_erased_for_a_request_that_was_taken_back_or_answered(town, known):
    mine = ASKED | {"text": "删掉"}
    taken_back = actions.receive_data_request(town.bureau, by=town.head, own=True, values=mine)
    records = [record for record in found(taken_back) if isinstance(record.row, Beneficiary)]
    advance(taken_back, "take_back", by=town.head)
    answered = actions.receive_data_request(town.bureau, by=town.head, own=True, values=mine)
    actions.answer_data_request(answered, by=town.clerk, granted=False, words="须保存")

    for asked in (taken_back, answered):
        with pytest.raises(Refused, match="已经答复"):
            erase(asked, records, by=town.clerk)

    known.refresh_from_db()
    assert known.name == "王秀英"


def test_nothing_goes_that_an_open_objection_rests_on(town, life, time):
    project = life.walk(draft(town), "in_notice")
    objected(town, project)
    one = Objection.objects.get()
    values = ASKED | {"name": one.name, "phone": one.phone, "email": one.email}
    asked = actions.identify_asker(
        actions.receive_data_request(town.bureau, by=None, values=values), by=town.clerk, note="回拨了异议上的号码"
    )
    records = [record for record in found(asked) if isinstance(record.row, Objection)]

    with pytest.raises(Refused, match="异议"):
        erase(asked, records, by=town.clerk)

    Objection.objects.update(
        ruling="dismissed", reason="不成立", ruled_by=town.approver, ruled_at=datetime(2026, 4, 20, 9, 0).astimezone()
    )
    records = [record for record in found(asked) if isinstance(record.row, Objection)]
    erase(asked, records, by=town.clerk)
    one.refresh_from_db()
    assert one.name.endswith("*")
    assert one.text


def test_closed_account_signs_in_no_more_and_its_deeds_stay(town, browse):
    with pytest.raises(Refused):
        actions.close_account(town.head, by=town.clerk, reason="GX")  # holds a role
    town.stranger.certificates.create(level="assistant", number="A1", issued_on=date(2020, 1, 1))
    vouched = {"userinfo": {"name": "高远", "email": "gaoyuan@example.org"}}
    SocialAccount.objects.create(user=town.stranger, provider="oidc", uid="u-1", extra_data=vouched)

    actions.close_account(town.stranger, by=town.clerk, reason="GX2026-0001")

    town.stranger.refresh_from_db()
    assert (town.stranger.is_active, town.stranger.email, town.stranger.phone) == (False, "", None)
    assert (town.stranger.name, town.stranger.certificates.count()) == ("已注销账号", 0)
    assert SocialAccount.objects.count() == 0, "what single sign-on told of the person"


# -- The bureau's pages ----------------------------------------------------------------------------


def test_record_of_processing_is_open_to_everybody_as_page_paper_and_table(browse, db, without_layout):
    page = browse().get(url("record")).content.decode()
    assert "服务对象名册" in page
    assert browse().get(url("record_pdf")).content.startswith(b"%PDF")
    assert browse().get(url("record_xlsx")).streaming_content


def test_whoever_was_let_in_stands_with_the_day_on_which_it_ends(town, life, browse):
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    page = browse(town.auditor).get(url("entrusted")).content.decode()

    assert "项目结束两年后自动到期" in page
    assert browse(town.head).get(url("entrusted")).status_code == 403


def test_where_the_list_is_cut_it_says_so_and_keeps_whoever_has_access_now(town, life, browse, monkeypatch):
    first, last = (life.walk(draft(town), "submitted") for _n in range(2))
    for project in (first, last):
        Participant.objects.create(project=project, person=town.mentor, part=Part.COACH)
    Project.objects.filter(pk=first.pk).update(title="还在进行的项目")
    Project.objects.filter(pk=last.pk).update(title="刚刚撤回的项目", state="withdrawn", state_since=clock.now())
    whole = browse(town.auditor).get(url("entrusted")).content.decode()
    monkeypatch.setattr(entrusting, "MOST", 1)

    page = browse(town.auditor).get(url("entrusted")).content.decode()

    assert "每类最多列" not in whole
    assert "还在进行的项目" in whole
    assert "刚刚撤回的项目" in whole
    assert "每类最多列1条" in page
    assert "还在进行的项目" in page
    assert "刚刚撤回的项目" not in page


def test_of_many_people_in_one_project_those_are_kept_who_have_access_now(town, life, browse, monkeypatch):
    project = life.walk(draft(town), "submitted")
    Participant.objects.create(project=project, person=town.mentor, part=Part.COACH)
    gone = {"since": date(2026, 3, 1), "until": date(2026, 3, 2)}
    Participant.objects.create(project=project, person=town.evaluator, part=Part.COACH, **gone)
    monkeypatch.setattr(entrusting, "MOST", 1)

    page = browse(town.auditor).get(url("entrusted")).content.decode()

    assert "每类最多列1条" in page
    assert town.mentor.name in page
    assert town.evaluator.name not in page


def test_coach_of_a_draft_was_let_in_by_the_group_and_not_by_the_bureau(town, life, browse):
    project = draft(town)
    Participant.objects.create(project=project, person=town.mentor, part=Part.COACH)
    assert town.mentor.name not in browse(town.auditor).get(url("entrusted")).content.decode()

    life.walk(project, "submitted")

    assert town.mentor.name in browse(town.auditor).get(url("entrusted")).content.decode()


def test_impact_assessment_is_kept_for_three_years(town, browse):
    said = {"title": "名册", "lawful": "只收必需", "risks": "泄露", "measures": "遮盖", "conclusion": "可行"}
    assert browse(town.head).post(url("assessment_create"), said).status_code == 403

    browse(town.clerk).post(url("assessment_create"), said)

    assert "2029-03-10" in browse(town.auditor).get(url("assessment_list")).content.decode()
    assert browse(town.finance).get(url("assessment_list")).status_code == 403


def test_audit_administrator_reads_who_looked_and_the_security_administrator_does_not(town, keeper, browse):
    actions.agree_to_notice(by=town.head)
    actions.agree_to_notice(by=keeper)
    browse(town.head).get(url("my_data_json"))
    page = reverse("reports:disclosure_list")
    assert browse(keeper).get(page).status_code == 403

    Administrator.objects.update(office="audit")

    assert "刘芳" in browse(keeper).get(page).content.decode()
