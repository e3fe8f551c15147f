"""What a table of organisations or social workers may say, and what it must not be able to do."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.text import capfirst

from core.models import Event
from people.forms import OrganizationForm
from people.models import Certificate, Community, Membership, Organization, Role, User
from projects.models import Project
from reports.inbox import waiting_for
from tests import town as towns
from tests.life import draft
from tests.reports.tables import Desk, centre, counts, credit_code, group, workbook, wrong
from tests.town import person

pytestmark = pytest.mark.one_database


@pytest.fixture
def desk(town, browse, django_capture_on_commit_callbacks):
    return Desk(browse(town.clerk), django_capture_on_commit_callbacks)


def blamed(job) -> list[str]:
    """The columns at which something is wrong."""
    return [column for _row, column, _message in wrong(job)]


# -- Organisations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (centre(1, credit_code="52110105MJ0100027U"), ["Unified social credit code"]),
        (centre(1, credit_code=""), ["Unified social credit code"]),
        (centre(1, name=""), ["Name"]),
        (centre(1, name="名" * 121), ["Name"]),
        (centre(1, kind="funder"), ["Kind"]),
        (centre(1, kind="evaluator"), ["Kind"]),
        (centre(1, kind="castle"), ["Kind"]),
        (centre(1, email="nobody"), ["E-mail"]),
        (centre(1, established_on="2027-01-01"), ["Established on"]),
        (centre(1, established_on="2026-02-30"), ["Established on"]),
        (centre(1, community="110105030009"), ["Community"]),
        (centre(1, filing_number="BA-110105030001-2025-0002"), ["Filing number"]),
        (centre(1, status="filed", kind="community_group"), ["Unified social credit code", "Filing number"]),
        (group(1, host=credit_code(9)), ["Host organisation"]),
        (group(1, host="夕阳红合唱队"), ["Host organisation"]),
        (group(1, filing_number="BA-1"), ["Filing number"]),
        (group(1, kind="social_organization"), ["Kind"]),
        (group(1, bank_account="6222"), ["Account number"]),
        (centre(1, name="夕阳红合唱队"), ["Name"]),
    ],
)
def test_wrong_organisation_is_blamed_at_its_column(town, desk, row, columns):
    job = desk.bring(workbook(row))

    assert counts(job) == {"wrong": 1}
    assert blamed(job) == columns


FACTS = [
    ("established_on", "1840-01-01", date(1840, 1, 1), ["1839-12-31", "1800-01-01", "2999-01-01", date(2999, 1, 1)]),
    ("phone", "１３８００１３８０９９", "13800138099", ["abc", "12345", "138001380991380013809913800138099"]),
    ("legal_representative", "欧阳·娜娜（代）", "欧阳·娜娜（代）", ["+1+1", "@x", "13800138000", "刘芳1"]),
    ("bank_account", "６２２２ 0000-1111", "622200001111", ["12345", "没有"]),
]


@pytest.mark.parametrize(("column", "good", "stored", "bad"), FACTS)
def test_a_table_takes_of_an_organisation_what_the_form_takes_and_stores_the_same(
    town, desk, column, good, stored, bad
):
    desk.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    label = str(capfirst(Organization._meta.get_field(column).verbose_name))
    common = {"kind": "social_organization", "name": "第1服务中心", "credit_code": credit_code(1)}

    def form(value) -> OrganizationForm:
        found = OrganizationForm(common | {column: value}, status="registered")
        found.is_valid()
        return found

    for value in bad:
        job = desk.bring(workbook(centre(1, **{column: value})))
        assert (blamed(job), form(value).errors.keys()) == ([label], {column}), value
        assert [message for _row, _column, message in wrong(job)] == form(value).errors[column], value
    assert not Organization.objects.filter(name="第1服务中心").exists()
    assert form(good).cleaned_data[column] == stored
    desk.bring(workbook(centre(1, **{column: good})))
    assert getattr(Organization.objects.get(name="第1服务中心"), column) == stored


def test_everything_that_is_wrong_is_said_at_once(town, desk):
    job = desk.send(workbook(centre(1, kind="castle", established_on="?", email="nobody")))

    assert blamed(job) == ["Kind", "Established on", "E-mail"]


def test_same_number_twice_in_a_file_names_the_other_row(town, desk):
    job = desk.bring(workbook(centre(1), centre(1, name="另一个"), centre(3, name="第1服务中心")))

    assert counts(job) == {"new": 1, "wrong": 2}
    assert [(row, message) for row, _column, message in wrong(job)] == [
        (3, "Row 2 is about the same."),
        (4, "Row 2 has the same value."),
    ]


def test_host_may_stand_further_down_in_the_same_file(town, desk):
    job = desk.send(workbook(group(1, host="第2服务中心"), group(2, host=credit_code(2)), centre(2)))
    assert counts(job) == {"new": 3}

    desk.confirm(job)

    hosts = Organization.objects.filter(name__startswith="第", status="filed").values_list("host__name", flat=True)
    assert list(hosts) == ["第2服务中心", "第2服务中心"]


def test_host_whose_own_row_is_wrong_cannot_be_one(town, desk):
    job = desk.bring(workbook(group(1, host=credit_code(2)), centre(2, email="nobody")))

    assert counts(job) == {"wrong": 2}


def test_legal_status_follows_from_the_number(town, desk):
    desk.bring(workbook(centre(1), group(1)))

    assert Organization.objects.get(name="第1服务中心").status == "registered"
    assert Organization.objects.get(name="第1合唱队").status == "filed"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("bureau", ["Kind"]),
        ("support", ["Unified social credit code"]),  # another bureau's: nothing ties it to this one
        ("evaluators", ["Unified social credit code"]),
    ],
)
def test_funder_supporter_or_evaluator_is_not_changed_by_a_table(town, desk, name, wrong):
    known = getattr(town, name)
    Organization.objects.filter(pk=known.pk).update(credit_code=credit_code(1))

    job = desk.bring(workbook(centre(1, name=known.name, kind="community_group")))

    assert blamed(job) == wrong
    assert Organization.objects.get(pk=known.pk).kind == known.kind


def test_nothing_is_compared_with_what_another_bureau_looks_after(town, desk):
    """Else it could be found out row by row what stands there."""
    known = town.support
    Organization.objects.filter(pk=known.pk).update(credit_code=credit_code(1), phone="13800138001")
    row = {"name": known.name, "credit_code": credit_code(1)}

    for phone in ("13800138001", "13800138002"):
        job = desk.bring(workbook(row | {"kind": known.kind, "phone": phone}))
        assert (counts(job), blamed(job)) == ({"wrong": 1}, ["Unified social credit code"])
        assert [message for _row, _column, message in wrong(job)] == [
            "Another bureau looks after this organisation: a table of yours cannot change it."
        ]


def test_group_cannot_be_made_a_funder_so_its_staff_never_become_clerks(town, desk):
    job = desk.bring(workbook(centre(1, name=town.centre.name, kind="funder", credit_code=town.centre.credit_code)))

    assert blamed(job) == ["Kind"]


def test_a_city_brings_what_it_looks_after_itself_and_nothing_of_a_place_that_has_a_bureau(town, desk, browse):
    city = Organization.objects.create(
        name="北京市民政局", kind="funder", region="11", credit_code="11110000000021004J"
    )
    clerk = person("cityclerk", "市经办")
    towns.member(clerk, city, Role.STAFF)
    above = Desk(browse(clerk), desk.committed)
    far = group(1, filing_number="BA-110106001001-2024-0001")
    in_town = group(3, filing_number="BA-110106001001-2024-0003", community=town.community.region_code)

    job = above.bring(workbook(far, group(2), in_town))

    assert blamed(job) == ["Community", "Community"]
    by_number, by_community = (message for _row, _column, message in wrong(job))
    assert ("names no community" in by_number, "names no community" in by_community) == (True, False)
    assert "Enter the region code of its community." in by_number
    assert sorted(Organization.objects.filter(name__endswith="合唱队").exclude(pk=town.choir.pk).values_list(
        "name", flat=True)) == ["第1合唱队"]  # fmt: skip
    assert Organization.objects.visible_to(clerk).filter(name="第1合唱队").exists()
    assert counts(desk.bring(workbook(group(2)))) == {"new": 1}


def test_a_host_from_elsewhere_comes_with_the_group_that_is_seen_and_not_alone(town, desk):
    far = centre(1, credit_code=credit_code(1, "310000"), name="上海服务中心")
    near, away = group(1, host="上海服务中心"), group(1, host="上海服务中心", filing_number="BA-310117001001-2024-0001")

    assert blamed(desk.bring(workbook(far))) == ["Community"]
    assert set(blamed(desk.bring(workbook(far, away)))) >= {"Community"}
    assert counts(desk.bring(workbook(far, near))) == {"new": 2}


def test_a_table_moves_no_organisation_out_of_sight(town, desk):
    Community.objects.create(region_code="310117001001", name="方松社区", street="方松街道", district="松江区")
    row = centre(1, community="")
    desk.bring(workbook(row))

    assert blamed(desk.bring(workbook(row | {"community": "310117001001"}))) == ["Community"]
    assert counts(desk.bring(workbook(row | {"community": town.community.region_code}))) == {"changed": 1}


def test_new_organisation_has_a_line_in_its_log(town, desk):
    desk.bring(workbook(centre(1)))

    event = Event.objects.about(Organization.objects.get(name="第1服务中心")).get()
    assert (event.name, event.actor) == ("import", town.clerk)


# -- Social workers --------------------------------------------------------------------------------


def worker(serial: int = 1, **changes) -> dict:
    row = {
        "name": f"社工{serial}",
        "phone": f"1380013{serial:04d}",
        "organization": "52110105MJ01000190",
        "level": "assistant",
        "number": f"A-{serial}",
        "issued_on": date(2024, 6, 30),
    }
    return row | changes


def bring(desk: Desk, *rows: dict):
    return desk.bring(workbook(*rows), "social-workers")


def test_new_social_worker_gets_account_certificate_and_membership(town, desk):
    job = bring(desk, worker(email="Worker@Example.org"))

    assert counts(job) == {"new": 1}
    user = User.objects.get(phone="13800130001")
    assert (user.name, user.email, user.has_usable_password()) == ("社工1", "worker@example.org", False)
    assert user.certificates.get().number == "A-1"
    membership = user.memberships.get()
    assert (membership.organization, membership.role) == (town.centre, Role.STAFF)
    assert Event.objects.about(user).get().name == "import"


@pytest.mark.parametrize(
    "level", ["社会工作师（中级）", "社会工作师(中级)", "Social worker (intermediate)", "social_worker"]
)
def test_a_choice_is_known_by_its_words_in_any_width_and_language(town, desk, level):
    assert counts(bring(desk, worker(level=level))) == {"new": 1}


def test_person_with_two_certificates_is_one_person(town, desk):
    bring(desk, worker(1), worker(1, number="B-1", level="social_worker"))

    user = User.objects.get(phone="13800130001")
    assert user.certificates.count() == 2
    assert user.memberships.count() == 1


def test_known_person_keeps_their_account_and_gets_a_certificate(town, desk):
    User.objects.filter(pk=town.volunteer.pk).update(phone="13800130001")

    job = bring(desk, worker(1, name=town.volunteer.name))

    assert counts(job) == {"new": 1}
    assert Certificate.objects.get().user == town.volunteer
    assert Membership.objects.filter(user=town.volunteer).count() == 1  # belongs to the centre already


def test_same_file_again_changes_nothing(town, desk):
    rows = [worker(number) for number in range(1, 4)]
    bring(desk, *rows)

    assert counts(bring(desk, *rows)) == {"unchanged": 3}
    assert Membership.objects.filter(user__name__startswith="社工").count() == 3


def test_certificate_is_changed(town, desk):
    bring(desk, worker(1))

    job = bring(desk, worker(1, level="social_worker", registered_until="2027-06-30"))

    assert counts(job) == {"changed": 1}
    found = Certificate.objects.get()
    assert (found.level, found.registered_until) == ("social_worker", date(2027, 6, 30))


def test_whoever_has_never_signed_in_can_be_corrected(town, desk):
    bring(desk, worker(1))

    job = bring(desk, worker(1, name="改名", phone="13900139000", email="new@example.org"))

    assert counts(job) == {"changed": 1}
    user = Certificate.objects.get().user
    assert (user.name, user.phone, user.email) == ("改名", "13900139000", "new@example.org")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"phone": "13900139000"}, "Mobile phone"),
        ({"email": "thief@example.org"}, "E-mail"),
        ({"name": "别人"}, "Full name"),
    ],
)
def test_whoever_signs_in_is_never_taken_over(town, desk, change, column):
    owner = person("owner", "社工1", "13800130001")
    Certificate.objects.create(user=owner, level="assistant", number="A-1", issued_on=date(2024, 6, 30))

    job = bring(desk, worker(1, **change))

    assert blamed(job) == [column]
    owner.refresh_from_db()
    assert (owner.name, owner.phone, owner.email) == ("社工1", "13800130001", "owner@example.org")


@pytest.mark.parametrize("name", ["bureau", "evaluators"])
def test_nobody_becomes_staff_of_a_funder_or_evaluator(town, desk, name):
    job = bring(desk, worker(1, organization=getattr(town, name).credit_code))

    assert blamed(job) == ["Organisation number"]
    assert not User.objects.filter(phone="13800130001").exists()


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (worker(phone="12345"), ["Mobile phone"]),
        (worker(phone=None), ["Mobile phone"]),
        (worker(email="nobody"), ["E-mail"]),
        (worker(name=""), ["Full name"]),
        (worker(name="名" * 61), ["Full name"]),
        (worker(level="master"), ["Certificate level"]),
        (worker(number=""), ["Certificate number"]),
        (worker(issued_on=""), ["Issued on"]),
        (worker(issued_on="2027-01-01"), ["Issued on"]),
        (worker(registered_until="2020-01-01"), ["Registration valid until"]),
    ],
)
def test_wrong_social_worker_is_blamed_at_its_column(town, desk, row, columns):
    job = bring(desk, row)

    assert counts(job) == {"wrong": 1}
    assert blamed(job) == columns


def test_one_mobile_number_for_two_names_is_wrong(town, desk):
    job = bring(desk, worker(1), worker(2, phone="13800130001"))

    assert counts(job) == {"new": 1, "wrong": 1}
    assert blamed(job) == ["Full name"]


def test_a_year_without_a_calendar_waits_for_whoever_can_enter_it(town, life, browse):
    Organization.objects.create(name="丰台区民政局", kind="funder", region="110106", credit_code=credit_code(7))
    running = life.walk(draft(town), "running")
    Project.objects.filter(pk=running.pk).update(due_on=date(2028, 1, 5))
    keeper, page = towns.administrator("system"), reverse("reports:import_create", args=["calendar"])

    assert page in [task.url for task in waiting_for(keeper)]
    assert page not in [task.url for task in waiting_for(town.clerk)]
    assert [browse(user).get(page).status_code for user in (keeper, town.clerk)] == [200, 403]
