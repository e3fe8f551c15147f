"""Who may do what with pledges, with what came of them, and at speed meetings; loaded when the app is ready.

The giver promises, the group accepts and records what came, a clerk of the funder confirms it: three different sides.
"""

import rules

from grants.rules import is_in_some_funder
from people.models import Kind, Organization, Role
from projects.models import Pledge
from projects.models.pledge import OPEN_TO_GIVERS
from projects.rules import belongs_to_group, in_applicant, in_funder, in_host, is_clerk, is_evaluator, is_mentor

SPEAKERS = (Role.MANAGER, Role.STAFF)
HOSTS = (Role.MANAGER, Role.STAFF, Role.MENTOR)


@rules.predicate
def works_for_a_giver(user, obj=None) -> bool:
    """Speaks for some enterprise or foundation."""
    return user.is_authenticated and Organization.objects.givers_of(user, *SPEAKERS).exists()


@rules.predicate
def is_open_to_givers(user, project) -> bool:
    return project.state in OPEN_TO_GIVERS


@rules.predicate
def in_giver(user, pledge) -> bool:
    """Belongs to the giver in any role."""
    return user.is_authenticated and user.has_role(pledge.giver_id)


@rules.predicate
def speaks_for_giver(user, pledge) -> bool:
    return user.is_authenticated and user.has_role(pledge.giver_id, *SPEAKERS)


@rules.predicate
def is_binding(user, pledge) -> bool:
    return pledge.is_binding


@rules.predicate
def takes_receipts(user, pledge) -> bool:
    """Something of it can still come, also after its day."""
    return pledge.state in (*Pledge.AWAITED, Pledge.State.LAPSED) and not pledge.project.has_ended


@rules.predicate
def has_recorded_it(user, gift) -> bool:
    return gift.recorded_by_id == user.pk


@rules.predicate
def gave_it(user, gift) -> bool:
    """Belongs to the giver, whatever else they are."""
    return in_giver.test(user, gift.pledge)


@rules.predicate
def holds_meetings(user, obj=None) -> bool:
    return user.is_authenticated and hosts_of(user).exists()


def hosts_of(user):
    """The funders and support organisations for which the person may hold a meeting."""
    kinds = [Kind.FUNDER, Kind.SUPPORT_ORGANIZATION]
    return Organization.objects.filter(pk__in=user.organizations_as(*HOSTS), kind__in=kinds)


@rules.predicate
def holds_it(user, meeting) -> bool:
    return user.is_authenticated and user.has_role(meeting.organizer_id, *HOSTS)


@rules.predicate
def sat_there_for_giver(user, talk) -> bool:
    return user.is_authenticated and user.has_role(talk.guest.giver_id, *SPEAKERS)


sees_the_work = in_applicant | in_host | in_funder | is_mentor | is_evaluator

rules.add_perm("projects.give", works_for_a_giver)
rules.add_perm("projects.pledge", works_for_a_giver & is_open_to_givers & ~belongs_to_group & ~in_funder)
rules.add_perm("projects.see_pledge", in_giver | sees_the_work)
rules.add_perm("projects.see_giver_contact", in_giver | in_applicant | in_host | in_funder)
rules.add_perm("projects.see_group_contact", (in_giver & is_binding) | in_applicant | in_host | in_funder)
rules.add_perm("projects.give_pledge", speaks_for_giver)
rules.add_perm("projects.answer_pledge", in_applicant & ~in_giver)
rules.add_perm("projects.record_gift", in_applicant & ~in_giver & takes_receipts)
rules.add_perm("projects.confirm_pledged", is_clerk & ~in_giver)
rules.add_perm("projects.confirm_gift", is_clerk & ~has_recorded_it & ~gave_it)
rules.add_perm("projects.see_pledge_ledger", is_in_some_funder)
rules.add_perm("projects.hold_meeting", holds_meetings)
rules.add_perm("projects.run_meeting", holds_it)
rules.add_perm("projects.write_intent", sat_there_for_giver)
