"""Who tries every address, in which browser, and which of them belong together."""

from collections.abc import Iterable

EVERYBODY = {
    "anonymous", "clerk", "approver", "finance", "auditor", "head", "volunteer", "singer", "hosthead", "mentor",
    "evaluator", "expert1", "expert2", "expert3", "stranger", "giver", "admin", "keeper",
    "technician", "watcher",
}  # fmt: skip
OFFICES = {"keeper": "security", "technician": "system", "watcher": "audit"}
SIGNED_IN = EVERYBODY - {"anonymous"}
BUREAU = {"clerk", "approver", "finance", "auditor"}
GROUP = {"head", "volunteer"}
SEES_PROJECT = BUREAU | GROUP | {"mentor", "evaluator", "expert1"}
SEES_DELIVERY = SEES_PROJECT - {"expert1"}
SEES_ROSTER = GROUP | {"mentor", "evaluator", "clerk", "auditor"}
NEAR = ("clerk", "head", "mentor", "finance", "approver", "evaluator", "expert1", "giver", "stranger")
"""Those who have to do with a project, the nearest first."""


def clients_of(names: Iterable[str], town, browse) -> dict:
    """A browser for each of them, signed in but for the stranger of the street."""
    return {name: browse(None if name == "anonymous" else town.people[name]) for name in sorted(names)}


def gets_in(name: str, status: int) -> bool:
    """Whether the answer to a GET is the page, or leads on to another: whoever is nobody is led to the sign-in."""
    return status == 200 or (status == 302 and name != "anonymous")
