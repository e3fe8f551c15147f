"""Where private files lie on a disk of ours."""

import os
from typing import Any

from django.core.files.storage import FileSystemStorage


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
