"""Show a proposal that got no money to a fund without an open call, and the fund's answer."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, lead_in, permit, record
from grants.models import Call, Fund
from people.models import Role, User
from projects.actions.drafts import elsewhere
from projects.actions.messages import holders, tell_group
from projects.models import Project, Referral
from projects.models.state import ENDED_WITHOUT_MONEY


def funds_for(project: Project) -> QuerySet[Fund]:
    """The funds that look at proposals now and have not been shown this one."""
    shown = project.referrals.values("fund")
    return Fund.objects.taking_referrals().exclude(pk__in=shown).select_related("funder")


def calls_for(referral: Referral) -> QuerySet[Call]:
    """The fund's calls that are open to this group now: where it can be asked to apply."""
    return elsewhere(referral.project).filter(pk__in=Call.objects.open(), fund=referral.fund)


@transaction.atomic
def refer(project: Project, fund: Fund, *, by: User, words: str) -> Referral:
    """Show the proposal to the fund's people, once, with a sentence on why it suits; they are told."""
    permit("projects.offer_elsewhere", by, project)
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if project.state not in ENDED_WITHOUT_MONEY:
        raise Refused(_("Only a proposal that has ended without money can be shown to a fund."))
    if project.referrals.filter(fund=fund).exists():
        raise Refused(_("It has been shown to this fund already."))
    if not funds_for(project).filter(pk=fund.pk).exists():
        raise Refused(_("This fund looks at no proposals now."))
    referral = Referral.objects.create(project=project, fund=fund, words=words.strip(), made_by=by)
    record(project, "refer", by=by, label=_("Shown to the fund “%(fund)s”") % {"fund": fund}, note=referral.words)
    subject = _("“%(project)s” is shown to the fund “%(fund)s”") % {"project": project.title, "fund": fund.name}
    notify(holders(fund.funder_id, Role.STAFF), subject=subject, body=words, url=referral.get_absolute_url())
    return referral


@transaction.atomic
def take_back(referral: Referral, *, by: User) -> None:
    """The group thinks better of it before the fund has answered."""
    permit("projects.offer_elsewhere", by, referral.project)
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    if referral.answer:
        raise Refused(_("The fund has answered already."))
    label = _("No longer shown to the fund “%(fund)s”") % {"fund": referral.fund}
    record(referral.project, "take_referral_back", by=by, label=label)
    referral.delete()


@transaction.atomic
def answer(referral: Referral, *, by: User, answer: str, reply: str, call: Call | None = None) -> Referral:
    """The fund's clerk invites the group to apply, to an open call or in words, or says why it is not for the fund.

    Once only: the group may have acted on it.
    """
    permit("projects.answer_referral", by, referral)
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    if referral.answer:
        raise Refused(_("It has been answered already."))
    if not reply.strip():
        raise Refused(_("The group needs a word: what to do next, or why not."))
    if call is not None and answer != Referral.Answer.INVITED:
        raise Refused(_("Only somebody who is invited needs a call."))
    if call is not None and not calls_for(referral).filter(pk=call.pk).exists():
        raise Refused(_("This call of the fund is not open to the group now."))
    referral.answer, referral.reply, referral.call = answer, reply.strip(), call
    referral.answered_by, referral.answered_at = by, clock.now()
    referral.save()
    label = lead_in(referral.fund) + referral.get_answer_display()
    record(referral.project, "answer_referral", by=by, label=label, note=referral.reply)
    tell_group(referral.project, label, body=referral.reply, url=referral.get_absolute_url())
    return referral
