"""Find proposals that look alike, over all calls and years. A flag for a person; nothing follows from it by itself.

Whom to compare is found by keys (`likeness_keys`), so that it takes as long among a million proposals as among a
thousand; a text is besides compared with the newest others, all of them where there are no more than `READ`.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import cast

from django.db import transaction
from django.db.models import QuerySet
from django_tasks import task

from core import clock
from core.identifiers import comparable
from core.models import Attachment
from projects.likeness_keys import key_of, keys_of_text
from projects.models import BudgetLine, Likeness, LikenessKey, Project
from projects.models.project_queries import LONG_TEXTS
from projects.models.state import ENDED_WITHOUT_MONEY
from projects.peers import pairs_of
from projects.similarity import similar_to

TEXT_FROM = 0.3
"""Below a third, two proposals on the same subject share what everybody writes."""
BUDGET_FROM = 0.8
FEWEST_LINES = 3
AWAITED, GIVEN_UP = timedelta(minutes=10), timedelta(days=2)
"""So long the worker has time for it, and so long the clock tries when it has not done it."""
READ, LIKELY, HOLDERS = 1_000, 200, 500
"""So many texts are read for one, so many of them chosen by their keys, and so many of all that have a key are asked:
the newest."""
SHORTEST_NUMBER = 4
"""A quotation's number of three characters ("001") is everybody's."""
ORDINARY = ("registration", "host", "credit", "audit")
"""Papers of the organisation itself: the same file with each of its proposals is as it should be."""


WORDS = {"targets": ("goal", "indicator", "proof"), "plan_steps": ("name", "content")}
"""What the tables of a proposal say in words of the applicant's own."""


COMPARED_TEXTS = tuple(name for name in LONG_TEXTS if name != "experience")
"""What a group did before is filled in from its profile, the same in each of its proposals, and no part of the plan."""


def text_of(project: Project) -> str:
    """What a proposal plans, in the order of the form; its goals and steps after the long texts."""
    texts = [getattr(project, name) for name in COMPARED_TEXTS]
    for table, columns in WORDS.items():
        texts += [getattr(row, column) for row in getattr(project, table).all() for column in columns]
    return "\n".join(filter(None, (text.strip() for text in texts)))


def boilerplate_of(project: Project) -> list[str]:
    """What the form and the call say themselves: no applicant has copied it from another."""
    labels = [str(field.verbose_name) for field in Project._meta.concrete_fields if field.name in COMPARED_TEXTS]
    return [*labels, project.call.guidelines]


@task()
def look_for_likenesses(project_id: int) -> None:
    """Background: compare a proposal that was just handed in with all others."""
    find_likenesses(Project.objects.select_related("call").get(pk=project_id))


def compare_forgotten() -> int:
    """Compare the first proposal that nobody has compared: the worker was killed over it, or before it was told. For
    `manage.py tick`; one at a time, as it takes a while."""
    now = clock.now()
    forgotten = Project.objects.filter(
        compared_at=None, submitted_at__gt=now - GIVEN_UP, submitted_at__lt=now - AWAITED
    )
    project = forgotten.select_related("call").order_by("submitted_at", "pk").first()
    if project is None:
        return 0
    find_likenesses(project)
    return 1


def find_likenesses(project: Project) -> list[Likeness]:
    """Flag every other proposal with the same text, the same budget, the same file or the same quotation or invoice.

    A group's own proposal does not count where it has ended without money: writing again after a refusal is no
    copying, but the same text in two open calls is applying twice. Flags that a person has judged stay; the others are
    found anew. When it was compared is kept, so that "nothing found" is not said before anybody has looked.

    All is read and compared before the transaction begins: it takes seconds where there are many proposals, and on
    SQLite nobody could write meanwhile, on the evening on which everybody hands in.
    """
    newest = project.submissions.order_by("-ordinal").values_list("at", flat=True).first() or project.submitted_at
    others = Project.objects.filter(submitted_at__lte=newest).exclude(pk__in=[project.pk, project.routed_from_id])
    own = others.filter(applicant=project.applicant_id, state__in=ENDED_WITHOUT_MONEY)
    others = others.exclude(pk__in=own.values("pk"))
    found = [
        *_texts(project, others),
        *_budgets(project, others),
        *_papers(project, others),
        *_numbers(project, others),
    ]
    return _flag(project, found)


@transaction.atomic
def _flag(project: Project, found: Iterable["Found"]) -> list[Likeness]:
    """Put these in place of what was found before; what a person has judged, perhaps just now, stays."""
    Likeness.objects.open().filter(project=project).delete()
    judged = set(Likeness.objects.about(project).values_list("project", "other", "kind"))
    flags = [
        Likeness(project=project, other_id=other_id, kind=kind, score=score)
        for other_id, kind, score in found
        if (project.pk, other_id, kind) not in judged and (other_id, project.pk, kind) not in judged
    ]
    Likeness.objects.bulk_create(flags, ignore_conflicts=True)  # another worker may look at the same moment
    project.compared_at = clock.now()
    project.save(update_fields=["compared_at"])
    return flags


