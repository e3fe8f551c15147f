"""A city sets up a district: one page, links, templates; from above one sees figures and decides nothing."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import clock
from core.models import Event
from core.workflow import Refused
from grants.actions import offers
from grants.actions.agreement_templates import create_template
from grants.agreement_text import default_clauses
from grants.models import Adoption, Fund, NeedList, Rubric, TranchePlan
from people import actions
from people.models import Administrator, Invitation, Kind, Membership, Organization, Region, Role, User
from people.resources.places import CommunityResource
from reports.actions.bureaus import correct_region
from reports.figures.board import REGION, Board
from reports.ledgers import catalogue
from reports.ledgers.ledger import Asked
from reports.models import Mark
from tests.life import draft
from tests.town import administrator, make_call, member, person, rubric

pytestmark = pytest.mark.one_database

OFFICE = {
    "region": "丰台区", "name": "丰台区民政局", "credit_code": "11110106000058923H", "mark": "丰民",
    "phone": "010-63000000",
}  # fmt: skip
PEOPLE = [("manager", "丰局长"), ("staff", "丰经办"), ("approver", "丰主任"), ("finance", "丰会计"), ("auditor", "")]


def filled(**changes) -> dict[str, str]:
    """The page as a clerk sends it."""
    rows = {f"people-{n}-role": role for n, (role, _name) in enumerate(PEOPLE)}
    rows |= {f"people-{n}-name": name for n, (_role, name) in enumerate(PEOPLE)}
    management = {"people-TOTAL_FORMS": str(len(PEOPLE)), "people-INITIAL_FORMS": "0"}
    return OFFICE | rows | management | changes


@pytest.fixture
def city(town):
    """北京市民政局 with its head and a clerk, above the town's bureau."""
    made = Organization.objects.create(
        name="北京市民政局", kind=Kind.FUNDER, credit_code="11110000000021004J", region="110000"
    )
    town.people |= {"mayor": person("mayor", "市领导"), "cityclerk": person("cityclerk", "市经办")}
    member(town.mayor, made, Role.MANAGER)
    member(town.cityclerk, made, Role.STAFF)
    Region.objects.bulk_create([Region(code="110106", name="丰台区"), Region(code="310117", name="松江区")])
    return made


def test_a_district_is_set_up_on_one_page_and_its_people_take_up_their_roles(town, city, browse):
    """What a clerk does, step by step: 1 page filled in, 4 links opened, 1 template taken over with it."""
    sheet = rubric("市评审表", ("需求", 60), ("方案", 40), funder=city)
    offered = offers.offer(sheet, by=town.cityclerk)

    answer = browse(town.cityclerk).post("/bureaus/new/", filled(offers=[str(offered.pk)]), follow=True)

    bureau = Organization.objects.get(name="丰台区民政局")
    assert (bureau.kind, bureau.region) == (Kind.FUNDER, "110106")
    assert Mark.objects.get(issuer=bureau, series="letters").text == "丰民函"
    assert Rubric.objects.get(funder=bureau).made_from == sheet
    links = re.findall(r'value="http://testserver(/invitations/[^"]+/)"', answer.content.decode())
    assert len(links) == 4
    for n, link in enumerate(links):
        browse(person(f"new{n}", f"新人{n}")).post(link)
    assert sorted(bureau.memberships.values_list("role", flat=True)) == ["approver", "finance", "manager", "staff"]
    seen = browse(town.cityclerk).get(f"/bureaus/{bureau.pk}/").content.decode()
    assert 'class="invitation-link"' not in seen  # it has a head now, who invites
    assert "还缺" in seen


def test_a_region_that_is_not_the_credit_codes_is_asked_about_once(town, city, browse):
    Region.objects.create(code="110108", name="海淀区")
    mistyped = filled(region="110108")

    asked = browse(town.mayor).post("/bureaus/new/", mistyped).content.decode()
    none = Organization.objects.filter(name=OFFICE["name"]).exists()
    browse(town.mayor).post("/bureaus/new/", mistyped | {"is_elsewhere": "on"})

    assert "所选辖区是海淀区 110108，而统一社会信用代码登记在丰台区 110106" in asked
    assert not none
    assert Organization.objects.get(name=OFFICE["name"]).region == "110108"


@pytest.fixture
def misplaced(city, browse):
    """丰台区民政局, set up by the city's clerk for 海淀区, which nobody noticed."""
    Region.objects.create(code="110108", name="海淀区")
    browse(city.memberships.get(role=Role.STAFF).user).post("/bureaus/new/", filled(region="110108", is_elsewhere="on"))
    return Organization.objects.get(name=OFFICE["name"])


@pytest.fixture
def technician(town):
    return administrator("system", "系统管理员")


