"""Random samples: drawn, looked at one by one, drawn again by whoever doubts."""

from functools import partial

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.models import Attachment, Event
from core.workflow import Refused, permit
from evaluations.actions import sampling
from evaluations.forms import ResultForm, SampleForm
from evaluations.models import Sample, SampleItem
from evaluations.phone_script import scripts
from evaluations.views.evaluation import find
from projects.models import Activity, Expense

RELATED = ("evaluation__project__call__funder", "evaluation__project__applicant", "evaluation__commission", "drawn_by")


def find_sample(request: HttpRequest, pk: int) -> Sample:
    """A sample of an evaluation whose findings I read; 404 otherwise."""
    return get_object_or_404(Sample.objects.visible_to(request.user).select_related(*RELATED), pk=pk)


def shows_items(request: HttpRequest, sample: Sample) -> bool:
    """What one person said on the phone is not for the group, which knows who has which number."""
    return not sample.is_by_phone or rules.has_perm("evaluations.see_looks", request.user, sample)


@login_required
def sample_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The samples of an evaluation, and the form that draws one."""
    evaluation = find(request, pk)
    permit("evaluations.read_evidence", request.user, evaluation)
    may_draw = rules.has_perm("evaluations.draw_sample", request.user, evaluation)
    form = SampleForm(request.POST or None) if may_draw else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                made = sampling.draw(evaluation, by=request.user, **form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Drawn. The list and its seed are written down for good."))
                return redirect(made)
    rows = [
        {"sample": one, "tally": sampling.tally_of(one)}
        for one in evaluation.samples.select_related("drawn_by").prefetch_related("items")
    ]
    context = {"evaluation": evaluation, "project": evaluation.project, "rows": rows, "form": form}
    return render(request, "evaluations/sample_list.html", context)


@login_required
def sample_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was drawn, what came of it, and how it was drawn."""
    sample = find_sample(request, pk)
    tally = sampling.tally_of(sample)
    log = rules.has_perm("evaluations.see_looks", request.user, sample)
    context = {
        "sample": sample,
        "evaluation": sample.evaluation,
        "project": sample.project,
        "items": sample.items.select_related("looked_by", "caller") if shows_items(request, sample) else [],
        "shows_items": shows_items(request, sample),
        "tally": tally,
        "interval": [round(end * 100, 1) for end in tally.interval] if tally.interval else None,
        "rate": round(100 * tally.lot_wrong / tally.lot_known, 1) if tally.lot_known else None,
        "may_look": rules.has_perm("evaluations.note_sample", request.user, sample.evaluation),
        "log": Event.objects.about(sample).select_related("actor").order_by("-at", "-pk") if log else [],
    }
    return render(request, "evaluations/sample_detail.html", context)


@login_required
def sample_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The same draw once more, from what was written down: the frame, the seed, and the list that comes of it."""
    sample = find_sample(request, pk)
    if not shows_items(request, sample):
        raise PermissionDenied
    again = sampling.draw_again(sample)
    labels = {line["key"]: line for line in sample.frame}
    context = {
        "sample": sample,
        "evaluation": sample.evaluation,
        "project": sample.project,
        "again": again,
        "drawn": [labels[key] for key in again.keys],
        "frame": sample.frame,
    }
    return render(request, "evaluations/sample_again.html", context)


def find_item(request: HttpRequest, pk: int) -> SampleItem:
    related = tuple(f"sample__{name}" for name in RELATED)
    found = SampleItem.objects.filter(sample__in=Sample.objects.visible_to(request.user))
    item = get_object_or_404(found.select_related(*related, "caller", "looked_by"), pk=pk)
    if not shows_items(request, item.sample):
        raise PermissionDenied
    return item


@login_required
def sample_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One drawn record: the record itself, what came of looking at it, and for people the questions."""
    return _item_page(request, find_item(request, pk))


def _item_page(request: HttpRequest, item: SampleItem, contact: sampling.Contact | None = None) -> HttpResponse:
    sample = item.sample
    may_look = rules.has_perm("evaluations.note_sample", request.user, item)
    if sample.is_by_phone:
        may_look = rules.has_perm("evaluations.phone", request.user, item)
    sent = request.POST if "note" in request.POST else None
    form = ResultForm(sent, item=item) if may_look else None
    if sent is not None:
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                partial(sampling.note_result, item, by=request.user)(**form.given)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Saved."))
                following = sample.items.filter(result="", position__gt=item.position).first()
                return redirect(following if following and "next" in request.POST else sample)
    script = scripts().get(item.script or 0)
    context = {
        "item": item,
        "sample": sample,
        "evaluation": sample.evaluation,
        "project": item.project,
        "form": form,
        "contact": contact,
        "said": script.said(item.answers) if script else [],
        **_record(item),
    }
    answer = render(request, "evaluations/sample_item.html", context)
    if contact:
        answer["Cache-Control"] = "private, no-store"
    return answer


def _record(item: SampleItem) -> dict:
    """The record that was drawn, with its files."""
    K = Sample.Kind
    if item.sample.kind == K.VOUCHERS:
        expense = Expense.objects.filter(pk=item.key).first()
        return {"expense": expense, "files": Attachment.objects.of(expense) if expense else []}
    if item.sample.kind in (K.HELD, K.AHEAD):
        return {"activity": Activity.objects.with_signed().filter(pk=item.key).first()}
    return {}


@login_required
@never_cache
@require_POST
def sample_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Name and number of the person to phone: shown once, on the page that answers; each look is written down."""
    item = find_item(request, pk)
    try:
        contact = sampling.look_up(item, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(item)
    item.refresh_from_db()
    return _item_page(request, item, contact)
