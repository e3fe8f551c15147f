"""Who may carry tables in and out. Asked without an object: a table belongs to no single funder."""

import rules

from people.models import Kind, Organization, Role
from projects.models import Part, Project


@rules.predicate
def is_clerk(user, obj=None) -> bool:
    """Works for some funder."""
    return user.is_authenticated and Organization.objects.funders_of(user, Role.STAFF).exists()


@rules.predicate
def is_in_some_funder(user, obj=None) -> bool:
    """Approver, finance, auditor or staff of a funder: they see every organisation."""
    return user.is_authenticated and Organization.objects.filter(pk__in=list(user.roles), kind=Kind.FUNDER).exists()


@rules.predicate
def is_administrator(user, obj=None) -> bool:
    """Keeps the platform running: code tables are part of that, other people's data is not."""
    return user.is_authenticated and user.is_active and user.is_superuser


@rules.predicate
def helps_somebody(user, obj=None) -> bool:
    """Is a mentor, or belongs to a host of some project."""
    return user.is_authenticated and (
        bool(user.organizations_as(Role.MENTOR))
        or user.participations.current().filter(part=Part.MENTOR).exists()
        or Project.objects.filter(host__in=list(user.roles), submitted_at__isnull=False).exists()
    )


rules.add_perm("reports.see_funder_board", is_in_some_funder)
rules.add_perm("reports.see_support_board", helps_somebody)
rules.add_perm("reports.open_exchange", is_in_some_funder | is_administrator)
rules.add_perm("reports.download_tables", is_in_some_funder)
rules.add_perm("reports.import_tables", is_clerk)
rules.add_perm("reports.download_places", is_in_some_funder | is_administrator)
rules.add_perm("reports.import_places", is_clerk | is_administrator)
rules.add_perm("reports.see_unmasked", is_clerk)
