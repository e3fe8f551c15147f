from evaluations.views.absence import assignment_absent, assignment_back, fewer_ask, fewer_ask_without, fewer_decide
from evaluations.views.decision import decision_detail
from evaluations.views.declaring import conflict_detail, declare
from evaluations.views.evaluation import commission_create, evaluation_detail, evaluation_open
from evaluations.views.following import pitch_judge, pitch_judge_live, pitch_screen, pitch_screen_live
from evaluations.views.grievances import (
    grievance_detail,
    grievance_list,
)
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
from evaluations.views.questionnaires import (
    questionnaire_create,
    questionnaire_detail,
    questionnaire_list,
)
from evaluations.views.ranking import bonus, draw_lots, publish_notice, ranking
from evaluations.views.results import (
    consistency_detail,
    explained,
    feedback_detail,
    feedback_edit,
    feedback_list,
    result_card,
)
from evaluations.views.saying import (
    grievance_create,
    grievance_follow,
    voice_find,
    voice_more,
    voice_public,
    voice_say,
    voice_withdraw,
)
from evaluations.views.selection import alternative_act, alternative_change, alternative_edit, selection
from evaluations.views.sheets import blind_proposal, desk, explain_deviation, recuse, sheet, sheet_autosave
from evaluations.views.unlocking import unlock_ask, unlock_decide
from evaluations.views.voices import (
    code_issue,
    code_revoke,
    voice_detail,
    voice_enter,
    voice_list,
    voice_overview,
)
from evaluations.views.voting import ballots

__all__ = [
    "alternative_act",
    "alternative_change",
    "alternative_edit",
    "assignment_absent",
    "assignment_back",
    "ballots",
    "blind_proposal",
    "bonus",
    "code_issue",
    "code_revoke",
    "commission_create",
    "conflict_detail",
    "consistency_detail",
    "decision_detail",
    "declare",
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
    "fewer_ask",
    "fewer_ask_without",
    "fewer_decide",
    "grievance_create",
    "grievance_detail",
    "grievance_follow",
    "grievance_list",
    "judge_absent",
    "list_change",
    "open_review",
    "panel",
    "panels_settle",
    "paper_entry",
    "paper_list",
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
    "questionnaire_create",
    "questionnaire_detail",
    "questionnaire_list",
    "ranking",
    "recuse",
    "representative_add",
    "result_card",
    "selection",
    "sheet",
    "sheet_autosave",
    "slot_move",
    "slot_step",
    "unlock_ask",
    "unlock_decide",
    "voice_detail",
    "voice_enter",
    "voice_find",
    "voice_list",
    "voice_more",
    "voice_overview",
    "voice_public",
    "voice_say",
    "voice_withdraw",
]
