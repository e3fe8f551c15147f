"""Records behind the points: the picker of one line, and the list of an evaluation."""

from functools import partial

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from evaluations.actions import evidence as actions
from evaluations.evidence_lists import evidence_of
from evaluations.forms import EvidenceWordForm, RecordFilter, RecordsForm
from evaluations.models import Assignment, Evidence, EvidenceWord
from evaluations.records import Record, compared, records_of
from evaluations.views.evaluation import find
from grants.models import Criterion
from projects.models import Project

PAGE = 20


def find_mine(request: HttpRequest, pk: int) -> Assignment:
    """My own sheet of an evaluation, as long as I see the project; 404 otherwise."""
    seen = Project.objects.delivery_visible_to(request.user)
    mine = Assignment.objects.filter(person=request.user, evaluation__isnull=False, project__in=seen)
    related = ("project__call", "evaluation__rubric", "evaluation__commission", "evaluation__project", "sheet")
    return get_object_or_404(mine.select_related(*related), pk=pk)


@login_required
def evidence_pick(request: HttpRequest, pk: int, criterion_pk: int) -> HttpResponse:
    """Choose the records that show why a line gets its points; take one away; or say it in a sentence."""
    assignment = find_mine(request, pk)
    permit("evaluations.tie_evidence", request.user, assignment)
    criterion = get_object_or_404(
        assignment.rubric.criteria.all(), pk__in=[line.pk for line in assignment.lines], pk=criterion_pk
    )
    tied = list(Evidence.objects.tied().filter(assignment=assignment, criterion=criterion))
    word = EvidenceWord.objects.filter(assignment=assignment, criterion=criterion).first()
    forms = {
        "tie": RecordsForm(request.POST if "tie" in request.POST else None),
        "say": EvidenceWordForm(
            request.POST if "say" in request.POST else None, initial={"text": word.text if word else ""}
        ),
    }
    if request.method == "POST" and _done(request, assignment, criterion, tied, forms):
        kept = {name: one for name, one in request.GET.items() if one}
        back = redirect("evaluations:evidence_pick", pk=pk, criterion_pk=criterion_pk)
        back["Location"] += f"?{urlencode(kept)}" if kept else ""
        return back
    narrowed = RecordFilter(request.GET)
    wanted = narrowed.cleaned_data if narrowed.is_valid() else {}
    everything = records_of(assignment.evaluation)
    colleagues = _colleagues(assignment, criterion)
    mine = {f"{one.kind}-{one.key}" for one in tied}
    found = [one for one in everything if _matches(one, wanted, mine, colleagues)]
    ticked = set(request.POST.getlist("names"))
    page = page_of(found, PAGE, request.GET.get("page"))
    rows = [
        {
            "record": one,
            "is_mine": one.name in mine,
            "others": colleagues.get(one.name, 0),
            "ticked": one.name in ticked,
        }
        for one in page
    ]
    context = {
        "assignment": assignment,
        "project": assignment.project,
        "criterion": criterion,
        "tied": compared(assignment.evaluation, tied),
        "filter": narrowed,
        "page_obj": page,
        "rows": rows,
        "all": len(everything),
        "found": len(found),
        "tie_form": forms["tie"],
        "word_form": forms["say"],
    }
    return render(request, "evaluations/evidence_pick.html", context)


def _done(request: HttpRequest, assignment: Assignment, criterion: Criterion, tied: list[Evidence], forms) -> bool:
    """What was pressed has happened; else what stands in its way is said at the form."""
    if (sent := request.POST.get("untie", "")).isascii() and sent.isdigit() and len(sent) < 19:
        piece = next((one for one in tied if one.pk == int(sent)), None)
        if piece is None:
            raise Http404
        verb, form, done = partial(actions.untie, piece, by=request.user), None, _("It is taken away from this line.")
    elif "say" in request.POST:
        form = forms["say"]
        verb = partial(actions.say, assignment, criterion, by=request.user)
        done = _("Saved.")
    else:
        form = forms["tie"] = RecordsForm(request.POST)
        verb = partial(actions.tie, assignment, criterion, by=request.user)
        done = _("The records are tied to this line, as they are now.")
    if form is not None and not form.is_valid():
        return False
    try:
        verb(**(form.cleaned_data if form is not None else {}))
    except Refused as refused:
        if form is None:
            messages.error(request, str(refused))
            return True
        add_refusal(form, refused)
        return False
    messages.success(request, done)
    return True


def _colleagues(assignment: Assignment, criterion: Criterion) -> dict[str, int]:
    """How many others of the panel tied each record to the same line."""
    others = assignment.panel.exclude(pk=assignment.pk).values("pk")
    counts: dict[str, int] = {}
    for kind, key in (
        Evidence.objects.tied().filter(assignment__in=others, criterion=criterion).values_list("kind", "key")
    ):
        counts[f"{kind}-{key}"] = counts.get(f"{kind}-{key}", 0) + 1
    return counts


def _matches(record: Record, wanted: dict, mine: set[str], colleagues: dict[str, int]) -> bool:
    if wanted.get("kind") and record.kind != wanted["kind"]:
        return False
    if wanted.get("tied") == "me" and record.name not in mine:
        return False
    if wanted.get("tied") == "panel" and record.name not in colleagues:
        return False
    text = f"{record.kind_label} {record.label} {record.day or ''} {record.amount or ''}".lower()
    return all(word in text for word in wanted.get("q", "").lower().split())


@login_required
def evidence_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What the points of an evaluation rest on, line by line; whether each record is still as it was."""
    evaluation = find(request, pk)
    permit("evaluations.read_evidence", request.user, evaluation)
    with_names = rules.has_perm("evaluations.read_sheets", request.user, evaluation)
    lines = evidence_of(evaluation, with_names=with_names)
    context = {
        "evaluation": evaluation,
        "project": evaluation.project,
        "lines": lines,
        "with_names": with_names,
        "sees_project": Project.objects.delivery_visible_to(request.user).filter(pk=evaluation.project_id).exists(),
        "changed": sum(tied.is_changed or tied.is_gone for line in lines for tied in line.tied),
    }
    return render(request, "evaluations/evidence_list.html", context)
