"""Site forms of evaluators: written down on a page or on a tablet without a line, sent later, put together when two
devices disagree. The promises that are kept are those of mentors' visits (`projects.actions.arrivals`)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import rules
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.models import Attachment
from core.workflow import Refused, permit, record
from evaluations.actions import inspecting
from evaluations.models import Evaluation, EvaluationVisit, SiteForm, SiteFormVersion
from people.models import User
from projects.actions.arrivals import Arrivals, Sending, Values

GRACE = timedelta(days=14)
"""So long after the term a form of a day within it may still arrive from a tablet."""


class SiteForms(Arrivals):
    """The site forms of one evaluation."""

    model, versions, link = SiteForm, SiteFormVersion, "form"
    stored = (
        *("visited_at", "place", "present", "objection", "checklist", "answers"),
        *("findings", "interviews", "photos_agreed"),
    )

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation

    def writer(self, form: SiteForm) -> User:
        return form.writer

    def belongs(self, form: SiteForm) -> bool:
        return form.evaluation_id == self.evaluation.pk

    def title(self, form: SiteForm) -> str:
        return self.evaluation.project.title

    def new(self, by: User, values: Values, key: UUID | None) -> SiteForm:
        day = clock.localdate(values["visited_at"])
        if not (rules.has_perm("evaluations.write_site_form", by, self.evaluation) or self._was_sent(by, day)):
            raise PermissionDenied
        return SiteForm(evaluation=self.evaluation, writer=by, key=key or uuid4())

    def _was_sent(self, by: User, day: date) -> bool:
        """Was on the panel and within the term on that day, and until not long ago; the report is not issued."""
        commission, today = self.evaluation.commission, clock.today()
        if self.evaluation.issued_at or not commission.since <= day <= commission.until:
            return False
        return today <= commission.until + GRACE and self.evaluation.panel.filter(person=by).exists()

    def begun(self, form: SiteForm, by: User) -> None:
        label = _("Site form: %(day)s") % {"day": clock.localdate(form.visited_at)}
        record(self.evaluation, "site_form", by=by, label=label, form=form.pk)
        if not EvaluationVisit.objects.filter(evaluation=self.evaluation, recorded_at__isnull=False).exists():
            self._fill_in(form, by)

    def may_amend(self, form: SiteForm, by: User) -> bool:
        return rules.has_perm("evaluations.amend_site_form", by, form)

    def reset(self, form: SiteForm, values: Values) -> str:
        return form.findings

    def amended(self, form: SiteForm, by: User, before: str) -> None:
        label = _("Site form changed: %(day)s") % {"day": clock.localdate(form.visited_at)}
        record(self.evaluation, "amend_site_form", by=by, label=label, form=form.pk, version=form.version)
        if EvaluationVisit.objects.filter(evaluation=self.evaluation, recorded_by=by, seen=before.strip()).exists():
            self._fill_in(form, by)

    def set_aside(self, form: SiteForm, version: SiteFormVersion, by: User) -> None:
        label = _("A version of a site form was set aside")
        record(self.evaluation, "settle_site_form", by=by, label=label, version=version.pk)

    def _fill_in(self, form: SiteForm, by: User) -> None:
        """It is the record of the visit as well, where one is asked for now: nobody writes the same thing twice."""
        try:
            as_record(form, by=by)
        except (Refused, PermissionDenied):
            return  # not at the visit yet, or the term is over: the form is kept, and can be taken over later

    def add_photos(self, record: SiteForm, *, by: User, photos: Iterable[UploadedFile]) -> list[Attachment]:
        photos = list(photos)
        if photos and not record.photos_agreed:
            raise Refused(_("Say first that whoever can be recognised on the photos has agreed."))
        evaluation = Evaluation.objects.select_related("commission").get(pk=record.evaluation_id)
        late = SiteForms(evaluation)  # as it is now: a tablet sends its photos long after its form
        if photos and not late.may_amend(record, by) and not late._was_sent(by, clock.localdate(record.visited_at)):
            raise Refused(_("The report is issued, or your term is over: no photos are added any more."))
        return super().add_photos(record, by=by, photos=photos)


def values_of(form: SiteForm) -> Values:
    """What a form says now, packed."""
    return SiteForms(form.evaluation).values_of(form)


def _held(evaluation: Evaluation) -> Evaluation:
    found = Evaluation.objects.select_for_update(of=("self",)).select_related("project__call", "commission")
    return found.get(pk=evaluation.pk)


@transaction.atomic
def record_form(
    evaluation: Evaluation,
    *,
    by: User,
    values: dict[str, Any],
    key: UUID | None = None,
    sending: Sending | None = None,
    photos: Iterable[UploadedFile] = (),
) -> SiteFormVersion:
    """Write a site form, or change it (see `Arrivals.take_in`). The first of an evaluation is the record of its visit
    as well, when the visit is asked for now."""
    arrivals = SiteForms(_held(evaluation))
    return arrivals.take_in(by=by, values=values, key=key, sending=sending or Sending(), photos=photos)


@transaction.atomic
def as_record(form: SiteForm, *, by: User) -> EvaluationVisit:
    """Take the form as the record of the visit."""
    return inspecting.record_visit(
        form.evaluation, by=by, held_at=form.visited_at, present="\n".join(form.signatures), seen=form.findings,
        interviews=form.interviews,
    )  # fmt: skip


@transaction.atomic
def settle_conflict(version: SiteFormVersion, *, by: User, take: bool) -> SiteForm:
    """Of two versions the writer takes one; the other stays to be read. To write them into one: `merge_conflict`."""
    form = _own(version, by)
    return SiteForms(form.evaluation).settle(form, version, by=by, take=take)


@transaction.atomic
def merge_conflict(version: SiteFormVersion, *, by: User, values: dict[str, Any], base: int) -> SiteForm:
    """The writer writes both into one; both stay to be read. Refused when the form was changed since."""
    form = _own(version, by)
    return SiteForms(form.evaluation).merge(form, version, by=by, values=values, base=base)


def _own(version: SiteFormVersion, by: User) -> SiteForm:
    evaluation = _held(version.form.evaluation)
    form = SiteForm.objects.select_for_update(of=("self",)).get(pk=version.form_id)
    form.evaluation = evaluation
    permit("evaluations.amend_site_form", by, form)
    return form


@transaction.atomic
def add_photos(form: SiteForm, *, by: User, photos: Iterable[UploadedFile]) -> list[Attachment]:
    """Keep photos with a form, each once however often it is sent; refused without the word that everybody agreed."""
    return SiteForms(form.evaluation).add_photos(form, by=by, photos=photos)
