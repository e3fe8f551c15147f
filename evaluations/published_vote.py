"""The ballots of a vote as everybody may download them, and the count repeated from that file alone. Pure: no ORM.

The digest of the ballots is the SHA-256 of the table as it is published, byte for byte: `sha256sum` of the downloaded
CSV gives the same. The other file (JSON) carries everything that a count needs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from evaluations.ballots import CODE, PROJECT
from evaluations.vote_count import Count, count, digest_of

FORMAT = "residents-vote/1"
BOM = "\ufeff"
"""So that a spreadsheet program reads the Chinese headings."""


def as_csv(ballots: Mapping[str, Collection[str]]) -> str:
    """One line a ballot, by its number; the same table can be taken in again (`evaluations.ballots`)."""
    lines = [f"{CODE},{PROJECT}"]
    lines += [f"{receipt},{' '.join(sorted(approved))}" for receipt, approved in sorted(ballots.items())]
    return BOM + "".join(f"{line}\r\n" for line in lines)


class Unreadable(ValueError):
    """The file is not one of ours; the message says what is wrong."""


@dataclass(frozen=True)
class Recount:
    """What was counted again, and a sentence for everything that is not as published."""

    count: Count
    digest: str
    differences: list[str] = field(default_factory=list)


def recount(document: Any) -> Recount:
    """Count a published file again. `Unreadable` when it lacks something or is no such file."""
    try:
        ballots = {str(one["number"]): [str(number) for number in one["approves"]] for one in document["ballots"]}
        amounts = {str(one["number"]): Decimal(one["amount"]) for one in document["projects"] if one["counts"]}
        method, budget, seed = document["method"], Decimal(document["budget"]), document["seed"]
        published, said = document["result"], {name: document[name] for name in ("ballots_sha256", "seed_sha256")}
        chosen, votes = list(published["chosen"]), dict(published["votes"])
        twice = len(ballots) != len(document["ballots"])
        found = count(ballots, amounts, budget=budget, method=method, seed=seed)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise Unreadable(
            _("This is no file of a residents' vote, or something is missing in it: %(what)s") % {"what": error}
        ) from None
    digest = digest_of(as_csv(ballots))
    differences = []
    if twice:
        differences.append(_("A ballot number stands twice in the file."))
    if digest != said["ballots_sha256"]:
        differences.append(_("The ballots are not those of which the digest was published."))
    if digest_of(seed) != said["seed_sha256"]:
        differences.append(_("The seed is not the one of which the digest was announced."))
    if found.votes != votes:
        differences.append(_("The votes of the projects come out differently."))
    if list(found.chosen) != chosen:
        differences.append(
            _("Chosen are %(found)s; published is %(published)s.")
            % {"found": "、".join(found.chosen), "published": "、".join(map(str, chosen))}
        )
    return Recount(found, digest, differences)
