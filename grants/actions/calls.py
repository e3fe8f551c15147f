"""What a funder does with a call: begin it from a template or from last year's, change it, publish it, conclude it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.models import Event
from core.workflow import Refused, Stale, permit, record, refuse_unread
from grants.actions.terms import copy_terms, names_taken, ready_framework
from grants.descriptions import TABLES, digest, fingerprint
from grants.eligibility import years_before
from grants.frameworks import frameworks
from grants.models import (
    BonusRule,
    BudgetRule,
    Call,
    Criterion,
    EligibilityRule,
    Fund,
    GateRule,
    PanelRule,
    RequiredPaper,
    Rubric,
    ServiceField,
    Track,
    TranchePlan,
    TrancheRule,
)
from grants.presets import Preset
from grants.soundness import gaps
from people.models import Organization, Role, User

TAKEN_OVER = ("conditions", "budget", "papers", "panels", "bonuses")
"""The parts that a template gives a call besides its tracks."""
PARTS = ("tracks", "eligibility_rules", "budget_rules", "papers", "panel_rules", "bonus_rules", "tie_breaks")
"""What belongs to a call besides its own columns; copied with it, tracks first."""


@transaction.atomic
def begin_from_preset(
    preset: Preset, *, by: User, funder: Organization, fund: Fund, title: str, code: str, budget: Decimal
) -> Call:
    """A draft call filled from a template and a practice mode, with dates a clerk will want to look at.

    The template's rubrics and tranche plan are shared by all funders, so nobody but an administrator changes them.
    """
    _permit(funder, fund, by)
    today = clock.today()
    opens, closes = today + timedelta(days=14), today + timedelta(days=44)
    terms = dict(preset.terms)
    earlier = funder.calls.order_by("-pk").first()  # who watches over it, and where it reads mail, seldom changes
    call = Call.objects.create(
        funder=funder,
        fund=fund,
        title=title,
        code=code,
        budget=budget,
        mode=preset.mode,
        legal_basis=terms.pop("basis"),
        opens_at=_at(opens, 9),
        closes_at=_at(closes, 17),
        starts_on=closes + timedelta(days=60),
        ends_on=closes + timedelta(days=60 + 364),
        review_rubric=_rubric(preset.rubric),
        midterm_rubric=ready_framework(frameworks()[preset.midterm], by=by),
        final_rubric=ready_framework(frameworks()[preset.final], by=by),
        tranche_plan=_plan(preset.plan),
        contact=f"{funder.name} {by.name}"[:120],
        contact_phone=(funder.phone or by.phone or "")[:30],
        contact_email=earlier.contact_email if earlier else "",
        supervision_phone=earlier.supervision_phone if earlier else "",
        **terms,
    )
    call.service_fields.set(ServiceField.objects.all())
    for item in preset.tracks:
        Track.objects.create(
            call=call,
            name=item["name"],
            open_to=item["open_to"],
            cap=Decimal(item["cap"]),
            max_share=Decimal(item["max_share"]),
            form=item["form"],
            legal_basis=item["basis"],
        )
    _add_rules(call, preset)
    record(call, "begin", by=by, label=_("Draft made from the template “%(title)s”") % {"title": preset.title})
    return call


@transaction.atomic
def take_over_rules(call: Call, preset: Preset, *, by: User) -> None:
    """Give a draft the practice mode, conditions, budget rules, papers, panels and bonuses of a template; what it had
    of them is replaced, its tracks and terms stay."""
    with changing(call, by=by, what=_("rules of the template “%(title)s”") % {"title": preset.title}):
        for key in TAKEN_OVER:
            getattr(call, TABLES[key].relation).all().delete()
        _add_rules(call, preset)
        call.mode = preset.mode
        call.save(update_fields=["mode"])


def _add_rules(call: Call, preset: Preset) -> None:
    for rows in rules_of(call, preset).values():
        for row in rows:
            row.save()


def rules_of(call: Call, preset: Preset) -> dict[str, Sequence[models.Model]]:
    """The rows, not stored, that a template gives a call with these tracks, by part of the set-up."""
    tracks = {track.open_to: track for track in call.tracks.all()}
    conditions = [
        EligibilityRule(
            call=call,
            kind=item["kind"],
            value=item.get("value"),
            severity=item["severity"],
            legal_basis=item["basis"],
        )
        for item in preset.conditions
        if item["kind"] != EligibilityRule.Kind.HOSTED or Track.Open.FILED in tracks
    ]
    budget = [
        BudgetRule(
            call=call,
            metric=item["metric"],
            category=item.get("category", ""),
            words=item.get("words", ""),
            unless=item.get("unless", ""),
            in_basis=item.get("in_basis", False),
            rank=item.get("rank", ""),
            value=Decimal(str(item["value"])) if "value" in item else None,
            per=item.get("per", ""),
            severity=item.get("severity", "block"),
            legal_basis=item["basis"],
        )
        for item in preset.budget
    ]
    papers = [
        RequiredPaper(
            call=call,
            track=tracks.get(item.get("track", "")),
            kind=item["kind"],
            is_required=item["required"],
            legal_basis=item["basis"],
        )
        for item in preset.papers
        if item.get("track", next(iter(tracks), "")) in tracks  # else of a track that this call does not have
    ]
    panels = [
        PanelRule(call=call, expertise=item["expertise"], minimum=item.get("minimum", 1), legal_basis=item["basis"])
        for item in preset.panels
    ]
    bonuses = [
        BonusRule(
            call=call,
            kind=item["kind"],
            condition=item["condition"],
            most=Decimal(str(item["most"])),
            legal_basis=item["basis"],
        )
        for item in preset.bonuses
    ]
    rows: tuple[Sequence[models.Model], ...] = (conditions, budget, papers, panels, bonuses)
    return dict(zip(TAKEN_OVER, rows, strict=True))


def _at(day: Any, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _rubric(item: dict[str, Any]) -> Rubric:
    rubric, created = Rubric.objects.get_or_create(
        name=item["name"], funder=None, defaults={"legal_basis": item["basis"]}
    )
    if created:
        for position, (name, weight, guidance) in enumerate(item["criteria"]):
            Criterion.objects.create(
                rubric=rubric, name=name, weight=Decimal(weight), guidance=guidance, position=position
            )
    return rubric


def _plan(item: dict[str, Any]) -> TranchePlan:
    plan, created = TranchePlan.objects.get_or_create(
        name=item["name"], funder=None, defaults={"legal_basis": item["basis"]}
    )
    if created:
        for ordinal, (share, gates) in enumerate(item["rules"], start=1):
            rule = TrancheRule.objects.create(plan=plan, ordinal=ordinal, percentage=Decimal(share))
            for gate in gates:
                figure = Decimal(gate["figure"]) if "figure" in gate else None
                GateRule.objects.create(rule=rule, kind=gate["kind"], figure=figure, legal_basis=gate["basis"])
    return plan


@transaction.atomic
def clone(call: Call, *, by: User, title: str, code: str, fund: Fund) -> Call:
    """This year's draft from an earlier call, with every day moved on by whole years until it closes in the future.

    The draft remembers what it was made from, so that both can be compared.
    """
    _permit(call.funder, fund, by)
    return _copied(call, by=by, title=title, code=code, fund=fund)


def copy_for(call: Call, bureau: Organization, *, by: User) -> Call:
    """A draft of another bureau after a call that a bureau above offers (`offers.adopt` has asked who may).

    Sheets and plans that belong to the bureau above come along as copies; who answers questions is this bureau. Refused
    without a fund: every call is paid from one.
    """
    fund = bureau.funds.order_by("-pk").first()
    if fund is None:
        raise Refused(_("Please enter a fund first: every call is paid from one."))
    code = f"{call.code[:10]}-{bureau.region[:9]}"
    if Call.objects.filter(code=code).exists():
        code = f"{call.code[:8]}-{bureau.pk}-{Call.objects.order_by('-pk').values_list('pk', flat=True)[0]}"[:20]
    copies: dict[tuple[type, int], Any] = {}
    terms: dict[str, Any] = {}
    for name in ("review_rubric", "midterm_rubric", "final_rubric", "tranche_plan"):
        thing = getattr(call, name)
        if thing is not None and not thing.is_shared:
            key = (type(thing), thing.pk)
            if key not in copies:
                taken = names_taken(type(thing), bureau).filter(name=thing.name).exists()
                named = f"{thing.name[:60]} {code}"[:80] if taken else thing.name
                copies[key] = copy_terms(thing, by=by, owner=bureau, name=named, offered=True)
            terms[name] = copies[key]
    contact = {
        "contact": f"{bureau.name} {by.name}"[:120], "contact_phone": (bureau.phone or by.phone or "")[:30],
        "contact_email": bureau.email, "supervision_phone": "", "agreement_template": None,
    }  # fmt: skip
    return _copied(call, by=by, title=call.title, code=code, fund=fund, funder=bureau, **terms, **contact)


def _copied(call: Call, *, by: User, title: str, code: str, fund: Fund, **changes: Any) -> Call:
    """The draft with all its parts; `changes` are columns that are another's."""
    years = 1
    while _years_later(clock.localdate(call.closes_at), years) <= clock.today():
        years += 1
    copy = Call.objects.get(pk=call.pk)
    copy.pk = None
    copy._state.adding = True
    copy.title, copy.code, copy.fund, copy.cloned_from = title, code, fund, call
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.published_at = copy.published_by = copy.concluded_at = copy.concluded_by = None
    for name in ("opens_at", "closes_at"):
        moment = timezone.localtime(getattr(call, name))
        moved = datetime.combine(_years_later(moment.date(), years), moment.time())
        setattr(copy, name, timezone.make_aware(moved))
    for name in ("starts_on", "ends_on"):
        setattr(copy, name, _years_later(getattr(call, name), years))
    copy.save()
    copy.service_fields.set(call.service_fields.all())
    tracks: dict[int, Track] = {}
    for part in PARTS:
        for row in getattr(call, part).all():
            old = row.pk
            row.pk, row.call = None, copy
            row._state.adding = True
            if part == "papers" and row.track_id:
                row.track = tracks[row.track_id]
            row.save()
            if part == "tracks":
                tracks[old] = row
    record(copy, "begin", by=by, label=_("Draft made from “%(title)s”") % {"title": call.title})
    return copy


