"""Every address as everybody: who gets in is written in one table, and everybody else is refused.

What you may not see is 404, what you see but may not do is 403, and without an account you are sent to sign in.
"""

from datetime import date, time, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core import clock
from core.files import attach
from core.models import DailyRoot
from evaluations import sign_in
from evaluations.actions import grievances, panel, vote_codes
from evaluations.actions.site_forms import values_of
from evaluations.models import (
    Alternative,
    Assignment,
    Caution,
    CautionProposal,
    CautionTalk,
    CommissionTie,
    Conflict,
    Decision,
    Delisting,
    Draw,
    Evaluation,
    Honour,
    ListChange,
    PitchDay,
    Reduction,
    ReportTemplate,
    Sample,
    SelfEvaluation,
    Sheet,
    SiteForm,
    Slot,
    Star,
    StarAppeal,
    StarYear,
    TerminationProposal,
    Unlocking,
    Vote,
)
from grants.actions import need_lists, needs, workshops
from grants.actions.agreement_templates import create_template
from grants.agreement_text import default_clauses
from grants.models import Fund, LedgerCorrection, Offer, TrainingCertificate, TranchePlan, Workshop
from people import actions
from people.actions import add_credit_record
from people.models import Administrator, ExpertLoan, Invitation, Membership, Office, SignInGuard, User
from projects import sign_in as projects_sign_in
from projects.actions import (
    attendance,
    calendars,
    changing,
    coaching,
    delivery,
    drafts,
    inquiry,
    mentoring,
    payments,
    people,
    photos,
    services,
    spending,
    support,
    trouble,
    visits,
)
from projects.follow_up_link import new_code
from projects.models import (
    Audit,
    BankList,
    BankListLine,
    BankReturn,
    Comment,
    FollowUp,
    IntentLetter,
    Likeness,
    MatchingProof,
    MonthlyReport,
    Notice,
    Objection,
    Recommendation,
    Referral,
    Refund,
    ReturnNotice,
)
from reports.actions import imports, printing
from reports.models import ArchivePackage, LedgerFile
from tests import speaking
from tests import town as towns
from tests.by_framework import framework
from tests.evaluated import commissioned
from tests.giving import accepted_pledge, came, offered, scheduled
from tests.life import draft, examined
from tests.memory import remembered
from tests.mentored import advice, seen
from tests.records import NOBODY_ON_IT, entered, planned, png
from tests.reports.tables import centre, csv_file
from tests.test_files import pdf
from tests.town import aware, make_call, rubric

pytestmark = pytest.mark.one_database
"""Who gets in is decided in Python; what the pages ask of the second database their own tests ask."""

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

NO_PANELS: dict = {
    "panel_size": 3, "max_load": None, "due_on": None, "loads": {}, "projects": [], "fixed": [], "forbidden": [],
    "affinity": [], "composition": [],
}  # fmt: skip
"""What a choice of experts was calculated from, when there was nothing."""

