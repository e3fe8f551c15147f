from people.models.administrator import Administrator, Office, holds_an_office
from people.models.certificate import Certificate
from people.models.community import Community
from people.models.council import CouncilMember
from people.models.credit_record import CreditRecord
from people.models.expert import Expert, Expertise, ExpertLoan, Skill
from people.models.inspection import Inspection
from people.models.interest import Interest
from people.models.invitation import Invitation
from people.models.membership import Membership, Role
from people.models.organization import GIVERS, Kind, Organization, ground_of, lies_on_ground
from people.models.privacy import ANSWER_WORKDAYS, Consent, DataRequest, ImpactAssessment, PrivacyNotice
from people.models.rating import Rating
from people.models.region import Region, place_name, place_names, validate_code
from people.models.sign_in import FormerPassword, KnownPlace, SignInGuard
from people.models.user import User

__all__ = [
    "ANSWER_WORKDAYS",
    "GIVERS",
    "Administrator",
    "Certificate",
    "Community",
    "Consent",
    "CouncilMember",
    "CreditRecord",
    "DataRequest",
    "Expert",
    "ExpertLoan",
    "Expertise",
    "FormerPassword",
    "ImpactAssessment",
    "Inspection",
    "Interest",
    "Invitation",
    "Kind",
    "KnownPlace",
    "Membership",
    "Office",
    "Organization",
    "PrivacyNotice",
    "Rating",
    "Region",
    "Role",
    "SignInGuard",
    "Skill",
    "User",
    "ground_of",
    "holds_an_office",
    "lies_on_ground",
    "place_name",
    "place_names",
    "validate_code",
]
