"""Who may do what with money and calls."""

import rules

from people.models import Role


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


rules.add_perm("grants.change_call", is_clerk & is_unpublished)
rules.add_perm("grants.publish_call", is_approver & is_unpublished)
rules.add_perm("grants.allocate", is_finance)
