"""Private files in a bucket. Nobody gets an address of it: they are given out by the same views, which ask for
permission first, and flow through without being kept on the way."""

import io
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

AT_ONCE = 256 * 1024
"""So much is asked for in one go when a file is read piece by piece."""


class Reader(io.RawIOBase):
    """One object, read from where one stands: forwards in one stream, and anew from elsewhere after `seek` (a zip is
    read from its end). Nothing is kept on this machine's disk."""

    def __init__(self, thing: Any, size: int) -> None:
        self.thing, self.size = thing, size
        self.at = 0
        self.stream: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        if at < 0:
            raise ValueError("negative seek position")
        if at != self.at:
            self._let_go()
        self.at = at
        return at

    def readinto(self, buffer: Any) -> int:
        if self.at >= self.size or not len(buffer):
            return 0
        if self.stream is None:
            self.stream = self.thing.get(Range=f"bytes={self.at}-")["Body"]
        piece = self.stream.read(len(buffer))
        if not piece:  # or the file would end here, and nobody notice
            raise OSError(f"the stream of a file ended at {self.at} of {self.size}")
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self.stream is not None:
            self.stream.close()
            self.stream = None


class Bucket(S3Storage):
    """An S3-compatible bucket of our own. No name is given twice, and whatever is asked of it ends in time."""

    def __init__(self, addressing_style: str | None = None, **settings: Any) -> None:
        patience = Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 3, "mode": "standard"},
            s3={"addressing_style": addressing_style} if addressing_style else None,
            # Only where the protocol asks for it: other makes than Amazon's do not know the newer sums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=patience, file_overwrite=False, **settings)

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("private files are written whole: use save()")
        thing = self.bucket.Object(self._normalize_name(name))
        try:
            size = thing.content_length
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(name) from error
            raise
        return File(io.BufferedReader(Reader(thing, size), AT_ONCE), name=name)

    def path(self, name: str) -> str:
        raise NotImplementedError("files in a bucket have no path")

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        raise NotImplementedError("private files have no address: a view gives them out")
