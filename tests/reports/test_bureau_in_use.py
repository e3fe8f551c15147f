"""From nothing to the first published call: what the people of a new district fill in, counted."""

import re
from datetime import timedelta

import pytest

from core import clock
from grants.actions import offers
from grants.models import Call
from people.models import Kind, Organization, Region, Role
from tests.town import make_call, member, person

pytestmark = pytest.mark.one_database

OFFICE = {
    "region": "丰台区",
    "name": "丰台区民政局",
    "credit_code": "11110106000058923H",
    "phone": "010-63000000",
    "mark": "丰民",
}
FIRST = {"manager": "丰局长", "staff": "丰经办", "approver": "丰主任", "finance": "丰会计"}
FUND = {"name": "2026年丰台区公益创投资金", "source": "lottery", "year": "2026"}
MONEY = {"amount": "500000.00", "memo": "丰财〔2026〕1号"}
TEN_MINUTES = 30
"""Fields typed or chosen, at twenty seconds each."""


@pytest.fixture
def offered(town):
    """The call of the city, which its clerk offers to the districts."""
    city = Organization.objects.create(
        name="北京市民政局", kind=Kind.FUNDER, credit_code="11110000000021004J", region="110000"
    )
    town.people["cityclerk"] = person("cityclerk", "市经办")
    member(town.cityclerk, city, Role.STAFF)
    Region.objects.create(code="110106", name="丰台区")
    soon = clock.now() + timedelta(days=40)
    call = make_call(town, code="CITY2026", funder=city, closes_at=soon, published_at=clock.now(),
                     published_by=town.approver, publish=False)  # fmt: skip
    return offers.offer(call, by=town.cityclerk)


def test_a_clerk_brings_a_new_district_to_its_first_call_in_ten_minutes(town, offered, browse):
    """Set up by the city's clerk; links taken up; fund and money; the city's call taken over, read and published."""
    people = {f"people-{n}-role": role for n, role in enumerate(FIRST)}
    names = {f"people-{n}-name": name for n, name in enumerate(FIRST.values())}
    counted = {"people-TOTAL_FORMS": "4", "people-INITIAL_FORMS": "0"}

    page = browse(town.cityclerk).post("/bureaus/new/", OFFICE | people | names | counted, follow=True)
    links = re.findall(r'value="http://testserver(/invitations/[^"]+/)"', page.content.decode())
    clients = {role: browse(person(f"new-{role}", name)) for role, name in FIRST.items()}
    for client, link in zip(clients.values(), links, strict=True):
        client.post(link)
    bureau = Organization.objects.get(name="丰台区民政局")
    clients["finance"].post("/funds/new/", FUND | {"funder": str(bureau.pk)})
    fund = bureau.funds.get()
    clients["finance"].post(f"/funds/{fund.pk}/allocate/", MONEY)
    clients["staff"].post(f"/terms/offers/{offered.pk}/adopt/{bureau.pk}/")
    draft = Call.objects.get(funder=bureau)
    read = clients["approver"].get(f"/calls/{draft.pk}/").context["read"]
    clients["approver"].post(f"/calls/{draft.pk}/publish/", {"read": read})

    draft.refresh_from_db()
    assert draft.is_published
    assert draft.title in browse().get("/calls/?region=110106").content.decode()
    assert len(OFFICE) + len(names) + len(FUND) + len(MONEY) <= TEN_MINUTES


def test_nobody_else_of_the_district_brings_it_there(town, offered, browse):
    assert browse(town.head).get("/bureaus/new/").status_code == 403
    assert browse(town.approver).post(f"/terms/offers/{offered.pk}/adopt/{town.bureau.pk}/").status_code == 404
    assert not Call.objects.filter(code__startswith="CITY2026-").exists()
