"""Who may carry tables in and out. Asked without an object: a table belongs to no single funder."""

import rules

from grants.rules import is_clerk_of_some_funder as is_clerk
from people.models import Kind, Organization, Role
from people.rules import installs, keeps_logs, keeps_system
from projects.models import Part, Project
from projects.rules import has_stake, is_auditor, is_the_platform
from projects.rules import is_clerk as is_clerk_of_it


@rules.predicate
def is_in_some_funder(user, obj=None) -> bool:
    """Approver, finance, auditor or staff of a funder: they see every organisation."""
    return user.is_authenticated and Organization.objects.filter(pk__in=list(user.roles), kind=Kind.FUNDER).exists()


@rules.predicate
def is_the_only_bureau(user, obj=None) -> bool:
    """What all bureaus have in common (holidays, regions) a clerk keeps as long as there is one bureau."""
    return Organization.objects.bureaus().count() == 1


@rules.predicate
def works_above(user, obj=None) -> bool:
    """Works at a bureau that can have others below it: of a province, a city or a district."""
    return user.is_authenticated and any(region and len(region) < 9 for region in user.bureaus.values())


@rules.predicate
def has_others_below(user, obj=None) -> bool:
    """There is a bureau further down in the region of theirs."""
    if not works_above.test(user):
        return False
    return Organization.objects.below(*(region for region in user.bureaus.values() if region)).exists()


@rules.predicate
def is_administrator(user, obj=None) -> bool:
    """Keeps the platform running: code tables are part of that, other people's data is not."""
    return installs(user) or keeps_system(user)


@rules.predicate
def helps_somebody(user, obj=None) -> bool:
    """Is a mentor, or belongs to a host of some project."""
    return user.is_authenticated and (
        bool(user.organizations_as(Role.MENTOR))
        or user.participations.current().filter(part=Part.MENTOR).exists()
        or Project.objects.filter(host__in=list(user.roles), submitted_at__isnull=False).exists()
    )


@rules.predicate
def issues_papers(user, obj=None) -> bool:
    """Belongs to whoever keeps a register of papers: funders, support organisations and evaluators."""
    kinds = (Kind.FUNDER, Kind.SUPPORT_ORGANIZATION, Kind.EVALUATOR)
    return user.is_authenticated and Organization.objects.filter(pk__in=list(user.roles), kind__in=kinds).exists()


@rules.predicate
def approves_for_issuer(user, paper) -> bool:
    """Approves at the funder that issued it; of another organisation it is the head."""
    role = Role.APPROVER if paper.issuer.kind == Kind.FUNDER else Role.MANAGER
    return user.is_authenticated and user.has_role(paper.issuer_id, role)


@rules.predicate
def has_stake_in_it(user, paper) -> bool:
    return paper.project is not None and has_stake(user, paper.project)


@rules.predicate
def keeps_office(user, organization) -> bool:
    """Clerk or approver of this funder, head of another organisation that issues papers."""
    roles = (Role.STAFF, Role.APPROVER) if organization.kind == Kind.FUNDER else (Role.MANAGER,)
    return user.is_authenticated and user.has_role(organization.pk, *roles)


@rules.predicate
def writes_reports(user, obj=None) -> bool:
    """Clerk or approver of some funder, or of a support organisation."""
    if not user.is_authenticated:
        return False
    if Organization.objects.funders_of(user, Role.STAFF, Role.APPROVER).exists():
        return True
    return Organization.objects.filter(pk__in=list(user.roles), kind=Kind.SUPPORT_ORGANIZATION).exists()


@rules.predicate
def audits_some_funder(user, obj=None) -> bool:
    return user.is_authenticated and Organization.objects.funders_of(user, Role.AUDITOR).exists()


@rules.predicate
def answers_for_data(user, obj=None) -> bool:
    """Clerk, approver or auditor of some funder: what it was asked about personal data, and what it still keeps."""
    roles = (Role.STAFF, Role.APPROVER, Role.AUDITOR)
    return user.is_authenticated and Organization.objects.funders_of(user, *roles).exists()


@rules.predicate
def asked_for_it(user, job) -> bool:
    return user is not None and user.is_authenticated and job.by_id == user.pk


rules.add_perm("reports.see_funder_board", is_in_some_funder)
rules.add_perm("reports.see_bureaus", works_above | is_administrator)
rules.add_perm("reports.see_region_board", has_others_below)
rules.add_perm("reports.see_support_board", helps_somebody)
rules.add_perm("reports.see_disclosures", audits_some_funder | keeps_logs)
rules.add_perm("reports.see_privacy_desk", answers_for_data)
rules.add_perm("reports.compose_research", writes_reports)
rules.add_perm("reports.see_score_ledger", is_in_some_funder)
rules.add_perm("reports.see_fund_statement", is_in_some_funder)
rules.add_perm("reports.see_register", issues_papers)
rules.add_perm("reports.supersede_paper", is_the_platform)
rules.add_perm("reports.void_paper", approves_for_issuer & ~has_stake_in_it)
rules.add_perm("reports.set_marks", keeps_office)
rules.add_perm("reports.take_archive", is_clerk_of_it | is_auditor)
rules.add_perm("reports.open_exchange", is_in_some_funder | is_administrator)
rules.add_perm("reports.download_tables", is_in_some_funder)
rules.add_perm("reports.import_tables", is_clerk)
rules.add_perm("reports.download_places", is_in_some_funder | is_administrator)
rules.add_perm("reports.import_places", is_clerk | is_administrator)
rules.add_perm("reports.import_common", (is_clerk & is_the_only_bureau) | is_administrator)
rules.add_perm("reports.see_unmasked", is_clerk)
rules.add_perm("reports.run_print_job", asked_for_it)
rules.add_perm("reports.print", is_the_platform)
rules.add_perm("reports.clear_print_job", asked_for_it | is_the_platform)