# url name: (what it is about, who gets in by GET). The project is the centre's, running; its mentor is `mentor`,
# its expert was `expert1`, its evaluator is `evaluator`; expert2, expert3 and the choir have nothing to do with it.
TABLE = {
    "home": (None, EVERYBODY),
    "health": (None, EVERYBODY),
    "ready": (None, EVERYBODY),
    "metrics": (None, set()),  # for whoever shows the token
    "inbox": (None, SIGNED_IN),
    "core:attachment": ("attachment", SEES_PROJECT),
    "core:log": (None, EVERYBODY),
    "core:log_roots": (None, EVERYBODY),
    "core:log_links": ("daily_root", EVERYBODY),
    "core:notification_list": (None, SIGNED_IN),
    "core:notification_open": ("notification", {"head"}),
    "core:notifications_read": (None, set()),  # only by a button: 405 for a GET
    "core:rhythm_choose": (None, set()),
    "grants:call_list": (None, EVERYBODY),
    "grants:call_create": (None, {"clerk"}),
    "grants:call_detail": ("unpublished", BUREAU),
    "grants:call_edit": ("unpublished", {"clerk"}),
    "grants:call_part": (("unpublished", "tracks"), {"clerk"}),
    "grants:call_take_over": ("unpublished", {"clerk"}),
    "grants:call_compare": ("unpublished", BUREAU),
    "grants:call_publish": ("unpublished", set()),
    "grants:call_conclude": ("call", set()),
    "grants:terms_list": (None, {"clerk", "evaluator"}),
    "grants:defaults": (None, BUREAU | {"evaluator"}),
    "grants:terms_edit": (("rubrics", "rubric"), {"clerk", "evaluator"}),
    "grants:framework_detail": ("own_framework", {"clerk"}),
    "grants:framework_compare": (("own_framework", "own_framework"), {"clerk"}),
    "grants:framework_step": (("own_framework", "publish"), set()),  # only by a button
    "grants:framework_ready": ("framework_key", set()),
    "grants:offer_list": (None, {"clerk"}),
    "grants:offer_detail": ("offered", {"clerk"}),
    "grants:offer_adopt": (("offered", "bureau"), set()),  # only by a button
    "grants:offer_withdraw": ("offered", set()),
    "grants:levels_edit": ("criterion", {"clerk"}),
    "grants:agreement_template_list": (None, {"clerk"}),
    "grants:agreement_template_edit": ("agreement_template", {"clerk"}),
    "grants:gates_edit": ("own_instalment", {"clerk"}),
    "grants:need_list": (None, EVERYBODY),
    "grants:need_create": (None, EVERYBODY),
    "grants:need_list_create": (None, {"clerk"}),
    "grants:need_list_detail": ("need_list", EVERYBODY),
    "grants:need_list_withdraw": ("need_list", {"clerk"}),
    "grants:need_remark_create": ("need_list", EVERYBODY),
    "grants:need_remark_follow": ("remark_token", EVERYBODY),
    "grants:need_remark_answer": ("remark", {"clerk"}),
    "grants:need_detail": ("need_code", EVERYBODY),
    "grants:workshop_list": (None, EVERYBODY),
    "grants:workshop_create": (None, {"clerk", "mentor"}),
    "grants:workshop_detail": ("workshop", EVERYBODY),
    "grants:workshop_edit": ("workshop", {"mentor"}),
    "grants:workshop_cancel": ("workshop", {"mentor"}),
    "grants:workshop_leave": ("workshop", set()),
    "grants:certificates_issue": ("workshop", set()),
    "grants:certificate_withdraw": ("certificate", {"mentor"}),
    "grants:fund_list": (None, BUREAU),
    "grants:fund_create": (None, {"finance"}),
    "grants:fund_detail": ("fund", BUREAU),
    "grants:fund_allocate": ("fund", {"finance"}),
    "grants:fund_edit": ("fund", {"finance", "clerk"}),
    "grants:correction_ask": ("ledger_entry", {"finance"}),
    "grants:correction_decide": ("correction_of_ledger", BUREAU),
    "projects:project_list": (None, SIGNED_IN),
    "projects:project_detail": ("project", SEES_PROJECT),
    "projects:proposal_detail": ("project", SEES_PROJECT),
    "projects:proposal_edit": ("draft", GROUP),
    "projects:proposal_attach": ("draft", GROUP),
    "projects:proposal_detach": (("draft", "attachment"), set()),
    "projects:proposal_autosave": ("draft", set()),
    "projects:proposal_discard": ("draft", set()),
    "projects:comment_list": ("project", GROUP | BUREAU),
    "projects:coaching_ask": ("draft", GROUP),
    "projects:explanations_edit": ("draft", GROUP),
    "projects:recommendation_ask": ("draft", GROUP),
    "projects:offer": ("project", GROUP),
    "projects:referral_create": (("project", "fund"), GROUP),
    "projects:referral_detail": ("referral", GROUP | BUREAU),
    "projects:referral_list": (None, BUREAU),
    "projects:referral_take_back": ("referral", set()),
    "projects:check_page": ("project", BUREAU),
    "projects:submission_changes": ("project", SEES_PROJECT),
    "projects:check_queue": (None, {"clerk", "finance"}),
    "projects:correction_extend": ("project", {"clerk"}),
    "projects:precheck_finish": ("project", set()),
    "projects:earlier": ("project", set()),
    "projects:remark_confirm": ("comment", set()),
    "projects:comment_answer": ("comment", set()),
    "projects:comment_resolve": ("comment", set()),
    "projects:remark_remove": ("comment", set()),
    "projects:coaching_answer": ("coaching_request", {"mentor"}),
    "projects:coaching_withdraw": ("coaching_request", set()),
    "projects:coaching_end": ("coach", GROUP | {"mentor"}),
    "projects:line_cut": ("budget_line", {"clerk", "finance"}),  # back to the check page: it is over
    "projects:likeness_detail": ("likeness", BUREAU),
    "projects:recommend": ("token", EVERYBODY),
    "projects:recommendation_confirm": ("recommendation", {"clerk"}),
    "projects:need_desk": (None, BUREAU),
    "projects:need_sort_out": ("need", BUREAU),
    "projects:need_revise": ("need", {"clerk"}),
    "projects:need_vouch": ("need", set()),
    "projects:need_merge": ("need", {"clerk"}),
    "projects:need_unmerge": ("need", set()),
    "projects:need_gaps": (None, BUREAU),
    "projects:need_gap": ("community", BUREAU),
    "projects:eligibility": ("call", SIGNED_IN),
    "projects:form_preview": ("call", SIGNED_IN),
    "projects:project_step": (("project", "suspend"), {"clerk"}),
    "projects:mentor_assign": ("project", {"clerk"}),
    "projects:agreement_detail": ("project", SEES_DELIVERY),
    "projects:agreement_draw_up": ("project", {"clerk"}),
    "projects:signing_extend": ("project", {"clerk"}),
    "projects:plan_versions": ("project", SEES_DELIVERY),
    "projects:plan_version": (("project", "plan_ordinal"), SEES_DELIVERY),
    "projects:change_create": (("project", "budget"), GROUP),
    "projects:change_detail": ("change", SEES_DELIVERY),
    "projects:change_edit": ("unwritten_change", GROUP),
    "projects:change_step": (("change", "advise"), {"mentor"}),
    "projects:settlement_edit": ("project", {"finance"}),
    "projects:settling_desk": (None, BUREAU),
    "projects:closing_report": ("project", GROUP),  # not handed in yet
    "projects:closing_report_edit": ("project", GROUP),
    "projects:final_accounts": ("project", SEES_DELIVERY),
    "projects:left_overs_edit": ("project", set()),  # the account is not settled yet
    "projects:refund_create": ("project", set()),
    "projects:refund_confirm": ("refund", set()),  # only by a button
    "projects:audit_create": ("project", set()),  # from the request for closure on
    "projects:audit_detail": ("audit", SEES_DELIVERY),
    "projects:archive_file": ("project", SEES_DELIVERY),
    "projects:project_money": ("project", SEES_DELIVERY),
    "projects:matching_create": ("project", GROUP),
    "projects:matching_decide": ("matching_proof", {"clerk"}),
    "projects:giving_list": (None, EVERYBODY),
    "projects:giving_detail": ("project", EVERYBODY),
    "projects:pledge_create": ("project", {"giver"}),
    "projects:pledge_list": (None, SIGNED_IN),
    "projects:pledge_detail": ("pledge", SEES_DELIVERY | {"giver"}),
    "projects:pledge_step": (("pledge", "accept"), GROUP),
    "projects:pledge_postpone": ("pledge", {"giver"}),
    "projects:gift_create": ("accepted_pledge", GROUP),
    "projects:gift_detail": ("gift", SEES_DELIVERY | {"giver"}),
    "projects:pledge_ledger": (None, BUREAU),
    "projects:meeting_list": (None, EVERYBODY),
    "projects:meeting_create": (None, {"clerk", "mentor"}),
    "projects:meeting_detail": ("meeting", EVERYBODY),
    "projects:meeting_edit": ("meeting", {"clerk"}),
    "projects:meeting_plan": ("meeting", set()),
    "projects:meeting_cancel": ("meeting", {"clerk"}),
    "projects:meeting_leave": (("guest", "meeting_guest"), set()),
    "projects:intent_create": ("talk_of_meeting", {"giver"}),
    "projects:intent_detail": ("letter", BUREAU | GROUP | {"giver"}),
    "open_data:overview": (None, EVERYBODY),
    "open_data:statistics": (None, EVERYBODY),
    "open_data:file": (("awards.csv",), EVERYBODY),
    "open_data:description": (None, EVERYBODY),
    "open_data:opportunity_list": (None, EVERYBODY),
    "open_data:opportunity_search": (None, set()),  # by POST only
    "open_data:opportunity": (("f47ac10b-58cc-8372-a567-0e02b2c3d479",), set()),  # nobody's
    "open_data:award_list": (None, EVERYBODY),
    "open_data:award": (("f47ac10b-58cc-8372-a567-0e02b2c3d479",), set()),
    "open_data:no_record": (("x",), set()),
    "open_data:no_interface": (("x",), set()),
    "reports:poster": (("code_pk", "a4"), GROUP | {"mentor", "clerk"}),
    "reports:voices": ("project", SEES_DELIVERY),
    "reports:gift_receipt": ("gift", SEES_DELIVERY | {"giver"}),
    "reports:meeting_schedule": ("meeting", {"clerk", "giver"} | GROUP),
    "boards:dashboard": (None, EVERYBODY),
    "boards:dashboard_pdf": (None, EVERYBODY),
    "boards:screen": (None, EVERYBODY),
    "boards:public_projects": (None, EVERYBODY),
    "boards:spending": (None, SIGNED_IN),
    "boards:visits": (None, SIGNED_IN),
    "boards:annual_list": (None, BUREAU),
    "boards:call_report": ("call", BUREAU),
    "boards:district_report": (("2026", "110105"), BUREAU),
    "ledgers:ledger_list": (None, SIGNED_IN),
    "ledgers:ledger_file": (("funds", "csv"), BUREAU),
    "ledgers:ledger_make": (("funds",), set()),  # only by a button
    "ledgers:ledger_made": ("ledger_made", {"clerk"}),  # who asked for it
    "reports:survival": (None, BUREAU),
    "reports:indicators": (None, BUREAU),
    "reports:vote_slips": ("vote", set()),  # only by a button: 405 for a GET
    "reports:vote_slip_again": ("vote_slip", set()),
    "reports:intent_letter": ("letter", BUREAU | GROUP | {"giver"}),
    "reports:pledge_ledger": (None, BUREAU),
    "projects:bank_list_list": (None, BUREAU),
    "projects:bank_list_create": (None, {"finance"}),
    "projects:bank_list_detail": ("bank_list", BUREAU),
    "projects:bank_return_detail": ("bank_return", {"finance"}),
    "projects:milestone_create": ("project", GROUP),
    "projects:activity_create": ("project", GROUP),
    "projects:report_create": ("project", GROUP),
    "projects:mentoring_create": ("project", {"mentor"}),
    "projects:mentor_desk": (None, SIGNED_IN),
    "projects:session_list": (None, SIGNED_IN),
    "projects:session_detail": ("session", SEES_DELIVERY),
    "projects:session_edit": ("session", {"mentor"}),
    "projects:visit_list": (None, SIGNED_IN),
    "projects:visit_app": (None, EVERYBODY),
    "projects:visit_worker": (None, EVERYBODY),
    "projects:visit_manifest": (None, EVERYBODY),
    "projects:visit_pack": (None, SIGNED_IN),
    "projects:visit_sync": (None, set()),
    "projects:visit_photo": (None, set()),
    "projects:visit_create": ("project", {"mentor", "clerk"}),
    "projects:visit_detail": ("visit", SEES_DELIVERY),
    "projects:visit_edit": ("visit", {"mentor"}),
    "projects:visit_compare": (("visit", "visit_version"), SEES_DELIVERY),
    "projects:follow_up_create": ("project", set()),
    "projects:follow_up_answer": ("follow_up_code", EVERYBODY),
    "projects:follow_up_detail": ("follow_up", SEES_DELIVERY),
    "projects:follow_up_send": ("follow_up", set()),  # only by a button: 405 for a GET
    "projects:survival": (None, BUREAU),
    "projects:indicators": (None, BUREAU),
    "projects:activity_detail": ("activity", SEES_DELIVERY),
    "projects:activity_edit": ("activity", GROUP),
    "projects:activity_record": ("activity", GROUP),
    "projects:activity_step": (("activity", "cancel"), GROUP),
    "projects:activity_amend": ("activity", set()),  # it is not recorded yet
    "projects:attendance": ("activity", GROUP),
    "projects:sign_in_edit": ("sign_in", GROUP),
    "projects:sign_in_code": ("activity", GROUP),
    "projects:sign_in_image": ("activity", GROUP),
    "projects:sign_in_renew": ("activity", set()),
    "projects:activity_sign_in": ("activity_code", EVERYBODY),
    "projects:photo_add": ("activity", GROUP),
    "projects:photo_edit": ("photo", GROUP),
    "projects:photo_image": ("photo", SEES_DELIVERY),
    "projects:volunteer_times": ("activity", GROUP),
    "projects:volunteer_time_add": ("project", GROUP),
    "projects:volunteer_list": ("project", SEES_DELIVERY),
    "projects:work_plan": ("project", SEES_DELIVERY),
    "projects:milestone_edit": ("milestone", GROUP),
    "projects:milestone_done": ("milestone", GROUP),
    "projects:service_list": ("project", SEES_DELIVERY),
    "projects:service_create": (("project", "case"), GROUP),
    "projects:service_detail": ("service", {"head", "mentor"}),
    "projects:service_edit": ("service", {"head"}),
    "projects:roster": ("project", SEES_ROSTER),
    "projects:roster_import": ("project", GROUP),
    "projects:beneficiary_create": ("project", GROUP),
    "projects:beneficiary_detail": ("beneficiary", SEES_ROSTER),
    "projects:beneficiary_edit": ("beneficiary", GROUP),
    "projects:beneficiary_withdraw": ("beneficiary", GROUP | {"clerk"}),
    "projects:beneficiary_copy": ("beneficiary", GROUP),
    "projects:consent_list": (None, {"clerk"}),
    "projects:consent_create": ("roster", {"clerk"}),
    "projects:consent_detail": ("consent_text", EVERYBODY),
    "projects:calendar": (None, SIGNED_IN),
    "projects:calendar_links": (None, SIGNED_IN),
    "projects:calendar_link_revoke": ("feed", set()),
    "projects:calendar_feed": ("feed_token", EVERYBODY),
    "projects:happening_list": (None, EVERYBODY),
    "projects:happening_detail": ("activity", EVERYBODY),
    "projects:report_detail": ("report", SEES_DELIVERY),
    "projects:warning_create": ("project", {"clerk"}),
    "projects:warning_detail": ("warning", SEES_DELIVERY),
    "projects:talk_create": ("project", {"clerk"}),
    "projects:return_notice_create": ("project", {"finance"}),
    "projects:return_notice_detail": ("return_notice", SEES_DELIVERY),
    "reports:return_notice": ("return_notice", SEES_DELIVERY),
    "reports:payment_approval": ("tranche", SEES_DELIVERY),
    "reports:milestone_report": ("report", SEES_DELIVERY),
    "projects:talk_detail": ("talk", SEES_DELIVERY),
    "projects:talk_move": ("talk", {"clerk"}),
    "projects:talk_record": ("talk", {"clerk"}),
    "projects:tranche_step": (("tranche", "approve"), {"approver"}),
    "projects:apply": ("call", SIGNED_IN),
    "projects:notice_list": (None, EVERYBODY),
    "projects:notice_detail": ("notice", EVERYBODY),
    "projects:notice_text": ("notice", EVERYBODY),
    "projects:notice_extend": ("notice", set()),
    "projects:objection_create": (("notice", "project"), EVERYBODY),
    "projects:objection_whole": ("notice", EVERYBODY),
    "projects:objection_follow": ("follow_token", EVERYBODY),
    "projects:objection_confirm": ("confirm_token", EVERYBODY),
    "projects:objection_list": (None, {"clerk", "approver", "auditor"}),
    "projects:objection_detail": ("objection", {"clerk", "approver", "auditor"}),
    "projects:objection_note": (("objection", "inquiry"), {"clerk"}),
    "projects:objection_answer": ("objection", GROUP),
    "projects:showcase": (None, EVERYBODY),
    "projects:showcase_detail": ("project", set()),
    "evaluations:voice_find": (None, EVERYBODY),
    "evaluations:voice_say": ("voice_code", EVERYBODY),
    "evaluations:voice_more": ("voice_code", SIGNED_IN),  # back to the first page, as everybody: no answer yet
    "evaluations:voice_withdraw": ("voice_code", SIGNED_IN),  # the same
    "evaluations:grievance_create": ("voice_code", EVERYBODY),
    "evaluations:grievance_follow": ("grievance_token", EVERYBODY),
    "evaluations:grievance_list": (None, {"clerk", "approver", "auditor"}),
    "evaluations:grievance_detail": ("grievance", {"clerk", "approver", "auditor"}),
    "evaluations:voice_public": ("project", EVERYBODY),
    "evaluations:voice_list": (None, SIGNED_IN),
    "evaluations:voice_detail": ("voice", BUREAU | {"mentor", "evaluator"}),
    "evaluations:voice_overview": ("project", SEES_DELIVERY),
    "evaluations:voice_enter": ("project", GROUP | {"clerk", "mentor", "evaluator"}),
    "evaluations:code_issue": ("project", set()),
    "evaluations:code_revoke": ("code_pk", set()),
    "evaluations:questionnaire_list": (None, {"clerk"}),
    "evaluations:questionnaire_detail": ("questionnaire", EVERYBODY),
    "evaluations:questionnaire_create": (("resident",), {"clerk"}),
    "evaluations:desk": (None, SIGNED_IN),
    "evaluations:sheet": ("assignment", {"expert1"}),
    "evaluations:sheet_autosave": ("assignment", set()),
    "evaluations:blind_proposal": ("assignment", set()),
    "evaluations:explain_deviation": ("assignment", set()),
    "evaluations:unlock_ask": ("assignment", set()),
    "evaluations:unlock_decide": ("unlocking", BUREAU),
    "evaluations:assignment_absent": ("assignment", set()),  # the project is no longer in review
    "evaluations:assignment_back": ("assignment", set()),
    "evaluations:fewer_ask": ("project", {"clerk"}),
    "evaluations:fewer_ask_without": (("call", "judge_id"), {"clerk"}),
    "evaluations:fewer_decide": ("reduction", BUREAU),
    "evaluations:consistency": ("call", BUREAU),
    "evaluations:result_card": ("project", set()),
    "evaluations:selection": ("call", BUREAU),
    "evaluations:ballots": ("call", {"clerk"}),
    "evaluations:vote_list": (None, EVERYBODY),
    "evaluations:vote_detail": ("vote", EVERYBODY),
    "evaluations:vote_by_device": ("vote", EVERYBODY),
    "evaluations:vote_ballots": ("vote", set()),  # not before it is counted
    "evaluations:vote_ballots_csv": ("vote", set()),
    "evaluations:vote_ballots_json": ("vote", set()),
    "evaluations:vote_picture": ("vote_entry", set()),  # it has none
    "evaluations:vote_code": (None, EVERYBODY),
    "evaluations:vote_by_code": ("vote_code", EVERYBODY),
    "evaluations:vote_create": ("call", {"clerk"}),
    "evaluations:vote_edit": ("vote", set()),  # it is announced
    "evaluations:vote_entry": ("vote_entry", set()),
    "evaluations:vote_step": (("vote", "call_off"), {"approver"}),
    "evaluations:vote_slips": ("vote", {"clerk"}),
    "evaluations:vote_slip": ("vote_slip", {"clerk"}),
    "evaluations:vote_paper": ("vote", {"clerk"}),
    "evaluations:alternative_edit": ("alternative", {"clerk"}),
    "evaluations:alternative_act": ("alternative", set()),
    "evaluations:alternative_change": (("alternative", "project"), set()),
    "evaluations:feedback_list": ("call", BUREAU),
    "evaluations:feedback_edit": ("project", {"clerk"}),
    "evaluations:feedback_detail": ("project", set()),
    "evaluations:explained": (None, EVERYBODY),
    "evaluations:pitch_list": ("call", BUREAU),
    "evaluations:pitch_create": ("call", {"clerk"}),
    "evaluations:pitch_detail": ("pitch_day", BUREAU),
    "evaluations:pitch_live": ("pitch_day", BUREAU),
    "evaluations:pitch_edit": ("pitch_day", {"clerk"}),
    "evaluations:pitch_step": (("pitch_day", "call_off"), {"clerk"}),
    "evaluations:pitch_presence": ("pitch_day", BUREAU),
    "evaluations:judge_absent": (("pitch_day", "judge_id"), {"clerk"}),
    "evaluations:pitch_qr": ("pitch_day", {"clerk"}),
    "evaluations:pitch_qr_image": ("pitch_day", {"clerk"}),
    "evaluations:pitch_sign_in": ("sign_in_code", {"expert1"}),
    "evaluations:pitch_judge": ("pitch_day", {"expert1"}),
    "evaluations:pitch_judge_live": ("pitch_day", {"expert1"}),
    "evaluations:slot_step": (("slot", "be_absent"), {"clerk"}),
    "evaluations:slot_move": ("slot", {"clerk"}),
    "evaluations:representative_add": ("slot", {"clerk"}),
    "evaluations:pitch_screen": ("screen_token", EVERYBODY),
    "evaluations:pitch_screen_live": ("screen_token", EVERYBODY),
    "evaluations:paper_list": ("call", {"clerk"}),
    "evaluations:paper_entry": ("assignment", set()),
    "evaluations:recuse": ("assignment", {"expert1", "clerk"}),
    "evaluations:panel": ("call", BUREAU),
    "evaluations:open_review": ("call", set()),
    "evaluations:panels_settle": ("draw", set()),
    "evaluations:declare": ("call", {"expert1", "evaluator"}),
    "evaluations:conflict_detail": ("conflict", BUREAU),
    "evaluations:ranking": ("call", BUREAU),
    "evaluations:grades": ("call", BUREAU),
    "evaluations:publish_notice": ("call", set()),
    "evaluations:draw_lots": ("call", set()),
    "evaluations:bonus": ("project", {"clerk"}),
    "evaluations:decision_detail": ("decision", BUREAU),
    "evaluations:promote": ("project", set()),
    "evaluations:decline": ("project", set()),
    "evaluations:list_change": ("list_change", BUREAU),
    "evaluations:evaluation_open": (("project", "midterm"), {"clerk"}),
    "evaluations:evaluation_detail": (("project", "midterm"), SEES_DELIVERY),
    "evaluations:commission_create": ("call", {"clerk"}),
    "evaluations:commission_detail": ("commission", BUREAU | {"evaluator"}),
    "evaluations:commission_term": ("commission", {"clerk"}),
    "evaluations:tie_decide": ("commission_tie", {"clerk"}),
    "evaluations:workspace": (None, {"evaluator"}),
    "evaluations:template_list": (None, {"evaluator"}),
    "evaluations:template_create": (None, {"evaluator"}),
    "evaluations:template_edit": ("report_template", {"evaluator"}),
    "evaluations:template_put_away": ("report_template", set()),
    "evaluations:evaluation_page": ("evaluation", SEES_DELIVERY),
    "evaluations:evaluation_step": (("evaluation", "go-on"), set()),
    "evaluations:evaluation_distribute": ("evaluation", {"evaluator", "clerk"}),
    "evaluations:evaluation_hand_over": ("evaluation", {"clerk"}),
    "evaluations:self_evaluation": ("evaluation", GROUP),  # not handed in yet
    "evaluations:papers": ("evaluation", SEES_DELIVERY - {"mentor"}),
    "evaluations:paper_hand_in": ("paper_line", GROUP),
    "evaluations:visit": ("evaluation", SEES_DELIVERY - {"mentor"}),
    "evaluations:report": ("evaluation", {"evaluator"}),  # a draft: not even the funder
    "evaluations:answer": ("evaluation", set()),
    "evaluations:replies": ("evaluation", {"evaluator"}),
    "evaluations:sheet_reopen": ("evaluators_assignment", {"evaluator"}),
    "evaluations:rectification": ("project", SEES_DELIVERY),
    "evaluations:item_act": ("item", GROUP | {"clerk", "evaluator"}),
    "evaluations:evidence_pick": (
        ("evaluators_assignment", "criterion_of_evaluation"),
        set(),
    ),  # the project is not evaluated
    "evaluations:evidence_list": ("evaluation", {"evaluator"}),  # what was found: not even the funder yet
    "evaluations:sample_list": ("evaluation", {"evaluator"}),
    "evaluations:sample_detail": ("sample", {"evaluator"}),
    "evaluations:sample_again": ("sample", {"evaluator"}),
    "evaluations:sample_item": ("drawn", {"evaluator"}),
    "evaluations:sample_call": ("drawn", set()),
    "evaluations:site_form_create": ("evaluation", {"evaluator"}),
    "evaluations:site_form": ("site_form", {"evaluator"}),
    "evaluations:site_form_edit": ("site_form", {"evaluator"}),
    "evaluations:site_form_compare": (("site_form", "site_version"), {"evaluator"}),
    "evaluations:site_pack": (None, SIGNED_IN),
    "evaluations:site_sync": (None, set()),
    "evaluations:site_photo": (None, set()),
    "evaluations:termination_propose": ("evaluation", set()),
    "evaluations:termination_detail": ("termination", BUREAU),
    "evaluations:star_list": (None, EVERYBODY),
    "evaluations:star_ranking": ("star_year", EVERYBODY),
    "evaluations:star_detail": ("star", EVERYBODY),
    "evaluations:star_acknowledge": ("star", set()),
    "evaluations:star_appeal": ("star", {"head"}),
    "evaluations:star_appeal_detail": ("star_appeal", BUREAU | GROUP),
    "evaluations:star_year_list": (None, BUREAU),
    "evaluations:star_year_create": (None, {"clerk"}),
    "evaluations:star_year_detail": ("star_year", BUREAU),
    "evaluations:star_year_edit": ("drafted_year", {"clerk"}),
    "evaluations:star_year_send_back": ("star_year", {"approver"}),
    "evaluations:star_year_step": (("star_year", "publish"), set()),
    "evaluations:oversight_list": (None, BUREAU),
    "evaluations:organization_record": ("organization", BUREAU | GROUP),
    "evaluations:caution_create": ("organization", {"clerk"}),
    "evaluations:honour_create": ("organization", {"clerk"}),
    "evaluations:caution_proposal": ("caution_proposal", BUREAU),
    "evaluations:caution_detail": ("caution", BUREAU | GROUP),
    "evaluations:caution_talk_create": ("caution", {"clerk"}),
    "evaluations:caution_talk_detail": ("caution_talk", BUREAU | GROUP),
    "evaluations:caution_talk_move": ("caution_talk", {"clerk"}),
    "evaluations:caution_talk_record": ("caution_talk", {"clerk"}),
    "evaluations:delisting_create": ("caution_talk", {"clerk"}),
    "evaluations:delisting_detail": ("delisting", BUREAU | GROUP),
    "evaluations:honour_list": (None, EVERYBODY),
    "evaluations:honour_detail": ("honour", EVERYBODY),
    "search": (None, EVERYBODY),
    "verify": (None, EVERYBODY),
    "verify_code": ("paper_code", EVERYBODY),
    "verify_facts": ("paper_code", EVERYBODY),
    "reports:disclosure_list": (None, {"auditor", "watcher"}),
    "privacy:latest": (None, EVERYBODY),
    "privacy:notice": (("1",), EVERYBODY),
    "privacy:record": (None, EVERYBODY),
    "privacy:record_pdf": (None, EVERYBODY),
    "privacy:record_xlsx": (None, EVERYBODY),
    "privacy:ask": (None, EVERYBODY),
    "privacy:follow": ("asked_token", EVERYBODY),
    "privacy:agree": (None, SIGNED_IN),
    "privacy:my_data": (None, SIGNED_IN),
    "privacy:my_data_json": (None, SIGNED_IN),
    "privacy:my_data_pdf": (None, SIGNED_IN),
    "privacy:my_request": (None, SIGNED_IN),
    "privacy:withdraw": (None, set()),  # only by a button
    "privacy:notice_edit": (None, {"admin", "keeper"}),
    "privacy:request_list": (None, {"clerk", "approver", "auditor"}),
    "privacy:request_create": (None, {"clerk"}),
    "privacy:request_detail": ("data_request", {"clerk", "approver", "auditor"}),
    "privacy:request_json": ("data_request", set()),  # only by a button
    "privacy:request_pdf": ("data_request", set()),
    "privacy:retention": (None, {"clerk", "approver", "auditor"}),
    "privacy:entrusted": (None, {"clerk", "approver", "auditor"}),
    "privacy:assessment_list": (None, {"clerk", "approver", "auditor"}),
    "privacy:assessment_create": (None, {"clerk"}),
    "reports:paper_list": (None, BUREAU | {"mentor", "evaluator"}),
    "reports:paper_table": (None, BUREAU | {"mentor", "evaluator"}),
    "reports:paper_detail": ("paper", BUREAU),
    "reports:paper_file": ("paper", BUREAU),
    "reports:marks_edit": ("bureau", {"clerk", "approver"}),
    "reports:project_papers": ("project", SEES_DELIVERY),
    "research:research": (None, {"clerk", "approver", "mentor"}),
    "research:research_pdf": (None, {"clerk", "approver", "mentor"}),  # the page, as nothing is chosen
    "research:research_docx": (None, {"clerk", "approver", "mentor"}),
    "reports:archive_packages": ("project", {"clerk", "auditor"}),
    "reports:archive_package_file": ("archive_package", {"clerk"}),  # who asked for it
    "reports:star_letter": ("star", BUREAU | GROUP),
    "reports:star_year": ("star_year", BUREAU),
    "reports:honour_certificate": ("honour", EVERYBODY),
    "people:profile": (None, SIGNED_IN),
    "people:profile_edit": (None, SIGNED_IN),
    "people:identity_edit": (None, SIGNED_IN),
    "people:certificate_create": (None, SIGNED_IN),
    "people:organization_list": (None, SIGNED_IN),
    "people:host_choices": (None, SIGNED_IN),
    "people:organization_create": (None, SIGNED_IN - set(OFFICES)),
    "people:organization_detail": ("organization", BUREAU | GROUP),
    "people:organization_edit": ("organization", {"head"}),
    "people:rating_create": ("organization", {"head"}),
    "people:inspection_create": ("organization", {"head"}),
    "people:credit_record_create": ("organization", {"clerk"}),
    "people:credit_record_lift": ("credit_record", set()),
    "people:rating_confirm": ("rating", set()),
    "people:inspection_confirm": ("inspection", set()),
    "people:council_edit": ("organization", {"head"}),
    "people:member_add": ("organization", {"head"}),
    "people:membership_end": ("membership", set()),
    "people:expert_list": (None, {"clerk"}),
    "people:expert_create": (None, {"clerk"}),
    "people:expert_edit": ("expert", {"clerk"}),
    "people:expert_borrow": (None, {"clerk"}),
    "people:loan_answer": ("loan", set()),
    "people:invitation": ("invitation_token", EVERYBODY),  # whoever holds the link
    "people:invitation_withdraw": ("invitation", set()),
    "bureaus:bureau_list": (None, BUREAU | {"admin", "technician"}),
    "bureaus:bureau_create": (None, {"clerk", "technician"}),  # who heads or staffs a bureau with others below
    "bureaus:bureau_detail": ("bureau", BUREAU | {"technician"}),
    "people:interest_list": (None, SIGNED_IN),
    "people:expert_interests": ("expert", {"clerk"}),
    "people:interest_end": ("interest", set()),
    "people:community_list": (None, EVERYBODY),
    "people:community_choices": (None, EVERYBODY),
    "people:bureau_choices": (None, EVERYBODY),
    "sso_login": (None, set()),  # off
    "sso_callback": (None, set()),
    "people:second_factor": (None, SIGNED_IN),
    "people:go_on": (None, SIGNED_IN),
    "people:resume": (None, SIGNED_IN),  # nothing waits: on to what is to be done
    "people:safety_desk": (None, {"admin", "keeper"}),
    "people:safety_person": ("expert_person", {"admin", "keeper"}),
    "people:guard_unlock": ("guard", set()),  # only by a button
    "people:office_end": ("administrator", {"admin", "keeper"}),
    "projects:spending": ("project", SEES_DELIVERY),
    "projects:expense_create": ("project", GROUP),
    "projects:spending_hand_in": ("project", set()),
    "projects:spending_check": ("project", {"clerk"}),
    "projects:spending_import": ("project", GROUP),
    "projects:expense_detail": ("expense", SEES_DELIVERY),
    "projects:expense_edit": ("expense", GROUP),
    "projects:expense_step": (("expense", "hand_in"), GROUP),
    "projects:expense_opinion": ("expense", set()),
    "projects:expense_discard": ("expense", set()),
    "projects:expense_detach": (("expense", "attachment"), set()),
    "projects:monthly_list": ("project", SEES_DELIVERY),
    "projects:monthly_detail": ("monthly", SEES_DELIVERY),
    "projects:monthly_read": ("monthly_token", EVERYBODY),
    "projects:month_ledger": (None, BUREAU),
    "reports:self_evaluation": ("evaluation", GROUP),
    "reports:evaluation_report": ("evaluation", {"evaluator"}),
    "reports:evidence_list": ("evaluation", {"evaluator"}),
    "reports:site_record": ("site_form", {"evaluator"}),
    "reports:rectification_notice": ("evaluation", set()),
    "reports:final_accounts": ("project", SEES_DELIVERY),
    "reports:final_accounts_table": ("project", SEES_DELIVERY),
    "reports:closing_report": ("project", set()),  # not handed in yet
    "reports:archive_list": ("project", set()),  # not confirmed yet
    "reports:completion_certificate": ("project", set()),
    "reports:settling_table": (None, BUREAU),
    "reports:spending": ("project", SEES_DELIVERY),
    "reports:spending_template": ("project", GROUP),
    "reports:monthly": ("monthly", SEES_DELIVERY),
    "reports:month_ledger": (None, BUREAU),
    "reports:proposal": ("project", SEES_PROJECT),
    "reports:agreement": ("project", SEES_DELIVERY),
    "reports:award_letter": ("project", SEES_DELIVERY),
    "reports:correction_notice": ("project", set()),
    "reports:activity_plan": ("activity", SEES_DELIVERY),
    "reports:activity_record": ("activity", set()),  # it is not recorded yet
    "reports:exchange": (None, BUREAU | {"admin", "technician"}),
    "reports:table_export": (("organizations", "csv"), BUREAU),
    "reports:table_template": ("organizations", {"clerk"}),
    "reports:import_create": ("organizations", {"clerk"}),
    "reports:import_detail": ("job", {"clerk"}),
    "reports:import_progress": ("job", {"clerk"}),
    "reports:import_wrong_rows": ("job", set()),
    "reports:import_confirm": ("job", set()),
    "reports:import_discard": ("job", set()),
    "reports:import_resume": ("job", set()),
    "reports:print_job_list": (None, SIGNED_IN),
    "reports:print_job_create": ("projects", SIGNED_IN),  # what one sees; what one may not open refuses the job
    "reports:print_job_detail": ("print_job", {"clerk"}),
    "reports:print_job_progress": ("print_job", {"clerk"}),
    "reports:print_job_file": ("print_job", set()),  # not printed yet
    "reports:print_job_step": (("print_job", "pause"), set()),  # only by a button
    "reports:activity_sign_in": ("activity", GROUP),
    "reports:announcements": (None, {"clerk"}),
    "reports:roster_template": ("project", GROUP),
    "reports:eligibility": (("call", "organization"), BUREAU | GROUP),
    "reports:notice": ("notice", EVERYBODY),
    "reports:notice_days": ("notice", EVERYBODY),
    "reports:need_list": ("need_list", EVERYBODY),
    "reports:pitch_order": ("pitch_day", BUREAU),
    "reports:pitch_sign_in_list": ("pitch_day", BUREAU),
    "reports:pitch_score_sheets": ("pitch_day", {"clerk"}),
    "reports:workshop_sign_in": ("workshop", {"mentor"}),
    "reports:session_sheet": ("session", SEES_DELIVERY),
    "reports:evaluation_sheet": ("evaluators_assignment", {"evaluator"}),  # a draft: of who was asked
    "reports:sessions": (None, SIGNED_IN),
    "reports:training_certificate": ("certificate", BUREAU | GROUP | {"mentor"}),
    "reports:feedback": ("project", set()),
    "reports:objections": (None, {"clerk", "approver", "auditor"}),
    "reports:minutes": ("decision", BUREAU),
    "reports:decision": ("decision", BUREAU),
    "reports:ranking": ("call", BUREAU),
    "reports:ranking_paper": ("call", BUREAU),
    "reports:panels": ("call", BUREAU),
    "reports:conflicts": ("call", BUREAU),
    "reports:fund_ledger": (("fund", "xlsx"), BUREAU),
    "reports:bank_list": (("bank_list", "xlsx"), {"finance"}),
    "reports:consistency": ("call", BUREAU),
    "reports:selection": ("call", BUREAU),
}


