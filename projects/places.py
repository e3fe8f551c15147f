"""The places of a proposal: what a remark can be hung on, and how a person calls it."""

from django.utils.translation import gettext as _

from projects.models import Project
from projects.sections import fields_of, tables_of


def places(project: Project) -> list[tuple[str, str]]:
    """Every place by its anchor: the whole, its fields, its tables and their rows."""
    form = project.track.form
    found = [("", _("The whole proposal"))]
    for name in fields_of(form):
        found.append((name, str(Project._meta.get_field(name).verbose_name)))
    for name in tables_of(form):
        rows = getattr(project, name).all()
        label = str(rows.model._meta.verbose_name_plural)
        found.append((name, label))
        for number, row in enumerate(rows, start=1):
            said = _("%(table)s, row %(number)s: %(row)s") % {"table": label, "number": number, "row": row}
            found.append((f"{name}:{row.key}", said))
    return found


def name_places(project: Project, comments: list) -> list:
    """The comments, each with `place`: what it hangs on, in words."""
    names = dict(places(project))
    for comment in comments:
        comment.place = names.get(comment.anchor, _("A row that is no longer there"))
    return comments
