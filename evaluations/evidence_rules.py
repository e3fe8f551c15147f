"""Who ties records to scores, draws samples, phones people and writes site forms; loaded when the app is ready.

Whoever was sent does it, for the term; what they found is read by whoever reads the report. A name and a phone number
are for the one evaluator who makes the call.
"""

import rules

from evaluations.evaluation_rules import evaluation_of, in_evaluator, is_sent
from evaluations.models import Evaluation, Purpose, SampleItem
from projects.rules import has_stake, in_funder

AT_WORK = (Evaluation.State.DOCUMENT_CHECK, Evaluation.State.SITE_VISIT, Evaluation.State.DRAFT)


@rules.predicate
def is_at_work(user, obj) -> bool:
    """From the papers to the draft, and again between the answer of the group and the final report."""
    evaluation = evaluation_of(obj)
    return evaluation.state in AT_WORK or (evaluation.state == Evaluation.State.FINAL and evaluation.issued_at is None)


@rules.predicate
def scores_it(user, assignment) -> bool:
    """Can write on this sheet of an evaluation now."""
    if assignment.purpose == Purpose.REVIEW or assignment.is_submitted:
        return False
    return rules.has_perm("evaluations.score", user, assignment)


@rules.predicate
def reads_report(user, obj) -> bool:
    return rules.has_perm("evaluations.read_report", user, evaluation_of(obj))


@rules.predicate
def wrote_the_form(user, form) -> bool:
    return form.writer_id == user.pk


@rules.predicate
def makes_the_call(user, item: SampleItem) -> bool:
    """It is a person to phone, and nobody else has begun to."""
    return item.sample.is_by_phone and item.caller_id in (None, user.pk)


looks = is_sent & ~has_stake & is_at_work
rules.add_perm("evaluations.tie_evidence", scores_it)
rules.add_perm("evaluations.read_evidence", reads_report)
rules.add_perm("evaluations.draw_sample", looks)
rules.add_perm("evaluations.note_sample", looks)
rules.add_perm("evaluations.phone", looks & makes_the_call)
rules.add_perm("evaluations.see_looks", in_evaluator | in_funder)
rules.add_perm("evaluations.write_site_form", looks)
rules.add_perm("evaluations.amend_site_form", looks & wrote_the_form)