def our_urls(patterns=None, namespace: str = "") -> dict[str, URLPattern]:
    """Every named address of our own apps."""
    found = {}
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace in (
                None,
                "core",
                "grants",
                "projects",
                "evaluations",
                "people",
                "reports",
                "boards",
                "open_data",
                "research",
                "ledgers",
                "bureaus",
                "privacy",
            ):
                prefix = f"{pattern.namespace}:" if pattern.namespace else namespace
                found |= our_urls(pattern.url_patterns, prefix)
        elif pattern.name and pattern.callback.__module__.split(".")[0] in (
            "config", "core", "grants", "projects", "evaluations", "people", "reports",
        ):  # fmt: skip
            found[f"{namespace}{pattern.name}"] = pattern
    return found


def written(town) -> LedgerFile:
    made = LedgerFile.objects.create(ledger="funds", by=town.clerk)
    made.file.save("ledger.xlsx", ContentFile(b"xlsx"))
    return made


def packaged(project, town) -> ArchivePackage:
    made = ArchivePackage.objects.create(project=project, edition="interim", by=town.clerk)
    made.file.save("package.zip", ContentFile(b"zip"))
    return made


@pytest.fixture
def things(town, life) -> dict[str, object]:
    """One of everything, and the three administrators: security (`keeper`), system and audit."""
    made = everything(town, life)
    town.people |= {name: User.objects.get(username=name) for name in OFFICES}
    return made


