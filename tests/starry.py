"""A year of stars in the town: announced in March 2026, counting from April to December, calculated in January 2027."""

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Model

from evaluations.actions import cautions, delisting, stars, voices
from evaluations.models import Caution, CautionTalk, Delisting, Purpose, Result, Star, StarYear
from projects.models import Project
from tests.life import Life, choir_draft, draft
from tests.memory import remembered
from tests.town import Town, aware

RULES = {
    "title": "2026年度社会组织星级评价",
    "year": 2026,
    "counts_from": date(2026, 4, 1),
    "counts_until": date(2026, 12, 31),
    "expires_on": date(2027, 12, 31),
    "contact": "柳溪镇社区办 陈静",
    "contact_phone": "010-65000000",
}


@remembered
def announced(town: Town, **changes) -> StarYear:
    """Drafted and announced by the clerk in March."""
    return stars.announce(stars.draft(town.bureau, by=town.clerk, values=RULES | changes), by=town.clerk)


def final(town: Town, project: Project, score: str, round: int = 1) -> Result:
    """A concluded final evaluation."""
    points = Decimal(score)
    return Result.objects.create(
        project=project, purpose=Purpose.FINAL, round=round, base=points, score=points, sheets=1, grade="good",
        confirmed_by=town.clerk,
    )  # fmt: skip


def say(town: Town, project: Project, *levels: int) -> None:
    """What residents said when the clerk called them, one answer a level."""
    for level in levels:
        values = {"answers": {"overall": level}, "text": "", "day": date(2026, 11, 20)}
        voices.enter(project, by=town.clerk, channel="phone", values=values)


@remembered
def worked(town: Town, life: Life) -> tuple[Project, Project]:
    """The centre's project (final 88, 24 of 30 residents satisfied) and the choir's (final 72, three residents)."""
    both = [draft(town), choir_draft(town)]
    for place in ("eligible", "shortlisted", "running"):
        both = [life.walk(Project.objects.get(pk=project.pk), place) for project in both]
    centre, choir = both
    life.time.go(datetime(2026, 12, 20, 10))
    say(town, centre, *[4] * 24, *[3] * 4, *[2] * 2)
    say(town, choir, 5, 4, 1)
    final(town, centre, "88")
    final(town, choir, "72")
    life.time.go(datetime(2027, 1, 5, 10))
    return centre, choir


@remembered
def calculated(town: Town, life: Life) -> StarYear:
    year = announced(town)
    worked(town, life)
    return stars.calculate(year, by=town.clerk)


@remembered
def in_notice(town: Town, life: Life) -> StarYear:
    """The notice runs from 6 January 2027 for five workdays."""
    year = calculated(town, life)
    life.time.go(datetime(2027, 1, 6, 9))
    return stars.open_notice(year, by=town.clerk)


@remembered
def published(town: Town, life: Life) -> StarYear:
    year = in_notice(town, life)
    life.time.go(datetime(2027, 1, 20, 9))
    stars.confirm(year, by=town.approver)
    return stars.publish(year, by=town.clerk)


def star_of(year: StarYear, organization: Model) -> Star:
    return Star.objects.select_related("year", "organization").get(year=year, organization=organization)


@remembered
def cautioned(town: Town, **changes) -> Caution:
    """The centre is warned."""
    values = {"ground": "conduct", "words": "两次未按时报告。", "answer_until": date(2026, 3, 24)} | changes
    return cautions.warn(town.centre, town.bureau, by=town.clerk, **values)


@remembered
def talked(town: Town, time) -> CautionTalk:
    """Called to a talk on 16 March, written down on the same day; to be mended until 20 March."""
    talk = cautions.call_to_talk(
        cautioned(town), by=town.clerk, reason="未见整改", planned_at=aware(2026, 3, 16, 14), place="会议室"
    )
    time.go(datetime(2026, 3, 16, 16))
    return cautions.record_talk(
        talk, by=town.clerk, present="陈静、刘芳", said="承认延误。", agreed="补交报告", agreed_until=date(2026, 3, 20)
    )


@remembered
def proposed(town: Town, time) -> Delisting:
    """Proposed to be delisted on 23 March, to be heard until 3 April, until 1 April 2027."""
    talk = talked(town, time)
    time.go(datetime(2026, 3, 23, 10))
    return delisting.propose(
        talk, by=town.clerk, reasons="约谈后仍未整改。", until_on=date(2027, 4, 1), hear_until=date(2026, 4, 3)
    )


@remembered
def delisted(town: Town, time) -> Delisting:
    """Heard, and delisted by the approver on 25 March."""
    found = delisting.state(proposed(town, time), by=town.head, statement="已补交两份。")
    time.go(datetime(2026, 3, 25, 10))
    return delisting.decide(found, by=town.approver, delist=True, reason="陈述不足以说明。")
