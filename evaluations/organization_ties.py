"""What a clerk has decided about the ties of an evaluator organisation."""

from evaluations.models import CommissionTie, Evaluation


def settled_keys(evaluation: Evaluation) -> set[str]:
    """Ties of the organisation that were decided to be none: whoever works there is not asked about them again."""
    kept = evaluation.commission.ties.filter(project=evaluation.project_id, decision=CommissionTie.Decision.KEEPS)
    return {key for tie in kept for key in tie.keys}