@pytest.mark.parametrize("who", ["mayor", "cityclerk", "technician"])
def test_from_above_a_wrong_region_is_corrected(town, technician, misplaced, browse, who):
    town.people["technician"] = technician
    page = f"/bureaus/{misplaced.pk}/region/"
    assert page in browse(town.people[who]).get(f"/bureaus/{misplaced.pk}/").content.decode()

    browse(town.people[who]).post(page, {"region": "丰台区"})

    misplaced.refresh_from_db()
    assert misplaced.region == "110106"
    assert "辖区更正：110108 → 110106" in [event.label for event in Event.objects.about(misplaced)]


def test_who_works_there_and_the_heads_above_are_told_of_a_corrected_region(town, misplaced):
    member(town.stranger, misplaced, Role.MANAGER)
    elsewhere = person("shanghai", "沪局长")
    shanghai = Organization.objects.create(
        name="上海市民政局", kind=Kind.FUNDER, credit_code="11310000000021004A", region="310000"
    )
    member(elsewhere, shanghai, Role.MANAGER)

    correct_region(misplaced, by=town.cityclerk, region="110106")

    said = "市经办已将“丰台区民政局”的辖区更正为110106"
    told = [
        said in who.notifications.values_list("subject", flat=True) for who in (town.stranger, town.mayor, elsewhere)
    ]
    assert told == [True, True, False]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"region": "310117", "is_elsewhere": "on"}, "这个区划不在您单位的辖区之内"),
        ({"region": "110105", "is_elsewhere": "on"}, "该地区已有柳溪镇人民政府"),
        ({"region": "110105", "is_second": "on"}, "而统一社会信用代码登记在丰台区 110106"),
        ({"region": "无此区"}, "没有这个名称的区划"),
        ({"region": ""}, "请填写这一项"),
    ],
)
def test_a_region_that_cannot_be_is_refused_at_its_field_and_stays(town, misplaced, browse, typed, said):
    answer = browse(town.mayor).post(f"/bureaus/{misplaced.pk}/region/", typed)

    assert (answer.status_code, said in str(answer.context["form"].errors["region"])) == (200, True), answer.context[
        "form"
    ].errors
    assert Organization.objects.get(pk=misplaced.pk).region == "110108"


def test_a_region_that_is_meant_although_it_is_doubtful_is_taken(town, misplaced, browse):
    Region.objects.create(code="110105", name="朝阳区")
    asked = {"region": "110105", "is_elsewhere": "on", "is_second": "on"}
    browse(town.mayor).post(f"/bureaus/{misplaced.pk}/region/", asked)
    assert Organization.objects.get(pk=misplaced.pk).region == "110105"


def test_the_region_that_it_has_already_is_no_second_office_and_no_correction(town, misplaced, browse):
    before = Event.objects.about(misplaced).count()
    answer = browse(town.mayor).post(f"/bureaus/{misplaced.pk}/region/", {"region": "110108", "is_elsewhere": "on"})
    assert (answer.status_code, Event.objects.about(misplaced).count()) == (302, before)


def test_a_link_goes_with_the_say_of_who_sent_it(town, misplaced, technician):
    """The city of the old region has none in the new one; the system administrator has it anywhere."""
    kept = actions.invite(misplaced, by=technician, name="丰审计", role=Role.AUDITOR)

    correct_region(misplaced, by=technician, region="310117")

    assert list(misplaced.invitations.filter(withdrawn_at=None)) == [kept]


def test_nobody_else_corrects_a_region(town, misplaced, browse):
    member(town.stranger, misplaced, Role.MANAGER)
    member(person("cityaudit", "市审计"), Organization.objects.get(name="北京市民政局"), Role.AUDITOR)
    auditor = User.objects.get(username="cityaudit")
    for who, status in ((town.stranger, 403), (auditor, 403), (town.clerk, 404), (town.head, 404)):
        answer = browse(who).post(f"/bureaus/{misplaced.pk}/region/", {"region": "110106"})
        assert answer.status_code == status, who
        with pytest.raises(PermissionDenied):
            correct_region(misplaced, by=who, region="110106")


def _fund(bureau):
    Fund.objects.create(funder=bureau, name="公益金", year=2026)


def _list(bureau):
    NeedList.objects.create(
        funder=bureau, title="清单", number="X1", notice_from=clock.today(), notice_until=clock.today(),
        answer_until=clock.today(),
        published_by=bureau.invitations.first().invited_by,
    )  # fmt: skip


def _below(bureau):
    Organization.objects.create(
        name="某街道", kind=Kind.FUNDER, credit_code="11110108000058924A", region=f"{bureau.region}001"
    )


