from collections.abc import Callable

from django.core.cache import caches
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.lately import LONGEST
from people import territory
from people.models.region import validate_code


class Kind(models.TextChoices):
    """What an organisation is in this field."""

    COMMUNITY_GROUP = "community_group", _("Community group")
    SOCIAL_ORGANIZATION = "social_organization", _("Social work organisation")
    SUPPORT_ORGANIZATION = "support_organization", _("Support organisation")
    FUNDER = "funder", _("Funder")
    EVALUATOR = "evaluator", _("Evaluation organisation")
    ENTERPRISE = "enterprise", _("Enterprise")
    FOUNDATION = "foundation", _("Foundation")


GIVERS = (Kind.ENTERPRISE, Kind.FOUNDATION)
"""Who gives to projects (配捐): a foundation that issues calls of its own is a funder, entered by the administrator."""


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def applicants(self) -> "OrganizationQuerySet":
        """Organisations that may propose a project."""
        return self.filter(kind__in=[Kind.COMMUNITY_GROUP, Kind.SOCIAL_ORGANIZATION, Kind.SUPPORT_ORGANIZATION])

    def named(self, q: str) -> "OrganizationQuerySet":
        """Those whose name or number has these characters in it."""
        return self.filter(Q(name__icontains=q) | Q(credit_code__icontains=q) | Q(filing_number__icontains=q))

    def possible_hosts(self) -> "OrganizationQuerySet":
        """Registered organisations: only a legal person can sign and receive money for a filed group."""
        return self.filter(status=Organization.Status.REGISTERED).exclude(
            kind__in=[Kind.FUNDER, Kind.EVALUATOR, *GIVERS]
        )

    def givers_of(self, user, *roles: str) -> "OrganizationQuerySet":
        """The enterprises and foundations in which the person now holds one of these roles."""
        return self.filter(pk__in=user.organizations_as(*roles) if user.is_authenticated else [], kind__in=GIVERS)

    def funders_of(self, user, *roles: str) -> "OrganizationQuerySet":
        """The funders in which the person now holds one of these roles."""
        return self.filter(pk__in=user.organizations_as(*roles) if user.is_authenticated else [], kind=Kind.FUNDER)

    def bureaus(self) -> "OrganizationQuerySet":
        return self.filter(kind=Kind.FUNDER)

    def at(self, code: str) -> "OrganizationQuerySet":
        """The bureaus that matter to whoever lives at a place: of the place, of what lies in it, of what it lies in."""
        return self.bureaus().filter(territory.inside("region", code) | Q(region__in=territory.above(code)))

    def below(self, *regions: str) -> "OrganizationQuerySet":
        """The bureaus further down, in one of these regions."""
        return self.bureaus().filter(territory.inside("region", *regions)).exclude(region__in=regions)

    def dealt_with_by(self, bureaus: "dict[int, str]") -> "OrganizationQuerySet":
        """Whom these bureaus (their regions by id) look after, and who has come to them from elsewhere."""
        return self.filter(known_to(bureaus))

    def visible_to(self, user) -> "OrganizationQuerySet":
        """One's own organisations with their hosts and guests; those that a bureau deals with, for its people."""
        if not user.is_authenticated:
            return self.none()
        own = Q(pk__in=list(user.roles))
        for rows, column in _joined_with(user):
            own |= Q(pk__in=rows.order_by().values(column))
        return self.filter(own | known_to(user.bureaus) if user.bureaus else own)

    def tied_to(self, user) -> "OrganizationQuerySet":
        """Those that this person sees wherever they are at home."""
        own = Q(pk__in=list(user.roles))
        for rows, column in _joined_with(user):
            own |= Q(pk__in=rows.order_by().values(column))
        return self.filter(own | _come_to(user.bureaus))

    def listed_for(self, user) -> "OrganizationQuerySet":
        """The same, for a list: by their keys, unless a bureau knows many, so that the list of a district or of a group
        does not go through the whole country's."""
        if not user.is_authenticated:
            return self.none()
        few = few_known_to(user.bureaus) if user.bureaus else set()
        if few is None:
            return self.visible_to(user)
        joined = (rows.order_by().values_list(column, flat=True) for rows, column in _joined_with(user))
        return self.filter(pk__in=few.union(user.roles, *joined))