def _years_later(day: Any, years: int) -> Any:
    return years_before(day, -years)


def _permit(funder: Organization, fund: Fund, by: User) -> None:
    if not by.has_role(funder.pk, Role.STAFF):
        raise PermissionDenied
    if fund.funder_id != funder.pk:
        raise Refused(_("This fund belongs to another funder."))


@contextmanager
def changing(call: Call, *, by: User, what: str, part: str = "", seen: str = "") -> Iterator[None]:
    """Change a part of a draft inside this: all of it or nothing, only while it is not published, with one event.

    `seen`: the fingerprint of the terms (or `part`) that the page carried; if they say something else now, `Stale`.
    """
    with transaction.atomic():
        if call.pk:
            call_now = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
            if not rules.has_perm("grants.change_call", by, call_now):
                raise PermissionDenied  # also when it was published while the form was open
            if is_stale(call_now, part, seen):
                raise Stale(stale_words(call_now))
        yield
        record(call, "change", by=by, label=_("Changed: %(what)s") % {"what": what})


def is_stale(call: Call, part: str, seen: str) -> bool:
    """Whether the terms or the part say something else than the page that carries this fingerprint."""
    return bool(seen) and seen != fingerprint(call, part)


def stale_words(call: Call) -> str:
    """Who has changed the call last, when, and that nothing typed is lost."""
    last = Event.objects.about(call).filter(name="change").last()
    said = _("Somebody has changed this since you opened the page.")
    if last:
        said = _("%(who)s has changed this since you opened the page (%(at)s, %(what)s).") % {
            "who": last.actor,
            "at": f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}",
            "what": last.label,
        }
    kept = _("What you typed is still here: compare, and save again if it shall hold.")
    return f"{said} {kept}"


