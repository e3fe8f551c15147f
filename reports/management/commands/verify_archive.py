"""Check an archive package: `manage.py verify_archive FILE|DIRECTORY`; exit code 0 when everything is as it was."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from reports.actions.packaging import sha256_of
from reports.archive.checking import NoPackage, Register, check
from reports.models import ArchivePackage, Paper


class Command(BaseCommand):
    help = "Says which files of an archive package are missing, altered or additional, and unlike the register."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the zip, or the directory to which it was unpacked")
        parser.add_argument("--alone", action="store_true", help="ask no database")

    def handle(self, *args: Any, path: Path, alone: bool, **options: Any) -> None:
        register = None if alone else self._register()
        try:
            found = check(path, register)
        except NoPackage as error:
            raise CommandError(f"No archive package: {error}") from error
        for word, names in (
            ("missing", found.missing),
            ("altered", found.altered),
            ("additional", found.additional),
            ("unlike the register", found.unlike_register),
            ("not in the register", found.not_in_register),
        ):
            for name in names:
                self.stdout.write(f"{word}: {name}")
        self.stdout.write(f"{found.good} files are as the manifest says; digest {found.digest}")
        if register is None:
            self.stdout.write("Not compared with the register: no database was asked")
        else:
            self.stdout.write(f"{found.in_register} issued papers are as the register says")
            self._known(path, found.digest)
        if not found.is_good:
            raise CommandError("The package is not as it was made")

    def _register(self) -> Register | None:
        """The register, where there is a database that has one."""
        try:
            Paper.objects.exists()
        except DatabaseError:
            return None

        def of(code: str) -> str | None:
            return Paper.objects.filter(code=code).values_list("sha256", flat=True).first()

        return of

    def _known(self, path: Path, digest: str) -> None:
        """Whether it was made here: manifests can be written anew by whoever alters a file, the database not."""
        made = ArchivePackage.objects.filter(digest=digest).exclude(digest="").order_by("at").first()
        if made is None:
            self.stdout.write("This platform has not made such a package")
            return
        self.stdout.write(f"Made here for {made.by or 'a command'} at {made.at:%Y-%m-%d %H:%M}")
        if path.is_file():
            same = ArchivePackage.objects.filter(digest=digest, sha256=sha256_of(path)).exists()
            self.stdout.write("The zip is the very same file" if same else "The zip was packed anew")