def _joined_with(user) -> "list[tuple[OrganizationQuerySet, str]]":
    """By which rows others are seen by one's own organisations: their hosts and their guests."""
    mine = list(user.roles)
    hosted = Organization.objects.filter(pk__in=mine, host__isnull=False)
    return [(hosted, "host"), (Organization.objects.filter(host__in=mine), "pk")]


def ground_of(path: str, bureaus: "dict[int, str]") -> Q:
    """What lies in the regions of these bureaus and in that of none further down: `path` leads to its region's code."""
    regions, lower = _grounds(bureaus)
    found = territory.NOWHERE
    for region in regions:
        found |= territory.without_lower(path, region, lower)
    return found


def _grounds(bureaus: "dict[int, str]") -> tuple[set[str], set[str]]:
    """The regions of these bureaus, and with them those of all bureaus further down."""
    regions = {region for region in bureaus.values() if region}
    below = Organization.objects.below(*regions).order_by().values_list("region", flat=True) if regions else ()
    return regions, regions | set(below)


def lies_on_ground(bureaus: "dict[int, str]") -> "Callable[[str], bool]":
    """`ground_of` for codes in memory, as of what is not stored yet; asks the database once."""
    regions, lower = _grounds(bureaus)

    def lies(code: str) -> bool:
        around = [region for region in lower if territory.lies_in(code, region)]
        return bool(around) and max(around, key=len) in regions

    return lies


def _guests_on_ground(bureaus: "dict[int, str]") -> "OrganizationQuerySet":
    """Those on the ground of these bureaus for which others sign: by them, the hosts are known too."""
    return Organization.objects.filter(ground_of("region", bureaus), host__isnull=False).order_by()


def known_to(bureaus: "dict[int, str]") -> Q:
    """The organisations on the ground of these bureaus with their hosts, and who has come to them from elsewhere.

    Asked of one organisation at a time: a list that is full after a page asks for no more.
    """
    return Q(pk__in=list(bureaus)) | ground_of("region", bureaus) | _come_to(bureaus)


def _come_to(bureaus: "dict[int, str]") -> Q:
    """The hosts of those on the ground of these bureaus, and who has come to them from elsewhere."""
    found = Q(models.Exists(_guests_on_ground(bureaus).filter(host=models.OuterRef("pk"))))
    for tie in territory.ties:
        found |= Q(tie().of_one(models.OuterRef("pk"), list(bureaus)))
    return found


FEW = 5_000


def few_known_to(bureaus: "dict[int, str]") -> set[int] | None:
    """Their keys, where few rows tie them; None where many do.

    How a question is put depends on it, never its answer: that there are many is kept for a while.
    """
    key = f"knows-more-than-{FEW}:{'-'.join(f'{pk}:{region}' for pk, region in sorted(bureaus.items()))}"
    if caches["quick"].get(key):
        return None
    found = set(bureaus)
    ground = Organization.objects.filter(ground_of("region", bureaus))
    tied = [(tie.of(list(bureaus)), tie.column) for tie in (make() for make in territory.ties)]
    for rows, column in [(ground, "pk"), (_guests_on_ground(bureaus), "host"), *tied]:
        keys = list(rows.order_by().values_list(column, flat=True)[: FEW + 1])
        if len(keys) > FEW:
            caches["quick"].set(key, True, LONGEST.total_seconds())
            return None
        found.update(keys)
    return found


