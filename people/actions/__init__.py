"""What people do with themselves and with organisations. Whatever cannot be done is `Refused` with its reasons."""

from people.actions.administrators import (
    ask_new_password,
    end_office,
    give_office,
    reset_second_factor,
    retire_superuser,
    sign_out_everywhere,
)
from people.actions.bureaus import (
    accept,
    given_by,
    invite,
    is_stood_by,
    move_bureau,
    roles_to_invite,
    set_up_bureau,
    withdraw_invitation,
)
from people.actions.checks import check_email, check_number, check_phone
from people.actions.experts import answer_loan, ask_for_loan, declare_interest, end_interest, save_expert
from people.actions.members import ROLES, add_member, end_membership, find_person, seek_person
from people.actions.oneself import add_certificate, change_profile, set_identity
from people.actions.organizations import OPEN_KINDS, change_organization, register_organization, set_council
from people.actions.privacy import (
    agree_to_notice,
    answer_data_request,
    assess_impact,
    close_account,
    identify_asker,
    publish_notice,
    receive_data_request,
    withdraw_consent,
)
from people.actions.signing_in import unlock
from people.actions.standing import add_credit_record, add_rating, confirm, lift_credit_record, set_inspection

__all__ = [
    "OPEN_KINDS",
    "ROLES",
    "accept",
    "add_certificate",
    "add_credit_record",
    "add_member",
    "add_rating",
    "agree_to_notice",
    "answer_data_request",
    "answer_loan",
    "ask_for_loan",
    "ask_new_password",
    "assess_impact",
    "change_organization",
    "change_profile",
    "check_email",
    "check_number",
    "check_phone",
    "close_account",
    "confirm",
    "declare_interest",
    "end_interest",
    "end_membership",
    "end_office",
    "find_person",
    "give_office",
    "given_by",
    "identify_asker",
    "invite",
    "is_stood_by",
    "lift_credit_record",
    "move_bureau",
    "publish_notice",
    "receive_data_request",
    "register_organization",
    "reset_second_factor",
    "retire_superuser",
    "roles_to_invite",
    "save_expert",
    "seek_person",
    "set_council",
    "set_identity",
    "set_inspection",
    "set_up_bureau",
    "sign_out_everywhere",
    "unlock",
    "withdraw_consent",
    "withdraw_invitation",
]
