"""A year of stars, from its rules to its publication, and the appeals of the organisations.

Nothing moves by itself: each step is pressed by a person, the second by another than the first.
"""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workdays import add_workdays
from core.workflow import Refused, advance, permit, record
from evaluations.models import CautionProposal, Star, StarAppeal, StarYear
from evaluations.models.caution import Caution
from evaluations.models.star_year import begins_later
from evaluations.star_facts import facts_for_stars, gather
from evaluations.stars import ITEMS, Facts, has_many_bad, means_of, rate_one
from people import territory
from people.models import Organization, Role, User
from projects.actions.messages import holders

Ground = Caution.Ground
ALL_ITEMS = [item for items in ITEMS.values() for item in items]


@transaction.atomic
def draft(funder: Organization, *, by: User, values: dict[str, Any]) -> StarYear:
    """Begin a year; its rules can be changed until they are announced."""
    year = StarYear(funder=funder, drafted_by=by, **values)
    permit("evaluations.keep_star_year", by, year)
    _sound(year)
    year.save()
    record(year, "draft", by=by, label=_("Year of stars drafted"))
    return year


@transaction.atomic
def change_rules(year: StarYear, *, by: User, values: dict[str, Any]) -> StarYear:
    """Change what is not announced yet."""
    permit("evaluations.keep_star_year", by, year)
    locked = StarYear.objects.select_for_update().get(pk=year.pk)
    if not locked.is_open:
        raise Refused(_("The rules are announced: they no longer change."))
    for name, value in values.items():
        setattr(locked, name, value)
    _sound(locked)
    locked.save()
    record(locked, "change_rules", by=by, label=_("Rules of the year changed"))
    return locked


def _sound(year: StarYear) -> None:
    """Refused at once, not only when it is announced: then the day may have passed."""
    if not begins_later(year):
        raise Refused(str(begins_later.reason))  # type: ignore[attr-defined]
    if not year.counts_from < year.counts_until < year.expires_on:
        raise Refused(_("First the year counts, then it ends, then the stars hold for a while."))
    if year.region and year.funder.region and not territory.lies_in(year.region, year.funder.region):
        raise Refused(_("Your bureau rates organisations of its own region only."))
    same = StarYear.objects.filter(funder=year.funder_id, region=year.region).exclude(pk=year.pk)
    if other := same.filter(counts_from__lte=year.counts_until, counts_until__gte=year.counts_from).first():
        raise Refused(
            _("These days are counted in “%(other)s” already (%(since)s to %(until)s): nothing counts twice.")
            % {"other": other.title, "since": other.counts_from, "until": other.counts_until}
        )


@transaction.atomic
def announce(year: StarYear, *, by: User) -> StarYear:
    """Publish the rules before the year begins to count; from now on nothing of them changes."""
    return advance(year, "announce", by=by)


@transaction.atomic
def calculate(year: StarYear, *, by: User) -> StarYear:
    """Take the facts from the records as they are today and freeze them, with the means of the groups and a digest.

    Can be repeated until the notice begins, or after it was sent back; what a ruling has set otherwise stays so."""
    permit("evaluations.calculate_stars", by, year)
    gathered = gather(year)
    if not gathered:
        raise Refused(_("No organisation carried out a funded project in this year."))
    before = {star.organization_id: star for star in year.stars.all()}
    stars = []
    for one in gathered:
        star = before.pop(one.organization.pk, None) or Star(organization=one.organization)
        star.year, star.facts = year, one.facts
        star.acknowledged_at = star.acknowledged_by = None
        _describe(star, one.organization)
        stars.append(star)
    facts = {star.organization_id: _facts(star) for star in stars}
    means = means_of(facts.values())
    advance(year, "calculate", by=by, means={group: list(counted) for group, counted in means.items()})
    for star in stars:
        star.take(rate_one(facts[star.organization_id], year.rules, means))
        star.save()
    for gone in before.values():  # no longer rated, and nobody has appealed
        if not gone.appeals.exists():
            gone.delete()
    _seal(year)
    return year


