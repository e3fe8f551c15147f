"""Service records by method: case, group and community work."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit, record
from people.models import User
from projects.models import Beneficiary, Project, Service


@transaction.atomic
def write_service(
    project: Project, method: str, *, by: User, values: Mapping[str, Any], members: Iterable[Beneficiary] = ()
) -> Service:
    """Write down a service; the log says that it was given, and nothing about whom."""
    permit("projects.plan_delivery", by, project)
    made = Service(project=project, method=Service.Method(method), written_by=by)
    _write(made, values, members)
    label = _("Service recorded: %(method)s") % {"method": made.get_method_display()}
    record(project, "write_service", by=by, label=label)
    return made


@transaction.atomic
def change_service(
    service: Service, *, by: User, values: Mapping[str, Any], members: Iterable[Beneficiary] = ()
) -> Service:
    """Correct a service record; the log keeps that it was done."""
    permit("projects.change_service", by, service)
    locked = Service.objects.select_for_update(of=("self",)).select_related("project").get(pk=service.pk)
    _write(locked, values, members)
    label = _("Service record corrected: %(method)s") % {"method": locked.get_method_display()}
    record(locked.project, "change_service", by=by, label=label)
    return locked


def _write(service: Service, values: Mapping[str, Any], members: Iterable[Beneficiary]) -> None:
    for name, value in values.items():
        setattr(service, name, value)
    came = list(members)
    if service.held_on > clock.today():
        raise Refused(_("This day is in the future."))
    if any(person.project_id != service.project_id for person in [*came, service.beneficiary] if person):
        raise Refused(_("This person is not in the roster of the project."))
    if service.method == Service.Method.GROUP and not came and not service.others:
        raise Refused(_("Please say who came to the session."))
    service.save()
    gone = [person for person in service.members.all() if person.is_anonymous]  # they came, whoever they were
    service.members.set([*came, *gone])