@pytest.mark.parametrize("begin", [_fund, _list, _below])
def test_the_region_of_a_bureau_that_has_begun_to_work_stands(town, misplaced, browse, begin):
    begin(misplaced)
    page = f"/bureaus/{misplaced.pk}/region/"

    answers = [
        browse(town.mayor).get(page, follow=True),
        browse(town.mayor).post(page, {"region": "110106"}, follow=True),
    ]

    assert all("该单位已开展工作，辖区只能由系统管理员更正" in answer.content.decode() for answer in answers)
    assert page not in browse(town.mayor).get(f"/bureaus/{misplaced.pk}/").content.decode()
    with pytest.raises(Refused):
        correct_region(misplaced, by=town.mayor, region="110106")
    assert Organization.objects.get(pk=misplaced.pk).region == "110108"


def test_one_name_is_not_given_two_of_the_three_roles_that_are_apart(town, city, browse):
    twice = filled(**{"people-2-name": "丰经办"})

    answer = browse(town.mayor).post("/bureaus/new/", twice).content.decode()

    assert "经办人、审批人、财务必须是三个不同的人" in answer
    assert not Organization.objects.filter(name=OFFICE["name"]).exists()

    browse(town.mayor).post("/bureaus/new/", filled(**{"people-4-name": "丰经办"}))  # who only reads may be a clerk
    assert Organization.objects.filter(name=OFFICE["name"]).exists()


def test_a_new_bureau_chooses_its_own_district_for_its_communities(town, city):
    Region.objects.create(code="110105", name="朝阳区")
    browsers = {"丰台": person("clerk8", "丰经办"), "朝阳": town.clerk}
    fengtai = Organization.objects.create(
        name="丰台区民政局", kind=Kind.FUNDER, credit_code=OFFICE["credit_code"], region="110106"
    )
    member(browsers["丰台"], fengtai, Role.STAFF)

    offered = {place: CommunityResource(by=who).options("district") for place, who in browsers.items()}

    assert offered == {"丰台": ["丰台区"], "朝阳": ["朝阳区"]}
    assert CommunityResource(by=town.cityclerk).options("district") == ["朝阳区", "丰台区"]


def test_the_dashboard_of_the_region_is_offered_to_whoever_may_open_it(town, city, browse):
    page, board = reverse("bureaus:bureau_list"), "?board=region"
    keeper = person("keeper2", "系统管理员")
    User.objects.filter(pk=keeper.pk).update(is_staff=True)
    Administrator.objects.create(user=keeper, office="system")

    for user, may in ((town.mayor, True), (keeper, False)):
        answer = browse(user).get(page)
        opens = browse(user).get(reverse("boards:dashboard") + board).status_code == 200
        assert (answer.status_code, board in answer.content.decode(), opens) == (200, may, may), user


def test_head_of_a_new_bureau_is_told_what_it_lacks_until_its_first_call(town, city, browse):
    browse(town.mayor).post("/bureaus/new/", filled())
    bureau = Organization.objects.get(name="丰台区民政局")
    member(town.stranger, bureau, Role.MANAGER)

    page = browse(town.stranger).get("/todo/").content.decode()

    assert "完成开通准备，由您办理的还缺" in page
    assert f"/bureaus/{bureau.pk}/" in page
    assert browse(town.stranger).get(f"/bureaus/{bureau.pk}/").status_code == 200
    assert "完成开通准备" not in browse(town.clerk).get("/todo/").content.decode()


def test_each_step_of_a_new_bureau_says_who_does_it_and_leads_only_them_there(town, city, browse):
    browse(town.mayor).post("/bureaus/new/", filled())
    bureau = Organization.objects.get(name="丰台区民政局")
    head, purse = person("head9", "丰局长"), person("purse9", "丰会计")
    member(head, bureau, Role.MANAGER)
    member(purse, bureau, Role.FINANCE)

    seen = {who: browse(user).get(f"/bureaus/{bureau.pk}/").content.decode() for who, user in
            {"head": head, "purse": purse}.items()}  # fmt: skip

    assert ('href="/funds/new/"' in seen["head"], 'href="/funds/new/"' in seen["purse"]) == (False, True)
    assert "由财务办理" in seen["head"]
    assert 'href="/calls/new/"' not in seen["head"]
    assert browse(purse).get("/funds/new/").status_code == 200
    assert "还缺1项" in browse(purse).get("/todo/").content.decode()


def test_a_missing_head_is_invited_from_above_and_does_not_invite_itself(town, city, browse):
    browse(town.mayor).post("/bureaus/new/", filled())
    bureau = Organization.objects.get(name="丰台区民政局")
    clerk, said = person("clerk9", "丰经办"), "由上级单位或系统管理员邀请"
    member(clerk, bureau, Role.STAFF)

    before = browse(clerk).get(f"/bureaus/{bureau.pk}/").content.decode()
    member(town.stranger, bureau, Role.MANAGER)
    after = browse(clerk).get(f"/bureaus/{bureau.pk}/").content.decode()

    assert (before.count(said), after.count(said)) == (1, 0)
    assert "由负责人办理" in after  # the four eyes are the head's


