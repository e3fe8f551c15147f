"""Seeds of lots are public as soon as they give nothing away; and a form says beforehand that one text is enough."""

import pytest
from django.urls import reverse

from evaluations.actions import ranking
from evaluations.actions.decision import Proposal
from evaluations.forms import FeedbackForm, SheetForm
from evaluations.forms.sheets import EITHER
from projects.models import Notice
from tests.judging import announced, judged
from tests.pitching import assignment_of, drawn, first


def seen(browse, name: str, *args) -> str:
    return browse().get(reverse(name, args=args)).content.decode()


def test_the_seed_of_a_running_order_is_public_at_once(town, life, browse):
    day = drawn(town, life, 2)

    for page in (
        seen(browse, "grants:call_detail", town.call.pk),
        seen(browse, "evaluations:pitch_screen", day.screen_token),
    ):
        assert day.draw.seed in page


def test_the_seed_between_equal_scores_is_public_with_the_announcement(town, life, browse):
    """Before, it would tell that two projects are equal."""
    first_one, second = judged(town, life, 30, 30)
    lot = ranking.draw_lots(town.call, by=town.clerk)
    assert lot.seed not in seen(browse, "grants:call_detail", town.call.pk)

    announced(town, {first_one.pk: "shortlist", second.pk: Proposal("waitlist", None, "名额有限")})

    assert lot.seed in seen(browse, "grants:call_detail", town.call.pk)
    assert lot.seed in seen(browse, "projects:notice_detail", Notice.objects.get().pk)


@pytest.mark.parametrize("name", ["strengths", "weaknesses"])
def test_both_texts_say_that_one_of_them_is_enough(town, life, name):
    assignment = assignment_of(first(drawn(town, life, 1)), town.expert1)

    for form in (SheetForm(assignment=assignment), FeedbackForm()):
        assert form.fields[name].mark == EITHER
        assert form.fields[name].required is False
