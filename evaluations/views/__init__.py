from evaluations.views.competition import decline, panel, promote, publish_notice, ranking
from evaluations.views.evaluation import commission_create, evaluation_detail, evaluation_open
from evaluations.views.sheets import desk, recuse, sheet

__all__ = [
    "commission_create",
    "decline",
    "desk",
    "evaluation_detail",
    "evaluation_open",
    "panel",
    "promote",
    "publish_notice",
    "ranking",
    "recuse",
    "sheet",
]
