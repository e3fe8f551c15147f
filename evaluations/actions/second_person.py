"""The second person's answer to whatever one person has asked for (`models.FourEyes`)."""

from django.utils.translation import gettext as _

from core.workflow import Refused, permit
from evaluations.models.four_eyes import FourEyes
from people.models import User


def answer_to(asked: FourEyes, permission: str, *, by: User, grant: bool, answer: str) -> None:
    """Write the answer down, without storing it yet: what else stands against it, the verb says. `asked` is locked.

    Refused when it has been decided already, and without words for a no."""
    permit(permission, by, asked)
    if not asked.is_open:
        raise Refused(_("This has been decided already."))
    if not grant and not answer.strip():
        raise Refused(_("Please say why not."))
    asked.settle(by=by, grant=grant, answer=answer)


def words_of(reason: str) -> str:
    """The reason that is asked with; refused when there is none."""
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    return reason.strip()
