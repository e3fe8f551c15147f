"""Who may do what with money and calls."""

import rules

from grants.models import Need
from people.models import Certificate, Kind, Office, Organization, Role
from people.offices import ALL, open_admin

ORGANIZERS = (Role.MENTOR, Role.STAFF, Role.MANAGER)


@rules.predicate
def is_clerk(user, obj) -> bool:
    """Staff of the funder that this fund or call belongs to."""
    return user.is_authenticated and user.has_role(obj.funder_id, Role.STAFF)


@rules.predicate
def is_approver(user, obj) -> bool:
    return user.is_authenticated and user.has_role(obj.funder_id, Role.APPROVER)


@rules.predicate
def is_finance(user, obj) -> bool:
    return user.is_authenticated and user.has_role(obj.funder_id, Role.FINANCE)


@rules.predicate
def is_unpublished(user, call) -> bool:
    return not call.is_published


@rules.predicate
def can_conclude(user, call) -> bool:
    return call.is_closed and not call.is_concluded


@rules.predicate
def is_on_its_desk(user, need=None) -> bool:
    """Is a clerk of the bureau nearest to where the need is; of any, while no need is named."""
    if not user.is_authenticated:
        return False
    if need is None:
        return bool(user.bureaus_as(Role.STAFF))
    return Need.objects.on_desk_of(user, Role.STAFF).filter(pk=need.pk).exists()


@rules.predicate
def reads_its_desk(user, need=None) -> bool:
    """Belongs to the bureau nearest to where the need is; to any, while no need is named."""
    if need is None:
        return is_in_some_funder.test(user)
    return Need.objects.on_desk_of(user).filter(pk=need.pk).exists()


@rules.predicate
def is_clerk_of_some_funder(user, obj=None) -> bool:
    return user.is_authenticated and Organization.objects.funders_of(user, Role.STAFF).exists()


@rules.predicate
def is_in_some_funder(user, obj=None) -> bool:
    return user.is_authenticated and bool(user.bureaus)


@rules.predicate
def deals_with_who_came(user, certificate) -> bool:
    """Belongs to a bureau that deals with the group for which they came."""
    if not (user.is_authenticated and user.bureaus):
        return False
    group = certificate.attendance.organization_id or 0
    return Organization.objects.dealt_with_by(user.bureaus).filter(pk=group).exists()


@rules.predicate
def does_social_work(user, obj=None) -> bool:
    """Works for a support or social work organisation, or holds a certificate that is valid today."""
    if not user.is_authenticated:
        return False
    kinds = [Kind.SUPPORT_ORGANIZATION, Kind.SOCIAL_ORGANIZATION]
    works = Organization.objects.filter(pk__in=list(user.roles), kind__in=kinds).exists()
    return works or Certificate.objects.valid().filter(user=user).exists()


@rules.predicate
def owns(user, terms) -> bool:
    """Is a clerk of the funder whose rubric or plan this is, or an evaluator of the organisation whose it is; what is
    shared belongs to nobody."""
    if not user.is_authenticated or terms.is_shared:
        return False
    return owns_as_evaluator(user, terms) or user.has_role(terms.funder_id, Role.STAFF)


@rules.predicate
def owns_as_evaluator(user, terms) -> bool:
    owner = getattr(terms, "evaluator_id", None)  # only score sheets can be an evaluator's
    return owner is not None and user.is_authenticated and user.has_role(owner, Role.EVALUATOR)


@rules.predicate
def works_for_some_evaluator(user, obj=None) -> bool:
    held = list(user.organizations_as(Role.EVALUATOR)) if user.is_authenticated else []
    return Organization.objects.filter(pk__in=held, kind=Kind.EVALUATOR).exists()


@rules.predicate
def can_be_proposed(user, rubric) -> bool:
    """An edition that stays as it is, and is not proposed yet."""
    return rubric.is_published and rubric.proposed_at is None


@rules.predicate
def is_announced(user, terms) -> bool:
    return terms.is_announced


@rules.predicate
def organizes(user, workshop) -> bool:
    """Works for the support organisation or funder that holds the workshop."""
    return user.is_authenticated and user.has_role(workshop.organizer_id, *ORGANIZERS)


@rules.predicate
def organized_it(user, certificate) -> bool:
    """Works for the organisation whose workshop it was."""
    return organizes(user, certificate.attendance.workshop)


@rules.predicate
def holds_certificate(user, certificate) -> bool:
    """Is the person whom it names, or works in the group for which they came."""
    attendance = certificate.attendance
    return user.is_authenticated and (attendance.person_id == user.pk or user.has_role(attendance.organization_id))


@rules.predicate
def holds_workshops(user, obj=None) -> bool:
    """Works for some organisation that may hold workshops."""
    return user.is_authenticated and organizers_of(user).exists()


def organizers_of(user):
    """The support organisations and funders for which the person may hold a workshop."""
    return Organization.objects.filter(
        pk__in=user.organizations_as(*ORGANIZERS), kind__in=[Kind.SUPPORT_ORGANIZATION, Kind.FUNDER]
    )


@rules.predicate
def decides_on_corrections(user, correction) -> bool:
    """Finance office or approver of the funder, and not the person who asked."""
    funder = correction.entry.fund.funder_id
    allowed = user.is_authenticated and user.has_role(funder, Role.FINANCE, Role.APPROVER)
    return allowed and correction.asked_by_id != user.pk


rules.add_perm("grants.handle_need", is_on_its_desk)
rules.add_perm("grants.see_needs", reads_its_desk)
rules.add_perm("grants.speak_for_survey", is_in_some_funder | does_social_work)
rules.add_perm("grants.change_need_list", is_clerk)
rules.add_perm("grants.hold_workshop", holds_workshops)
rules.add_perm("grants.change_workshop", organizes)
rules.add_perm("grants.see_certificate", organized_it | holds_certificate | deals_with_who_came)
rules.add_perm("grants.withdraw_certificate", organized_it)
rules.add_perm("grants.conclude_call", is_approver & can_conclude)
rules.add_perm("grants.see_terms", is_clerk_of_some_funder)
rules.add_perm("grants.see_frameworks", is_clerk_of_some_funder | works_for_some_evaluator)
rules.add_perm("grants.see_defaults", is_in_some_funder | works_for_some_evaluator)
rules.add_perm("grants.make_edition", owns & is_announced)
rules.add_perm("grants.propose_framework", owns_as_evaluator & can_be_proposed)
rules.add_perm("grants.change_terms", owns & ~is_announced)
rules.add_perm("grants.change_call", is_clerk & is_unpublished)
rules.add_perm("grants.publish_call", is_approver & is_unpublished)
rules.add_perm("grants.allocate", is_finance)
rules.add_perm("grants.change_fund", is_finance | is_clerk)
rules.add_perm("grants.ask_correction", is_finance)
rules.add_perm("grants.decide_correction", decides_on_corrections)

# What the system administrator prepares in /admin/ before a clerk can set up a call.
open_admin(Office.SYSTEM, "grants", rubric=ALL, criterion="view change", level=ALL, servicefield=ALL)
open_admin(Office.SYSTEM, "grants", trancheplan=ALL, trancherule=ALL, gaterule=ALL)
