"""Tying records to the points of a sheet, so that whoever reads it later sees what they rest on."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit
from evaluations.actions.holding import hold_panel
from evaluations.evidence_due import asks_for_evidence
from evaluations.models import Assignment, Evidence, EvidenceWord, Purpose
from evaluations.records import records_of
from grants.models import Criterion
from people.models import User

MOST = 60
"""So many records for one line: whoever ties everything shows nothing."""


def _writable(assignment: Assignment, by: User, criterion: Criterion) -> Assignment:
    hold_panel(assignment.project_id)
    locked = Assignment.objects.select_related("evaluation__project", "sheet").get(pk=assignment.pk)
    permit("evaluations.tie_evidence", by, locked)
    if criterion.rubric_id != locked.rubric.pk:
        raise Refused(_("This line is not on the sheet."))
    return locked


@transaction.atomic
def tie(
    assignment: Assignment, criterion: Criterion, *, by: User, names: Iterable[str], why: str = ""
) -> list[Evidence]:
    """Tie records (named as `Record.name`) to a line of the own sheet, each as it is at this moment.

    What is tied already stays; when the record was corrected since, the new one takes its place and the old line is
    kept. Refused for what is no record of this project."""
    locked = _writable(assignment, by, criterion)
    wanted = set(names)
    kinds = {name.partition("-")[0] for name in wanted} & set(Evidence.Kind.values)
    assert locked.evaluation is not None, "only a sheet of an evaluation can be written on here"
    found = {one.name: one for one in records_of(locked.evaluation, kinds)}
    if missing := wanted - found.keys():
        raise Refused(_("%(n)s of these are not records of this project any more.") % {"n": len(missing)})
    here = {f"{one.kind}-{one.key}": one for one in _tied(locked, criterion)}
    if len(here.keys() | wanted) > MOST:
        raise Refused(_("At most %(n)s records for one line: please choose those that show it.") % {"n": MOST})
    made = []
    for name in sorted(wanted):
        record, old = found[name], here.get(name)
        if old and old.digest == record.digest and (not why.strip() or old.why == why.strip()):
            continue
        if old:
            _take_away(old)
        made.append(
            Evidence.objects.create(
                assignment=locked, criterion=criterion, kind=record.kind, key=record.key, label=record.label,
                day=record.day, amount=record.amount, edition=record.edition, digest=record.digest,
                why=why.strip() or (old.why if old else ""),
            )
        )  # fmt: skip
    return made


def _tied(assignment: Assignment, criterion: Criterion) -> Iterable[Evidence]:
    return Evidence.objects.tied().filter(assignment=assignment, criterion=criterion)


def _take_away(evidence: Evidence) -> None:
    evidence.untied_at = clock.now()
    evidence.save(update_fields=["untied_at"])


@transaction.atomic
def untie(evidence: Evidence, *, by: User) -> Evidence:
    """Take a record away from a line, until the sheet is handed in; that it was tied is kept."""
    _writable(evidence.assignment, by, evidence.criterion)
    locked = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    if locked.untied_at is None:
        _take_away(locked)
    return locked


@transaction.atomic
def say(assignment: Assignment, criterion: Criterion, *, by: User, text: str) -> EvidenceWord:
    """One sentence for a line that no record shows; empty takes it away."""
    locked = _writable(assignment, by, criterion)
    made, _created = EvidenceWord.objects.update_or_create(
        assignment=locked, criterion=criterion, defaults={"text": text.strip()}
    )
    return made


def lacking(
    assignment: Assignment, points: Mapping[int, Decimal | None], explained: Collection[int] = ()
) -> list[Criterion]:
    """The lines of an evaluator's sheet that ask for a record or a sentence and have neither. `explained`: those that
    say on the sheet itself what shows it, by a reason or by the points that the records propose."""
    if assignment.purpose == Purpose.REVIEW:
        return []
    shown = set(Evidence.objects.tied().filter(assignment=assignment).values_list("criterion", flat=True))
    said = EvidenceWord.objects.filter(assignment=assignment).exclude(text="")
    shown |= set(said.values_list("criterion", flat=True)) | set(explained)
    mark = assignment.rubric.pass_mark
    return [
        line
        for line in assignment.lines
        if line.pk not in shown and asks_for_evidence(line.kind, points.get(line.pk), line.weight, mark)
    ]


def without_evidence(
    assignment: Assignment, points: Mapping[int, Decimal | None], explained: Collection[int] = ()
) -> list[str]:
    """A sentence for each of them: why a sheet cannot be handed in."""
    sentence = _("“%(criterion)s” has few points: please tie a record to it, or say in one sentence what shows it.")
    return [sentence % {"criterion": line} for line in lacking(assignment, points, explained)]