def test_a_bureau_reads_how_many_templates_are_offered_and_how_many_it_has(town, city, browse):
    sheet, page = rubric("市评审表", ("需求", 60), ("方案", 40), funder=city), f"/bureaus/{town.bureau.pk}/"
    offered = offers.offer(sheet, by=town.cityclerk)
    assert "上级提供1个模板，已采用0个" in browse(town.clerk).get(page).content.decode()

    offers.adopt(offered, town.bureau, by=town.clerk)

    assert "上级提供1个模板，已采用1个" in browse(town.clerk).get(page).content.decode()


def test_the_way_back_is_a_link_only_for_who_may_follow_it(town, city, browse):
    street = Organization.objects.create(
        name="柳溪街道", kind=Kind.FUNDER, credit_code="11110105000053040R", region="110105030"
    )
    member(town.stranger, street, Role.STAFF)
    back = '<a href="/bureaus/">辖区各单位</a>'

    pages = [browse(who).get(f"/bureaus/{street.pk}/").content.decode() for who in (town.stranger, town.clerk)]

    assert [back in page for page in pages] == [False, True]
    assert browse(town.stranger).get("/bureaus/").status_code == 403


def test_whoever_set_the_bureau_up_takes_back_a_link_although_it_has_a_head_by_now(town, city, browse):
    bureau = actions.set_up_bureau(by=town.mayor, values={name: OFFICE[name] for name in ("name", "credit_code")} | {
        "region": "110106"})  # fmt: skip
    wrong = actions.invite(bureau, by=town.mayor, name="张三", role="approver")
    member(town.stranger, bureau, Role.MANAGER)
    page = browse(town.mayor).get(f"/bureaus/{bureau.pk}/").content.decode()

    browse(town.mayor).post(f"/invitations/{wrong.pk}/withdraw/")
    wrong.refresh_from_db()

    assert (f"/invitations/{wrong.pk}/withdraw/" in page, "以后由该单位负责人邀请" in page) == (True, True)
    assert wrong.withdrawn_at is not None


def test_the_links_are_good_once_and_for_seven_days_and_not_for_who_sent_them(town, city, time):
    bureau = actions.set_up_bureau(by=town.mayor, values={name: OFFICE[name] for name in ("name", "credit_code")} | {
        "region": "110106"})  # fmt: skip
    first, second = (actions.invite(bureau, by=town.mayor, name="某人", role="approver") for _n in range(2))

    with pytest.raises(Refused, match="本人"):
        actions.accept(first, by=town.mayor)
    actions.accept(first, by=town.stranger)
    with pytest.raises(Refused, match="您已经接受了"):
        actions.accept(first, by=town.stranger)
    with pytest.raises(Refused, match="已失效"):
        actions.accept(first, by=town.singer)
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(Refused):
        actions.accept(second, by=town.singer)
    actions.withdraw_invitation(second, by=town.mayor)
    with pytest.raises(Refused):
        actions.accept(second, by=town.singer)
    assert list(Membership.objects.filter(organization=bureau).values_list("user", flat=True)) == [town.stranger.pk]


def invited(town, name: str, role: str = "manager") -> Invitation:
    """An invitation of the town's mayor into a bureau where nobody works yet."""
    values = {name: OFFICE[name] for name in ("name", "credit_code")} | {"region": "110106"}
    bureau = Organization.objects.filter(name=OFFICE["name"]).first()
    bureau = bureau or actions.set_up_bureau(by=town.mayor, values=values)
    return actions.invite(bureau, by=town.mayor, name=name, role=role)


def test_who_accepts_reads_before_it_for_whom_it_was_meant(town, city, browse):
    page = invited(town, "丰局长").get_absolute_url()

    seen = browse(town.stranger).get(page).content.decode()

    assert f"这份邀请是发给丰局长的，您现在登录的是{town.stranger}" in seen
    assert "这份邀请是发给" not in browse(person("head9", "丰 局长")).get(page).content.decode()


