from evaluations.views.decision import decision_detail
from evaluations.views.evaluation import commission_create, evaluation_detail, evaluation_open
from evaluations.views.panels import panel
from evaluations.views.ranking import bonus, decline, draw_lots, promote, publish_notice, ranking
from evaluations.views.results import (
    consistency_detail,
    explained,
    feedback_detail,
    feedback_edit,
    feedback_list,
    result_card,
)
from evaluations.views.selection import alternative_act, alternative_change, selection
from evaluations.views.sheets import blind_proposal, desk, explain_deviation, recuse, sheet, sheet_autosave
from evaluations.views.unlocking import unlock_ask, unlock_decide

__all__ = [
    "alternative_act",
    "alternative_change",
    "blind_proposal",
    "bonus",
    "commission_create",
    "consistency_detail",
    "decision_detail",
    "decline",
    "desk",
    "draw_lots",
    "evaluation_detail",
    "evaluation_open",
    "explain_deviation",
    "explained",
    "feedback_detail",
    "feedback_edit",
    "feedback_list",
    "panel",
    "promote",
    "publish_notice",
    "ranking",
    "recuse",
    "result_card",
    "selection",
    "sheet",
    "sheet_autosave",
    "unlock_ask",
    "unlock_decide",
]
