"""Projects to support, pledges, what came of them, and the funder's ledger of who helps whom."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import workflow
from core.forms import NoteForm, add_refusal
from core.lately import asked_by, lately
from core.models import Attachment, Event
from core.paging import page_of, page_of_keys
from core.views import not_offered
from core.workflow import Refused, permit
from people.models import User
from projects.actions import gifts, pledges
from projects.disclosing import shown
from projects.forms import (
    GiftAnswerForm,
    GiftForm,
    GivingFilter,
    PledgeForm,
    PledgeLedgerFilter,
    PostponeForm,
)
from projects.matching import LACKING_MOST, PARTS, awaited, lacking, lacking_most, promised_by_kind, proven_by_kind
from projects.models import ActivityPhoto, Gift, IntentLetter, Pledge, Project
from projects.models.pledge import OPEN_TO_GIVERS
from projects.models.project_queries import is_seen_by, of_funders
from projects.pairs import sums_of

PAGE = 12
ROWS = 30
STEPS = {"accept": pledges.accept, "decline": pledges.decline, "withdraw": pledges.withdraw}


def open_to_givers(*, or_given_to_by: Any = None) -> QuerySet[Project]:
    """Every awarded project that has not come to its end, with what its matching funds are counted from; and to the end
    those to which somebody has pledged something."""
    related = ("call__funder", "applicant", "field", "community")
    found = Q(state__in=OPEN_TO_GIVERS)
    if or_given_to_by is not None and or_given_to_by.is_authenticated:
        found |= Q(pk__in=Pledge.objects.filter(giver__in=or_given_to_by.gives_for).values("project"))
    return Project.objects.filter(found).select_related(*related).prefetch_related(*PARTS)


def giving_list(request: HttpRequest) -> HttpResponse:
    """Awarded projects that somebody can help, for everybody; those that lack most first."""
    projects = Project.objects.filter(state__in=OPEN_TO_GIVERS)
    form = GivingFilter(request.GET, projects=projects)
    key = f"{LACKING_MOST}{form.chosen_words}"  # whoever asks: the figures are the same
    keys, counted_at = lately(key, lambda: lacking_most(form.chosen(projects), form.lacking), ahead=True)
    page = page_of_keys(keys, open_to_givers(), PAGE, request.GET.get("page"))
    for project in page:
        project.lacking = lacking(project)
    context = {"page_obj": page, "form": form, "number": len(keys), "counted_at": counted_at}
    context["gives"] = rules.has_perm("projects.give", request.user)
    return render(request, "projects/giving_list.html", context)


def giving_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What everybody may read of an awarded project, and what it lacks. No contact data, no names of people served."""
    project = get_object_or_404(open_to_givers(or_given_to_by=request.user), pk=pk)
    held = project.activities.told_to_residents().recorded().with_signed()
    context = {
        "project": project,
        "is_over": project.state not in OPEN_TO_GIVERS,
        "lacking": lacking(project),
        "promised": promised_by_kind(project),
        "proven": proven_by_kind(project),
        "awaited": awaited(project),
        "lines": [line for line in project.budget_lines.all() if line.source not in ("grant", "own")],
        "activities": held.order_by("-starts_at", "-pk")[:6],
        "photos": ActivityPhoto.objects.public().filter(activity__project=project)[:6],
        "may_pledge": rules.has_perm("projects.pledge", request.user, project),
        "gives": rules.has_perm("projects.give", request.user),
        "mine": Pledge.objects.filter(project=project, giver__in=request.user.gives_for)
        if request.user.is_authenticated
        else [],
    }
    return render(request, "projects/giving_detail.html", context)


