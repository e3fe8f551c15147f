"""The standings between the sheets and the decision: bonuses, lots, the waitlist."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.money import plain
from core.workflow import Refused, permit, record
from evaluations.lots import draw, new_seed
from evaluations.models import Bonus, Decision, Draw, Purpose, Result
from evaluations.standings import standings
from grants.models import BonusRule, Call
from people.models import User
from projects.actions import notices
from projects.actions.notices import Place, Printable
from projects.models import Notice, Project, State


def _permit_before_decision(call: Call, by: User) -> Call:
    """The call, locked; refused once a decision on it has been proposed, for then the standings are fixed."""
    permit("evaluations.confirm", by, call)
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if locked.decisions.filter(state__in=[Decision.State.PROPOSED, Decision.State.APPROVED]).exists():
        raise Refused(_("A decision has been proposed: the standings are fixed."))
    return locked


@transaction.atomic
def give_bonus(project: Project, rule: BonusRule, *, by: User, points: Decimal, reason: str) -> Bonus | None:
    """Give a project points by a bonus rule of its call, or change them; 0 takes them away (None).

    Refused above the rule's most, without what shows that they are due, or once a decision has been proposed.
    """
    _permit_before_decision(project.call, by)
    if rule.call_id != project.call_id or project.state != State.IN_REVIEW:
        raise Refused(_("Bonuses are given while a project is in review, by the rules of its call."))
    if not 0 <= points <= rule.most:
        raise Refused(_("“%(rule)s” gives 0 to %(most)s points.") % {"rule": rule, "most": plain(rule.most)})
    label = _("Bonus: %(points)s for %(rule)s") % {"points": points, "rule": rule}
    if points == 0:
        Bonus.objects.filter(project=project, rule=rule).delete()
        record(project, "bonus", by=by, label=label, note=reason)
        return None
    if not reason.strip():
        raise Refused(_("Please say what shows that the bonus is due."))
    said = {"points": points, "reason": reason.strip(), "given_by": by, "given_at": clock.now()}
    bonus, _created = Bonus.objects.update_or_create(project=project, rule=rule, defaults=said)
    record(project, "bonus", by=by, label=label, note=reason)
    return bonus


@transaction.atomic
def draw_lots(call: Call, *, by: User) -> Draw:
    """Draw the one lot that decides between equal scores of this call: over all its judged projects, whatever their
    scores, so that the draw can favour nobody. Refused when it has been drawn (the database holds one a call), while a
    panel is unfinished, and when nothing is equal: nobody draws early, or again, until the lot pleases."""
    locked = _permit_before_decision(call, by)
    if locked.draws.filter(kind=Draw.Kind.TIE).exists():
        raise Refused(_("The lot has been drawn already."))
    rows = standings(locked)
    if not rows:
        raise Refused(_("No project of this call is in review."))
    unfinished = [row.project.title for row in rows if row.project.state == State.IN_REVIEW and not row.is_complete]
    if unfinished:
        words = {"titles": "、".join(unfinished)}
        raise Refused(_("The lot is drawn when every panel is whole; still waiting: %(titles)s.") % words)
    if not any(row.is_tied for row in rows):
        raise Refused(_("No two projects are equal in everything: no lot is needed."))
    numbers = sorted(row.project.number for row in rows)
    seed = new_seed()
    made = Draw.objects.create(
        call=locked, kind=Draw.Kind.TIE, seed=seed, items=numbers, outcome=draw(numbers, seed), drawn_by=by
    )
    record(locked, "draw_lots", by=by, label=_("Lots drawn"), seed=seed)
    return made


def money_given(call: Call) -> Decimal:
    """Yuan already proposed or awarded in this call."""
    taken = call.projects.exclude(state__in=[State.NOT_SELECTED, State.FORFEITED, State.WITHDRAWN])
    return sum((p.amount_awarded or p.amount_proposed or Decimal(0) for p in taken), Decimal("0.00"))


def frozen_places(call: Call) -> dict[int, Place]:
    """The places and scores that were confirmed, by project id."""
    frozen = Result.objects.filter(project__call=call, purpose=Purpose.REVIEW).values_list(
        "project", "rank", "score", "bonus"
    )
    return {pk: Place(rank, score, bonus) for pk, rank, score, bonus in frozen}


@transaction.atomic
def publish_notice(call: Call, *, by: User, read: str | None = None) -> Notice:
    """Put projects that moved up from the waitlist to a public notice of their own; `read`: the digest of the list that
    was seen (`to_publish`)."""
    permit("evaluations.confirm", by, call)
    return notices.publish_notice(call, by=by, places=frozen_places(call), read=read)


def to_publish(call: Call) -> Printable:
    """What that notice would list now."""
    return notices.to_publish(call, places=frozen_places(call))
