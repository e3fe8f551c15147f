"""Where files lie on a disk of ours: private ones, and what the pages are made of."""

import os
from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class WholeFiles(FileSystemStorage):
    """Keeps a file whole or not at all: what a full disk has cut off is removed, so that it takes no room either."""

    def _save(self, name: str, content: Any) -> str:
        path = self.path(name)
        was_there = os.path.lexists(path)
        try:
            return super()._save(name, content)
        except OSError:
            if not was_there and os.path.lexists(path):
                os.remove(path)
            raise


class KnownFiles(CompressedManifestStaticFilesStorage):
    """Static files under the names that WhiteNoise gives them. An address is worked out once in a process, not many
    times on each page: files are collected before a process begins."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        if force or name is None:
            return super().url(name, force)
        if name not in self._known:
            self._known[name] = super().url(name)
        return self._known[name]