def test_who_invited_sees_both_names_is_told_and_takes_the_role_back(town, city, browse):
    invitation = invited(town, "丰局长")
    bureau = invitation.organization
    mayor, back = browse(town.mayor), f"/invitations/{invitation.pk}/withdraw/"

    actions.accept(invitation, by=town.stranger)

    page = f"/bureaus/{bureau.pk}/"
    told = town.mayor.notifications.last()
    assert f"{town.stranger}已担任" in told.subject
    assert ("原邀请的是丰局长" in told.subject, told.url) == (True, page)
    seen = mayor.get(page).content.decode()
    assert ("丰局长" in seen, "接受人姓名不同" in seen, back in seen) == (True, True, True)
    assert browse(town.clerk).post(back).status_code == 403
    assert ("收回钱多多的角色" in seen, "职务" in seen) == (True, False)
    mayor.post(back)
    assert not bureau.memberships.current().exists()  # also the only head
    assert town.stranger.notifications.filter(subject__contains="角色已被收回").exists()
    after = mayor.get(page).content.decode()
    assert (back in after, "角色已收回" in after, "撤回" in after) == (False, True, False)
    with pytest.raises(Refused, match="已失效"):
        actions.withdraw_invitation(invitation, by=town.mayor)


def test_with_the_role_of_a_wrong_head_end_the_links_that_head_sent_and_nobody_elses(town, city):
    wrong, other = invited(town, "王大明"), invited(town, "丰会计", "finance")
    bureau = wrong.organization
    actions.accept(wrong, by=town.stranger)
    door = actions.invite(bureau, by=town.stranger, name="赵六", role="approver")

    actions.withdraw_invitation(wrong, by=town.mayor)

    with pytest.raises(Refused, match="已失效"):
        actions.accept(door, by=town.singer)
    door.refresh_from_db()
    assert door.withdrawn_at is not None
    assert actions.accept(other, by=person("purse9", "丰会计")).role == "finance"


def test_who_takes_a_head_back_reads_whom_this_head_has_let_in(town, city, browse):
    wrong, other = invited(town, "王大明"), invited(town, "丰会计", "finance")
    bureau = wrong.organization
    actions.accept(wrong, by=town.stranger)
    actions.accept(other, by=person("purse9", "丰会计"))
    actions.accept(actions.invite(bureau, by=town.stranger, name="赵六", role="approver"), by=person("six", "赵六"))
    actions.add_member(bureau, by=town.stranger, login=town.singer.username, role="staff")
    gone = actions.add_member(bureau, by=town.stranger, login=town.head.username, role="auditor")
    actions.end_membership(gone, by=town.stranger)

    said = browse(town.mayor).post(f"/invitations/{wrong.pk}/withdraw/", follow=True).content.decode()

    [line] = re.findall("下列人员经其加入，角色仍然有效：(.*?)。", said)
    assert line.split("、") == ["赵六：审批人", f"{town.singer}：工作人员"]
    assert "角色已收回" in said


def test_taking_back_somebody_who_let_nobody_in_names_nobody(town, city, browse):
    wrong = invited(town, "丰会计", "finance")
    actions.accept(wrong, by=town.stranger)

    said = browse(town.mayor).post(f"/invitations/{wrong.pk}/withdraw/", follow=True).content.decode()

    assert ("角色已收回" in said, "经其加入" in said) == (True, False)


def test_an_invitation_is_good_only_while_who_sent_it_has_a_say_there(town, city, browse):
    actions.accept(invited(town, "丰局长"), by=person("head9", "丰局长"))
    bureau = Organization.objects.get(name=OFFICE["name"])
    head = bureau.memberships.get().user
    second = actions.invite(bureau, by=head, name="副局长", role="manager")
    lasting, ended = (actions.invite(bureau, by=head, name=name, role="staff") for name in ("甲", "乙"))
    actions.accept(lasting, by=person("a9", "甲"))
    actions.accept(second, by=person("second9", "副局长"))
    actions.end_membership(bureau.memberships.get(user=head), by=head)

    page = browse(town.singer).get(ended.get_absolute_url()).content.decode()
    with pytest.raises(Refused, match="邀请人已无权"):
        actions.accept(ended, by=town.singer)

    assert "接受并担任该角色" not in page
    assert bureau.memberships.current().count() == 2


def test_the_heads_who_can_take_a_role_back_read_that_it_was_meant_for_another(town, city):
    actions.accept(invited(town, "丰局长"), by=person("head9", "丰局长"))
    bureau = Organization.objects.get(name=OFFICE["name"])
    head, second = bureau.memberships.get().user, person("second9", "副局长")
    for user, role in ((second, "manager"), (person("a9", "甲"), "staff")):
        actions.accept(actions.invite(bureau, by=head, name=user.name, role=role), by=user)

    actions.accept(actions.invite(bureau, by=head, name="丰会计", role="finance"), by=town.stranger)

    told = second.notifications.get(subject__contains="原邀请的是丰会计")
    clerk = bureau.memberships.get(role="staff").user.notifications.get(subject__contains="原邀请的是丰会计")
    assert ("收回这一角色" in told.body, told.url) == (True, f"/bureaus/{bureau.pk}/")
    assert clerk.body == ""  # takes nothing back


