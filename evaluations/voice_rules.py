"""Who may do what with what residents say; loaded when the app is ready.

The group asks to be judged and does not judge what was said: it hangs up the poster, enters paper questionnaires that
stand apart, reads what is shown, and answers once. Its mentor or a clerk of the funder looks at the words.
"""

import rules

from evaluations.models import Voice
from grants.rules import is_clerk_of_some_funder
from projects.models.state import FUNDED
from projects.rules import (
    belongs_to_group,
    has_stake,
    in_applicant,
    in_funder,
    in_host,
    is_approver,
    is_auditor,
    is_clerk,
    is_evaluator,
    is_mentor,
    is_the_platform,
    project_of,
    reads_objections_somewhere,
)


@rules.predicate
def was_funded(user, obj) -> bool:
    """There is something to have an opinion on."""
    return project_of(obj).state in FUNDED


@rules.predicate
def is_shown(user, voice: Voice) -> bool:
    return voice.state == Voice.State.SHOWN and not voice.reply


outside_the_group = ~belongs_to_group & ~has_stake

rules.add_perm("evaluations.ask_residents", (in_applicant | is_mentor | is_clerk) & was_funded)
rules.add_perm("evaluations.open_desk", (is_mentor | is_clerk) & was_funded)
rules.add_perm("evaluations.enter_voice", (is_mentor | is_evaluator | is_clerk) & outside_the_group & was_funded)
rules.add_perm("evaluations.enter_paper", in_applicant & was_funded)
rules.add_perm("evaluations.see_satisfaction", in_applicant | in_host | in_funder | is_mentor | is_evaluator)
rules.add_perm("evaluations.read_voices", ((in_funder & ~has_stake) | is_mentor | is_evaluator) & ~belongs_to_group)
rules.add_perm("evaluations.moderate_voice", (is_clerk | is_mentor) & outside_the_group)
rules.add_perm("evaluations.exclude_voice", is_clerk)
rules.add_perm("evaluations.take_back_voice", is_the_platform | is_clerk)
rules.add_perm("evaluations.answer_voice", in_applicant & is_shown)
rules.add_perm("evaluations.see_grievance", is_clerk | is_approver | is_auditor)
rules.add_perm("evaluations.see_grievances", reads_objections_somewhere)
rules.add_perm("evaluations.answer_grievance", is_clerk)
rules.add_perm("evaluations.word_questionnaire", is_clerk_of_some_funder)

STAYS = {
    # people may still say something until their code ends, and take it back at any time (PIPL 15, 47)
    *("evaluations.moderate_voice", "evaluations.exclude_voice", "evaluations.take_back_voice"),
    *("evaluations.answer_voice", "evaluations.answer_grievance"),
}
"""What may still be done when a project is archived, besides reading."""
