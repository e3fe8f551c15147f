"""What would have to change for one candidate, and the sentences that say it."""

from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from core.money import yuan
from evaluations.selection.figures import written
from evaluations.selection.nouns import Code, Quota, Reason


@dataclass(frozen=True)
class Change:
    """What would have to change for one candidate, each thing by itself; None: no change of that kind is enough.

    - `score`: the smallest score, to 0.01, at which it is (still) chosen; at every higher one it is, too;
    - `amount`: the largest amount (yuan) at which it is chosen; of one that is left out, none above what it asks for;
    - `extra_budget`: in an order, the smallest sum (yuan) by which the budget must grow. Else the smallest with which a
      set with this candidate is worth as much as today's best; `extra_is_enough` says whether the best set of that
      budget really has it (another might make still more of the money), and `leaving_with_extra` who of today's choice
      is not in that set: the money that one lacks beside today's choice can therefore be more than this sum;
    - `obstacles`: what stands in the way of adding it to today's choice: floor, money, quotas;
    - `value_lost`: what the objective loses when it is forced in (of a chosen one: when it is left out), with those
      that would be `leaving` and `joining`. In an order the forced one is served first; the loss can be negative.

    `proven` as in `Selection`.
    """

    id: Hashable
    chosen: bool
    obstacles: tuple[Reason, ...] = ()
    score: Decimal | None = None
    amount: Decimal | None = None
    extra_budget: Decimal | None = None
    extra_is_enough: bool = False
    leaving_with_extra: frozenset[Hashable] = frozenset()
    value_lost: Decimal | None = None
    leaving: frozenset[Hashable] = frozenset()
    joining: frozenset[Hashable] = frozenset()
    proven: bool = True

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """The quotas that stand in its way."""
        return tuple(reason.quota for reason in self.obstacles if reason.quota)

    @property
    def sentences(self) -> list[str]:
        said = {
            "score": written(self.score),
            "amount": yuan(self.amount or Decimal(0)),
            "extra": yuan(self.extra_budget or Decimal(0)),
            "count": str(len(self.leaving)),
        }
        found = [_beside(reason) for reason in self.obstacles]
        if self.chosen and self.score is not None:
            found.append(_("It stays chosen down to a score of %(score)s.") % said)
        elif self.score is not None:
            found.append(_("It would be chosen from a score of %(score)s.") % said)
        if self.chosen and self.amount is not None:
            found.append(_("It would still be chosen at %(amount)s yuan, but at no larger amount.") % said)
        elif self.amount is not None:
            found.append(_("It would be chosen if it asked for %(amount)s yuan.") % said)
        if self.chosen:
            return found
        if self.extra_budget is not None and self.extra_is_enough and self.leaving_with_extra:
            said["names"] = str(len(self.leaving_with_extra))
            found.append(
                _("With %(extra)s yuan more it would be chosen, and of today’s choice %(names)s would leave.") % said
            )
        elif self.extra_budget is not None and self.extra_is_enough:
            found.append(_("It would be chosen if there were %(extra)s yuan more.") % said)
        elif self.extra_budget is not None:
            found.append(_("With %(extra)s yuan more it could be funded and nothing would be lost.") % said)
        if self.value_lost is not None and self.leaving:
            found.append(_("To fund it all the same, %(count)s others would have to leave.") % said)
        return found


def _beside(reason: Reason) -> str:
    """An obstacle as it is now. The money is that beside today's choice: other than when its turn came in the order."""
    if reason.code != Code.NO_MONEY:
        return reason.sentence
    missing = yuan(reason.missing or Decimal(0))
    return _("Beside what is chosen today the money lacks %(missing)s yuan for it.") % {"missing": missing}
