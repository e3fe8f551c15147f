"""Proofs of matching funds: the group hands them in, a clerk confirms."""

from collections.abc import Iterable
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.money import yuan
from core.workflow import Refused, permit, record
from people.models import User
from projects.actions.gifts import gifts_alike
from projects.actions.messages import tell_funder, tell_group
from projects.models import Gift, MatchingProof, Project


@transaction.atomic
def prove_matching(
    project: Project, *, by: User, kind: str, amount: Decimal, words: str, files: Iterable[UploadedFile]
) -> MatchingProof:
    """The group hands in a paper that matching funds have come in; the clerk is told."""
    permit("projects.prove_matching", by, project)
    if not project.is_funded or project.has_ended:
        raise Refused(_("Matching funds are proven while the project is under way."))
    files = list(files)
    if not files:
        raise Refused(_("Please attach the paper that shows it."))
    proof = MatchingProof.objects.create(project=project, kind=kind, amount=amount, words=words, handed_in_by=by)
    for upload in files:
        attach(proof, upload, by=by, kind="matching")
    label = _("Proof of matching funds handed in: %(amount)s yuan") % {"amount": yuan(amount)}
    record(project, "prove_matching", by=by, label=label)
    tell_funder(project, _("a proof of matching funds has come in"))
    return proof


@transaction.atomic
def decide_matching(
    proof: MatchingProof,
    *,
    by: User,
    accepted: bool,
    answer: str = "",
    gifts: Iterable[Gift] = (),
    apart: bool = False,
) -> MatchingProof:
    """The clerk confirms the proof, or says what is wrong with it; the group reads it.

    `gifts`: what came of pledges and is the very same thing, which then counts once. Where something of the same sum
    came and is not named, the clerk says in so many words that it is another thing (`apart`).
    """
    locked = MatchingProof.objects.select_for_update(of=("self",)).get(pk=proof.pk)
    permit("projects.confirm_matching", by, locked)
    if not locked.is_open:
        raise Refused(_("This proof has been looked at already."))
    if not accepted and not answer.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    if accepted:
        _join(locked, list(gifts), apart)
    locked.is_accepted, locked.decided_by, locked.decided_at = accepted, by, clock.now()
    locked.answer = answer.strip()[:200]
    locked.save()
    label = _("Matching funds confirmed") if accepted else _("Proof of matching funds refused")
    record(locked.project, "decide_matching", by=by, label=label, note=locked.answer)
    tell_group(locked.project, label, body=locked.answer)
    proof.refresh_from_db()
    return proof


def _join(proof: MatchingProof, gifts: list[Gift], apart: bool) -> None:
    """The gifts name the proof from now on, so that the same money counts once."""
    if any(gift.project.pk != proof.project_id for gift in gifts):
        raise Refused(_("This is of another project."))
    if not gifts and not apart and not proof.gifts.exists() and gifts_alike(proof):
        raise Refused(_("Something of the same sum came of a pledge: choose it, or tick that this is another thing."))
    for gift in gifts:
        gift.proof = proof
        gift.save(update_fields=["proof"])
