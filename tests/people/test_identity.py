"""A resident ID number is checked and forgotten: only a fingerprint and four characters stay."""

import pytest
from django.apps import apps
from django.db import models

from core.models import Event
from core.workflow import Refused
from people.actions import set_identity
from people.models import User

NUMBER = "11010519491231002X"
OTHER = "440524188001010014"  # before 1900


def stored_text() -> str:
    """Every text that any table holds, in one string."""
    found = []
    for model in apps.get_models():
        texts = [field.attname for field in model._meta.concrete_fields if not isinstance(field, models.FileField)]
        found += [str(value) for row in model._base_manager.values_list(*texts) for value in row]
    return "\n".join(found)


def test_set_identity_keeps_fingerprint_and_last_four(town):
    set_identity(town.singer, NUMBER)

    person = User.objects.get(pk=town.singer.pk)
    assert person.identity_tail == "002X"
    assert len(person.identity_fingerprint) == 64


def test_full_number_is_stored_nowhere(town):
    set_identity(town.singer, NUMBER)

    text = stored_text()
    assert "002X" in text  # the search does find what is stored
    assert [part for part in (NUMBER, NUMBER.lower(), NUMBER[:17], NUMBER[6:14]) if part in text] == []


@pytest.mark.parametrize(
    "typed", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_set_identity_reads_any_way_of_writing(town, typed):
    set_identity(town.singer, NUMBER)
    fingerprint = town.singer.identity_fingerprint

    set_identity(town.singer, typed)

    assert town.singer.identity_fingerprint == fingerprint


def test_set_identity_of_somebody_else_is_refused(town):
    set_identity(town.singer, NUMBER)

    with pytest.raises(Refused):
        set_identity(town.stranger, NUMBER)

    assert User.objects.get(pk=town.stranger.pk).identity_fingerprint is None


@pytest.mark.parametrize("wrong", ["", "110105194912310021", "110105491231002", OTHER, "abc"])
def test_set_identity_with_a_wrong_number_is_refused_without_repeating_it(town, wrong):
    with pytest.raises(Refused) as caught:
        set_identity(town.singer, wrong)

    assert len(caught.value.reasons) == 1
    assert wrong == "" or wrong not in caught.value.reasons[0]
    assert User.objects.get(pk=town.singer.pk).identity_tail == ""


def test_set_identity_is_logged_without_the_number(town):
    set_identity(town.singer, NUMBER)

    event = Event.objects.about(town.singer).get()
    assert (event.name, event.actor, event.note, event.data) == ("set_identity", town.singer, "", {})


# -- the page --------------------------------------------------------------------------------------


def test_page_keeps_the_number_only_with_consent(town, browse):
    client = browse(town.singer)

    refused = client.post("/me/identity/", {"number": NUMBER})
    assert list(refused.context["form"].errors) == ["agreed"]
    assert User.objects.get(pk=town.singer.pk).identity_tail == ""

    client.post("/me/identity/", {"number": NUMBER, "agreed": "on"})
    assert User.objects.get(pk=town.singer.pk).identity_tail == "002X"


def test_page_shows_a_mistake_at_the_field(town, browse):
    response = browse(town.singer).post("/me/identity/", {"number": "110105194912310021", "agreed": "on"})

    assert list(response.context["form"].errors) == ["number"]


def test_page_refuses_the_number_of_another_account(town, browse):
    set_identity(town.singer, NUMBER)

    response = browse(town.stranger).post("/me/identity/", {"number": NUMBER, "agreed": "on"})

    assert len(response.context["form"].non_field_errors()) == 1


def test_profile_shows_only_the_last_four(town, browse):
    set_identity(town.singer, NUMBER)

    page = browse(town.singer).get("/me/").content.decode()

    assert "**************002X" in page
    assert "19491231" not in page


def test_page_of_a_stranger_leads_to_sign_in(db, browse):
    assert browse().get("/me/identity/")["Location"] == "/accounts/login/?next=/me/identity/"
