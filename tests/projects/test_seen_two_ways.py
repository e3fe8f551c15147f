"""What a person may see is asked in one way where that is little and in another where it is much; the answer is one."""

from people.models import User
from projects.models import Activity, Expense, MentoringNote, Project, Report
from projects.models import project as asked
from tests.test_permissions import things

__all__ = ["things"]  # the fixture with one of everything


def seen(user: User) -> dict[str, set[int]]:
    user = User.objects.get(pk=user.pk)  # which way is asked is kept with the person
    found = {"visible": Project.objects.visible_to(user), "delivery": Project.objects.delivery_visible_to(user)}
    found |= {model.__name__: model.objects.visible_to(user) for model in (MentoringNote, Activity, Expense, Report)}
    return {name: set(rows.values_list("pk", flat=True)) for name, rows in found.items()}


def test_both_ways_say_the_same_of_everybody(things, town, monkeypatch):
    expected = {name: seen(user) for name, user in town.people.items()}
    monkeypatch.setattr(asked, "MANY", 0)

    assert {name: seen(user) for name, user in town.people.items()} == expected
    assert expected["clerk"]["delivery"] - expected["stranger"]["delivery"]
