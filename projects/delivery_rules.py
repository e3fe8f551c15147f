"""Who may do what while a project is carried out: records, names, hours, advice, supervision; loaded when the app is
ready."""

import rules

from grants.rules import is_clerk_of_some_funder, is_in_some_funder
from people.models import Role
from projects.models import State
from projects.rules import (
    heads_applicant,
    heads_payee,
    in_applicant,
    is_approver,
    is_auditor,
    is_clerk,
    is_evaluator,
    is_finance,
    is_mentor,
    is_under_way,
    project_of,
)


@rules.predicate
def is_social_worker(user, obj) -> bool:
    """Holds a social worker's certificate that has not lapsed."""
    return user.is_authenticated and user.certificates.valid().exists()


@rules.predicate
def wrote_it(user, service) -> bool:
    return service.written_by_id == user.pk


@rules.predicate
def is_their_own(user, time) -> bool:
    """The volunteer whose time it is."""
    return time.volunteer.person_id == user.pk


@rules.predicate
def is_of_a_head(user, time) -> bool:
    """The volunteer heads the group: somebody else of the group confirms that time."""
    person = time.volunteer.person
    return person is not None and person.has_role(project_of(time).applicant_id, Role.MANAGER)


@rules.predicate
def made_the_link(user, feed) -> bool:
    return feed.person_id == user.pk


@rules.predicate
def shares_the_project(user, feed) -> bool:
    """Works in the group whose project the link shows."""
    return feed.project is not None and in_applicant(user, feed.project)


@rules.predicate
def gave_it(user, advice) -> bool:
    """Held the session or made the visit."""
    return user.is_authenticated and advice.author == user


@rules.predicate
def has_ended_well(user, obj) -> bool:
    return project_of(obj).state == State.COMPLETED


# the monthly report
rules.add_perm("projects.write_monthly", in_applicant)
rules.add_perm("projects.remark_on_monthly", is_mentor | is_clerk | in_applicant)
rules.add_perm("projects.see_month_ledger", is_in_some_funder)
rules.add_perm("projects.see_lasting", is_in_some_funder)
rules.add_perm("projects.see_indicators", is_in_some_funder)
# the delivery
rules.add_perm("projects.plan_delivery", in_applicant & is_under_way)
rules.add_perm("projects.deliver", in_applicant)
# names are for the group; mentor, clerk, evaluator and auditor check masked entries; everybody else sees figures
rules.add_perm("projects.see_names", in_applicant)
rules.add_perm("projects.see_roster", in_applicant | is_mentor | is_evaluator | is_clerk | is_auditor)
rules.add_perm("projects.take_name_out", in_applicant | is_clerk)
works_on_people = in_applicant & (is_social_worker | heads_applicant)
rules.add_perm("projects.read_all_services", works_on_people | is_mentor)
rules.add_perm("projects.read_service", works_on_people | is_mentor | (in_applicant & wrote_it))
rules.add_perm("projects.change_service", (works_on_people | (in_applicant & wrote_it)) & is_under_way)
confirms_hours = (heads_applicant | (in_applicant & is_of_a_head)) & ~is_their_own
rules.add_perm("projects.confirm_hours", confirms_hours & is_under_way)
rules.add_perm("projects.revoke_feed", made_the_link | shares_the_project)
rules.add_perm("projects.word_consent", is_clerk_of_some_funder)
rules.add_perm("projects.export_announcements", is_clerk_of_some_funder)
rules.add_perm("projects.accept_report", is_clerk)
rules.add_perm("projects.assign_mentor", is_clerk)
rules.add_perm("projects.mentor", is_mentor)
rules.add_perm("projects.visit", is_mentor | is_clerk)
rules.add_perm("projects.amend_advice", (is_mentor | is_clerk) & gave_it)
rules.add_perm("projects.answer_advice", in_applicant)
rules.add_perm("projects.finish_follow_up", in_applicant | ((is_mentor | is_clerk) & gave_it))
rules.add_perm("projects.supervise", is_clerk)
rules.add_perm("projects.confirm_talk", heads_applicant)
rules.add_perm("projects.conclude_evaluation", is_clerk)
rules.add_perm("projects.require_rectification", is_clerk | is_approver)
rules.add_perm("projects.terminate", is_approver)
rules.add_perm("projects.cancel_tranche", heads_payee | is_approver | is_finance)
rules.add_perm("projects.follow_up", (is_mentor | is_clerk) & has_ended_well)
