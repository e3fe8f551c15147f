"""What a tie is called, in the language of whoever reads it: a tie is kept as its kind and its facts."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from people.models import Interest


def sentence(ground: str, party: str, name: str, own: str, tie: str) -> str:
    """`ground` and `party` as in `ties.Reason`; the person it is about is left out."""
    words = {"what": _what(party, name), "own": own, "tie": ""}
    if tie:
        words["tie"] = str(Interest.Kind(tie).label)
    return GROUNDS[ground]() % words


def _what(party: str, name: str) -> str:
    said = PARTIES[party]() if party else ""
    return _("%(party)s “%(name)s”") % {"party": said, "name": name} if said and name else said


PARTIES: dict[str, Callable[[], str]] = {
    "applicant": lambda: _("the applicant"),
    "host": lambda: _("the host organisation"),
    "partner": lambda: _("the partner"),
    "funder": lambda: _("the funder"),
    "giver": lambda: _("the giver"),
    "leader": lambda: _("the project leader"),
    "team": lambda: _("a member of the team"),
    "council": lambda: _("a member of the applicant's council"),
    "contact": lambda: _("a partner's contact"),
}
GROUNDS: dict[str, Callable[[], str]] = {
    "member": lambda: _("belongs to %(what)s"),
    "former": lambda: _("left %(what)s less than two years ago"),
    "coach": lambda: _("is or was its mentor"),
    "coach-group": lambda: _("coached the applicant less than two years ago"),
    "interest": lambda: _("declared for %(what)s: %(tie)s"),
    "phone": lambda: _("has the phone of %(what)s"),
    "employer": lambda: _("is employed by %(what)s"),
    "employer-near": lambda: _("works for “%(own)s”, whose name is nearly that of %(what)s: please check"),
    "name": lambda: _("has the same name as %(what)s"),
    "name-representative": lambda: _("has the same name as the legal representative of %(what)s"),
    "shared-phone": lambda: _("“%(own)s”, to which this person belongs or belonged, has the same phone as %(what)s"),
    "shared-address": lambda: _(
        "“%(own)s”, to which this person belongs or belonged, has the same address as %(what)s"
    ),
    "shared-account": lambda: _(
        "“%(own)s”, to which this person belongs or belonged, has the same account as %(what)s"
    ),
    "is": lambda: _("is itself %(what)s"),
    "employs-mentor": lambda: _("employs a mentor of the group"),
    "own-shared-phone": lambda: _("has the same phone as %(what)s"),
    "own-shared-address": lambda: _("has the same address as %(what)s"),
    "own-shared-account": lambda: _("has the same account as %(what)s"),
    "own-shared-representative": lambda: _("has the same legal representative as %(what)s"),
    "shared-representative": lambda: _(
        "“%(own)s”, to which this person belongs or belonged, has the same legal representative as %(what)s"
    ),
}
