"""Who may do what to an organisation, one line a person."""

import pytest
import rules
from django.contrib.auth.models import AnonymousUser

from people.models import Organization

PERMISSIONS = ("people.change_profile", "people.manage_members", "people.see_account")


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("head", (True, True, True)),
        ("volunteer", (False, False, True)),
        ("hosthead", (False, False, False)),
        ("clerk", (False, False, False)),
        ("approver", (False, False, False)),
        ("mentor", (False, False, False)),
        ("stranger", (False, False, False)),
        ("admin", (False, False, False)),
    ],
)
def test_permissions_on_the_centre(town, who, may):
    user = getattr(town, who)

    assert tuple(rules.has_perm(permission, user, town.centre) for permission in PERMISSIONS) == may


def test_permissions_of_somebody_not_signed_in(town):
    assert [rules.has_perm(permission, AnonymousUser(), town.centre) for permission in PERMISSIONS] == [False] * 3


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("head", {"柳溪社会工作服务中心"}),
        ("singer", {"夕阳红合唱队", "柳溪社区服务中心"}),  # the choir's head sees its host as well
        ("stranger", set()),
        ("admin", set()),
    ],
)
def test_everybody_sees_their_own_organisations_and_their_hosts(town, who, sees):
    visible = Organization.objects.visible_to(getattr(town, who))

    assert {organization.name for organization in visible} == sees


@pytest.mark.parametrize("who", ["clerk", "approver", "finance", "auditor"])
def test_whoever_works_for_a_funder_sees_its_region_with_its_hosts_and_nobody_else(town, who):
    visible = Organization.objects.visible_to(getattr(town, who))

    assert set(visible) == {town.bureau, town.centre, town.choir, town.shop, town.host}


def test_somebody_not_signed_in_sees_none(town):
    assert Organization.objects.visible_to(AnonymousUser()).count() == 0
