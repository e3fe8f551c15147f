"""Write the archive package of a project: `manage.py archive_project NUMBER --output DIRECTORY`."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from people.models import User
from projects.models import Project
from reports.actions.packaging import keep_written, write_package
from reports.archive.contents import edition_of
from reports.archive.entries import EDITIONS, Edition


class Command(BaseCommand):
    help = "Writes everything of a project as one zip (BagIt, RFC 8493) with an index and SHA-256 of each item."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="the number of the project")
        parser.add_argument("--output", type=Path, default=Path(), help="a directory, or the name of the zip")
        parser.add_argument("--public", action="store_true", help="only what everybody may read")
        parser.add_argument("--as", dest="username", help="as far as this person may read; else everything")

    def handle(self, *args: Any, number: str, output: Path, public: bool, username: str | None, **options: Any) -> None:
        found = list(Project.objects.filter(number=number)[:2])
        if len(found) != 1:
            raise CommandError(_("No project has the number %(number)s.") % {"number": number})
        reader = User.objects.filter(username=username).first() if username else None
        if username and reader is None:
            raise CommandError(_("Nobody signs in as %(name)s.") % {"name": username})
        project = found[0]
        edition = Edition.PUBLIC if public else edition_of(project)
        try:
            made, path = self._write(project, edition, output, reader)
        except OSError as error:
            words = _("%(path)s cannot be written: %(error)s")
            said = {"path": error.filename or output, "error": error.strerror or error}
            raise CommandError(words % said) from error
        kept = keep_written(project, edition, made, path, by=reader)
        words = _("%(path)s  %(edition)s  %(items)s items, %(withheld)s kinds left out")
        counted = {"items": len(made.items), "withheld": len(made.withheld)}
        self.stdout.write(words % {"path": path, "edition": EDITIONS[edition], **counted})
        self.stdout.write(f"SHA-256 {kept.sha256}")
        self.stdout.write(_("digest %(digest)s") % {"digest": kept.digest})
        for item in made.differing:
            self.stderr.write(_("unlike the register: %(path)s") % {"path": item["path"]})

    def _write(self, project: Project, edition: Edition, output: Path, reader: Any) -> tuple[Any, Path]:
        """Beside its place first, so that nobody takes half a package for a whole one."""
        folder = output.parent if output.suffix == ".zip" else output
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(mkdtemp(prefix=".archive-", dir=folder)) / "package.zip"
        try:
            made, name = write_package(project, edition, beside, user=reader)
            return made, beside.replace(output if output.suffix == ".zip" else folder / name)
        finally:
            beside.unlink(missing_ok=True)
            beside.parent.rmdir()