def _facts(star: Star) -> Facts:
    return facts_for_stars(star.organization_id, star.group, star.facts, star.corrections)


def _describe(star: Star, organization: Organization) -> None:
    """Name, kind and place as they are on the day."""
    star.name, star.kind, star.status = organization.name, organization.kind, organization.status
    if organization.community:
        star.district, star.street = organization.community.district, organization.community.street


def _seal(year: StarYear) -> None:
    year.digest = year.whole_digest
    year.save(update_fields=["digest"])


@transaction.atomic
def open_notice(year: StarYear, *, by: User) -> StarYear:
    """Every organisation is told where it reads its explanation, and until when it can appeal."""
    advance(year, "open_notice", by=by)
    for star in year.stars.select_related("organization"):
        _tell(
            star,
            _("your stars of %(year)s are in notice") % {"year": year.year},
            _("Please read the explanation. You can appeal until %(day)s.") % {"day": year.notice_until},
        )
    return year


def _tell(star: Star, subject: str, body: str = "") -> None:
    people = holders(star.organization_id, Role.MANAGER, Role.STAFF)
    subject = _("“%(project)s”: %(subject)s") % {"project": star.name, "subject": subject}
    notify(people, subject=subject, body=body, url=star.get_absolute_url())


@transaction.atomic
def send_back(year: StarYear, *, by: User, note: str) -> StarYear:
    """The whole is calculated anew and goes to notice again; appeals and their rulings stay."""
    advance(year, "send_back", by=by, note=note)
    for person in holders(year.funder_id, Role.STAFF):
        notify([person], subject=_("The stars are sent back: %(year)s") % {"year": year}, body=note, url=_desk(year))
    return year


def _desk(year: StarYear) -> str:
    return reverse("evaluations:star_year_detail", args=[year.pk])


@transaction.atomic
def acknowledge(star: Star, *, by: User) -> Star:
    """The organisation has read its explanation; it can still appeal."""
    permit("evaluations.acknowledge_star", by, star)
    locked = Star.objects.select_for_update(of=("self",)).select_related("year").get(pk=star.pk)
    if not locked.year.is_public:
        raise Refused(_("The stars are not in notice."))
    if locked.acknowledged_at is None:
        locked.acknowledged_at, locked.acknowledged_by = clock.now(), by
        locked.save(update_fields=["acknowledged_at", "acknowledged_by"])
        record(locked, "acknowledge", by=by, label=_("Explanation read"))
    return locked


@transaction.atomic
def appeal(star: Star, *, by: User, text: str) -> StarAppeal:
    """The head of the organisation says what is wrong, once, while the notice runs; the funder is told."""
    permit("evaluations.appeal_star", by, star)
    year = StarYear.objects.select_for_update().get(pk=star.year_id)
    if not year.takes_appeals:
        raise Refused(_("Appeals are taken while the notice runs."))
    mine = StarAppeal.objects.filter(star=star)
    if mine.open().exists() or mine.filter(made_at__date__gte=year.notice_from).exists():
        raise Refused(_("Your appeal is there already."))
    if not text.strip():
        raise Refused(_("Please say what is wrong."))
    due_on = add_workdays(clock.today(), year.ruling_workdays)
    made = StarAppeal.objects.create(star=star, year=year, text=text.strip(), made_by=by, due_on=due_on)
    record(star, "appeal", by=by, label=_("Appeal against the stars"), note=made.text)
    subject = _("“%(project)s”: %(subject)s") % {"project": star.name, "subject": _("appeals against its stars")}
    people = [one for one in holders(year.funder_id, Role.STAFF, Role.APPROVER) if one.pk != year.calculated_by_id]
    notify(people, subject=subject, body=made.text, url=made.get_absolute_url())
    return made


