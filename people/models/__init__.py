from people.models.certificate import Certificate
from people.models.community import Community
from people.models.council import CouncilMember
from people.models.membership import Membership, Role
from people.models.organization import Kind, Organization
from people.models.user import User

__all__ = ["Certificate", "Community", "CouncilMember", "Kind", "Membership", "Organization", "Role", "User"]
