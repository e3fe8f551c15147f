from evaluations.views.absence import assignment_absent, assignment_back, fewer_ask, fewer_ask_without, fewer_decide
from evaluations.views.commissions import (
    commission_create,
    commission_detail,
    commission_term,
    tie_decide,
    workspace,
)
from evaluations.views.decision import decision_detail
from evaluations.views.declaring import conflict_detail, declare
from evaluations.views.evaluation import (
    evaluation_detail,
    evaluation_distribute,
    evaluation_hand_over,
    evaluation_open,
    evaluation_page,
    evaluation_step,
    sheet_reopen,
)
from evaluations.views.excellence import grades
from evaluations.views.following import pitch_judge, pitch_judge_live, pitch_screen, pitch_screen_live
from evaluations.views.list_change import decline, list_change, promote
from evaluations.views.panels import open_review, panel, panels_settle
from evaluations.views.paper import paper_entry, paper_list
from evaluations.views.pitch import (
    pitch_create,
    pitch_detail,
    pitch_edit,
    pitch_list,
    pitch_live,
    pitch_step,
    slot_move,
    slot_step,
)
from evaluations.views.presence import (
    judge_absent,
    pitch_presence,
    pitch_qr,
    pitch_qr_image,
    pitch_sign_in,
    representative_add,
)
from evaluations.views.procedure import (
    answer,
    paper_hand_in,
    papers,
    replies,
    report,
    self_evaluation_edit,
    visit,
)
from evaluations.views.ranking import bonus, draw_lots, publish_notice, ranking
from evaluations.views.rectifying import item_act, rectification, termination_detail, termination_propose
from evaluations.views.report_templates import template_create, template_edit, template_list, template_put_away
from evaluations.views.results import (
    consistency_detail,
    explained,
    feedback_detail,
    feedback_edit,
    feedback_list,
    result_card,
)
from evaluations.views.selection import alternative_act, alternative_change, alternative_edit, selection
from evaluations.views.sheets import blind_proposal, desk, explain_deviation, recuse, sheet, sheet_autosave
from evaluations.views.unlocking import unlock_ask, unlock_decide
from evaluations.views.voting import ballots

__all__ = [
    "alternative_act",
    "alternative_change",
    "alternative_edit",
    "answer",
    "assignment_absent",
    "assignment_back",
    "ballots",
    "blind_proposal",
    "bonus",
    "commission_create",
    "commission_detail",
    "commission_term",
    "conflict_detail",
    "consistency_detail",
    "decision_detail",
    "declare",
    "decline",
    "desk",
    "draw_lots",
    "evaluation_detail",
    "evaluation_distribute",
    "evaluation_hand_over",
    "evaluation_open",
    "evaluation_page",
    "evaluation_step",
    "explain_deviation",
    "explained",
    "feedback_detail",
    "feedback_edit",
    "feedback_list",
    "fewer_ask",
    "fewer_ask_without",
    "fewer_decide",
    "grades",
    "item_act",
    "judge_absent",
    "list_change",
    "open_review",
    "panel",
    "panels_settle",
    "paper_entry",
    "paper_hand_in",
    "paper_list",
    "papers",
    "pitch_create",
    "pitch_detail",
    "pitch_edit",
    "pitch_judge",
    "pitch_judge_live",
    "pitch_list",
    "pitch_live",
    "pitch_presence",
    "pitch_qr",
    "pitch_qr_image",
    "pitch_screen",
    "pitch_screen_live",
    "pitch_sign_in",
    "pitch_step",
    "promote",
    "publish_notice",
    "ranking",
    "rectification",
    "recuse",
    "replies",
    "report",
    "representative_add",
    "result_card",
    "selection",
    "self_evaluation_edit",
    "sheet",
    "sheet_autosave",
    "sheet_reopen",
    "slot_move",
    "slot_step",
    "template_create",
    "template_edit",
    "template_list",
    "template_put_away",
    "termination_detail",
    "termination_propose",
    "tie_decide",
    "unlock_ask",
    "unlock_decide",
    "visit",
    "workspace",
]
