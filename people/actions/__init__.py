"""What people do with themselves and with organisations. Whatever cannot be done is `Refused` with its reasons."""

from people.actions.experts import declare_interest, end_interest, save_expert
from people.actions.organizations import (
    OPEN_KINDS,
    ROLES,
    add_certificate,
    add_member,
    change_organization,
    change_profile,
    check_email,
    check_number,
    check_phone,
    end_membership,
    find_person,
    register_organization,
    set_council,
    set_identity,
)
from people.actions.standing import add_credit_record, add_rating, confirm, lift_credit_record, set_inspection

__all__ = [
    "OPEN_KINDS",
    "ROLES",
    "add_certificate",
    "add_credit_record",
    "add_member",
    "add_rating",
    "change_organization",
    "change_profile",
    "check_email",
    "check_number",
    "check_phone",
    "confirm",
    "declare_interest",
    "end_interest",
    "end_membership",
    "find_person",
    "lift_credit_record",
    "register_organization",
    "save_expert",
    "set_council",
    "set_identity",
    "set_inspection",
]
