"""Pledges, what came of them, and a speed meeting, by the real verbs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import clock
from projects.actions import gifts, meetings, pledges
from projects.models import Gift, Meeting, Pledge, Project
from tests.test_files import pdf
from tests.town import Town

MONEY = {
    "kind": "money", "what": "", "quantity": Decimal("1000.00"), "unit": "", "unit_price": None, "basis": "",
    "basis_words": "", "message": "", "contact": "罗掌柜", "contact_phone": "13900139001",
}  # fmt: skip
EASELS = {
    "kind": "goods", "what": "画架20个", "quantity": Decimal("20.00"), "unit": "个", "unit_price": Decimal("33.33"),
    "basis": "market", "basis_words": "三家网店均价", "message": "", "contact": "罗掌柜",
    "contact_phone": "13900139001",
}  # fmt: skip


def offered(town: Town, project: Project, values: dict[str, Any] = MONEY, **changes: Any) -> Pledge:
    """The shop offers a thousand yuan, to be given within a month; or something else."""
    due_on = {"due_on": clock.today() + timedelta(days=30)}
    return pledges.offer(project, town.shop, by=town.giver, values=values | due_on | changes)


def accepted_pledge(town: Town, project: Project, values: dict[str, Any] = MONEY, **changes: Any) -> Pledge:
    return pledges.accept(offered(town, project, values, **changes), by=town.head)


def came(town: Town, pledge: Pledge, quantity: str, *, confirmed: bool = False, **changes: Any) -> Gift:
    """So much of it came today; the clerk confirms it, or not yet."""
    values = {"came_on": clock.today(), "quantity": Decimal(quantity), "files": [pdf("回单.pdf")]} | changes
    gift = gifts.record_gift(pledge, by=town.head, **values)
    if confirmed:
        gift = gifts.decide_gift(gift, by=town.clerk, accepted=True)
    pledge.refresh_from_db()
    return gift


def announced(town: Town, **changes: Any) -> Meeting:
    """A meeting in ten days, three rounds at two tables."""
    begins = clock.now() + timedelta(days=10)
    values = {
        "organizer": town.bureau, "title": "柳溪社洽会", "place": "文化中心", "starts_at": begins,
        "closes_on": clock.today() + timedelta(days=7), "rounds": 3, "tables": 2, "contact": "陈静",
    }  # fmt: skip
    return meetings.announce(Meeting(**(values | changes)), by=town.clerk)


def scheduled(town: Town, project: Project) -> Meeting:
    """The shop and the project have signed up, and the schedule is made."""
    meeting = announced(town)
    entry = meetings.come_with_project(meeting, project, by=town.head, person="刘芳", seeks="画架")
    meetings.come_as_giver(meeting, town.shop, by=town.giver, person="罗掌柜", wishes=[entry])
    return meetings.make_schedule(meeting, by=town.clerk)
