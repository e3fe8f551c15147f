"""Organisations in a table, by their credit code or filing number."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from core.identifiers import half_width, validate_credit_code, validate_filing_number
from core.masking import mask_account, mask_phone
from core.notifications import notify
from people import territory
from people.actions.organizations import BANK, LOGGED, OPEN_KINDS
from people.facts import check_account, check_dialling, check_founding, check_head
from people.models import Community, Kind, Membership, Organization, Role, lies_on_ground, place_name
from people.resources.base import TableResource, upsert
from people.resources.rows import Row
from people.resources.widgets import ChoiceWidget, CodeWidget, DayWidget, ReferenceWidget, TextWidget, text
from people.signals import asked_about_money

Status = Organization.Status


class OrganizationResource(TableResource):
    """Organisations. A group that is only filed may name a host that stands anywhere in the same file.

    As on the site, funders, support organisations and evaluators are entered by the administrator: here
    they are read back unchanged and nothing else. Otherwise a table could make a funder of a group, and
    its staff into clerks.
    """

    kind = Field("kind", "kind", ChoiceWidget(Kind.choices, offered=OPEN_KINDS))
    credit_code = Field("credit_code", "credit_code", CodeWidget(validate_credit_code))
    filing_number = Field("filing_number", "filing_number", CodeWidget(validate_filing_number))
    host = Field("host", "host", ReferenceWidget("number"))
    community = Field("community", "community", ReferenceWidget("region_code"))
    bank_account = Field("bank_account", "bank_account", CodeWidget(check_account))
    established_on = Field("established_on", "established_on", DayWidget(check_founding))
    legal_representative = Field("legal_representative", "legal_representative", TextWidget(check_head))
    phone = Field("phone", "phone", CodeWidget(check_dialling))

    required = ("name", "kind")
    one_of = ("credit_code", "filing_number")
    unique = ("name",)
    masked = {"phone": mask_phone, "bank_account": mask_account}
    logged = True
    hints = {
        "status": gettext_lazy("May stay empty: a credit code means registered, a filing number filed"),
        "credit_code": gettext_lazy("18 characters, for registered organisations only"),
        "filing_number": gettext_lazy("BA-<12-digit region>-<year>-<4-digit serial>, for filed groups only"),
        "host": gettext_lazy("Credit code or full name of the host of a filed group"),
        "community": gettext_lazy("12-digit region code of the community"),
        "bank_account": gettext_lazy("For registered organisations only, and only where none is stored yet"),
    }
    example = {
        "name": gettext_lazy("Example social work service centre"),
        "kind": Kind.SOCIAL_ORGANIZATION,
        "status": Status.REGISTERED,
        "credit_code": "52110105MJ0100027T",
        "authority": gettext_lazy("Example civil affairs bureau"),
        "established_on": date(2020, 1, 5),
    }

    class Meta:
        model = Organization
        fields = (
            *("name", "kind", "status", "credit_code", "filing_number", "authority", "established_on", "host"),
            *("community", "legal_representative", "phone", "email", "address", "profile", *BANK),
        )
        export_order = fields
        import_id_fields = ("credit_code", "filing_number")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.coming: set[str] = set()  # numbers and names of registered ones that a rehearsal has found good
        self.hosts_to_be: set[str] | None = None  # numbers and names of hosts of groups that the importer will see
        self.awaiting: set[int] = set()
        self.places: dict[str, str] = {}  # regions by name, each asked for once
        self.homes: dict[int, str] = {}  # regions as they are stored, also when a first try to write has failed

    # -- Examining ---------------------------------------------------------------------------------

    def rows(self, table: Any) -> Iterator[Row]:
        """Whom the groups of the file name as their hosts is known before the first row: by them those are seen too."""
        if self.hosts_to_be is None:
            guests = [row.cells for row in super().rows(table) if text(row.cells.get("host"))]
            self.hosts_to_be = {half_width(text(cells["host"])).strip() for cells in guests if self._is_near(cells)}
        yield from super().rows(table)

    def _is_near(self, cells: dict[str, Any]) -> bool:
        """Whether this group is at home on the importer's ground, by its community or else its number."""
        number = half_width(text(cells.get("filing_number"))).strip()
        return self.lies_near(text(cells.get("community")) or territory.home_of(number))

    @cached_property
    def lies_near(self) -> Callable[[str], bool]:
        return lies_on_ground(self.by.bureaus)

    phases = 2

    def phase_of(self, row: Row) -> int:
        """Registered ones first: they are the hosts of the others."""
        return 0 if text(row.cells.get("credit_code")) else 1

    def clean(self, row: Row) -> None:
        super().clean(row)
        if not row.values.get("status") and "status" not in row.errors:
            filed = row.values.get("filing_number") and not text(row.cells.get("credit_code"))
            row.values["status"] = Status.FILED if filed else Status.REGISTERED

    def key_of(self, row: Row) -> Any:
        return row.values.get("credit_code") or row.values.get("filing_number") or None

    def look_up(self, rows: list[Row]) -> None:
        keys = {key for row in rows if (key := self.key_of(row))}
        found = Organization.objects.filter(Q(credit_code__in=keys) | Q(filing_number__in=keys))
        self.known = {obj.number: obj for obj in found.prefetch_related("host", "community")}
        self.homes = {obj.pk: obj.region for obj in self.known.values()}
        visible = Organization.objects.visible_to(self.by).filter(pk__in=[obj.pk for obj in self.known.values()])
        self.ours = set(visible.values_list("pk", flat=True))
        poor = [obj.pk for obj in self.known.values() if not obj.bank_account]
        said = asked_about_money.send(Organization, organizations=poor) if poor else ()
        self.awaiting = {pk for _listener, keys in said for pk in keys}
        self.find_holders(rows)
        hosts = {half_width(value) for row in rows if (value := row.values.get("host"))}
        named = Organization.objects.possible_hosts().filter(Q(credit_code__in=hosts) | Q(name__in=hosts))
        self.hosts = {key: obj for obj in (named if hosts else ()) for key in (obj.credit_code, obj.name)}
        codes = {value for row in rows if (value := row.values.get("community"))}
        self.communities = {obj.region_code: obj for obj in Community.objects.filter(region_code__in=codes)}

    def settle(self, row: Row) -> None:
        if not self.key_of(row) and not set(self.one_of) & set(row.errors):
            row.blame(self.one_of[0], _("Enter the credit code, or the filing number of a group that is only filed."))
        known = self.known.get(self.key_of(row))
        if known and known.pk not in self.ours:  # before anything is compared: what is equal would be known by it
            row.blame(
                self.one_of[0], _("Another bureau looks after this organisation: a table of yours cannot change it.")
            )
            return
        self._resolve(row)
        super().settle(row)
        if self.rehearsal and not row.errors and row.instance and not row.instance.is_filed:
            self.coming |= {row.instance.credit_code, row.instance.name}

    def _resolve(self, row: Row) -> None:
        """Host and community: from what was written to the objects."""
        if wanted := row.values.pop("community", None):
            if community := self.communities.get(wanted):
                row.values["community"] = community
            else:
                row.blame("community", _("No community has the region code “%(value)s”.") % {"value": wanted[:40]})
        elif wanted == "":
            row.values["community"] = None
        wanted = row.values.pop("host", None)
        if wanted == "":
            row.values["host"] = None
        elif wanted and wanted in self.hosts:
            row.values["host"] = self.hosts[wanted]
        elif wanted and wanted in self.coming:
            row.changes["host"] = (None, wanted)  # will be there when this row is written
        elif wanted:
            row.blame(
                "host",
                _("No registered organisation that could be a host has the number or name “%(value)s”.")
                % {"value": wanted[:40]},
            )

    def check(self, row: Row, *, new: bool) -> None:
        organization = row.instance
        given = [] if new else [name for name in BANK if name in row.changes and name not in row.errors]
        if given and (why := self._why_not_here(row)):
            for name in given:
                row.blame(name, why)
        kinds = {organization.kind, row.changes.get("kind", (None, organization.kind))[0] or organization.kind}
        if not kinds <= set(OPEN_KINDS) and "kind" not in row.errors:
            row.blame("kind", _("Funders, support organisations and evaluators are entered by the administrator."))
        if not new and row.changes.get("status", (None,))[0] == Status.REGISTERED:
            row.blame("status", _("A registered organisation cannot become a filed group: ask the administrator."))
        for name, message in self._contradictions(organization, hosted="host" in row.changes):
            if name not in row.errors:
                row.blame(name, message)

        if not row.errors and not self._will_be_seen(organization):
            if organization.community_id:
                said = _(
                    "You would not see this organisation afterwards: your bureau does not look after its place "
                    "(%(place)s) itself. Let the bureau there import it, or correct the community."
                )
            else:
                said = _(
                    "You would not see this organisation afterwards: it names no community, and by its number it lies "
                    "in %(place)s, which your bureau does not look after itself. Enter the region code of its "
                    "community."
                )
            row.blame("community", said % {"place": self._name_of(organization.region)})

    def _why_not_here(self, row: Row) -> str:
        """One person alone sends no money anywhere: a known account is its owner's, and a first one for which money
        waits is entered by them, or asked for as a change that two others look at."""
        if row.changes.get("bank_account", (row.instance.bank_account,))[0]:
            return _("Where money goes is changed by the organisation itself, on its page.")
        if row.instance.pk in self.awaiting:
            return _(
                "Money for this organisation waits already: it enters its account itself, on its page, or the project "
                "asks for the change of the account."
            )
        return ""

    def _name_of(self, region: str) -> str:
        if region not in self.places:
            self.places[region] = place_name(region) or region or _("an unknown place")
        return self.places[region]

    def _will_be_seen(self, organization: Organization) -> bool:
        """Whether whoever imports it finds it in the list afterwards, where it is at home by then or as a host."""
        organization.settle_region()
        if self.lies_near(organization.region) or organization.host_id in self.by.roles:
            return True
        if {organization.number, organization.name} & (self.hosts_to_be or set()):
            return True
        known = Organization.objects.tied_to(self.by)
        return organization.pk is not None and known.filter(pk=organization.pk).exists()

    @staticmethod
    def _contradictions(organization: Organization, *, hosted: bool) -> list[tuple[str, str]]:
        """What the legal status forbids: the database's own constraints, in words and at a column."""
        found = []
        if organization.is_filed:
            if organization.credit_code:
                found.append(("credit_code", _("A group that is only filed has no credit code.")))
            if not organization.filing_number:
                found.append(("filing_number", _("Please enter the filing number.")))
            if organization.kind != Kind.COMMUNITY_GROUP:
                found.append(("kind", _("Only a community group can be filed without being registered.")))
            for name in BANK:
                if getattr(organization, name):
                    found.append((name, _("A group that is only filed has no account: its host receives the money.")))
            if organization.host_id and organization.host_id == organization.pk:
                found.append(("host", _("The host must be another, registered organisation.")))
            return found
        if organization.filing_number:
            found.append(("filing_number", _("A registered organisation has a credit code and no filing number.")))
        if not organization.credit_code:
            found.append(("credit_code", _("Please enter the unified social credit code.")))
        if organization.host_id or hosted:
            found.append(("host", _("Only a group that is filed has a host.")))
        return found

    # -- Writing and showing -----------------------------------------------------------------------

    def store(self, new: list[Row], changed: list[Row]) -> None:
        for row in (*new, *changed):
            row.instance.settle_region()
        super().store(new, changed)
        moved = [row.instance for row in changed if row.instance.region != self.homes[row.instance.pk]]
        upsert(Organization, moved, {"region"})
        self._tell_heads([row.instance for row in changed if set(BANK) & set(row.changes)])

    def _tell_heads(self, organizations: list[Organization]) -> None:
        """Whose account was changed by somebody else learns of it: money will go there."""
        if not organizations:
            return
        heads = Membership.objects.current().filter(organization__in=organizations, role=Role.MANAGER)
        for head in heads.select_related("user", "organization"):
            notify(
                [head.user],
                subject=_("The bank account of “%(organization)s” was changed") % {"organization": head.organization},
                body=_("%(person)s changed it with a table. If it is wrong, tell the funder.") % {"person": self.by},
                url=head.organization.get_absolute_url(),
            )

    def noted(self, row: Row) -> dict[str, Any]:
        """As when the details are changed on the site: a former name is looked up later, a former phone is not."""
        found = {}
        for name, (before, after) in row.changes.items():
            if name == "bank_account":
                found[name] = [mask_account(before or ""), mask_account(after or "")]
            else:
                found[name] = [str(before or ""), str(after or "")] if name in LOGGED else True
        return found

    def exported(self) -> models.QuerySet[Any]:
        seen = Organization.objects.visible_to(self.by).select_related("host", "community").order_by("pk")
        host = ("host__status", "host__credit_code", "host__filing_number")
        return seen.only(*self.column_names(), *host, "community__region_code")
