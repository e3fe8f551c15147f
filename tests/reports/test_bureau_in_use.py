"""From nothing to the first published call: what the people of a new district fill in, counted."""

import re
from datetime import timedelta

import pytest

from core import clock
from grants.actions import offers
from grants.models import Call
from people.models import Organization
from tests.reports.test_bureaus import OFFICE, PEOPLE, city, filled
from tests.town import make_call, person

pytestmark = pytest.mark.one_database

__all__ = ["city"]  # the fixture

FUND = {"name": "2026年丰台区公益创投资金", "source": "lottery", "year": "2026"}
MONEY = {"amount": "500000.00", "memo": "丰财〔2026〕1号"}
TEN_MINUTES = 30
"""Fields typed or chosen, at twenty seconds each."""


@pytest.fixture
def offered(town, city):
    """The call of the city, which its clerk offers to the districts."""
    soon = clock.now() + timedelta(days=40)
    call = make_call(town, code="CITY2026", funder=city, closes_at=soon, published_at=clock.now(),
                     published_by=town.approver, publish=False)  # fmt: skip
    return offers.offer(call, by=town.cityclerk)


def test_a_clerk_brings_a_new_district_to_its_first_call_in_ten_minutes(town, offered, browse):
    """Set up by the city's clerk; links taken up; fund and money; the city's call taken over, read and published."""
    invited = {role: name for role, name in PEOPLE if name}
    page = browse(town.cityclerk).post("/bureaus/new/", filled(), follow=True)
    links = re.findall(r'value="http://testserver(/invitations/[^"]+/)"', page.content.decode())
    clients = {role: browse(person(f"new-{role}", name)) for role, name in invited.items()}
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
    assert len(OFFICE) + len(invited) + len(FUND) + len(MONEY) <= TEN_MINUTES


def test_nobody_else_of_the_district_brings_it_there(town, offered, browse):
    assert browse(town.head).get("/bureaus/new/").status_code == 403
    assert browse(town.approver).post(f"/terms/offers/{offered.pk}/adopt/{town.bureau.pk}/").status_code == 404
    assert not Call.objects.filter(code__startswith="CITY2026-").exists()
