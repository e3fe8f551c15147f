"""The file itself: a tar that is written and read as a stream, sealed with age when somebody is named to open it."""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import Thread
from typing import IO, Any

import pyrage
from django.utils.translation import gettext as _

SEALED = b"age-encryption.org/"
IN_MEMORY = 16 * 1024 * 1024
BLOCK = 1024 * 1024


class Writer:
    """Puts one thing after the other into the tar."""

    def __init__(self, target: IO[bytes]) -> None:
        self.tar = tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT, bufsize=BLOCK)  # noqa: SIM115

    def add(self, name: str, content: bytes | IO[bytes], size: int | None = None) -> None:
        info = tarfile.TarInfo(name)
        info.mode = 0o600
        file: Any = io.BytesIO(content) if isinstance(content, bytes) else content
        info.size = len(content) if isinstance(content, bytes) else (size or 0)
        self.tar.addfile(info, file)
        self.tar.members.clear()  # it would remember every one

    def add_packed(self, name: str, content: bytes) -> None:
        self.add(f"{name}.gz", gzip.compress(content, 1, mtime=0))

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, failed: type[BaseException] | None, *_error: Any) -> None:
        """Also when it has failed: a tar that is left open tries to write its end when nobody listens any more."""
        with suppress(OSError) if failed else nullcontext():
            self.tar.close()


@contextmanager
def spooled(source: IO[bytes]) -> Iterator[tuple[IO[bytes], int, str]]:
    """A copy of what is read, in memory while it is small, with its size and SHA-256."""
    digest = hashlib.sha256()
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        while block := source.read(BLOCK):
            digest.update(block)
            spool.write(block)
        size = spool.tell()
        spool.seek(0)
        yield spool, size, digest.hexdigest()


@contextmanager
def written(path: Path, recipients: list[str]) -> Iterator[IO[bytes]]:
    """A file that appears under its name when it is whole and on the disk, and not at all otherwise."""
    part = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            if recipients:
                keys = [pyrage.x25519.Recipient.from_str(one) for one in recipients]
                disk = _Disk(file)
                try:
                    with _through(lambda source: pyrage.encrypt_io(source, disk, keys)) as target:
                        yield target
                except pyrage.EncryptError as error:
                    raise disk.failure or error from error
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


class _Disk:
    """A file for `pyrage`, which makes words of what fails there: here it is kept as it was."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.failure: OSError | None = None

    def write(self, block: bytes) -> int:
        try:
            return self.file.write(block)
        except OSError as failure:
            self.failure = failure
            raise

    def flush(self) -> None:
        self.file.flush()


@contextmanager
def _through(work: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """A pipe into `work`, which reads in a thread of its own; what it fails with is raised here."""
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []

    def read() -> None:
        with open(read_end, "rb") as source:
            try:
                work(source)
            except BaseException as failure:
                failures.append(failure)

    thread = Thread(target=read)
    thread.start()
    try:
        with open(write_end, "wb", buffering=BLOCK) as target:
            yield target
    except BrokenPipeError:
        if not failures:
            raise
    finally:
        thread.join()
    if failures:
        raise failures[0]


def members_of(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """One after the other; each is read before the next is asked for."""
    while (member := tar.next()) is not None:
        tar.members.clear()
        yield member


class Cut(Exception):
    """The file is not a backup, is cut off, or is sealed for somebody else."""


@contextmanager
def opened(path: Path, identities: list[Any]) -> Iterator[tarfile.TarFile]:
    """A backup to be read from its beginning to its end."""
    with path.open("rb") as file:
        sealed = file.read(len(SEALED)) == SEALED
        file.seek(0)
        try:
            if not sealed:
                with tarfile.open(fileobj=file, mode="r|", bufsize=BLOCK) as tar:
                    yield tar
                return
            with (
                _out_of(lambda target: pyrage.decrypt_io(file, target, identities)) as source,
                tarfile.open(fileobj=source, mode="r|", bufsize=BLOCK) as tar,
            ):
                yield tar
        except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
            raise Cut(_("it is no backup, or it is cut off (%(error)s)") % {"error": error}) from error
        except pyrage.DecryptError as error:
            raise Cut(_("it is sealed: no key was given that opens it, or it is damaged")) from error
        except OSError as error:
            if error.errno is not None:  # the disk's, not of the seal that does not fit what follows it
                raise
            raise Cut(_("it is sealed, and damaged or cut off")) from error


@contextmanager
def _out_of(work: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """What `work` writes in a thread of its own, to be read here."""
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            with open(write_end, "wb", buffering=BLOCK) as target:
                work(target)
        except BaseException as failure:
            failures.append(failure)

    thread = Thread(target=write)
    thread.start()
    try:
        with open(read_end, "rb", buffering=BLOCK) as source:
            yield source
            while source.read(BLOCK):  # what stands behind the end of the tar
                pass
    except (tarfile.TarError, EOFError) as error:
        thread.join()
        raise (failures[0] if failures else error) from None
    finally:
        thread.join()
    if failures:
        raise failures[0]
