"""A button's address: opened as a page, and pressed after the session has ended."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from tests.life import draft


@pytest.fixture
def button(town):
    """Takes only what a button sends."""
    return reverse("projects:proposal_discard", args=[draft(town).pk])


def test_a_buttons_address_opened_as_a_page_says_so(town, browse, button):
    response = browse(town.head).get(button)

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "这个地址不是页面" in response.content.decode()


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/projects/?q=陪伴", "/projects/?q=陪伴"),
        ("https://elsewhere.example/projects/", None),
        ("", None),
    ],
)
def test_a_press_after_the_session_ended_leads_back_to_the_page_with_the_button(browse, button, referer, back):
    client = browse()

    response = client.post(button, headers={"Referer": referer} if referer else {})

    to = urlsplit(response.url)
    assert (response.status_code, to.path) == (302, reverse("account_login"))
    assert parse_qs(to.query)["next"] == [back or button]
    assert "刚才的操作没有生效" in client.get(response.url).content.decode()


def test_a_page_that_asks_to_sign_in_is_come_back_to_itself(town, browse):
    client = browse()

    response = client.get("/todo/", headers={"Referer": "http://testserver/projects/"})

    assert parse_qs(urlsplit(response.url).query)["next"] == ["/todo/"]
    assert "刚才的操作没有生效" not in client.get(response.url).content.decode()


def test_a_script_that_saves_by_itself_leaves_no_message(town, browse):
    client = browse()
    project = draft(town)

    response = client.post(
        reverse("projects:proposal_autosave", args=[project.pk]), headers={"X-Requested-With": "fetch"}
    )

    assert response.status_code == 302
    assert "刚才的操作没有生效" not in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    "address", ["/privacy/asked/%00/", "/objections/confirm/%00/", "/invitations/%00/", "/calendar/%00.ics"]
)
def test_an_address_with_a_sign_that_postgresql_refuses_is_no_page(db, browse, address):
    client = browse()

    assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]


def test_a_session_with_a_sign_that_postgresql_refuses_is_none(db, browse):
    client = browse()

    answer = client.get(reverse("projects:project_list"), headers={"Cookie": r'sessionid="abcdefgh\000"'})

    assert (answer.status_code, urlsplit(answer.url).path) == (302, reverse("account_login"))