@login_required
def pledge_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Pledge something; `?letter=` fills in what a letter of intent says."""
    project = get_object_or_404(open_to_givers(), pk=pk)
    permit("projects.pledge", request.user, project)
    letter = letter_of(request, project)
    initial: dict[str, Any] = {"contact": request.user.name, "contact_phone": request.user.phone or ""}
    if letter:
        initial |= {"giver": letter.giver.pk, "what": letter.what[:120], "amount": letter.value}
    lacks = lacking(project)
    form = PledgeForm(request.POST or None, initial=initial, user=request.user, lacking=lacks)
    if request.method == "POST" and form.is_valid():
        try:
            giver = form.cleaned_data["giver"]
            meant = form.cleaned_data["meant"]
            made = pledges.offer(project, giver, by=request.user, values=form.values, letter=letter, meant=meant)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The group has your pledge and answers it."))
            return redirect(made)
    context = {"project": project, "form": form, "letter": letter, "lacking": lacks}
    return render(request, "projects/pledge_form.html", context)


def letter_of(request: HttpRequest, project: Project) -> IntentLetter | None:
    """The letter of intent of this project that the address names, if it is one's own and no pledge yet."""
    number = request.GET.get("letter", "")
    if not number.isascii() or not number.isdecimal() or len(number) > 15:
        return None
    mine = IntentLetter.objects.filter(talk__guest__giver__in=request.user.gives_for, talk__entry__project=project)
    return mine.filter(pk=number, pledge__isnull=True).first()


@login_required
def pledge_list(request: HttpRequest) -> HttpResponse:
    """The pledges of my organisations: those that give, and those that receive."""
    mine = list(request.user.roles)
    seen = Pledge.objects.with_names().prefetch_related("gifts")
    given = seen.filter(giver__in=mine)
    received = seen.filter(project__applicant__in=mine)
    letters = IntentLetter.objects.filter(talk__guest__giver__in=mine, pledge__isnull=True)
    context = {
        "given": page_of(given, ROWS, request.GET.get("page")),
        "received": received[:ROWS],
        "letters": letters.select_related("talk__entry__project"),
        "gives": bool(request.user.gives_for),
    }
    return render(request, "projects/pledge_list.html", context)


def _pledge(request: HttpRequest, pk: int) -> Pledge:
    found = Pledge.objects.visible_to(request.user).with_names().prefetch_related("gifts__decided_by")
    pledge = get_object_or_404(found, pk=pk)
    permit("projects.see_pledge", request.user, pledge)
    return pledge