def keep_keys(project: Project) -> None:
    """Let later proposals find this one, in the words in which it is handed in now."""
    lines = list(project.budget_lines.all())
    values = _keys_of_text(project).union(map(_line_key, lines), map(_number_key, quoted(lines)))
    project.likeness_keys.all().delete()
    LikenessKey.objects.bulk_create([LikenessKey(project=project, value=value) for value in sorted(values)])


def _keys_of_text(project: Project) -> set[int]:
    return keys_of_text(text_of(project), boilerplate_of(project))


def _holders(project: Project, values: Iterable[int]) -> Counter[int]:
    """Which other proposals have these keys, and how many of them."""
    others, found = LikenessKey.objects.exclude(project=project).order_by("-pk"), Counter[int]()
    for value in sorted(values):
        found.update(set(others.filter(value=value).values_list("project", flat=True)[:HOLDERS]))
    return found


def texts_beside(project: Project) -> dict[Hashable, str]:
    """What every other proposal says that was ever handed in; where there are too many, those that have the most keys
    in common with it, and the newest: they show what everybody writes."""
    others = Project.objects.filter(submitted_at__isnull=False).exclude(pk=project.pk)
    chosen = list(others.order_by("-pk").values_list("pk", flat=True)[: READ + 1])
    if len(chosen) > READ:
        likely = _holders(project, _keys_of_text(project)).most_common(LIKELY)
        chosen = list(dict.fromkeys([*(pk for pk, _number in likely), *chosen]))[:READ]
    read = others.filter(pk__in=chosen).only(*COMPARED_TEXTS)
    return {other.pk: text_of(other) for other in read.prefetch_related(*WORDS)}


Found = tuple[int, str, Decimal]


def _texts(project: Project, others) -> Iterator[Found]:
    """Later ones are read too, and the group's own: only so is it seen what everybody writes."""
    texts = texts_beside(project)
    compared = set(others.filter(pk__in=texts).values_list("pk", flat=True))
    for pair in similar_to(text_of(project), texts, threshold=TEXT_FROM, boilerplate=boilerplate_of(project)):
        if pair.right in compared:
            yield cast(int, pair.right), Likeness.Kind.TEXT, _score(pair.score)


def _budgets(project: Project, others) -> Iterator[Found]:
    """The same lines: category, name, price and quantity; at least three of them, and four of five."""
    mine = {_line_key(line) for line in project.budget_lines.all()}
    if len(mine) < FEWEST_LINES:
        return
    shared = _holders(project, mine)
    likely = others.filter(pk__in=[pk for pk, number in shared.items() if number >= ceil(BUDGET_FROM * len(mine))])
    theirs: dict[int, set[int]] = {}
    for line in BudgetLine.objects.filter(project__in=likely):
        theirs.setdefault(line.project_id, set()).add(_line_key(line))
    for pk, lines in theirs.items():
        score = len(mine & lines) / len(mine | lines)
        if score >= BUDGET_FROM:
            yield pk, Likeness.Kind.BUDGET, _score(score)


def _line_key(line: BudgetLine) -> int:
    words = "".join(sorted(pairs_of(line.item)))
    return key_of("line", line.category, words, f"{line.unit_price:.2f}", f"{line.quantity:.2f}")


def _papers(project: Project, others) -> Iterator[Found]:
    """The very same file (invoice, survey, certificate …) handed in with another proposal."""
    mine = compared_papers(project)
    kind = Attachment.objects.of(project).values("content_type")[:1]
    same = Attachment.objects.filter(sha256__in=mine.values("sha256"), content_type__in=kind, object_id__in=others)
    for pk in same.order_by().values_list("object_id", flat=True).distinct():
        yield pk, Likeness.Kind.PAPER, Decimal(1)


def compared_papers(project: Project) -> QuerySet[Attachment]:
    """The files of a proposal that no other should have."""
    return Attachment.objects.of(project).exclude(kind__in=ORDINARY)


def _numbers(project: Project, others) -> Iterator[Found]:
    """A line that rests on a quotation or invoice on which a line of another proposal rests."""
    mine = set(quoted(project.budget_lines.all()))
    if not mine:
        return
    likely = others.filter(pk__in=_holders(project, map(_number_key, mine)))
    theirs = BudgetLine.objects.filter(project__in=likely).exclude(quote_number="")
    found = {line.project_id for line in theirs.only("project", "quote_number") if number_of(line) in mine}
    for pk in sorted(found):
        yield pk, Likeness.Kind.NUMBER, Decimal(1)


def number_of(line: BudgetLine) -> str:
    """The number of the line's quotation or invoice as it is compared; nothing for one that says nothing (无, 001)."""
    number = comparable(line.quote_number)
    says_something = len(number) >= SHORTEST_NUMBER and any(c.isdigit() for c in number)
    return number if says_something else ""


def _number_key(number: str) -> int:
    return key_of("number", number)


def quoted(lines: Iterable[BudgetLine]) -> dict[str, list[BudgetLine]]:
    """The lines by the number on which they rest, those without one left out."""
    found: dict[str, list[BudgetLine]] = {}
    for line in lines:
        if number := number_of(line):
            found.setdefault(number, []).append(line)
    return found


def _score(value: float) -> Decimal:
    return Decimal(f"{min(value, 1.0):.3f}")