@remembered
def everything(town, life) -> dict[str, object]:
    """One of everything, around a running project of the centre."""
    project = draft(town)
    life.walk(project, "eligible")
    project.refresh_from_db()
    expert = panel.assign(project, town.expert1, by=town.clerk)
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    project = life.walk(project, "in_notice")
    notice = Notice.objects.get()
    objection = examined(town, project)
    inquiry.rule_on_objection(objection, by=town.approver, ruling=Objection.Ruling.DISMISSED, reason="不重复")
    project.refresh_from_db()
    project = life.walk(project, "running")
    people.add_participant(project, town.evaluator, "evaluator", by=town.clerk, organization=town.evaluators)
    report = {"kind": "milestone", "done": "完成", "persons": 1, "visits": 1, "spent": 1}
    tranche = payments.request_payment(project.tranches.first(), by=town.clerk)
    with_draft = draft_after_close(town)
    Fund.objects.filter(pk=town.fund.pk).update(takes_referrals=True, purpose="社区助老")
    letter = project.papers.get(kind="award")
    asked = {"kind": "copy", "name": "王秀英", "phone": "13800138000", "text": "查一下"}
    data_request = actions.receive_data_request(town.bureau, by=None, values=asked)
    invitation = Invitation.objects.create(
        organization=town.bureau, role="staff", name="新来的", invited_by=town.approver
    )
    own_plan = TranchePlan.objects.create(name="一次拨付", funder=town.bureau)
    for name, office in OFFICES.items():
        town.people[name] = towns.person(name, Office(office).label)
        actions.give_office(town.people[name], office, by=town.admin)
    return {
        "data_request": data_request,
        "asked_token": data_request.token,
        "invitation": invitation,
        "invitation_token": invitation.token,
        "loan": ExpertLoan.objects.create(expert=town.expert1.expert, bureau=town.bureau, asked_by=town.clerk),
        "offered": Offer.objects.create(bureau=town.bureau, title="一次拨付", plan=own_plan, offered_by=town.clerk),
        "administrator": Administrator.objects.get(office="security"),
        "guard": SignInGuard.objects.create(kind="address", key="203.0.113.9"),
        "expert_person": town.expert1,
        "project": project,
        "return_notice": ReturnNotice.objects.create(
            project=project,
            number="TK2026-9999",
            is_clawback=False,
            paid=3,
            recognised=1,
            returned=1,
            amount=1,
            reason="结余",
            due_on=date(2027, 1, 8),
            pay_to="财政专户",
            issued_by=town.finance,
        ),
        "warning": trouble.warn(project, by=town.clerk, ground="late", words="月报未交", answer_until=date(2027, 1, 8)),
        "talk": trouble.call_to_talk(
            project, by=town.clerk, reason="月报未交", planned_at=aware(2027, 1, 11, 9), place="会议室"
        ),
        "referral": Referral.objects.create(project=project, fund=town.fund, words="方向一致", made_by=town.head),
        "draft": with_draft,
        "call": town.call,
        "unpublished": make_call(town, code="SOON", publish=False),
        "fund": town.fund,
        "attachment": attach(project, pdf(), by=town.head),
        "notification": town.head.notifications.first(),
        "notice": notice,
        "daily_root": DailyRoot.objects.create(day=date(2026, 3, 2), number=1, hash="0" * 64),
        "objection": objection,
        "follow_token": objection.token,
        "confirm_token": Objection.objects.create(
            notice=notice, project=project, name="王五", email="w@example.org", text="重复"
        ).confirmation,
        "assignment": expert,
        "draw": Draw.objects.create(
            call=town.call,
            kind="panel",
            items=NO_PANELS,
            outcome={"panels": {}, "proven_optimal": True},
            drawn_by=town.clerk,
        ),
        "conflict": Conflict.objects.create(
            assignment=expert, reasons=[{"key": "phone:leader", "ground": "phone", "party": "leader"}]
        ),
        "expert": town.expert1.expert,
        "unlocking": unlocking(expert, town.clerk),
        "alternative": Alternative.objects.create(call=town.call, name="一", budget=1, made_by=town.clerk),
        "decision": Decision.objects.create(call=town.call, prepared_by=town.clerk),
        "reduction": Reduction.objects.create(project=project, judges=2, reason="缺席", asked_by=town.auditor),
        "list_change": ListChange.objects.create(project=project, kind="strike", reason="重复", asked_by=town.clerk),
        "tranche": tranche,
        **worked_on(town, project),
        "report": delivery.submit_report(project, by=town.head, values=report),
        "organization": town.centre,
        "bureau": town.bureau,
        "paper": letter,
        "archive_package": packaged(project, town),
        "ledger_made": written(town),
        "paper_code": letter.shown_code,
        "rubric": town.rubric,
        "own_framework": framework(town.bureau),
        "framework_key": "closing",
        "criterion": rubric("自己的评分表", ("需求", 100), funder=town.bureau).criteria.first(),
        "budget_line": project.budget_lines.first(),
        **around(town, project, with_draft),
        **booked(town, project),
        **changed(town, project),
        **pitched(town, project),
        **voted_on(town, project),
        **looked_back(project),
        **mentored(town, project),
        **evaluated(town, project),
        **spoken(town, project),
        **given(town, project),
        **starred(town),
        **of_money(town, project, tranche),
        "membership": Membership.objects.get(user=town.volunteer),
    }


