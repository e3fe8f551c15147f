"""The slips with which households vote (投票码单): several a page, each with its code and QR, to be cut apart.

In Chinese like every paper: see `documents`. The codes stand here and nowhere else; nothing of this is kept.
"""

from collections.abc import Callable, Sequence
from typing import Any

from evaluations.actions.vote_codes import Slip
from evaluations.models import Vote
from projects import qr
from reports.documents import Document, file_name

A_ROW, A_PAGE = 2, 8


def in_rows(cells: Sequence[Any]) -> list[Sequence[Any]]:
    return [cells[start : start + A_ROW] for start in range(0, len(cells), A_ROW)]


def voting_slips(vote: Vote, slips: Sequence[Slip], *, page: str, address_of: Callable[[str], str]) -> Document:
    """`page` is where a code is typed; `address_of` gives the address behind the QR of a code."""
    cells = [(slip, qr.inline(address_of(slip.shown))) for slip in slips]
    return Document(
        file_name("投票码单", vote.title, f"第{slips[0].row.batch}次印制"),
        "pdf/voting_slips.html",
        {
            "title": "投票码单",
            "number": vote.call.code,
            "author": vote.call.funder.name,
            "vote": vote,
            "pages": [in_rows(cells[start : start + A_PAGE]) for start in range(0, len(cells), A_PAGE)],
            "page": page,
        },
    )
