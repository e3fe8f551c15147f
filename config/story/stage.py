"""The verbs, played: each method is something people did on one day of the story."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from config.story import evaluating
from config.story.clockwork import on
from config.story.competing import Competing
from config.story.delivering import Delivering
from projects.actions import (
    archiving,
    delivery,
    follow_ups,
    payments,
    returns,
    settling,
)
from projects.models import Project

PAY_TO = "东风地区办事处，北京农商银行东风支行，账号1105010100000000018"


class Stage(Competing, Delivering):
    """Plays one verb at a time: the competition, the delivery, and here evaluation and end."""

    def evaluate(
        self, project: Project, purpose: str, day: date, merit: float, summary: str, mend: Sequence[str] = ()
    ) -> Project:
        """The evaluator looks, scores by merit and reports; the clerk publishes on the eighth day."""
        found = evaluating.look(self, evaluating.send(self, project, purpose, day), day)
        return evaluating.publish(self, evaluating.write(self, found, day, merit, summary, mend), day)

    def rectify(self, project: Project, day: date, note: str) -> Project:
        return evaluating.mend(self, project, day, note)

    def ask_for_closure(self, project: Project, day: date) -> Project:
        with on(day, 10):
            return delivery.request_closing(project, by=self.cast.head(project.applicant))

    def settle(self, project: Project, day: date, recognised: Decimal) -> Project:
        """What was paid and not recognised comes back on the same day, and a second person has seen it."""
        project = Project.objects.get(pk=project.pk)
        returned = max(project.amount_paid - recognised, Decimal("0.00"))
        with on(day, 10):
            settling.settle(project, by=self.finance, recognised=recognised, returned=returned)
        with on(day, 15):
            for refund in project.refunds.filter(confirmed_at=None):
                settling.confirm_refund(refund, by=self.clerk)
        return Project.objects.get(pk=project.pk)

    def ask_back(self, project: Project, day: date, recognised: Decimal, reason: str, until: date) -> None:
        """The account is settled, nothing has come back yet, and the finance office asks for it in a letter."""
        project = Project.objects.get(pk=project.pk)
        with on(day, 10):
            settling.settle(project, by=self.finance, recognised=recognised, returned=Decimal("0.00"))
        with on(day, 11):
            project = Project.objects.get(pk=project.pk)
            returns.ask_back(project, by=self.finance, reason=reason, due_on=until, pay_to=PAY_TO)

    def file(self, project: Project, day: date, note: str = "") -> Project:
        with on(day, 11):
            archiving.confirm_file(Project.objects.get(pk=project.pk), by=self.clerk, note=note)
        return Project.objects.get(pk=project.pk)

    def complete(self, project: Project, day: date) -> Project:
        """The clerk confirms the file in the morning, the finance office closes it in the afternoon."""
        project = self.file(project, day)
        with on(day, 16):
            return archiving.complete(project, by=self.finance)

    def terminate(self, project: Project, day: date, note: str) -> Project:
        with on(day, 10):
            return payments.terminate(project, by=self.approver, note=note)

    def look_back(self, project: Project, day: date, still_active: bool, note: str) -> None:
        with on(day, 10):
            form = "regular" if still_active else "stopped"
            values = {"seen_on": day, "how": "visit", "form": form, "note": note}
            follow_ups.look_back(project, by=self.mentor, values=values)
