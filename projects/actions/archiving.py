"""The file of a project: confirmed by a clerk with its list, before everything is closed."""

from collections import Counter, defaultdict

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.numbering import next_number
from core.workflow import Refused, advance, permit, record
from people.models import Role, User
from projects.actions.messages import tell_funder, tell_group
from projects.actions.plan import close_changes
from projects.actions.settling import keep_accounts
from projects.conditions import account_follows_audit, is_settled, refunds_are_confirmed
from projects.models import ArchiveFile, Project, State
from projects.papers import digest_of, listed, missing_of


@transaction.atomic
def confirm_file(
    project: Project, *, by: User, retention: int = ArchiveFile.Retention.THIRTY, note: str = ""
) -> ArchiveFile:
    """A clerk confirms that the file is whole, or says why something is missing. Consequences: the final accounts are
    kept once more with everything that came and went, the file gets its number, the list is what it is from now on,
    and the finance office can close the project; one that ended early is closed with this. Where something changed
    before the end it is confirmed once more."""
    locked = Project.objects.select_for_update(of=("self",)).select_related("call", "track").get(pk=project.pk)
    permit("projects.confirm_file", by, locked)
    made = ArchiveFile.objects.filter(project=locked).first()
    if made is not None and not changed_since(made):
        raise Refused(_("The file is confirmed already."))
    if locked.state not in (State.SETTLING, State.TERMINATED):
        raise Refused(_("The file is confirmed when the account is settled."))
    for condition in (is_settled, account_follows_audit, refunds_are_confirmed):
        if not condition(locked):
            raise Refused(str(condition.reason))  # type: ignore[attr-defined]
    missing = missing_of(locked)
    if missing and not note.strip():
        raise Refused(_("Something is missing: please say why."))
    locked.settlement.project = locked
    keep_accounts(locked.settlement)
    papers = listed(locked)
    if made is None:
        number = f"{locked.call.code}-DA-{next_number(f'archive-{locked.call_id}'):04d}"  # 档案; the code has the year
        made = ArchiveFile(project=locked, number=number)
    made.papers, made.missing, made.digest = papers, missing, digest_of(papers)
    made.retention, made.note = retention, note.strip()
    made.confirmed_by, made.confirmed_at = by, clock.now()
    made.save()
    label = _("File %(number)s confirmed: %(n)s papers") % {"number": made.number, "n": len(papers)}
    record(locked, "confirm_file", by=by, label=label, note=made.note, digest=made.digest)
    if locked.state == State.SETTLING:
        tell_funder(locked, _("the file is confirmed: the project can be closed"), Role.FINANCE)
    return made


@transaction.atomic
def complete(project: Project, *, by: User, note: str = "") -> Project:
    """Everything is paid, receipted and returned, and the file is confirmed: the project is archived. From here on
    nothing of it changes (`projects.closing_rules`); what is looked at later is added."""
    made = ArchiveFile.objects.filter(project=project).first()
    if made is not None and (changes := changed_since(made)):
        said = _("The file is not as it was confirmed: %(changes)s. A clerk confirms it once more.")
        raise Refused(said % {"changes": "；".join(changes[:3])})
    close_changes(project)  # first: afterwards nothing of it changes any more, not even by itself
    advance(project, "complete", by=by, note=note)
    tell_group(project, _("completed"))
    return project


def changed_since(made: ArchiveFile) -> list[str]:
    """What of the file is not as it was confirmed, in words: a paper that says something else, one that is gone, one
    that came. Empty for a file that nobody has touched."""
    before, now = _by_key(made.papers), _by_key(listed(made.project))
    changed, gone, added = [], [], []
    for key in dict.fromkeys([*before, *now]):
        lost, came = before[key] - now[key], now[key] - before[key]
        both = min(lost.total(), came.total())
        changed += [_("changed: %(name)s") % {"name": key[1]}] * both
        gone += [_("gone: %(name)s") % {"name": key[1]}] * (lost.total() - both)
        added += [_("added: %(name)s") % {"name": key[1]}] * (came.total() - both)
    return [*changed, *gone, *added]


def _by_key(papers: list[dict[str, str]]) -> defaultdict[tuple[str, ...], Counter[str]]:
    """What the papers say, as often as it is said: several can have the same name, number and day, like two sums that
    came back on one day, and none of them may hide that another one was changed."""
    found: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for row in papers:
        found[row["part"], row["name"], row["number"], row["day"], row["url"]][row["digest"]] += 1
    return found
