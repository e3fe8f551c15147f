"""My own data, the organisations I work with, experts, and the communities."""

from people.views.entrance import go_on, resume, second_factor
from people.views.experts import (
    expert_borrow,
    expert_create,
    expert_edit,
    expert_interests,
    expert_list,
    interest_end,
    interest_list,
    loan_answer,
)
from people.views.invitations import invitation, invitation_withdraw
from people.views.organizations import (
    bureau_choices,
    community_choices,
    community_list,
    council_edit,
    host_choices,
    member_add,
    membership_end,
    organization_create,
    organization_detail,
    organization_edit,
    organization_list,
)
from people.views.profile import certificate_create, identity_edit, profile, profile_edit
from people.views.safety import guard_unlock, office_end, safety_desk, safety_person
from people.views.standing import (
    credit_record_create,
    credit_record_lift,
    inspection_confirm,
    inspection_create,
    rating_confirm,
    rating_create,
)

__all__ = [
    "bureau_choices",
    "certificate_create",
    "community_choices",
    "community_list",
    "council_edit",
    "credit_record_create",
    "credit_record_lift",
    "expert_borrow",
    "expert_create",
    "expert_edit",
    "expert_interests",
    "expert_list",
    "go_on",
    "guard_unlock",
    "host_choices",
    "identity_edit",
    "inspection_confirm",
    "inspection_create",
    "interest_end",
    "interest_list",
    "invitation",
    "invitation_withdraw",
    "loan_answer",
    "member_add",
    "membership_end",
    "office_end",
    "organization_create",
    "organization_detail",
    "organization_edit",
    "organization_list",
    "profile",
    "profile_edit",
    "rating_confirm",
    "rating_create",
    "resume",
    "safety_desk",
    "safety_person",
    "second_factor",
]
