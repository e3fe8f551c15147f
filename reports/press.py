"""Many papers at once: a few processes that have everything warm, one paper after another in each.

Laying out is pure Python, one document at a time in a process (`reports.pdf`), so that only more processes help. They
are forked, which costs next to nothing, and each sets up its own fonts and style sheet once: what Pango has begun in
one process is not safe in its child. Where forking is impossible the papers are laid out here, one by one: inside a
transaction (a child would not see what is not committed), beside other threads (a web server), or on one core. The
thread by which a worker says that it is there (`config.workers`) is no hindrance: it does nothing while we fork.

A process that is killed loses the paper it was at; whoever asked sees `BrokenProcessPool` and begins anew. When the
parent is killed, its children end as well.
"""

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from time import sleep
from typing import TypeVar

from django.conf import settings
from django.db import connections

Key = TypeVar("Key")
Made = TypeVar("Made")

still = threading.Lock()
"""Held while we fork. A thread that holds it for whatever it does leaves no lock taken in a child; it says so by
`heeds_forks`."""
GARBAGE_FROM = 50_000
"""So many more things in memory than before, and a process that lays out looks for those that nobody needs."""
AHEAD = 2
"""So many papers a process has waiting: enough never to be idle, few enough that a pause takes hold at once."""


def hands() -> int:
    """How many processes may lay out here; 1: this one alone."""
    if "fork" not in multiprocessing.get_all_start_methods() or multiprocessing.current_process().daemon:
        return 1
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    if not all(getattr(thread, "heeds_forks", False) for thread in others):
        return 1
    if any(each.in_atomic_block for each in connections.all(initialized_only=True)):
        return 1
    return settings.PRINT_PROCESSES


def each(work: Callable[[Key], Made], keys: Iterable[Key], *, processes: int) -> Iterator[Made]:
    """`work` done for each key, as soon as it is done and in no order. `work` and what it returns can be pickled."""
    if processes == 1:
        yield from map(work, keys)
        return
    connections.close_all()  # a connection is never shared with a child
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_warm, initargs=(os.getpid(),))
    try:
        todo = iter(keys)
        with still:  # with the first that is asked of it the pool forks all its processes
            under_way: set[Future] = {pool.submit(work, key) for key in islice(todo, processes * AHEAD)}
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            under_way |= {pool.submit(work, key) for key in islice(todo, len(done))}
            yield from (future.result() for future in done)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _warm(parent: int) -> None:
    from reports import pdf  # noqa: PLC0415 - in the child: what it sets up is its own

    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    gc.freeze()  # what the parent has stays its own: looked through for garbage, it would be copied
    pdf.warm()
    gc.freeze()  # what is warm stays; a paper makes 100,000 small things, and looking for garbage was a tenth of it
    gc.set_threshold(GARBAGE_FROM)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        sleep(1)
    os._exit(1)