def booked(town, project) -> dict[str, object]:
    """A payment that is entered, and a month that is handed in."""
    values = {
        "spent_on": date(2026, 5, 2), "amount": 10, "line_key": project.budget_lines.first().key, "summary": "彩纸",
        "payee": "文具店",
    }  # fmt: skip
    report = MonthlyReport.objects.create(
        project=project, month=date(2026, 4, 1), due_on=date(2026, 5, 5), handed_in_by=town.head,
        handed_in_at=clock.now(),
    )  # fmt: skip
    expense = spending.enter(project, by=town.head, values=values)
    return {"expense": expense, "monthly": report, "monthly_token": report.token}


def changed(town, project) -> dict[str, object]:
    """A change that waits for the mentor, one that the group is still writing, and the clauses of the bureau."""
    handed_in = changing.begin_change(project, "extension", by=town.head)
    wish = {"fields": {"ends_on": "2027-03-20"}}
    changing.hand_in(changing.write_change(handed_in, by=town.head, reason="推迟", wish=wish), by=town.head)
    clauses = default_clauses()
    return {
        "change": handed_in,
        "unwritten_change": changing.begin_change(project, "persons", by=town.head),
        "plan_ordinal": "1",
        "agreement_template": create_template(town.bureau, by=town.clerk, name="自己的", parties=2, clauses=clauses),
    }