def test_the_role_of_whoever_was_meant_or_has_worked_there_for_a_week_is_not_taken_back_by_the_link(town, city):
    meant, other = invited(town, "丰局长"), invited(town, "丰会计", "finance")
    actions.accept(meant, by=person("head9", "丰局长"))
    actions.accept(other, by=town.stranger)

    with pytest.raises(Refused):
        actions.withdraw_invitation(meant, by=town.mayor)
    with clock.at(clock.now() + timedelta(days=7)), pytest.raises(Refused):
        actions.withdraw_invitation(other, by=town.mayor)
    assert meant.organization.memberships.current().count() == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"region": "松江区"}, "辖区"),
        ({"region": "310117"}, "辖区"),
        ({"region": "110000"}, "辖区"),
        ({"region": "99"}, "id_region_error"),
        ({"name": "柳溪镇人民政府"}, "id_name_error"),
        ({"credit_code": "1"}, "id_credit_code_error"),
        ({"phone": "abc电话"}, "id_phone_error"),
        ({"mark": "！"}, "id_mark_error"),
        ({"mark": "丰2"}, "id_mark_error"),
        ({"people-1-name": "长" * 61}, "第2行"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(town, city, browse, changes, said):
    answer = browse(town.mayor).post("/bureaus/new/", filled(**changes))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert said in page
    assert "丰局长" in page
    assert not Organization.objects.filter(name="丰台区民政局").exists()


def test_a_second_office_of_a_region_is_set_up_only_when_it_is_meant(town, city, browse):
    mayor = browse(town.mayor)
    mayor.post("/bureaus/new/", filled())
    second = filled(name="丰台区团委", credit_code="11110106000058931C", mark="丰团")

    asked = mayor.post("/bureaus/new/", second).content.decode()

    assert "该地区已有丰台区民政局" in asked
    assert 'name="is_second"' in asked
    assert not Organization.objects.filter(name="丰台区团委").exists()
    assert mayor.post("/bureaus/new/", second | {"is_second": "on"}).status_code == 302


def test_what_a_clerk_sets_up_the_head_reads_of_and_takes_back_who_was_not_meant(town, city, browse):
    browse(town.cityclerk).post("/bureaus/new/", filled())
    bureau = Organization.objects.get(name="丰台区民政局")

    told = town.mayor.notifications.get(url=f"/bureaus/{bureau.pk}/")
    assert told.subject == "市经办开通了“丰台区民政局”"
    assert not town.cityclerk.notifications.filter(url=told.url).exists()
    assert browse(town.mayor).get(told.url).status_code == 200


def test_only_head_and_clerk_of_the_bureau_above_and_the_system_administrator_set_up_a_bureau(town, city, browse):
    keeper = person("keeper", "系统管理员")
    keeper.is_staff = True
    keeper.save()
    Administrator.objects.create(user=keeper, office="system")

    member(town.approver, city, Role.APPROVER)
    outside = [(town.clerk, filled()), (town.cityclerk, filled(region="310117"))]

    refused = [browse(who).post("/bureaus/new/", filled()).status_code for who in (town.approver, town.head)]
    answers = [browse(who).post("/bureaus/new/", sent) for who, sent in outside]

    assert refused == [403, 403]
    assert all(answer.context["form"].errors for answer in answers)
    assert not Organization.objects.filter(region__in=["110106", "310117"]).exists()
    assert browse(keeper).post("/bureaus/new/", filled(region="110106")).status_code == 302


def test_from_above_one_invites_nobody_into_a_bureau_that_has_a_head(town, city):
    member(town.stranger, town.bureau, Role.MANAGER)

    with pytest.raises(PermissionDenied):
        actions.invite(town.bureau, by=town.mayor, name="自己人", role="approver")
    assert not Invitation.objects.exists()


def test_from_above_only_a_head_is_invited_where_people_work(town, city, browse):
    bureau = town.bureau
    Membership.objects.filter(organization=bureau, role=Role.MANAGER).delete()

    with pytest.raises(Refused):
        actions.invite(bureau, by=town.mayor, name="外派", role=Role.FINANCE)
    page = browse(town.mayor).get(f"/bureaus/{bureau.pk}/").content.decode()
    assert 'value="manager"' in page
    assert 'value="finance"' not in page
    assert actions.invite(bureau, by=town.mayor, name="新局长", role=Role.MANAGER).pk


def test_above_stand_figures_and_no_project(town, city, life, browse):
    project = life.walk(draft(town), "running")

    page = browse(town.mayor).get("/bureaus/").content.decode()

    assert "柳溪镇人民政府" in page
    assert project.title not in page
    assert list(Board(REGION, town.mayor).projects) == [project]
    [_city, below] = catalogue.LEDGERS["bureaus"].rows(Asked(town.mayor))
    assert below[:2] + below[3:6] == ["柳溪镇人民政府", "110105", 1, 1, 1]
    assert list(catalogue.LEDGERS["projects"].rows(Asked(town.mayor))) == []
    assert browse(town.mayor).get(project.get_absolute_url()).status_code == 404
    assert browse(town.mayor).get("/dashboard/?board=region").status_code == 200
    assert browse(town.clerk).get("/dashboard/?board=region").status_code == 403  # nobody below


def test_what_is_offered_is_fixed_taken_over_as_a_copy_and_a_newer_version_is_offered(town, city, browse):
    plan = TranchePlan.objects.create(name="市级五五开", funder=city)
    plan.rules.create(ordinal=1, percentage=50).gates.create(kind="agreement")
    plan.rules.create(ordinal=2, percentage=50).gates.create(kind="final")
    first = offers.offer(plan, by=town.cityclerk)

    browse(town.clerk).post(f"/terms/offers/{first.pk}/adopt/{town.bureau.pk}/")

    copy = Adoption.objects.get(bureau=town.bureau).copy
    assert (copy.funder, copy.rules.count()) == (town.bureau, 2)
    assert browse(town.cityclerk).post(f"/terms/plans/{plan.pk}/", {"name": "改"}).status_code == 403
    newer = TranchePlan.objects.create(name="市级五五开 ", funder=city)
    newer.name = "市级五五开"
    TranchePlan.objects.filter(pk=plan.pk).update(name="市级五五开（旧）")
    newer.save()
    newer.rules.create(ordinal=1, percentage=100).gates.create(kind="agreement")
    second = offers.offer(newer, by=town.cityclerk, note="首款改为四成")
    assert (second.version, second.replaces) == (2, first)
    assert "新版" in browse(town.clerk).get("/terms/offers/").content.decode()
    assert town.clerk.notifications.filter(body="首款改为四成").count() == 1
    assert offers.adopt(second, town.bureau, by=town.clerk).copy.name == "市级五五开 V2"


def test_what_is_offered_is_read_before_it_is_taken_over_and_the_copy_found_after(town, city, browse):
    sheet = rubric("市级评审表", ("需求真实", 60), ("方案可行", 40), funder=city)
    offered = offers.offer(sheet, by=town.cityclerk, note="各镇街统一使用")
    clerk = browse(town.clerk)

    before = clerk.get(f"/terms/offers/{offered.pk}/").content.decode()
    clerk.post(f"/terms/offers/{offered.pk}/adopt/{town.bureau.pk}/")

    take_over = f'action="/terms/offers/{offered.pk}/adopt/{town.bureau.pk}/"'
    assert [word in before for word in ("需求真实", "方案可行", "各镇街统一使用", take_over)] == [True] * 4
    copy = Adoption.objects.get(bureau=town.bureau).copy
    for page in ("/terms/offers/", f"/terms/offers/{offered.pk}/"):
        assert f'href="/terms/frameworks/{copy.pk}/"' in clerk.get(page).content.decode()
    assert browse(town.cityclerk).get(f"/terms/offers/{offered.pk}/").status_code == 200  # who offers it
    assert browse(town.approver).get(f"/terms/offers/{offered.pk}/").status_code == 403  # takes nothing over


def test_the_page_of_a_bureau_leads_its_clerk_to_the_template_and_the_copy(town, city, browse):
    offered = offers.offer(rubric("市级评审表", ("需求真实", 60), ("方案可行", 40), funder=city), by=town.cityclerk)
    adopted = offers.adopt(offered, town.bureau, by=town.clerk)
    links = [f'href="/terms/offers/{offered.pk}/"', f'href="/terms/frameworks/{adopted.copy.pk}/"']

    clerk, other = (browse(who).get(f"/bureaus/{town.bureau.pk}/").content.decode() for who in (town.clerk, town.mayor))

    assert [link in clerk for link in links] == [True, True]
    assert [link in other for link in links] == [False, False]
    assert "已采用" in other


@pytest.mark.parametrize("kind", ["plan", "edition", "call"])
def test_each_kind_of_offer_can_be_read(town, city, browse, kind):
    things = {
        "plan": TranchePlan.objects.create(name="市级一次拨付", funder=city),
        "call": make_call(town, code="CITY2026", funder=city, published_at=clock.now(), published_by=town.mayor,
                          publish=False),
        "edition": create_template(
            city, by=town.cityclerk, name="市级协议", parties=2, clauses=default_clauses()
        ).edition,
    }  # fmt: skip
    things["plan"].rules.create(ordinal=1, percentage=100).gates.create(kind="agreement")
    offered = offers.offer(things[kind], by=town.cityclerk)

    page = browse(town.clerk).get(f"/terms/offers/{offered.pk}/")

    words = {
        "plan": "协议已签",
        "edition": default_clauses()[0]["text"][:10],
        "call": f'href="{things["call"].get_absolute_url()}"',
    }
    assert words[kind] in page.content.decode()


def test_nobody_reads_what_is_offered_elsewhere(town, city, browse):
    sheet = rubric("镇评审表", ("需求", 60), ("方案", 40), funder=town.bureau)
    offered = offers.offer(sheet, by=town.clerk)

    assert browse(town.cityclerk).get(f"/terms/offers/{offered.pk}/").status_code == 404  # it stands above
    assert browse(town.head).get(f"/terms/offers/{offered.pk}/").status_code == 403


def test_a_plan_that_is_not_whole_is_not_offered_and_what_is_offered_says_why_it_is_fixed(town, city, browse):
    plan = TranchePlan.objects.create(name="市级七五", funder=city)
    plan.rules.create(ordinal=1, percentage=75).gates.create(kind="agreement")
    with pytest.raises(Refused):
        offers.offer(plan, by=town.cityclerk)

    plan.rules.create(ordinal=2, percentage=25).gates.create(kind="final")
    offers.offer(plan, by=town.cityclerk)

    assert "已下发给辖区各单位" in browse(town.cityclerk).get(f"/terms/plans/{plan.pk}/").content.decode()
    assert town.clerk.notifications.filter(subject__contains="市级七五").count() == 1


def test_nothing_is_taken_over_from_who_does_not_stand_above(town, city):
    plan = TranchePlan.objects.create(name="东城三期", funder=town.bureau)
    plan.rules.create(ordinal=1, percentage=100).gates.create(kind="agreement")
    sideways = offers.offer(plan, by=town.clerk)

    with pytest.raises(Refused):
        offers.adopt(sideways, city, by=town.cityclerk)
    with pytest.raises(PermissionDenied):
        offers.adopt(sideways, city, by=town.clerk)


def test_a_call_is_taken_over_as_a_draft_with_the_sheets_of_its_own_bureau(town, city):
    sheet = rubric("镇评审表", ("需求", 60), ("方案", 40), funder=town.bureau)
    call = make_call(town, code="UP2026", review_rubric=sheet, published_at=clock.now(), published_by=town.approver,
                     publish=False)  # fmt: skip
    offered = offers.offer(call, by=town.clerk)
    street = Organization.objects.create(
        name="柳溪街道", kind=Kind.FUNDER, credit_code="11110105000053040R", region="110105030", phone="010-65000001"
    )
    member(town.stranger, street, Role.STAFF)

    with pytest.raises(Refused, match="资金"):
        offers.adopt(offered, street, by=town.stranger)
    street.funds.create(name="街道资金", year=2026)
    made = offers.adopt(offered, street, by=town.stranger).copy

    made.full_clean()
    assert (made.funder, made.is_published, made.review_rubric.funder) == (street, False, street)
    assert made.tracks.count() == 2


def test_public_pages_are_of_the_region_that_is_asked_for(town, city, browse):
    page = browse().get

    assert town.call.title in page("/calls/?region=110105").content.decode()
    assert town.call.title in page("/calls/?region=110105030").content.decode()
    assert town.call.title in page("/?region=110000").content.decode()
    assert town.call.title not in page("/calls/?region=310117").content.decode()
    assert '<option value="110105030" selected>' in page("/?region=110105030").content.decode()
    assert 'href="/calls/?region=110105"' in page("/?region=110105").content.decode()
    assert page("/?region=x").status_code == page("/needs/?region=9999999999999").status_code == 200


def test_who_works_there_is_told_who_is_invited_and_who_came(town, city):
    Membership.objects.filter(organization=town.bureau, role=Role.MANAGER).delete()
    made = actions.invite(town.bureau, by=town.mayor, name="新局长", role=Role.MANAGER)
    actions.accept(made, by=town.stranger)

    told = list(town.clerk.notifications.values_list("subject", flat=True))
    assert [any(words in one for one in told) for words in ("邀请新局长", "钱多多")] == [True, True]
    assert town.mayor.notifications.count() == 1
    assert not town.stranger.notifications.exists()


@pytest.mark.every_case
@pytest.mark.parametrize(("closed", "counted", "open_calls", "received"), [(True, 1, 0, 1), (False, 0, 1, 0)])
def test_calls_and_proposals_are_counted_once_the_call_is_closed(
    town, city, life, browse, closed, counted, open_calls, received
):
    life.walk(draft(town), "submitted")
    if closed:
        life.time.go(town.call.closes_at + timedelta(days=1))

    page = browse(town.mayor).get("/bureaus/")

    row = next(row for row in page.context["rows"] if row["bureau"] == town.bureau)
    assert (row["calls"], row["open_calls"], row["received"]) == (counted, open_calls, received)
    assert ("另有1批未截止" in page.content.decode()) is bool(open_calls)
