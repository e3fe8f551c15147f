"""Organisations: who may bring one here, which numbers it needs, what the log keeps."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from core.models import Event, Notification
from core.workflow import Refused
from people.actions import change_organization, register_organization, set_council
from people.models import CouncilMember, Kind, Membership, Organization, Role

CODE = "52110105MJ0100027T"
BAKERY = {"name": "柳溪烘焙互助社", "kind": Kind.SOCIAL_ORGANIZATION, "status": "registered", "credit_code": CODE}
FISHERS = {
    "name": "柳溪钓友会",
    "kind": Kind.COMMUNITY_GROUP,
    "status": "filed",
    "filing_number": "BA-110105030001-2025-0002",
}


def stored(name: str) -> Organization:
    return Organization.objects.get(name=name)


# -- registering -----------------------------------------------------------------------------------


def test_an_empty_list_tells_a_clerk_to_look_wider_and_somebody_without_a_group_to_register(town, browse):
    page = reverse("people:organization_list")

    assert "请减少筛选条件" in browse(town.clerk).get(page, {"q": "没有这个"}).content.decode()
    assert "请登记您的机构" in browse(town.stranger).get(page).content.decode()


def test_anybody_may_register_and_becomes_head(town):
    organization = register_organization(by=town.stranger, values=BAKERY)

    assert town.stranger.roles == {organization.pk: {Role.MANAGER}}
    assert [event.name for event in Event.objects.about(organization)] == ["register"]


def test_somebody_not_signed_in_may_not_register(town):
    with pytest.raises(PermissionDenied):
        register_organization(by=AnonymousUser(), values=BAKERY)


@pytest.mark.parametrize("typed", ["52110105 MJ010002 7T", "５２１１０１０５ＭＪ０１０００２７Ｔ", CODE.lower()])
def test_register_stores_the_credit_code_in_one_writing(town, typed):
    register_organization(by=town.stranger, values=BAKERY | {"credit_code": typed})

    assert stored("柳溪烘焙互助社").credit_code == CODE


def test_register_a_filed_group_with_its_host_and_council(town):
    council = [{"name": "老陈", "post": "理事长", "phone": "13800138000"}, {"name": "老李", "post": "监事"}]

    group = register_organization(
        by=town.stranger,
        values=FISHERS | {"host": town.host, "filing_number": "ba–110105030001–2025–0002"},
        council=council,
    )

    assert (group.filing_number, group.credit_code) == ("BA-110105030001-2025-0002", "")
    assert group.signatory == town.host
    assert list(group.council.values_list("name", "post")) == [("老陈", "理事长"), ("老李", "监事")]


def test_register_tells_the_heads_of_the_host_and_nobody_else(town):
    register_organization(by=town.stranger, values=FISHERS | {"host": town.host})

    assert [note.recipient for note in Notification.objects.all()] == [town.hosthead]


def test_register_leaves_out_what_a_filed_group_cannot_have(town):
    group = register_organization(by=town.stranger, values=FISHERS | {"credit_code": CODE, "bank_account": "62220000"})

    assert (group.credit_code, group.bank_account) == ("", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"credit_code": ""},
        {"credit_code": "52110105MJ0100027U"},  # check character
        {"credit_code": "52110105MJ01000190"},  # the centre's
        {"name": "柳溪社会工作服务中心"},  # the centre's
        {"name": "  "},
        {"kind": Kind.FUNDER},
        {"kind": Kind.EVALUATOR},
        {"kind": Kind.SUPPORT_ORGANIZATION},
    ],
)
def test_register_with_one_mistake_is_refused_with_one_reason(town, wrong):
    with pytest.raises(Refused) as caught:
        register_organization(by=town.stranger, values=BAKERY | wrong)

    assert len(caught.value.reasons) == 1
    assert Membership.objects.filter(user=town.stranger).count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"filing_number": ""},
        {"filing_number": "BA-110105030001-2025-0001"},  # the choir's
        {"filing_number": "2025-0002"},
        {"kind": Kind.SOCIAL_ORGANIZATION},
    ],
)
def test_register_a_filed_group_with_one_mistake_is_refused_with_one_reason(town, wrong):
    with pytest.raises(Refused) as caught:
        register_organization(by=town.stranger, values=FISHERS | wrong)

    assert len(caught.value.reasons) == 1


@pytest.mark.parametrize("host", ["choir", "bureau", "evaluators"])
def test_host_must_be_a_registered_organisation_that_is_no_judge(town, host):
    with pytest.raises(Refused):
        register_organization(by=town.stranger, values=FISHERS | {"host": getattr(town, host)})


# -- the database itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nonsense",
    [
        {"kind": "social_organization", "status": "registered", "credit_code": ""},
        {"kind": "community_group", "status": "filed", "filing_number": "", "credit_code": ""},
        {
            "kind": "community_group",
            "status": "filed",
            "filing_number": "BA-110105030001-2025-0009",
            "credit_code": CODE,
        },
        {"kind": "community_group", "status": "registered", "credit_code": "52110105MJ01000190"},
        {"kind": "community_group", "status": "filed", "filing_number": "BA-110105030001-2025-0001"},
        {"kind": "social_organization", "status": "filed", "filing_number": "BA-110105030001-2025-0009"},
        {"kind": "club", "status": "registered", "credit_code": CODE},
    ],
    ids=["no-code", "no-number", "both", "code-twice", "number-twice", "filed-but-no-group", "unknown-kind"],
)
def test_database_refuses(town, nonsense):
    with pytest.raises(IntegrityError):
        Organization.objects.create(name="新组织", **nonsense)


# -- changing --------------------------------------------------------------------------------------


def test_change_by_the_head_keeps_the_former_name_in_the_log(town):
    change_organization(town.centre, by=town.head, values={"name": "柳溪社工站", "phone": "010-65001111"})

    event = Event.objects.about(town.centre).last()
    assert town.centre.name == "柳溪社工站"
    assert event.data == {"changes": {"name": ["柳溪社会工作服务中心", "柳溪社工站"], "phone": True}}


def test_change_of_the_account_is_logged_masked(town):
    change_organization(town.centre, by=town.head, values={"bank_account": "6222999988887777"})

    assert Event.objects.about(town.centre).last().data == {"changes": {"bank_account": ["****2222", "****7777"]}}


def test_change_of_nothing_writes_no_event(town):
    change_organization(town.centre, by=town.head, values={"name": town.centre.name})

    assert Event.objects.about(town.centre).count() == 0


@pytest.mark.parametrize("who", ["volunteer", "stranger", "clerk", "approver", "admin"])
def test_change_by_anybody_but_the_head_is_forbidden(town, who):
    with pytest.raises(PermissionDenied):
        change_organization(town.centre, by=getattr(town, who), values={"name": "别名"})

    assert stored("柳溪社会工作服务中心") == town.centre


def test_filed_group_that_gets_registered_needs_no_host_any_more(town):
    change_organization(town.choir, by=town.singer, values={"status": "registered", "credit_code": CODE})

    assert (town.choir.credit_code, town.choir.filing_number, town.choir.host) == (CODE, "", None)
    assert town.choir.signatory == town.choir


def test_filed_group_without_a_code_cannot_become_registered(town):
    with pytest.raises(Refused):
        change_organization(town.choir, by=town.singer, values={"status": "registered"})


def test_registered_organisation_cannot_become_filed(town):
    values = {"status": "filed", "kind": Kind.COMMUNITY_GROUP, "filing_number": "BA-110105030001-2025-0003"}

    with pytest.raises(Refused):
        change_organization(town.centre, by=town.head, values=values)


def test_head_cannot_turn_a_group_into_a_funder(town):
    with pytest.raises(Refused):
        change_organization(town.centre, by=town.head, values={"kind": Kind.FUNDER})

    assert stored("柳溪社会工作服务中心").kind == Kind.SOCIAL_ORGANIZATION


# -- council ---------------------------------------------------------------------------------------


def test_set_council_replaces_the_whole_council(town):
    CouncilMember.objects.create(organization=town.choir, name="旧人", post="理事")

    set_council(town.choir, by=town.singer, members=[{"name": "新人", "post": "理事长", "phone": ""}])

    assert list(town.choir.council.values_list("name", flat=True)) == ["新人"]
    assert Event.objects.about(town.choir).last().data == {"members": 1}


@pytest.mark.parametrize("who", ["hosthead", "stranger", "clerk"])
def test_set_council_by_anybody_but_the_head_is_forbidden(town, who):
    with pytest.raises(PermissionDenied):
        set_council(town.choir, by=getattr(town, who), members=[])
