"""The bureau's virus scanner, when it has one: ClamAV's daemon by its socket (clamd(8), command INSTREAM)."""

import logging
import socket
import struct
from collections.abc import Iterable

logger = logging.getLogger(__name__)
PATIENCE = 30.0
"""Seconds for each answer: a file of 20 MB takes clamd less than three."""
CHUNK = 256 * 1024
MOST_ANSWERED = 4096


class Infected(Exception):
    """The scanner has found something; its name for it is the argument."""


class Unreachable(Exception):
    """The scanner gave no answer that says yes or no."""


def scan(chunks: Iterable[bytes], address: str) -> None:
    """Have a file scanned by the daemon at `address` (`/run/clamav/clamd.ctl`, or `host:port`)."""
    try:
        with _connected(address) as line:
            line.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                for start in range(0, len(chunk), CHUNK):
                    part = chunk[start : start + CHUNK]
                    line.sendall(struct.pack("!L", len(part)) + part)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line)
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from error
    if answer.endswith(" FOUND"):
        raise Infected(answer.removeprefix("stream: ").removesuffix(" FOUND"))
    if not answer.endswith(" OK") and answer != "OK":
        raise Unreachable(answer[:200] or "no answer")  # "INSTREAM size limit exceeded. ERROR" is no clean bill


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE)
        line.connect(address)
        return line
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def _answer(line: socket.socket) -> str:
    found = b""
    while not found.endswith(b"\0") and len(found) < MOST_ANSWERED and (more := line.recv(1024)):
        found += more
    return found.rstrip(b"\0\n").decode("utf-8", "replace")
