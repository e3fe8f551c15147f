from evaluations.views.decision import decision_detail
from evaluations.views.evaluation import commission_create, evaluation_detail, evaluation_open
from evaluations.views.panels import panel
from evaluations.views.ranking import bonus, decline, draw_lots, promote, publish_notice, ranking
from evaluations.views.sheets import desk, recuse, sheet

__all__ = [
    "bonus",
    "commission_create",
    "decision_detail",
    "decline",
    "desk",
    "draw_lots",
    "evaluation_detail",
    "evaluation_open",
    "panel",
    "promote",
    "publish_notice",
    "ranking",
    "recuse",
    "sheet",
]
