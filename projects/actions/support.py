"""What a proposal gathers around it: the community's recommendation, and explanations of warnings."""

from datetime import timedelta

import rules
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, lead_in, permit, record
from grants.models import BudgetRule, EligibilityRule
from people.models import Community, User
from projects.actions.messages import tell_group
from projects.models import Explanation, Project, Recommendation, State

LINK_VALID = timedelta(days=30)
"""A link that can be passed on does not open for ever."""


@transaction.atomic
def ask_for_recommendation(project: Project, community: Community, *, by: User) -> Recommendation:
    """Make the link under which a community says its opinion. An unanswered earlier link stops working.

    Refused for a community in which the project does not take place. One that has answered can be asked again, for
    example after a correction: its newest answer counts, and the clerk reads them all.
    """
    permit("projects.write_proposal", by, project)
    if community.pk not in project.places:
        raise Refused(_("Only a community in which the project takes place recommends it."))
    project.recommendations.filter(community=community, answered_at__isnull=True).delete()
    found = Recommendation.objects.create(project=project, community=community, asked_by=by)
    label = _("Recommendation asked of %(community)s") % {"community": community}
    record(project, "ask_for_recommendation", by=by, label=label)
    return found


def is_answerable(recommendation: Recommendation) -> bool:
    """Not answered yet, the link is fresh, and the proposal has not been decided on."""
    fresh = clock.now() < recommendation.asked_at + LINK_VALID
    return recommendation.answered_at is None and fresh and not recommendation.project.has_ended


@transaction.atomic
def recommend(
    recommendation: Recommendation,
    *,
    supports: bool,
    text: str,
    name: str,
    post: str,
    phone: str = "",
    by: User | AnonymousUser | None = None,
) -> Recommendation:
    """The community answers through its link, once; the group is told. Nobody signs in, so the log names nobody.

    `by`: who happens to be signed in; nobody of the group or its host answers for the community.
    """
    recommendation = Recommendation.objects.select_for_update(of=("self",)).get(pk=recommendation.pk)
    if by is not None and not rules.has_perm("projects.recommend", by, recommendation.project):
        raise PermissionDenied
    if not is_answerable(recommendation):
        raise Refused(_("This link has been used already, or is too old."))
    recommendation.supports, recommendation.text = supports, text.strip()
    recommendation.name, recommendation.post, recommendation.phone = name.strip(), post.strip(), phone.strip()
    recommendation.answered_at = clock.now()
    recommendation.save()
    project = recommendation.project
    said = _("supports the project") if supports else _("does not support the project")
    label = lead_in(recommendation.community) + said
    record(project, "recommend", by=None, label=label, note=recommendation.text)
    tell_group(project, label, body=recommendation.text)
    return recommendation


@transaction.atomic
def confirm_recommendation(
    recommendation: Recommendation, *, by: User, is_genuine: bool, note: str = ""
) -> Recommendation:
    """The clerk has called the community's office: the opinion is its own, or it is not and counts no more.

    One that is not genuine needs a note. A second call corrects the first; every one is in the log.
    """
    recommendation = Recommendation.objects.select_for_update(of=("self",)).get(pk=recommendation.pk)
    project = recommendation.project
    permit("projects.check", by, project)
    if recommendation.answered_at is None:
        raise Refused(_("The community has not answered yet."))
    if project.state not in (State.SUBMITTED, State.RETURNED):
        raise Refused(_("The proposal is not in the formal check now."))
    if not is_genuine and not note.strip():
        raise Refused(_("Please write down what the office said."))
    recommendation.is_genuine, recommendation.call_note = is_genuine, note.strip()
    recommendation.called_at, recommendation.called_by = clock.now(), by
    recommendation.save()
    said = _("opinion confirmed by a call") if is_genuine else _("opinion not given by the community")
    label = lead_in(recommendation.community) + said
    record(project, "confirm_recommendation", by=by, label=label, note=recommendation.call_note)
    return recommendation


@transaction.atomic
def explain(project: Project, rule: EligibilityRule | BudgetRule, *, by: User, text: str) -> Explanation | None:
    """Say something to a warning of the eligibility check or of a budget rule; an empty text takes it back."""
    permit("projects.write_proposal", by, project)
    if rule.call_id != project.call_id:
        raise PermissionDenied
    about = {"limit": rule} if isinstance(rule, BudgetRule) else {"rule": rule}
    if not text.strip():
        Explanation.objects.filter(project=project, **about).delete()
        return None
    found, _created = Explanation.objects.update_or_create(
        project=project, **about, defaults={"text": text.strip(), "by": by}
    )
    return found
