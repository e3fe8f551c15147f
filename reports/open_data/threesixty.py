"""Awards by the 360Giving Data Standard 1.4 (standard.threesixtygiving.org): one package with all grants.

Of the standard's code lists we use none that is British: places have their name and the country, no `geoCode`.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from reports.open_data.identifiers import grant_id
from reports.open_data.layout import Layout, json_list, moment, number, stated
from reports.open_data.records import Award, Party, Publisher

VERSION = "1.4"
FIELD = "服务领域"
SOURCE = "资金来源"


def grant(award: Award, publisher: Publisher) -> dict[str, Any]:
    """One grant. Recipients are organisations, always; there is no `recipientIndividual`."""
    prefix = publisher.prefix
    planned = stated(startDate=_day(award.planned_from), endDate=_day(award.planned_until))
    actual = stated(startDate=_day(award.started_on), endDate=_day(award.ended_on))
    programme = stated(code=award.call_code, title=award.call_title, url=publisher.link(award.call_page))
    return stated(
        id=grant_id(prefix, award.number),
        title=award.title,
        description=award.description,
        currency="CNY",
        amountAppliedFor=number(award.requested),
        amountAwarded=number(award.awarded),
        amountDisbursed=number(award.paid),
        awardDate=timezone.localdate(award.approved_at).isoformat(),
        url=publisher.link(award.page),
        plannedDates=[planned] if award.planned_from else [],
        actualDates=[actual] if award.started_on else [],
        recipientOrganization=[_organization(award.recipient, prefix, _through(award))],
        fundingOrganization=[_organization(award.funder, prefix)],
        beneficiaryLocation=[{"name": place, "countryCode": "CN"} for place in award.places],
        grantProgramme=[programme],
        fromOpenCall="Yes",
        classifications=[
            {"vocabulary": vocabulary, "title": title}
            for vocabulary, title in ((FIELD, award.field), (SOURCE, award.source))
            if title
        ],
        dateModified=moment(award.modified),
        dataSource=publisher.link("/open-data/"),
    )


def package(publisher: Publisher, modified: datetime | None) -> Layout[Award]:
    """The package; `modified` is the last change of any of its grants. (The standard asks for one grant at least:
    before the first award the list is empty.)"""
    around = stated(
        version=VERSION,
        title=f"{publisher.name}：立项资助",
        description="公益创投中经过公示并批准立项的资助。金额单位为元（人民币）。不含个人信息。",
        modified=moment(modified) if modified else None,
        publisher=stated(name=publisher.name, website=publisher.link("/")),
        downloadURL=publisher.link("/open-data/360giving.json"),
        accessURL=publisher.link("/open-data/"),
        license=publisher.licence,
    )
    return json_list(around, "grants", lambda award: grant(award, publisher))


def _organization(party: Party, prefix: str, description: str = "") -> dict[str, Any]:
    return stated(id=party.identifier(prefix), name=party.name, organisationType=party.kind, description=description)


def _through(award: Award) -> str:
    """Why the money goes to another organisation's account."""
    return f"备案组织，由{award.host.name}代管，并代签协议、代收资金" if award.host else ""


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