class Organization(models.Model):
    """A group, social organisation, support organisation, funder, evaluator, or an enterprise or foundation that gives.

    A group that is only filed (备案) is no legal person: it has a filing number instead of a credit
    code, no account of its own, and a host (代管主体) that signs and receives the money for it.
    """

    class Status(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        FILED = "filed", _("Filed")

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    status = models.CharField(
        _("legal status"),
        max_length=12,
        choices=Status.choices,
        default=Status.REGISTERED,
        help_text=_("Registered with civil affairs, or only filed with the street office"),
    )
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    filing_number = models.CharField(_("filing number"), max_length=30, blank=True)
    authority = models.CharField(_("registration or filing authority"), max_length=120, blank=True)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    host = models.ForeignKey(
        "self",
        verbose_name=_("host organisation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="guests",
        help_text=_("Signs agreements and receives the money for a group that is only filed"),
    )
    community = models.ForeignKey(
        "people.Community", verbose_name=_("community"), on_delete=models.PROTECT, null=True, blank=True
    )
    legal_representative = models.CharField(_("person in charge"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    profile = models.TextField(_("about the organisation"), max_length=500, blank=True)
    region = models.CharField(
        _("region code"),
        max_length=12,
        blank=True,
        db_index=True,
        validators=[validate_code],
        help_text=_("Of a funder: the region that it is responsible for. Of others it follows from place and number."),
    )
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account_name = models.CharField(_("account name"), max_length=120, blank=True)
    bank_account = models.CharField(_("account number"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        indexes = [
            # SQLite looks nothing up in the indexes of the two constraints: they hold only a part of the rows.
            models.Index(fields=["credit_code"], name="organization_by_code"),
            models.Index(fields=["filing_number"], name="organization_by_filing"),
            models.Index(fields=["kind", "name", "id"], name="organization_of_kind_by_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                "credit_code",
                name="credit_code_once",
                condition=~Q(credit_code=""),
                violation_error_message=_("Another organisation has this credit code already."),
            ),
            models.UniqueConstraint(
                "filing_number",
                name="filing_number_once",
                condition=~Q(filing_number=""),
                violation_error_message=_("Another group has this filing number already."),
            ),
            models.CheckConstraint(
                name="registered_has_code_filed_has_number",
                condition=(Q(status="registered", filing_number="") & ~Q(credit_code=""))
                | (Q(status="filed", credit_code="") & ~Q(filing_number="")),
                violation_error_message=_("A registered organisation has a credit code; a filed one a filing number."),
            ),
            models.CheckConstraint(
                name="only_groups_are_filed",
                condition=Q(status="registered") | Q(kind=Kind.COMMUNITY_GROUP),
                violation_error_message=_("Only a community group can be filed without being registered."),
            ),
            models.CheckConstraint(
                name="kind_is_known",
                condition=Q(kind__in=Kind.values),
                violation_error_message=_("Please choose one of the kinds of organisation."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:organization_detail", args=[self.pk])

    def save(self, *args, **kwargs):
        self.settle_region()
        super().save(*args, **kwargs)

    def settle_region(self) -> None:
        """Where it is at home follows from its community, else from its number; a funder is told its region."""
        if self.kind == Kind.FUNDER and self.region:
            self.region = territory.prefix_of(self.region)
        else:
            self.region = self.community.region_code if self.community_id else territory.home_of(self.number)

    @property
    def is_bureau(self) -> bool:
        """Answers for a region: a funder whose region is known."""
        return self.kind == Kind.FUNDER and bool(self.region)

    @property
    def is_giver(self) -> bool:
        """An enterprise or foundation: it gives to projects and never applies."""
        return self.kind in GIVERS

    @property
    def is_filed(self) -> bool:
        """Only filed: no legal person, so a host signs and receives the money."""
        return self.status == self.Status.FILED

    @property
    def signatory(self) -> "Organization | None":
        """Who signs and receives the money: itself, or the host of a filed group (None: a host is missing)."""
        return self.host if self.is_filed else self

    @property
    def number(self) -> str:
        """The number by which the authorities know it."""
        return self.filing_number if self.is_filed else self.credit_code