@transaction.atomic
def publish(call: Call, *, by: User, read: str | None = None) -> Call:
    """Publish a call: from now on its terms are fixed and everybody can read it.

    The fund is locked, so that two calls cannot promise the same money. Raises `Refused` with everything that is
    missing or contradictory. `read`: the digest of the call that the approver had before them; refused when it is
    another one by now.
    """
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if locked.is_published:
        raise Refused(_("This call has been published already."))
    permit("grants.publish_call", by, locked)
    words = _("The call has changed since you opened the page. Read it as it is now, then publish.")
    refuse_unread(read, digest(locked), words)
    Fund.objects.select_for_update(of=("self",)).get(pk=locked.fund_id)
    if found := gaps(locked):
        raise Refused(*(str(gap) for gap in found))
    locked.published_at = clock.now()
    locked.published_by = by
    locked.save(update_fields=["published_at", "published_by"])
    chosen = [locked.review_rubric_id, locked.midterm_rubric_id, locked.final_rubric_id]
    unpublished = Rubric.objects.filter(pk__in=chosen, published_at=None)
    unpublished.update(published_at=locked.published_at, published_by=by)  # these editions are never changed any more
    record(locked, "publish", by=by, label=_("Published"))
    call.refresh_from_db()
    return call


@transaction.atomic
def conclude(call: Call, *, by: User) -> Call:
    """No more awards will come from this call: what it promised and did not give is free in its fund again."""
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    permit("grants.conclude_call", by, locked)
    locked.concluded_at, locked.concluded_by = clock.now(), by
    locked.save(update_fields=["concluded_at", "concluded_by"])
    record(locked, "conclude", by=by, label=_("Concluded: no more awards"))
    call.refresh_from_db()
    return call
