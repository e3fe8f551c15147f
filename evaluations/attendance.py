"""Who judges on a pitch day, and who of them is there."""

from dataclasses import dataclass

from evaluations.models import Assignment, PitchDay, Presence, Purpose
from people.models import User


@dataclass
class Judge:
    """One judge of a session: how many of its projects they score, how many not, and whether they have signed in.

    `absent` counts the projects without them although nothing ties them to these; `stood_down` those they are recused
    from.
    """

    person: User
    presence: Presence | None = None
    scores: int = 0
    to_come: int = 0
    stood_down: int = 0
    recusal_reason: str = ""
    absent: int = 0
    absence_reason: str = ""

    @property
    def is_absent(self) -> bool:
        """Was noted as absent, and nothing of theirs is still to come."""
        return self.absent > 0 and self.to_come == 0

    @property
    def is_recused(self) -> bool:
        """Recused from everything on this day: there is nothing to sign in for."""
        return self.scores == 0 and self.absent == 0 and self.stood_down > 0


def judges_of(day: PitchDay) -> list[Judge]:
    """Everybody who was asked to judge a project of the session, by name; two queries."""
    there = {presence.person_id: presence for presence in day.presences.all()}
    found: dict[int, Judge] = {}
    asked = Assignment.objects.filter(purpose=Purpose.REVIEW, project__pitch_slot__day=day)
    for assignment in asked.select_related("person", "sheet").order_by("person__name", "person", "pk"):
        person = assignment.person
        judge = found.setdefault(person.pk, Judge(person, there.get(person.pk)))
        if assignment.recused_at:
            judge.stood_down, judge.recusal_reason = judge.stood_down + 1, assignment.recusal_reason
        elif assignment.is_absent:
            judge.absent, judge.absence_reason = judge.absent + 1, assignment.absence_reason
        else:
            judge.scores += 1
            judge.to_come += not assignment.is_submitted
    return list(found.values())