def worked_on(town, project) -> dict[str, object]:
    """One of everything that the work of a project is made of; the activity takes place just now."""
    now = clock.now()
    activity = planned(town, project, starts_at=now, ends_at=now + timedelta(hours=2))
    person, feed = entered(town, project), calendars.make_link(by=town.head, project=project)
    case = {"held_on": clock.today(), "beneficiary": person, "way": "home", "purpose": "探访", "situation": "独居"}
    due = {"name": "建档", "due_on": date(2026, 8, 31), "proof": ""}
    nobody = {"name": "李四", "phone_tail": "", "household": "", "first_time": False, "community": None}
    return {
        "activity": activity,
        "activity_code": projects_sign_in.new_code(activity),
        "beneficiary": person,
        "consent_text": person.consent,
        "feed": feed,
        "feed_token": feed.token,
        "milestone": delivery.add_milestone(project, by=town.head, values=due),
        "photo": photos.add_photos(activity, by=town.head, files=[png()], values=NOBODY_ON_IT)[0],
        "service": services.write_service(project, "case", by=town.head, values=case),
        "sign_in": attendance.write_down(activity, by=town.head, values=nobody),
    }


def of_money(town, project, tranche) -> dict[str, object]:
    """A list for the bank with its answer, a correction, a proof, and a plan of the funder's own."""
    plan = TranchePlan.objects.create(name="自己的拨付", funder=town.bureau)
    bank_list = BankList.objects.create(fund=town.fund, number="FK2026-9999", made_by=town.finance)
    account = {"account_name": "户名", "bank_name": "银行", "account": "6222000011112222"}
    said = {"outcome": "failed", "reason": "户名不符", "purpose": "首期款", "project_number": project.number}
    BankListLine.objects.create(
        bank_list=bank_list, tranche=tranche, ordinal=1, amount=tranche.amount, **account, **said
    )
    entry = town.fund.entries.get(kind="allocate")
    return {
        "own_instalment": plan.rules.create(ordinal=1, percentage=100),
        "bank_list": bank_list,
        "bank_return": BankReturn.objects.create(bank_list=bank_list, name="回单.csv", sent_by=town.finance),
        "ledger_entry": entry,
        "correction_of_ledger": LedgerCorrection.objects.create(
            entry=entry, right_amount=1, reason="录错", asked_by=town.finance
        ),
        "refund": Refund.objects.create(project=project, amount=1, received_on=clock.today(), recorded_by=town.finance),
        "audit": Audit.objects.create(
            project=project,
            firm="诚信会计师事务所",
            firm_code="91110105MA01KXYT0B",
            number="1",
            dated_on=clock.today(),
            opinion="unqualified",
            handed_in_by=town.head,
        ),
        "matching_proof": MatchingProof.objects.create(
            project=project, kind="own", amount=1, words="自筹", handed_in_by=town.head
        ),
    }


