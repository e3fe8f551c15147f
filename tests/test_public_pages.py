"""What everybody may read names no resident, no team member and no telephone: whatever is published is masked."""

import pytest
from django.db.models import CharField

from people.models import User
from reports.personal.register import all_held
from tests.sweep.people import EVERYBODY
from tests.sweep.table import TABLE, address
from tests.sweep.things import things

pytestmark = pytest.mark.one_database
__all__ = ["things"]

PUBLIC_BY_LAW = {"contacts", "account", "money"}
"""Whom to call, as the notice says; names of officials stand on papers they sign (asked below)."""
TO_BE_FILLED_IN = {"projects:recommend", "projects:follow_up_answer", "privacy:follow", "projects:activity_sign_in"}


def kept_of_people() -> set[str]:
    """Every name, telephone and address that the register knows how to find a person by."""
    found: set[str] = set()
    for kind, held in all_held():
        if kind.key in PUBLIC_BY_LAW:
            continue
        for name in (*held.names, *held.phones, *held.emails):
            if isinstance(held.of._meta.get_field(name), CharField):
                found |= set(held.of._default_manager.exclude(**{name: ""}).values_list(name, flat=True))
    return {value for value in found if value and len(value) > 1}


def test_no_page_for_everybody_names_a_person_or_a_number(town, things, browse, without_layout):
    User.objects.filter(username="head").update(phone="13877776666", email="liu@secret.example.org")
    secrets = kept_of_people() | {"13877776666", "liu@secret.example.org"}
    assert len(secrets) > 5
    client, told = browse(), []
    for name, (about, allowed) in TABLE.items():
        if allowed < EVERYBODY or name in TO_BE_FILLED_IN:
            continue
        answer = client.get(address(name, about, things))
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        page = text.decode("utf-8", "replace")
        told += [(name, secret) for secret in sorted(secrets) if secret in page]

    assert told == []
