"""Templates from one level to the next: offered downward, taken over as copies that know where they come from."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, permit, record
from grants.actions.calls import copy_for
from grants.actions.terms import copy_terms, names_taken
from grants.models import Adoption, AgreementEdition, AgreementTemplate, Call, Offer, Rubric, TranchePlan
from grants.soundness import shares_that_are_wrong, sums_that_are_wrong
from people import territory
from people.models import Membership, Organization, Role, User

FIELD = {Rubric: "rubric", TranchePlan: "plan", AgreementEdition: "edition", Call: "call"}


@transaction.atomic
def offer(thing: Any, *, by: User, note: str = "") -> Offer:
    """Offer a score sheet, plan, agreement text or published call of one's own bureau to all bureaus of its region.

    From now on a sheet or plan is not changed any more (make a new edition or a copy, and offer that). What is offered
    under the same title replaces the version before. The clerks below are told; who took over an older version, that a
    newer one is there.
    """
    owner: Any = thing.template if isinstance(thing, AgreementEdition) else thing
    bureau = Organization.objects.select_for_update(of=("self",)).filter(pk=owner.funder_id or 0).first()
    if bureau is None or not by.has_role(bureau.pk, Role.STAFF):
        raise PermissionDenied
    if not bureau.is_bureau or len(bureau.region) >= 9:
        raise Refused(_("There is no level below this bureau to which something could be offered."))
    if isinstance(thing, Call) and not thing.is_published:
        raise Refused(_("A call can be offered once it is published: its terms are fixed then."))
    if isinstance(thing, Rubric) and (wrong := sums_that_are_wrong(thing)):
        raise Refused(*wrong)
    if isinstance(thing, TranchePlan) and (wrong := shares_that_are_wrong(thing)):
        raise Refused(*wrong)
    field, title = FIELD[type(thing)], (owner.title if isinstance(thing, Call) else owner.name)[:120]
    if Offer.objects.standing().filter(**{field: thing}).exists():
        raise Refused(_("This is offered already."))
    before = Offer.objects.filter(bureau=bureau, title=title).order_by("-version").first()
    made = Offer.objects.create(
        bureau=bureau, title=title, note=note.strip(), version=before.version + 1 if before else 1, offered_by=by,
        replaces=before, **{field: thing},
    )  # fmt: skip
    record(made, "offer", by=by, label=_("Offered to the bureaus of the region: %(what)s") % {"what": made})
    adopters = Adoption.objects.filter(offer__bureau=bureau, offer__title=title).values("bureau")
    _tell(adopters, _("A newer version of “%(title)s” is offered") % {"title": title}, made.note)
    others = Organization.objects.below(bureau.region).exclude(pk__in=adopters).values("pk")
    words = {"bureau": bureau, "title": title}
    _tell(others, _("%(bureau)s offers “%(title)s” to take over") % words, made.note)
    return made


def _tell(bureaus: Any, subject: str, body: str) -> None:
    clerks = Membership.objects.current().filter(organization__in=bureaus, role=Role.STAFF).select_related("user")
    notify([one.user for one in clerks], subject=subject, body=body, url=reverse("grants:offer_list"))


@transaction.atomic
def withdraw(offered: Offer, *, by: User) -> Offer:
    """Nobody takes it over any more; copies stay what they are."""
    locked = Offer.objects.select_for_update(of=("self",)).get(pk=offered.pk)
    if not by.has_role(locked.bureau_id, Role.STAFF):
        raise PermissionDenied
    if locked.withdrawn_at is not None:
        raise Refused(_("This has been withdrawn already."))
    locked.withdrawn_at = clock.now()
    locked.save(update_fields=["withdrawn_at"])
    record(locked, "withdraw", by=by, label=_("No longer offered: %(what)s") % {"what": locked})
    return locked


@transaction.atomic
def adopt(offered: Offer, bureau: Organization, *, by: User) -> Adoption:
    """Take over what a bureau above offers, as a copy that can be changed. By a clerk of the bureau, or by who sets it
    up, as long as nobody works there. The copy remembers the offer and its version."""
    bureau = Organization.objects.select_for_update(of=("self",)).get(pk=bureau.pk)
    if not by.has_role(bureau.pk, Role.STAFF):
        if bureau.memberships.exists():
            raise PermissionDenied
        permit("people.set_up_bureau", by, bureau)
    if not Offer.objects.standing().reaching(bureau.region).filter(pk=offered.pk).exists():
        raise Refused(_("This is not offered to your bureau, or no longer."))
    if Adoption.objects.filter(offer=offered, bureau=bureau).exists():
        raise Refused(_("Your bureau has taken this over already."))
    copy = _copy(offered, bureau, by)
    made = Adoption.objects.create(offer=offered, bureau=bureau, copy=copy, adopted_by=by)
    words = {"what": offered, "bureau": offered.bureau}
    record(copy, "adopt", by=by, label=_("Taken over from %(bureau)s: %(what)s") % words)
    return made


def _copy(offered: Offer, bureau: Organization, by: User) -> Any:
    if offered.call:
        return copy_for(offered.call, bureau, by=by)
    if edition := offered.edition:
        name, text = free_name(AgreementTemplate, bureau, offered), edition.template
        template = AgreementTemplate.objects.create(
            funder=bureau, name=name, parties=text.parties, legal_basis=text.legal_basis
        )
        AgreementEdition.objects.create(template=template, ordinal=1, clauses=edition.clauses, made_by=by)
        return template
    thing = offered.rubric or offered.plan
    assert thing is not None  # the database holds that an offer is of one thing
    return copy_terms(thing, by=by, owner=bureau, name=free_name(type(thing), bureau, offered), offered=True)


def free_name(model: Any, bureau: Organization, offered: Offer) -> str:
    """The title of the offer; with its version, where the bureau has something of this name already."""
    taken = names_taken(model, bureau)
    names = [offered.title[:80], f"{offered.title[:70]} V{offered.version}"]
    free = [name for name in names if not taken.filter(name=name).exists()]
    if not free:
        raise Refused(_("This name is taken already."))
    return free[0]


def state_of(bureau: Organization) -> list[dict[str, Any]]:
    """What is offered to a bureau from above, and whether it has it: in this version, in an older one, or not."""
    had = {
        (one.offer.bureau_id, one.offer.title): one
        for one in Adoption.objects.filter(bureau=bureau).select_related("offer").order_by("offer__version")
    }
    if not territory.above(bureau.region):
        return []
    rows = []
    for each in Offer.objects.standing().reaching(bureau.region).with_things().order_by("bureau__region", "title"):
        adoption = had.get((each.bureau_id, each.title))
        is_current = adoption is not None and adoption.offer.version == each.version
        rows.append({"offer": each, "adoption": adoption, "is_current": is_current})
    return rows
