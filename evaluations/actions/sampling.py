"""Random samples: drawn once with a recorded seed, looked at one by one, and people phoned who agreed to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.masking import mask_text
from core.workflow import Refused, permit, record
from evaluations import lots, samples
from evaluations.frames import Line, frame_of
from evaluations.models import Evaluation, Sample, SampleItem
from evaluations.phone_script import current
from evaluations.samples import Drawing, Looked, Tally
from people.models import User
from projects.models import Beneficiary

MOST = 200
"""Nobody looks at more than so many one by one."""
Result = SampleItem.Result


@transaction.atomic
def draw(
    evaluation: Evaluation,
    *,
    by: User,
    kind: str,
    size: int,
    threshold: Decimal | None = None,
    since: date | None = None,
    until: date | None = None,
    reason: str = "",
) -> Sample:
    """Draw a sample: the frame is closed and written down, then a seed is made, and the lot decides.

    The first draw of a kind stands; another one needs a reason, and both stay. Refused when the frame is empty, and
    when more records reach the threshold than are to be drawn."""
    locked = Evaluation.objects.select_for_update(of=("self",)).select_related("project__call").get(pk=evaluation.pk)
    permit("evaluations.draw_sample", by, locked)
    earlier = locked.samples.filter(kind=kind).count()
    if earlier and not reason.strip():
        raise Refused(_("This was drawn already. Please say why it is drawn again: both draws stay."), at="reason")
    if not 1 <= size <= MOST:
        raise Refused(_("Between 1 and %(n)s can be drawn.") % {"n": MOST}, at="size")
    frame = frame_of(locked, kind, since, until)
    if not frame:
        raise Refused(_("There is nothing of this kind to draw from."), at="kind")
    if threshold is not None and kind != Sample.Kind.VOUCHERS:
        threshold = None  # only vouchers have an amount
    seed = lots.new_seed()
    try:
        drawn = samples.draw([line.unit for line in frame], size=size, seed=seed, threshold=threshold)
    except ValueError:
        reach = sum(samples.reaches(line.unit, threshold) for line in frame)
        words = {"n": reach, "size": size}
        raise Refused(
            _("%(n)s vouchers reach this amount, and %(size)s are to be drawn: draw more, or raise the amount.")
            % words,
            at="size",
        ) from None
    made = Sample.objects.create(
        evaluation=locked, kind=kind, ordinal=earlier + 1, reason=reason.strip() if earlier else "", since=since,
        until=until, size=size, threshold=threshold, seed=seed, frame=[line.kept for line in frame], drawn_by=by,
    )  # fmt: skip
    _write_down(made, {line.key: line for line in frame}, drawn)
    label = _("Random sample drawn: %(what)s, %(n)s of %(all)s")
    said = {"what": made, "n": len(drawn.keys), "all": len(frame)}
    record(made, "draw_sample", by=by, label=(label % said)[:120], note=made.reason, seed=seed)
    return made


def _write_down(sample: Sample, lines: Mapping[str, Line], drawn: Drawing) -> None:
    certain = {unit.key for unit in drawn.certain}
    SampleItem.objects.bulk_create(
        SampleItem(
            sample=sample, position=place, key=key, label=lines[key].label, day=lines[key].day,
            amount=lines[key].amount, is_certain=key in certain,
        )
        for place, key in enumerate(drawn.keys, start=1)
    )  # fmt: skip


@dataclass(frozen=True)
class Again:
    """The same draw once more, from the frame and the seed that were written down."""

    keys: list[str]
    is_same: bool


def draw_again(sample: Sample) -> Again:
    """Repeat the draw, and say whether it gives the list that was looked at."""
    frame = [Line.of(kept).unit for kept in sample.frame]
    keys = samples.draw(frame, size=sample.size, seed=sample.seed, threshold=sample.threshold).keys
    return Again(keys, keys == [item.key for item in sample.items.all()])


@transaction.atomic
def note_result(
    item: SampleItem,
    *,
    by: User,
    result: str,
    words: str = "",
    in_question: Decimal | None = None,
    answers: Mapping[str, str] | None = None,
) -> SampleItem:
    """Say what came of looking at one drawn record; it can be mended until the report is issued, and the log keeps what
    it said before. What is not in order needs words. Numbers and the person's name in the words are masked."""
    locked = _locked(item)
    permit("evaluations.note_sample", by, locked)
    if locked.sample.is_by_phone:
        permit("evaluations.phone", by, locked)
    said = words.strip()
    if result in SampleItem.WRONG and not said:
        raise Refused(_("Please say what is not in order."), at="words")
    if in_question is not None and (locked.amount is None or in_question > locked.amount):
        raise Refused(_("The amount in question cannot be more than the voucher."), at="in_question")
    if locked.sample.is_by_phone:
        if locked.caller_id is None:
            raise Refused(_("Please open the number first: who phones is written down."))
        person = Beneficiary.objects.filter(pk=locked.key).first()
        said = mask_text(said, [person.name] if person else [])
        script = current()
        known = {question.key: question.answers for question in script.questions}
        given = {key: one for key, one in (answers or {}).items() if one in known.get(key, {})}
        locked.answers, locked.script = given, script.version
    before = {"result": locked.result, "words": locked.words, "in_question": str(locked.in_question or "")}
    locked.result, locked.words, locked.in_question = result, said, in_question
    locked.looked_by, locked.looked_at = by, clock.now()
    locked.save()
    label = _(": ").join((locked.label, locked.get_result_display()))
    record(locked.sample, "note_sample", by=by, label=label[:120], before=before)
    return locked


@dataclass(frozen=True)
class Contact:
    """Whom to phone; never stored with the sample."""

    name: str
    phone: str


@transaction.atomic
def look_up(item: SampleItem, *, by: User) -> Contact:
    """Name and number of somebody who was drawn, for the one evaluator who makes the call. Consequences: from now on
    nobody else can phone this person, and the look is an event of its own, each time.

    Refused when the consent has been taken back, or the name removed."""
    locked = _locked(item)
    permit("evaluations.phone", by, locked)
    person = Beneficiary.objects.agreed_to_be_called().filter(pk=locked.key, project=locked.project).first()
    if person is None:
        raise Refused(_("This person does not agree to be phoned any more."))
    if locked.caller_id is None:
        locked.caller = by
        locked.save(update_fields=["caller"])
    label = _("Looked up the name and phone of no. %(code)s to call them") % {"code": person.code}
    where = {"what": "roster", "project": locked.project.pk, "funder": locked.project.call.funder_id}
    record(locked.sample, "look_up", by=by, label=label, person=person.pk, **where)
    return Contact(person.name, person.phone)


def _locked(item: SampleItem) -> SampleItem:
    found = SampleItem.objects.select_for_update(of=("self",)).select_related(
        "sample__evaluation__project__call", "sample__evaluation__commission"
    )
    return found.get(pk=item.pk)


def tally_of(sample: Sample) -> Tally:
    """What the sample says so far."""
    return samples.tally(
        Looked(
            is_wrong=one.is_wrong if one.is_known else None,
            is_certain=one.is_certain,
            in_question=one.in_question or samples.ZERO,
            is_silent=one.is_silent,
        )
        for one in sample.items.all()
    )
