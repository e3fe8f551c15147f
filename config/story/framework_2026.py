"""Frameworks besides the shipped ones: the evaluators propose theirs, the bureau has one of its own in two editions."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from config.story.clockwork import on
from config.story.stage import Stage
from grants.actions import terms
from grants.frameworks import frameworks
from grants.models import Rubric


def play_frameworks(stage: Stage, day: Callable[[int], date]) -> None:
    """The second edition of the bureau's is a draft: it can be compared with the first, and changed."""
    bureau, evaluators = stage.cast.groups["bureau"], stage.cast.groups["evaluator"]
    with on(day(-60), 10):
        shared = terms.ready_framework(frameworks()["closing"])
        theirs = terms.copy_terms(shared, by=stage.evaluator, owner=evaluators, name="明鉴结项评估框架")
        theirs = terms.publish_edition(theirs, by=stage.evaluator)
        terms.propose(theirs, by=stage.evaluator)
    with on(day(-40), 15):
        ours = terms.copy_terms(shared, by=stage.clerk, owner=bureau, name="东风地区结项评估框架")
        ours = terms.publish_edition(ours, by=stage.clerk)
    with on(day(-12), 11):
        draft = terms.new_edition(Rubric.objects.get(pk=ours.pk), by=stage.clerk)
        more = draft.criteria.get(name="居民参与与自组织培育")
        less = draft.criteria.get(name="目标达成")
        more.weight, less.weight = Decimal(8), Decimal(8)
        terms.save_terms(draft, [more.save, less.save], by=stage.clerk)
