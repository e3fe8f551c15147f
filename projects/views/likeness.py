"""What looks alike, and what was offered before: two proposals side by side, and the earlier one to read."""

from collections.abc import Iterable

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment, Event
from core.workflow import Refused, permit
from projects.actions import checking
from projects.actions.likeness import boilerplate_of, compared_papers, quoted, text_of, texts_beside
from projects.completeness import stored_tables
from projects.forms import VerdictForm
from projects.models import BudgetLine, Likeness, Project
from projects.sections import fields_of
from projects.similarity import ignored_between, marked, shared_spans
from projects.snapshots import steps_by_key
from projects.views.project import find

Pieces = list[tuple[str, str]]
Places = Iterable[tuple[int, int]]


@login_required
def likeness_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Two proposals side by side, the shared passages marked; the clerk of the later one says what it is.

    Found from either side: the funder of the earlier proposal is concerned as well.
    """
    related = ("project__call__funder", "project__applicant", "other__call__funder", "other__applicant")
    seen = Project.objects.visible_to(request.user)
    found = Likeness.objects.filter(Q(project__in=seen) | Q(other__in=seen)).select_related(*related)
    likeness = get_object_or_404(found, pk=pk)
    left, right = likeness.project, likeness.other
    mine = next((side for side in (left, right) if rules.has_perm("projects.see_likeness", request.user, side)), None)
    permit("projects.see_likeness", request.user, mine or left)
    may_judge = rules.has_perm("projects.judge_likeness", request.user, left)
    form = VerdictForm(request.POST or None, initial={"verdict": likeness.verdict, "note": likeness.note})
    if request.method == "POST":
        permit("projects.judge_likeness", request.user, left)
        if form.is_valid():
            try:
                checking.judge_likeness(likeness, by=request.user, **form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Your verdict is noted."))
                return redirect(reverse("projects:check_page", args=[left.pk]) + "#likenesses")
    context = {
        "likeness": likeness,
        "project": mine,
        "form": form if may_judge else None,
        "texts": _side_by_side(left, right),
        "lines": list(_same_lines(left, right)),
        "numbers": _same_numbers(left, right),
        "papers": _same_papers(left, right),
    }
    return render(request, "projects/likeness_detail.html", context)


@login_required
def earlier(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal that this one was before, with another funder perhaps: what it said, and how it ended.

    Whoever offers a proposal on does so with its history; the new funder reads that, and nothing else of the old call.
    """
    project = find(request, pk)
    permit("projects.see_earlier", request.user, project)
    if project.routed_from is None:
        raise Http404
    related = ("call__funder", "track", "applicant", "host", "field", "community")
    old = Project.objects.select_related(*related).get(pk=project.routed_from_id)
    context = {"project": project, **as_it_was(old)}
    return render(request, "projects/earlier.html", context)


def as_it_was(old: Project) -> dict[str, object]:
    """What a page needs to show a proposal that has ended: its words and tables, and how it ended."""
    return {
        "old": old,
        "tables": stored_tables(old),
        "asked": fields_of(old.track.form),
        "steps": steps_by_key(old),
        "ended": Event.objects.about(old).filter(target_state=old.state).last(),
    }


def _side_by_side(left: Project, right: Project) -> tuple[Pieces, Pieces]:
    """Both texts in pieces, each "shared" with the other, "common" to so many that it does not count, or neither."""
    one, two = text_of(left), text_of(right)
    others = (text for pk, text in texts_beside(left).items() if pk != right.pk)
    form = [*boilerplate_of(left), *boilerplate_of(right)]
    everything = shared_spans(one, two)
    counting = shared_spans(one, two, ignored=ignored_between(one, two, others, boilerplate=form))
    return (
        _pieces(one, *([(span.left, span.length) for span in spans] for spans in (everything, counting))),
        _pieces(two, *([(span.right, span.right_length) for span in spans] for spans in (everything, counting))),
    )


def _pieces(text: str, everything: Places, counting: Places) -> Pieces:
    """A text by what both have, and again by what of it counts."""
    found: Pieces = []
    start = 0
    for piece, is_shared in marked(text, everything):
        within = [(place - start, length) for place, length in counting]
        inner = marked(piece, within) if is_shared else [(piece, False)]
        found += [(part, "shared" if counts else "common" if is_shared else "") for part, counts in inner]
        start += len(piece)
    return found


def _same_numbers(left: Project, right: Project) -> list[tuple[str, list[BudgetLine], list[BudgetLine]]]:
    """The quotations and invoices on which lines of both rest: number, lines here, lines there."""
    mine, theirs = quoted(left.budget_lines.all()), quoted(right.budget_lines.all())
    return [(number, lines, theirs[number]) for number, lines in mine.items() if number in theirs]


def _same_papers(left: Project, right: Project) -> list[tuple[Attachment, Attachment]]:
    """The files that were handed in with both, those of the organisation itself left out."""
    theirs = {file.sha256: file for file in compared_papers(right)}
    return [(file, theirs[file.sha256]) for file in compared_papers(left) if file.sha256 in theirs]


def _same_lines(left: Project, right: Project):
    """The budget lines of both, those that are the same next to each other."""
    theirs = list(right.budget_lines.all())
    for line in left.budget_lines.all():
        same = next(
            (t for t in theirs if (t.item, t.unit_price, t.quantity) == (line.item, line.unit_price, line.quantity)),
            None,
        )
        if same:
            theirs.remove(same)
        yield line, same
    for line in theirs:
        yield None, line
