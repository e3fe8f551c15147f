"""The group says how it sees its own project, before anybody else does."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.money import plain
from core.notifications import notify
from core.workflow import Refused, Stale, permit, record
from evaluations.actions.evaluation import go_on
from evaluations.actions.reporting import figures_of
from evaluations.models import Evaluation, SelfEvaluation, SelfScore
from people.models import User

SelfScores = Mapping[int, tuple[Decimal | None, str]]
"""By criterion id the points and the words."""


@transaction.atomic
def save(
    evaluation: Evaluation,
    *,
    by: User,
    scores: SelfScores,
    went_well: str = "",
    went_badly: str = "",
    next_steps: str = "",
    version: int | None = None,
) -> SelfEvaluation:
    """Keep a draft: only the group sees it. `Stale` when a colleague has saved it since `version`."""
    written = _writable(evaluation, by, version)
    if reasons := out_of_range(evaluation, scores):
        raise Refused(*reasons)
    written.went_well, written.went_badly, written.next_steps = (
        went_well.strip(),
        went_badly.strip(),
        next_steps.strip(),
    )
    written.version, written.saved_by = written.version + 1, by
    written.save()
    for criterion, (points, words) in scores.items():
        SelfScore.objects.update_or_create(
            self_evaluation=written, criterion_id=criterion, defaults={"points": points, "words": words.strip()}
        )
    return written


@transaction.atomic
def hand_in(
    evaluation: Evaluation,
    *,
    by: User,
    scores: SelfScores,
    went_well: str = "",
    went_badly: str = "",
    next_steps: str = "",
    version: int | None = None,
) -> SelfEvaluation:
    """Hand it in: it stands from now on, with the figures of this day, the lead is told, and the evaluation goes on
    with its next step.

    Refused, naming all of it at once, while a criterion has no points or words, or a text is empty."""
    texts = {"went_well": went_well, "went_badly": went_badly, "next_steps": next_steps}
    written = save(evaluation, by=by, scores=scores, version=version, **texts)
    if reasons := lacking(evaluation, written):
        raise Refused(*reasons)
    fresh = Evaluation.objects.select_related("project__call", "lead", "commission").get(pk=evaluation.pk)
    written.handed_in_by, written.handed_in_at = by, clock.now()
    written.figures = figures_of(fresh.project)
    written.save(update_fields=["handed_in_by", "handed_in_at", "figures"])
    for thing in (fresh, fresh.project):
        record(thing, "hand_in_self_evaluation", by=by, label=_("Self-evaluation handed in"))
    if fresh.lead:
        subject = _("“%(title)s”: the self-evaluation is there") % {"title": fresh.project.title}
        notify([fresh.lead], subject=subject, url=fresh.get_absolute_url())
    go_on(fresh, by=by)
    evaluation.refresh_from_db()
    return written


def _writable(evaluation: Evaluation, by: User, version: int | None) -> SelfEvaluation:
    locked = Evaluation.objects.select_for_update(of=("self",)).select_related("project").get(pk=evaluation.pk)
    permit("evaluations.self_evaluate", by, locked)
    written, _made = SelfEvaluation.objects.get_or_create(evaluation=locked)
    if written.is_handed_in:
        raise Refused(_("The self-evaluation has been handed in already."))
    if version is not None and version != written.version:
        raise Stale(_("This has been changed in another window since you opened it."))
    return written


def out_of_range(evaluation: Evaluation, scores: SelfScores) -> list[str]:
    """A sentence for every figure that its criterion does not take."""
    sentence = _("“%(criterion)s” takes 0 to %(weight)s points.")
    return [
        sentence % {"criterion": criterion, "weight": plain(criterion.weight)}
        for criterion in evaluation.scored_lines
        if (given := scores.get(criterion.pk, (None, ""))[0]) is not None and not 0 <= given <= criterion.weight
    ]


def lacking(evaluation: Evaluation, written: SelfEvaluation) -> list[str]:
    """Everything for which it cannot be handed in yet."""
    given = {score.criterion_id: score for score in written.scores.all()}
    reasons = []
    for criterion in evaluation.scored_lines:
        score = given.get(criterion.pk)
        if score is None or score.points is None:
            reasons.append(_("“%(criterion)s” has no points yet.") % {"criterion": criterion})
        elif not score.words:
            reasons.append(_("“%(criterion)s”: please say in a few words what shows it.") % {"criterion": criterion})
    if not written.went_well or not written.went_badly:
        reasons.append(_("Please say what went well and what went badly: both help."))
    return reasons
