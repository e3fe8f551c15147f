from projects.views.delivery import (
    activity_create,
    activity_detail,
    activity_edit,
    activity_record,
    follow_up_create,
    mentoring_create,
    milestone_create,
    report_create,
    report_detail,
)
from projects.views.money import agreement_detail, settlement_edit, tranche_step
from projects.views.notices import notice_detail, notice_list, objection_create, objection_detail
from projects.views.project import mentor_assign, project_detail, project_list, project_step
from projects.views.proposal import apply, proposal_attach, proposal_detail, proposal_edit
from projects.views.showcase import showcase, showcase_detail

__all__ = [
    "activity_create",
    "activity_detail",
    "activity_edit",
    "activity_record",
    "agreement_detail",
    "apply",
    "follow_up_create",
    "mentor_assign",
    "mentoring_create",
    "milestone_create",
    "notice_detail",
    "notice_list",
    "objection_create",
    "objection_detail",
    "project_detail",
    "project_list",
    "project_step",
    "proposal_attach",
    "proposal_detail",
    "proposal_edit",
    "report_create",
    "report_detail",
    "settlement_edit",
    "showcase",
    "showcase_detail",
    "tranche_step",
]
