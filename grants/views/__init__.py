"""Calls, for everybody; their set-up and funds, for the funder's people; needs and workshops."""

from grants.views.agreement_templates import agreement_template_edit, agreement_template_list
from grants.views.calls import call_detail, call_list
from grants.views.funds import (
    correction_ask,
    correction_decide,
    fund_allocate,
    fund_create,
    fund_detail,
    fund_edit,
    fund_list,
)
from grants.views.need_lists import (
    need_list_create,
    need_list_detail,
    need_list_withdraw,
    need_remark_answer,
    need_remark_create,
    need_remark_follow,
)
from grants.views.needs import need_create, need_detail, need_list
from grants.views.setup import (
    call_compare,
    call_conclude,
    call_create,
    call_edit,
    call_part,
    call_publish,
    call_take_over,
    gates_edit,
    levels_edit,
    terms_edit,
    terms_list,
)
from grants.views.workshops import (
    workshop_cancel,
    workshop_create,
    workshop_detail,
    workshop_edit,
    workshop_leave,
    workshop_list,
)

__all__ = [
    "agreement_template_edit",
    "agreement_template_list",
    "call_compare",
    "call_conclude",
    "call_create",
    "call_detail",
    "call_edit",
    "call_list",
    "call_part",
    "call_publish",
    "call_take_over",
    "correction_ask",
    "correction_decide",
    "fund_allocate",
    "fund_create",
    "fund_detail",
    "fund_edit",
    "fund_list",
    "gates_edit",
    "levels_edit",
    "need_create",
    "need_detail",
    "need_list",
    "need_list_create",
    "need_list_detail",
    "need_list_withdraw",
    "need_remark_answer",
    "need_remark_create",
    "need_remark_follow",
    "terms_edit",
    "terms_list",
    "workshop_cancel",
    "workshop_create",
    "workshop_detail",
    "workshop_edit",
    "workshop_leave",
    "workshop_list",
]
