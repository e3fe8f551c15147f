"""Write the draft of a research report: `manage.py research_report --region 110105 --year 2026 --output DIR`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from core import clock
from people.models import User
from reports import pdf
from reports.figures.board import FUNDER, SUPPORT
from reports.research import docx, facts
from reports.research.composing import compose
from reports.views.research import document_of, report_name


class Command(BaseCommand):
    help = "Composes the draft of a research report (调研报告) on a year of a region, as PDF and docx."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", default="", help="code of a district (6 digits) or a street (9); all without")
        parser.add_argument("--year", type=int, help="this year without")
        parser.add_argument("--output", type=Path, default=Path(), help="the directory; made when it is not there")
        parser.add_argument("--as", dest="username", help="of the projects that this person may see; all without")

    def handle(
        self, *args: Any, region: str, year: int | None, output: Path, username: str | None, **options: Any
    ) -> None:
        user = User.objects.filter(username=username).first() if username else None
        if username and user is None:
            raise CommandError(_("Nobody signs in as %(name)s.") % {"name": username})
        is_funder = user is None or any(role.organization.kind == "funder" for role in user.memberships.current())
        board = facts.board_of(FUNDER if is_funder else SUPPORT, user)
        places = {place.code: place for place in facts.choices(board)[0]}
        if region and region not in places:
            words = _("No project takes place in %(region)s. Where some do: %(places)s")
            raise CommandError(words % {"region": region, "places": " ".join(places) or _("nowhere")})
        place, of = places.get(region, facts.Place("", "")), year or clock.today().year
        if not 2000 <= of <= 2100:
            raise CommandError(_("%(year)s is no year between 2000 and 2100.") % {"year": of})
        with translation.override(pdf.LANGUAGE):
            this, before = facts.read(board, place, of, with_pictures=True), facts.read(board, place, of - 1)
            report = compose(this, before, office=facts.office_of(user), today=clock.today())
        document = document_of(report)
        try:
            output.mkdir(parents=True, exist_ok=True)
            for name, content in (
                (document.filename, pdf.render(document.template, document.context)),
                (report_name(report, ".docx"), docx.write(report)),
            ):
                (output / name).write_bytes(content)
                self.stdout.write(f"{len(content):>10,}  {output / name}")
        except OSError as error:
            words = _("%(path)s cannot be written: %(error)s")
            said = {"path": error.filename or output, "error": error.strerror or error}
            raise CommandError(words % said) from error
        if report.is_empty:
            self.stdout.write(_("There is nothing to report, as the drafts say."))