@transaction.atomic
def rule_on_appeal(
    found: StarAppeal,
    *,
    by: User,
    ruling: str,
    reason: str,
    item: str = "",
    percent: Decimal | None = None,
) -> StarAppeal:
    """Somebody who did not calculate rules on an appeal, with reasons.

    Upheld: the organisation's facts are taken from the records anew, as they may have been mended since; `item`, if one
    is named, is set to so many percent of its points. Nobody else's figures move: the means of the groups stay as they
    were calculated. Places follow from the scores."""
    permit("evaluations.rule_on_star_appeal", by, found)
    year = StarYear.objects.select_for_update().get(pk=found.year_id)
    locked = StarAppeal.objects.select_for_update(of=("self",)).select_related("star__organization").get(pk=found.pk)
    if not locked.is_open:
        raise Refused(_("This has been decided already."))
    if year.state != StarYear.State.NOTICE:
        raise Refused(_("The stars are no longer in notice."))
    if not reason.strip():
        raise Refused(_("Please give the reasons: the organisation reads them."))
    if item and (item not in ALL_ITEMS or percent is None or not 0 <= percent <= 100):
        raise Refused(_("A line that is set otherwise needs its points, from 0 to 100 percent."))
    upheld = ruling == StarAppeal.Ruling.UPHELD
    if item and not upheld:
        raise Refused(_("Only where the appeal is upheld is a line set otherwise."))
    locked.ruling, locked.reason, locked.ruled_by, locked.ruled_at = ruling, reason.strip(), by, clock.now()
    star = locked.star
    star.year = year
    if upheld:
        locked.before = {"score": str(star.score or ""), "stars": star.stars}
        if item:
            share = str((percent or Decimal(0)) / 100)
            star.corrections = [one for one in star.corrections if one["item"] != item] + [
                {"item": item, "share": share}
            ]
        _rate_anew(star)
        _seal(year)
    locked.save()
    record(star, "rule_on_appeal", by=by, label=_("Appeal: %(ruling)s") % {"ruling": locked.get_ruling_display()},
           note=locked.reason)  # fmt: skip
    _tell(star, _("your appeal is ruled on: %(ruling)s") % {"ruling": locked.get_ruling_display()}, locked.reason)
    return locked


def _rate_anew(star: Star) -> None:
    """The score of one organisation from its records of today, beside the frozen means of its year."""
    for gathered in gather(star.year, star.organization):  # one, or none when its projects are no longer of the year
        star.facts = gathered.facts
    star.take(rate_one(_facts(star), star.year.rules, star.year.known_means))
    star.save()


@transaction.atomic
def confirm(year: StarYear, *, by: User) -> StarYear:
    """A second person confirms the year, when the notice is over and every appeal is ruled on."""
    if not year.is_unaltered or not all(star.is_unaltered for star in year.stars.all()):
        raise Refused(_("The stars are not what was calculated: the digests differ. Please send them back."))
    return advance(year, "confirm", by=by)


@transaction.atomic
def publish(year: StarYear, *, by: User) -> StarYear:
    """Everybody reads stars and places. Consequences: the organisations are told, and what the stars suggest by
    themselves (a warning) is put before the clerks as proposals; nobody is warned by that."""
    advance(year, "publish", by=by)
    stars = list(year.stars.select_related("organization"))
    for star in stars:
        _tell(star, _("the stars of %(year)s are published") % {"year": year.year})
    _propose_warnings(year, stars)
    return year


def _propose_warnings(year: StarYear, stars: list[Star]) -> None:
    before = StarYear.objects.published().filter(funder=year.funder_id, region=year.region, year=year.year - 1).first()
    last_before = set()
    if before is not None:
        rows = list(before.stars.rated())
        found = before.place_of(rows)
        last_before = {row.organization_id for row in rows if found[row.pk].is_last}
    places = year.place_of(stars)
    for star in stars:
        place = places.get(star.pk)
        if place is not None and place.is_last and star.organization_id in last_before:
            facts = {"rank": place.rank, "of": place.of, "years": [year.year - 1, year.year]}
            CautionProposal.objects.create(star=star, ground=Ground.LAST_TWICE, facts=facts)
        n, _satisfied, bad = star.voice_counts
        if has_many_bad(bad, n, limit=Decimal(year.bad_limit), least=year.least_voices):
            facts = {"n": n, "bad": bad, "limit": year.bad_limit}
            CautionProposal.objects.create(star=star, ground=Ground.BAD_VOICES, facts=facts)