def given(town, project) -> dict[str, object]:
    """A pledge to answer, one of which a part has come, and a meeting with its schedule and a letter."""
    accepted = accepted_pledge(town, project)
    meeting = scheduled(town, project)
    talk = meeting.talks.get()
    return {
        "pledge": offered(town, project),
        "accepted_pledge": accepted,
        "gift": came(town, accepted, "500.00", confirmed=True),
        "meeting": meeting,
        "meeting_guest": meeting.guests.get(),
        "talk_of_meeting": talk,
        "letter": IntentLetter.objects.create(
            talk=talk, number="YX2026-9999", what="画架", until=date(2026, 12, 31), written_by=town.giver
        ),
    }


def starred(town) -> dict[str, object]:
    """A year in notice with an appeal of the centre, what it proposes, a warning with its talk, and an honour."""
    days = {"counts_from": date(2025, 1, 1), "counts_until": date(2025, 12, 31), "expires_on": date(2027, 12, 31)}
    by = {"drafted_by": town.clerk, "funder": town.bureau, "contact": "陈静", "contact_phone": "1"}
    notice = {"notice_from": clock.today(), "notice_until": clock.today() + timedelta(days=9)}
    calculated = {"calculated_by": town.auditor, "calculated_at": clock.now(), "announced_at": clock.now()}
    year = StarYear.objects.create(year=2025, title="星级", state="notice", **days, **by, **notice, **calculated)
    described = {"name": "中心", "kind": "social_organization", "status": "registered", "digest": "0" * 64}
    star = Star.objects.create(year=year, organization=town.centre, score=80, stars=4, **described)
    due = {"text": "不服", "made_by": town.head, "due_on": clock.today(), "made_at": clock.now() - timedelta(days=30)}
    words = {"organization": town.centre, "funder": town.bureau}
    caution = Caution.objects.create(
        **words, ground="other", words="迟交", answer_until=clock.today(), issued_by=town.clerk
    )
    talk = CautionTalk.objects.create(
        **words, caution=caution, reason="迟交", planned_at=clock.now(), place="会议室", called_by=town.clerk
    )
    ends = {"until_on": date(2028, 1, 1), "hear_until": clock.today()}
    bad = {"ground": "bad_voices", "facts": {"n": 9, "bad": 5, "limit": 30}}
    granted = {"state": "granted", "granted_by": town.approver, "granted_at": clock.now(), "number": "RY2026-9999"}
    return {
        "star_year": year,
        "drafted_year": StarYear.objects.create(year=2030, title="草稿", **days, **by),
        "star": star,
        "star_appeal": StarAppeal.objects.create(star=star, year=year, **due),
        "caution_proposal": CautionProposal.objects.create(star=star, **bad),
        "caution": caution,
        "caution_talk": talk,
        "delisting": Delisting.objects.create(**words, talk=talk, reasons="x", proposed_by=town.clerk, **ends),
        "honour": Honour.objects.create(
            **words,
            **notice,
            **granted,
            year=2025,
            title="优秀",
            reason="好",
            proposed_by=town.clerk,
            contact_phone="1",
        ),
    }


def spoken(town, project) -> dict[str, object]:
    """A poster, an answer with words behind it, and a report."""
    code = speaking.code(town, project)
    said = speaking.say(code, text="还不错")
    reported = grievances.report(project, sender="", values={"kind": "other", "text": "没人来"})
    return {
        "voice_code": code.code,
        "code_pk": code,
        "voice": said,
        "questionnaire": said.questionnaire,
        "grievance": reported,
        "grievance_token": reported.token,
    }


def mentored(town, project) -> dict[str, object]:
    """A session, a visit, and a certificate of a training in which the centre's volunteer took part."""
    visit = visits.record_visit(project, by=town.mentor, values=seen()).visit
    hours = {"starts_at": aware(2026, 4, 1, 9), "ends_at": aware(2026, 4, 1, 12), "hours": "3.0"}
    training = Workshop.objects.create(
        organizer=town.support, title="岗前培训", place="会议室", created_by=town.mentor, **hours
    )
    seat = training.attendances.create(person=town.volunteer, organization=town.centre, came=True)
    return {
        "session": mentoring.add_session(project, by=town.mentor, values=advice()),
        "visit": visit,
        "visit_version": visit.versions.get(),
        "certificate": TrainingCertificate.objects.create(
            attendance=seat, number="PX2026-0001", hours="3.0", issued_by=town.mentor
        ),
    }


def evaluated(town, project) -> dict[str, object]:
    """An evaluation whose draft is being written, and everything that can come of one."""
    commission = commissioned(town)
    shared = [{"key": "shared", "ground": "own-shared-phone", "party": "applicant", "name": "中心"}]
    said = {"decision": "keeps", "reason": "总机号码", "decided_by": town.clerk, "decided_at": clock.now()}
    evaluation = Evaluation.objects.create(
        project=project, purpose="midterm", commission=commission, rubric=town.evaluation_rubric, state="draft",
        lead=town.evaluator, scheduled_by=town.clerk,
    )  # fmt: skip
    SelfEvaluation.objects.create(evaluation=evaluation)
    mine = Assignment.objects.create(
        project=project, person=town.evaluator, purpose="midterm", evaluation=evaluation, assigned_by=town.clerk
    )
    item = {"what": "补票据", "basis": "协议", "due_on": date(2026, 12, 31), "state": "open"}
    text = {"kind": "advice", "title": "按月归档", "text": "按月归档。", "written_by": town.evaluator}
    sample = Sample.objects.create(
        evaluation=evaluation, kind="held", size=1, seed="00", frame=[], drawn_by=town.evaluator
    )
    seen = {"visited_at": clock.now(), "place": "活动室", "present": "刘芳", "checklist": 1, "findings": "好"}
    form = SiteForm.objects.create(evaluation=evaluation, writer=town.evaluator, **seen)
    version = {"number": 1, "by": town.evaluator, "standing": "applied", "values": values_of(form)}
    return {
        "sample": sample,
        "drawn": sample.items.create(position=1, key="1", label="包粽子"),
        "site_form": form,
        "site_version": form.versions.create(**version),
        "criterion_of_evaluation": town.evaluation_rubric.criteria.first(),
        "commission": commission,
        "commission_tie": CommissionTie.objects.create(commission=commission, project=project, reasons=shared, **said),
        "evaluation": evaluation,
        "evaluators_assignment": mine,
        "paper_line": evaluation.papers.create(name="专账", asked_at=clock.now(), asked_until=date(2026, 12, 31)),
        "item": evaluation.items.create(**item),
        "report_template": ReportTemplate.objects.create(organization=town.evaluators, **text),
        "termination": TerminationProposal.objects.create(
            evaluation=evaluation, reason="复评不合格", asked_by=town.clerk, paid=2, recognised=1
        ),
    }


