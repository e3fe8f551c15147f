"""The pages of organisations and communities, by the client: who sees what, what stays after a mistake."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Community, CouncilMember, Kind, Membership, Organization, Role, User

CODE = "52110105MJ0100027T"
REGISTRATION = {"status": "registered", "kind": "community_group", "name": "柳溪读书会", "credit_code": CODE}
FILING = {
    "status": "filed",
    "name": "柳溪钓友会",
    "filing_number": "BA-110105030001-2025-0002",
    "council-TOTAL_FORMS": "2",
    "council-INITIAL_FORMS": "0",
    "council-0-name": "老陈",
    "council-0-post": "理事长",
    "council-0-phone": "",
    "council-1-name": "",
    "council-1-post": "",
    "council-1-phone": "",
}


def groups(town, first: int, last: int) -> None:
    """Filed groups of the stranger, numbered from `first` to `last`, each with a host and a community."""
    for number in range(first, last + 1):
        group = Organization.objects.create(
            name=f"第{number}小组",
            kind=Kind.COMMUNITY_GROUP,
            status=Organization.Status.FILED,
            filing_number=f"BA-110105030001-2024-{number:04}",
            host=town.host,
            community=town.community,
        )
        Membership.objects.create(user=town.stranger, organization=group, role=Role.MANAGER)


def text(response) -> str:
    return response.content.decode()


# -- who gets in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        # the head, a volunteer, the clerk of the funder, the head of another group, a stranger
        ("", (200, 200, 200, 404, 404)),
        ("edit/", (200, 403, 403, 404, 404)),
        ("council/", (200, 403, 403, 404, 404)),
        ("members/new/", (200, 403, 403, 404, 404)),
    ],
)
def test_pages_of_the_centre(town, browse, path, codes):
    people = (town.head, town.volunteer, town.clerk, town.singer, town.stranger)

    found = tuple(browse(user).get(f"/organizations/{town.centre.pk}/{path}").status_code for user in people)

    assert found == codes


@pytest.mark.every_case
@pytest.mark.parametrize(
    "path",
    [
        "me/",
        "me/edit/",
        "me/identity/",
        "me/certificates/new/",
        "organizations/",
        "organizations/new/",
        "notifications/",
    ],
)
def test_pages_for_everybody_who_is_signed_in(town, browse, path):
    assert browse(town.stranger).get(f"/{path}").status_code == 200
    assert browse().get(f"/{path}")["Location"] == f"/accounts/login/?next=/{path}"


def test_communities_are_for_everybody(town, browse):
    response = browse().get("/communities/")

    assert response.status_code == 200
    assert [community.name for community in response.context["page_obj"]] == ["柳溪社区"]
    assert "5200" in text(response)


def test_communities_are_found_by_name_or_street(town, browse):
    Community.objects.create(region_code="110105030002", name="桃园社区", street="桃园街道", district="朝阳区")

    found = {
        q: [c.name for c in browse().get("/communities/", {"q": q}).context["page_obj"]] for q in ("桃园", "柳溪镇")
    }

    assert found == {"桃园": ["桃园社区"], "柳溪镇": ["柳溪社区"]}


# -- the list --------------------------------------------------------------------------------------


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "合唱"}, ["夕阳红合唱队"]),
        ({"q": "mj0100"}, ["柳溪社会工作服务中心"]),
        ({"q": "BA-110105030001"}, ["夕阳红合唱队"]),
        ({"kind": "funder"}, ["柳溪镇人民政府"]),
        ({"q": "合唱", "kind": "funder"}, []),
        ({"kind": "club"}, None),
    ],
)
def test_list_is_searched_by_name_number_and_kind(town, browse, query, names):
    response = browse(town.clerk).get("/organizations/", query)

    found = [organization.name for organization in response.context["page_obj"]]
    everything = list(Organization.objects.visible_to(town.clerk).values_list("name", flat=True))
    assert found == (everything if names is None else names)


def test_list_has_twenty_a_page(town, browse):
    groups(town, 1, 25)

    client = browse(town.stranger)

    first = client.get("/organizations/").context["page_obj"]
    assert len(first) == 20
    second = client.get("/organizations/", {"page": first.next_page}).context["page_obj"]
    assert len(second) == 6  # five, and the host


def test_list_takes_the_same_queries_for_1_and_25_organisations(town, browse):
    client, counts = browse(town.stranger), []

    for first, last in ((1, 1), (2, 25)):
        groups(town, first, last)
        with CaptureQueriesContext(connection) as queries:
            client.get("/organizations/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_page_takes_the_same_queries_for_1_and_25_members(town, browse):
    client, url, counts = browse(town.head), f"/organizations/{town.centre.pk}/", []
    client.get(url)

    for count in (0, 25):
        for number in range(count):
            user = User.objects.create(username=f"u{number}", name=f"志愿者{number}")
            Membership.objects.create(user=user, organization=town.centre, role=Role.STAFF)
            CouncilMember.objects.create(organization=town.centre, name=f"理事{number}", post="理事")
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[1]


# -- one organisation ------------------------------------------------------------------------------


@pytest.fixture
def phones(town):
    User.objects.filter(pk=town.head.pk).update(phone="13800138000")
    CouncilMember.objects.create(organization=town.centre, name="老陈", post="理事长", phone="13911112222")


def test_members_see_phones_and_account_whole(town, phones, browse):
    page = text(browse(town.volunteer).get(town.centre.get_absolute_url()))

    assert [part in page for part in ("13800138000", "13911112222", "6222000011112222")] == [True] * 3


def test_the_funder_sees_phones_and_account_masked(town, phones, browse):
    page = text(browse(town.clerk).get(town.centre.get_absolute_url()))

    assert [part in page for part in ("13800138000", "13911112222", "6222000011112222")] == [False] * 3
    assert [part in page for part in ("138****8000", "139****2222", "****2222")] == [True] * 3


def test_former_members_are_shown_to_members_only(town, browse, time):
    browse(town.head).post(f"/memberships/{Membership.objects.get(user=town.volunteer).pk}/end/")
    time.go(town.call.closes_at)

    assert "何小燕" in text(browse(town.head).get(town.centre.get_absolute_url()))
    assert "何小燕" not in text(browse(town.clerk).get(town.centre.get_absolute_url()))


def test_page_offers_steps_only_to_the_head(town, browse):
    edit = f"/organizations/{town.centre.pk}/edit/"

    assert edit in text(browse(town.head).get(town.centre.get_absolute_url()))
    assert edit not in text(browse(town.volunteer).get(town.centre.get_absolute_url()))


def test_page_of_a_filed_group_names_its_host_and_no_account(town, browse):
    page = text(browse(town.singer).get(town.choir.get_absolute_url()))

    assert "柳溪社区服务中心" in page
    assert "BA-110105030001-2025-0001" in page


# -- registering and changing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "asked", "not_asked"),
    [
        ("registered", {"kind", "credit_code", "bank_account"}, {"filing_number", "host"}),
        ("filed", {"filing_number", "host"}, {"kind", "credit_code", "bank_account"}),
    ],
)
def test_form_asks_what_the_legal_status_needs(town, browse, status, asked, not_asked):
    fields = set(browse(town.stranger).get(f"/organizations/new/?status={status}").context["form"].fields)

    assert (asked - fields, not_asked & fields) == (set(), set())


def test_form_offers_only_registered_organisations_as_hosts(town, browse):
    form = browse(town.stranger).get("/organizations/new/?status=filed").context["form"]

    assert set(form.fields["host"].queryset) == {town.centre, town.host, town.support}


def test_registering_leads_to_the_page_of_the_new_organisation(town, browse):
    response = browse(town.stranger).post("/organizations/new/", REGISTRATION)

    made = Organization.objects.get(name="柳溪读书会")
    assert response["Location"] == made.get_absolute_url()
    assert Membership.objects.get(user=town.stranger).organization == made


def test_registering_a_filed_group_with_its_council(town, browse):
    browse(town.stranger).post("/organizations/new/", FILING | {"host": town.host.pk})

    made = Organization.objects.get(name="柳溪钓友会")
    assert (made.kind, made.status, made.host) == ("community_group", "filed", town.host)
    assert list(made.council.values_list("name", "post")) == [("老陈", "理事长")]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"credit_code": ""}, "credit_code"),
        ({"credit_code": "52110105MJ0100027U"}, "credit_code"),
        ({"credit_code": "52110105MJ01000190"}, "credit_code"),
        ({"name": "柳溪社区服务中心"}, "name"),
        ({"name": ""}, "name"),
        ({"kind": "funder"}, "kind"),
        ({"established_on": "2099-01-01"}, "established_on"),
        ({"email": "nowhere"}, "email"),
        ({"profile": "字" * 501}, "profile"),
    ],
)
def test_mistake_stands_at_its_field_and_what_was_typed_stays(town, browse, wrong, field):
    response = browse(town.stranger).post("/organizations/new/", REGISTRATION | {"address": "柳溪路1号"} | wrong)

    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (200, [field])
    assert (form["address"].value(), form[field].value()) == ("柳溪路1号", wrong[field])
    assert Membership.objects.filter(user=town.stranger).count() == 0


def test_half_a_council_member_is_refused_in_its_row(town, browse):
    response = browse(town.stranger).post("/organizations/new/", FILING | {"council-1-name": "老李"})

    assert [list(errors) for errors in response.context["formset"].errors] == [[], ["post"]]
    assert Organization.objects.filter(name="柳溪钓友会").count() == 0


def test_head_changes_the_details(town, browse):
    data = {"status": "filed", "name": "夕阳红合唱团", "filing_number": town.choir.filing_number, "host": town.host.pk}

    response = browse(town.singer).post(f"/organizations/{town.choir.pk}/edit/", data)

    assert response["Location"] == town.choir.get_absolute_url()
    assert Organization.objects.get(pk=town.choir.pk).name == "夕阳红合唱团"


def test_mistake_while_changing_does_not_rename_the_page(town, browse):
    data = {"status": "filed", "name": "别名", "filing_number": "wrong"}

    response = browse(town.singer).post(f"/organizations/{town.choir.pk}/edit/", data)

    assert list(response.context["form"].errors) == ["filing_number"]
    assert response.context["organization"].name == "夕阳红合唱队"


def test_filed_group_becomes_registered_by_its_credit_code(town, browse):
    data = {"status": "registered", "kind": "community_group", "name": town.choir.name, "credit_code": CODE}

    browse(town.singer).post(f"/organizations/{town.choir.pk}/edit/", data)

    choir = Organization.objects.get(pk=town.choir.pk)
    assert (choir.status, choir.credit_code, choir.filing_number, choir.host) == ("registered", CODE, "", None)


def test_registered_organisation_stays_registered_whatever_is_sent(town, browse):
    response = browse(town.head).get(f"/organizations/{town.centre.pk}/edit/?status=filed")

    assert response.context["form"].status == "registered"


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        ("phone", "abc", "010-65001234转8"),
        ("established_on", "1000-01-01", "2012-05-01"),
        ("established_on", "1839-12-31", "1898-07-03"),
        ("bank_account", "abc", "6222 0000 1111 2222"),
        ("bank_account", "１２３", "NRA6222000011112222"),
    ],
)
def test_what_cannot_be_a_phone_a_day_or_an_account_is_refused_at_its_field(town, browse, field, wrong, right):
    page = f"/organizations/{town.centre.pk}/edit/"
    data = {"name": town.centre.name, "credit_code": town.centre.credit_code, "kind": "social_organization"}

    refused = browse(town.head).post(page, data | {field: wrong})
    taken = browse(town.head).post(page, data | {field: right})

    assert (list(refused.context["form"].errors), taken.status_code) == ([field], 302)
    assert f'value="{wrong}"' in refused.content.decode()


def test_head_of_an_evaluator_changes_details_but_not_the_kind(town, browse):
    data = {
        "name": "明镜评估中心",
        "credit_code": town.evaluators.credit_code,
        "kind": "funder",
        "phone": "010-65001234",
    }

    browse(town.evaluator).post(f"/organizations/{town.evaluators.pk}/edit/", data)

    stored = Organization.objects.get(pk=town.evaluators.pk)
    assert (stored.kind, stored.phone) == ("evaluator", "010-65001234")


@pytest.mark.parametrize("who", ["volunteer", "clerk"])
def test_changing_by_others_is_forbidden(town, browse, who):
    response = browse(getattr(town, who)).post(f"/organizations/{town.centre.pk}/edit/", REGISTRATION)

    assert response.status_code == 403
    assert Organization.objects.get(pk=town.centre.pk).name == "柳溪社会工作服务中心"


def test_council_page_changes_adds_and_removes(town, browse):
    for name in ("老陈", "老李"):
        CouncilMember.objects.create(organization=town.choir, name=name, post="理事")
    rows = [("老陈", "理事长", ""), ("老李", "理事", "on"), ("老周", "监事", "")]
    data = {"council-TOTAL_FORMS": "4", "council-INITIAL_FORMS": "2"}
    for number, (name, post, remove) in enumerate(rows):
        data |= {f"council-{number}-name": name, f"council-{number}-post": post, f"council-{number}-phone": ""}
        data |= {f"council-{number}-DELETE": "on"} if remove else {}

    browse(town.singer).post(f"/organizations/{town.choir.pk}/council/", data)

    assert list(town.choir.council.values_list("name", "post")) == [("老陈", "理事长"), ("老周", "监事")]


# -- members ---------------------------------------------------------------------------------------


def test_head_adds_a_member(town, browse):
    url = f"/organizations/{town.centre.pk}/members/new/"

    response = browse(town.head).post(url, {"login": "stranger", "role": "staff"})

    assert response["Location"] == town.centre.get_absolute_url()
    assert Membership.objects.get(user=town.stranger).organization == town.centre


def test_unknown_member_is_refused_and_what_was_typed_stays(town, browse):
    url = f"/organizations/{town.centre.pk}/members/new/"

    response = browse(town.head).post(url, {"login": "nobody", "role": "staff"})

    form = response.context["form"]
    assert len(form.non_field_errors()) == 1
    assert form["login"].value() == "nobody"


def test_adding_a_member_by_staff_is_forbidden(town, browse):
    url = f"/organizations/{town.centre.pk}/members/new/"

    assert browse(town.volunteer).post(url, {"login": "stranger", "role": "manager"}).status_code == 403
    assert Membership.objects.filter(user=town.stranger).count() == 0


@pytest.mark.parametrize(
    ("who", "code", "ended"),
    [
        ("head", 302, True),
        ("volunteer", 302, True),
        ("clerk", 403, False),
        ("singer", 404, False),
        ("stranger", 404, False),
    ],
)
def test_ending_the_role_of_the_volunteer(town, browse, who, code, ended):
    membership = Membership.objects.get(user=town.volunteer)

    response = browse(getattr(town, who)).post(f"/memberships/{membership.pk}/end/")

    assert response.status_code == code
    assert (Membership.objects.get(pk=membership.pk).until is not None) == ended


def test_ending_by_a_link_does_nothing(town, browse):
    membership = Membership.objects.get(user=town.volunteer)

    assert browse(town.head).get(f"/memberships/{membership.pk}/end/").status_code == 405


def test_last_head_is_told_why_leaving_is_refused(town, browse):
    client = browse(town.head)
    membership = Membership.objects.get(user=town.head)

    response = client.post(f"/memberships/{membership.pk}/end/", follow=True)

    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert Membership.objects.get(pk=membership.pk).until is None
