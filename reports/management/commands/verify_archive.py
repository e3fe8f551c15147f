"""Check archive packages: `manage.py verify_archive FILE|DIRECTORY`; exit code 0 when everything is as it was."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.actions.packaging import sha256_of
from reports.archive.bag import BAG
from reports.archive.checking import Findings, NoPackage, Register, check, packages_in
from reports.models import ArchivePackage, Paper


class Command(BaseCommand):
    help = (
        "Says which files of an archive package are missing, altered or additional, and unlike the register. Of a "
        "directory that holds several packages it says of each in one line whether it is as it was made."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = "the zip, the directory to which it was unpacked, or a directory that holds several of them"
        parser.add_argument("path", type=Path, help=words)
        parser.add_argument("--alone", action="store_true", help="ask no database")

    def handle(self, *args: Any, path: Path, alone: bool, **options: Any) -> None:
        register = None if alone else self._register()
        several = path.is_dir() and not (path / BAG).is_file()
        packages, others = packages_in(path) if several else ([path], [])
        if not packages:
            words = _("No archive package in %(path)s: neither a zip nor a directory with %(name)s")
            raise CommandError(words % {"path": path, "name": BAG})
        if len(packages) == 1 and not others:
            self._one(packages[0], register)
        else:
            self._several(packages, others, register)

    def _one(self, path: Path, register: Register | None) -> None:
        """In full: each file that is not as it was."""
        try:
            found = check(path, register)
        except NoPackage as error:
            raise CommandError(_("No archive package: %(error)s") % {"error": error}) from error
        for word, names in wrong(found).items():
            for name in names:
                self.stdout.write(f"{word}：{name}")
        words = _("%(n)s files are as the manifest says; digest %(digest)s")
        self.stdout.write(words % {"n": found.good, "digest": found.digest})
        if register is None:
            self.stdout.write(_("Not compared with the register: no database was asked"))
        else:
            self.stdout.write(_("%(n)s issued papers are as the register says") % {"n": found.in_register})
            for words in known(path, found.digest):
                self.stdout.write(words)
        if not found.is_good:
            raise CommandError(_("The package is not as it was made."))

    def _several(self, packages: list[Path], others: list[Path], register: Register | None) -> None:
        """In short: one line each, and how many are as they were made."""
        good = 0
        for path in packages:
            is_good, words = self._in_short(path, register)
            good += is_good
            verdict = _("as it was made") if is_good else _("NOT as it was made")
            self.stdout.write(f"{path.name}：{'；'.join([verdict, *words])}")
        if others:
            names = "、".join(path.name for path in others)
            self.stdout.write(_("Left aside, no packages: %(names)s") % {"names": names})
        if register is None:
            self.stdout.write(_("Not compared with the register: no database was asked"))
        counted = {"good": good, "bad": len(packages) - good, "all": len(packages)}
        self.stdout.write(_("%(good)s of %(all)s packages are as they were made") % counted)
        if good < len(packages):
            raise CommandError(_("%(bad)s of %(all)s packages are not as they were made.") % counted)

    def _in_short(self, path: Path, register: Register | None) -> tuple[bool, list[str]]:
        try:
            found = check(path, register)
            words = [f"{word} {len(names)}" for word, names in wrong(found).items() if names]
            words.append(_("%(n)s files are as the manifest says") % {"n": found.good})
            if register is not None:
                words.append(_("%(n)s issued papers are as the register says") % {"n": found.in_register})
                words += known(path, found.digest)
        except (NoPackage, OSError) as error:
            return False, [_("No archive package: %(error)s") % {"error": error}]
        return found.is_good, words

    def _register(self) -> Register | None:
        """The register, where there is a database that has one."""
        try:
            Paper.objects.exists()
        except DatabaseError:
            return None

        def of(code: str) -> str | None:
            return Paper.objects.filter(code=code).values_list("sha256", flat=True).first()

        return of


def wrong(found: Findings) -> dict[str, list[str]]:
    """Paths by what is wrong with them, in words."""
    return {
        pgettext("file", "missing"): found.missing,
        pgettext("file", "altered"): found.altered,
        pgettext("file", "additional"): found.additional,
        _("unlike the register"): found.unlike_register,
        _("not in the register"): found.not_in_register,
    }


def known(path: Path, digest: str) -> list[str]:
    """Whether it was made here: manifests can be written anew by whoever alters a file, the database not."""
    made = ArchivePackage.objects.filter(digest=digest).exclude(digest="").order_by("at").first()
    if made is None:
        return [_("This platform has not made such a package")]
    made_for = {"who": made.by or _("a command of the server"), "at": f"{timezone.localtime(made.at):%Y-%m-%d %H:%M}"}
    words = [_("Made here for %(who)s at %(at)s") % made_for]
    if path.is_file():
        same = ArchivePackage.objects.filter(digest=digest, sha256=sha256_of(path)).exists()
        words.append(_("The zip is the very same file") if same else _("The zip was packed anew"))
    return words