def pitched(town, project) -> dict[str, object]:
    """A session on which this project has its place."""
    day = PitchDay.objects.create(
        call=town.call,
        name="上午场",
        held_on=date(2026, 4, 8),
        starts_at=time(9),
        place="会议室",
        planned_by=town.clerk,
    )
    return {
        "pitch_day": day,
        "slot": Slot.objects.create(day=day, project=project),
        "judge_id": town.expert1,
        "screen_token": day.screen_token,
        "sign_in_code": sign_in.new_code(day),
    }


def looked_back(project) -> dict[str, object]:
    """A question how it goes on that nobody has answered yet."""
    asked = FollowUp.objects.create(
        project=project, months=6, due_on=clock.today(), answer_until=clock.today() + timedelta(days=30)
    )
    return {"follow_up": asked, "follow_up_code": new_code(asked)}


def voted_on(town, project) -> dict[str, object]:
    """A residents' vote that is announced, with one slip."""
    vote = Vote.objects.create(
        call=town.call, title="居民投票", opens_at=aware(2027, 12, 1, 8), closes_at=aware(2027, 12, 8, 8), budget=1,
        seed="x", made_by=town.clerk, state="announced", announced_at=clock.now(),
    )  # fmt: skip
    vote.communities.add(town.community)
    [slip] = vote_codes.issue(vote, town.community, by=town.clerk, number=1)
    entry = vote.entries.create(project=project, amount=1)
    return {"vote": vote, "vote_entry": entry, "vote_slip": slip.row, "vote_code": slip.shown}


def unlocking(assignment, clerk) -> Unlocking:
    sheet = Sheet.objects.create(assignment=assignment)
    return Unlocking.objects.create(sheet=sheet, reason="写错了", asked_by=clerk)


def around(town, project, with_draft) -> dict[str, object]:
    """One of everything that stands around proposals: needs, workshops, coaching, remarks, likenesses."""
    values = {"title": "没人送医", "text": "独居老人看病没人陪。", "community": town.community}
    need = needs.decide(needs.report_need(values=values), "accept", by=town.clerk)
    listed = need_lists.publish_list(
        town.bureau, [need], by=town.clerk, title="需求指引表", notice_workdays=5,
        answer_until=date(2026, 12, 31), contact="陈静", contact_phone="1",
    )  # fmt: skip
    remark = need_lists.remark_on_list(listed, text="漏了一项", name="张阿姨", phone="13900139000")
    hours = {"starts_at": aware(2026, 12, 1, 9), "ends_at": aware(2026, 12, 1, 12)}
    workshop = Workshop(organizer=town.support, title="项目书工作坊", place="会议室", **hours)
    record = {"kind": "penalty", "entered_on": date(2020, 1, 1), "source": "信用中国"}
    return {
        "need": need,
        "need_code": need.reference,
        "need_list": listed,
        "remark": remark,
        "remark_token": remark.token,
        "community": town.community,
        "workshop": workshops.hold_workshop(workshop, by=town.mentor),
        "coaching_request": coaching.ask_for_coaching(with_draft, town.support, by=town.head),
        "coach": people.add_participant(with_draft, town.mentor, "coach", by=town.mentor, organization=town.support),
        "comment": Comment.objects.create(
            project=project, kind="correction", text="请补", by=town.clerk, sent_at=clock.now()
        ),
        "likeness": Likeness.objects.create(project=project, other=with_draft, kind="text", score="0.5"),
        "token": support.ask_for_recommendation(with_draft, town.community, by=town.head).token,
        "recommendation": Recommendation.objects.create(
            project=project,
            community=town.community,
            asked_by=town.head,
            supports=True,
            name="刘桂英",
            answered_at=clock.now(),
        ),
        "job": imports.send(
            by=town.clerk, table="organizations", upload=SimpleUploadedFile("t.csv", csv_file(centre(1)))
        ),
        "print_job": printing.start(
            by=town.clerk, kind="proposal", asked={}, form="zip", origin="https://grants.example.org/"
        ),
        "interest": town.expert1.interests.create(organization=town.support, kind="other", words="旧识"),
        "credit_record": add_credit_record(town.centre, by=town.clerk, values=record),
        "rating": town.centre.ratings.create(level=3, granted_on=date(2025, 6, 1)),
        "inspection": town.centre.inspections.create(year=2024, result="passed"),
    }


def draft_after_close(town):
    """A draft of the centre in a call that is open now."""
    call = make_call(
        town,
        code="NEXT",
        opens_at=aware(2026, 4, 1),
        closes_at=aware(2026, 5, 30),
        starts_on=date(2026, 7, 1),
    )
    return drafts.create_draft(call, town.centre, by=town.head, title="下一个项目")


def address(name: str, about, things) -> str:
    parts = about if isinstance(about, tuple) else () if about is None else (about,)
    named = [things.get(part, part) for part in parts]
    return reverse(name, args=[part if isinstance(part, str) else part.pk for part in named])


def test_the_table_knows_every_address():
    assert sorted(our_urls()) == sorted(TABLE)


def statuses_of(page: str, clients) -> dict[str, int]:
    return {username: client.get(page).status_code for username, client in clients.items()}


def mistakes(statuses: dict[str, int], allowed: set[str]) -> list[str]:
    """Who gets in and should not, or should and does not; who is turned away otherwise than by 403, 404 or 405."""
    got_in = {name for name, status in statuses.items() if status == 200 or (status == 302 and name != "anonymous")}
    found = [f"{name}: {statuses[name]}" for name in sorted(got_in ^ allowed)]
    for name in sorted(EVERYBODY - allowed - got_in):
        turned_away = (302, 404, 405) if name == "anonymous" else (403, 404, 405)
        found += [f"{name}: {statuses[name]}"] if statuses[name] not in turned_away else []
    return found


def portions() -> list:
    """The table in portions of at most 20 addresses of one app, so that no single test keeps the others waiting."""
    apps = sorted({name.partition(":")[0] for name in TABLE})
    of_app = {app: [name for name in TABLE if name.partition(":")[0] == app] for app in apps}
    return [
        pytest.param(names[start : start + 20], id=f"{app} from {names[start].rpartition(':')[2]}")
        for app, names in of_app.items()
        for start in range(0, len(names), 20)
    ]


def test_the_portions_are_the_table():
    assert sorted(name for portion in portions() for name in portion.values[0]) == sorted(TABLE)


@pytest.mark.one_database
@pytest.mark.parametrize("names", portions())
def test_exactly_the_people_of_the_table_get_in(names, town, things, browse, without_layout, without_pages):
    clients = {name: browse(None if name == "anonymous" else town.people[name]) for name in sorted(EVERYBODY)}

    wrong = {}
    for name in names:
        about, allowed = TABLE[name]
        if found := mistakes(statuses_of(address(name, about, things), clients), allowed):
            wrong[name] = found

    assert wrong == {}


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ({"clerk": 200, "anonymous": 302}, []),
        ({"clerk": 302, "anonymous": 404}, []),
        ({"clerk": 403, "anonymous": 302}, ["clerk: 403"]),
        ({"clerk": 200, "anonymous": 200}, ["anonymous: 200"]),
        ({"clerk": 200, "anonymous": 500}, ["anonymous: 500"]),
        ({"clerk": 200, "anonymous": 302, "head": 200}, ["head: 200"]),
        ({"clerk": 200, "anonymous": 302, "head": 500}, ["head: 500"]),
    ],
)
def test_the_sweep_sees_every_kind_of_mistake(statuses, found):
    answers = {name: 403 for name in EVERYBODY} | statuses

    assert mistakes(answers, {"clerk"}) == found
