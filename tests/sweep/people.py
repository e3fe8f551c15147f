"""Who tries every address, and which of them belong together."""

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