@login_required
def pledge_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One pledge: what was promised, what came, what is next, and whom to call."""
    pledge = _pledge(request, pk)

    def may(permission: str) -> bool:
        return rules.has_perm(permission, request.user, pledge)

    sees_giver, sees_group = may("projects.see_giver_contact"), may("projects.see_group_contact")
    if sees_giver or sees_group:
        said = {"label": _("Contacts of a pledge seen"), "pledge": pledge.pk}
        shown("pledge", by=request.user, project=pledge.project, **said)
    context = {
        "pledge": pledge,
        "project": pledge.project,
        "gifts": with_files(pledge.gifts.all()),
        "choices": workflow.choices(pledge, request.user),
        "may_record": pledge.can_come > 0 and may("projects.record_gift"),
        "may_postpone": may("projects.give_pledge") and (pledge.is_awaited or pledge.state == Pledge.State.LAPSED),
        "sees_giver": sees_giver,
        "sees_group": sees_group,
        "sees_project": is_seen_by(pledge.project, request.user),
        "events": Event.objects.about(pledge).order_by("-at", "-pk"),
    }
    return render(request, "projects/pledge_detail.html", context)


def with_files(found: Any) -> list[Gift]:
    """Gifts with the papers that show them, in one query for all."""
    gifts_of = list(found)
    files: dict[int, list[Attachment]] = {}
    for file in Attachment.objects.filter(
        content_type__app_label="projects", content_type__model="gift", object_id__in=[gift.pk for gift in gifts_of]
    ):
        files.setdefault(file.object_id, []).append(file)
    for gift in gifts_of:
        gift.files = files.get(gift.pk, [])
    return gifts_of


@login_required
def pledge_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Accept, decline or take back; with a word or a reason."""
    pledge = _pledge(request, pk)
    if name not in STEPS:
        raise Http404
    choice = next((c for c in workflow.choices(pledge, request.user) if c.name == name), None)
    if choice is None:
        return not_offered(request, pledge, name, seen=pledge.state, to=pledge)
    form = NoteForm(request.POST or None, state=pledge.state, needs_note=choice.note)
    if request.method == "POST" and form.is_valid():
        try:
            STEPS[name](pledge, by=request.user, note=form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": choice.label})
            return redirect(pledge)
    context = {"pledge": pledge, "project": pledge.project, "choice": choice, "form": form}
    return render(request, "projects/pledge_step.html", context)


@login_required
def pledge_postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """The giver names a later day."""
    pledge = _pledge(request, pk)
    permit("projects.give_pledge", request.user, pledge)
    form = PostponeForm(request.POST or None, initial={"due_on": pledge.due_on})
    if request.method == "POST" and form.is_valid():
        try:
            pledges.postpone(pledge, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The group knows the later day."))
            return redirect(pledge)
    words = {"heading": _("Name a later day"), "submit": _("Save"), "back": pledge}
    return render(request, "projects/pledge_day.html", {"pledge": pledge, "form": form, **words})


@login_required
def gift_create(request: HttpRequest, pk: int) -> HttpResponse:
    """The group records what came of a pledge."""
    pledge = _pledge(request, pk)
    permit("projects.record_gift", request.user, pledge)
    form = GiftForm(request.POST or None, request.FILES or None, pledge=pledge)
    if request.method == "POST" and form.is_valid():
        try:
            gifts.record_gift(pledge, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request, _("Recorded. A clerk of the funder confirms it; then the giver gets its receipt.")
            )
            return redirect(pledge)
    heading = _("Record what came")
    lead = _("%(giver)s: %(what)s") % {"giver": pledge.giver, "what": pledge.what}
    context = {
        "project": pledge.project,
        "form": form,
        "heading": heading,
        "submit": _("Record what came"),
        "lead": lead,
    }
    return render(request, "projects/form.html", context | {"back": pledge})


@login_required
def gift_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What came, with its papers; a clerk confirms it here or says what is wrong."""
    related = ("pledge__giver", "pledge__project__call__funder", "pledge__project__applicant", "recorded_by", "proof")
    gift = get_object_or_404(Gift.objects.visible_to(request.user).select_related(*related, "decided_by"), pk=pk)
    permit("projects.see_pledge", request.user, gift.pledge)
    may_decide = gift.is_open and rules.has_perm("projects.confirm_gift", request.user, gift)
    alike = gifts.proofs_alike(gift) if may_decide else []
    form = GiftAnswerForm(request.POST or None, gift=gift, alike=alike)
    if request.method == "POST":
        permit("projects.confirm_gift", request.user, gift)
        if form.is_valid():
            try:
                gifts.decide_gift(gift, by=request.user, accepted="accept" in request.POST, **form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Saved."))
                return redirect(gift)
    [gift] = with_files([gift])
    context = {"gift": gift, "pledge": gift.pledge, "project": gift.project, "alike": alike}
    return render(request, "projects/gift_detail.html", context | {"form": form if may_decide else None})


def pledges_of(user: User) -> QuerySet[Pledge]:
    """The pledges to the projects of the funders one works for, the newest first."""
    return Pledge.objects.with_names().prefetch_related("gifts").filter(of_funders(list(user.roles)))


@login_required
def pledge_ledger(request: HttpRequest) -> HttpResponse:
    """Who helps whom (结对台账): promised and received by kind, for the funder."""
    permit("projects.see_pledge_ledger", request.user, None)
    mine = pledges_of(request.user)
    form = PledgeLedgerFilter(request.GET, pledges=mine.order_by())
    found = form.chosen(mine)
    page = page_of(found, ROWS, request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    sums, counted_at = lately(f"pledges:{asked_by(request)}", lambda: sums_of(found))
    context = {"page_obj": page, "form": form, "query": query.urlencode(), "sums": sums, "counted_at": counted_at}
    return render(request, "projects/pledge_ledger.html", context)
