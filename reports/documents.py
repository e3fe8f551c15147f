"""What each document says: its file name, its template, and the facts that the template lays out.

These are papers that people sign and file, in Chinese whatever language the screen is in. Hence the Chinese
words in the modules of the papers and in templates/pdf/: a legal wording is written once, and not translated back and
forth. One module a subject: `proposal_papers`, `eligibility_papers`, `agreement_papers`, `letters`, `money_papers`,
`judging`, `evaluation_papers`, `closing_papers`, `annual_papers` and the others named *_papers.
"""

from typing import Any, NamedTuple

from people.models import Kind, Organization
from reports.wording import KINDS


class Document(NamedTuple):
    """A document before it is laid out."""

    filename: str
    template: str
    context: dict[str, Any]


def file_name(*parts: str) -> str:
    """A file name of these parts that every system accepts."""
    joined = "-".join(part for part in parts if part)
    return "".join("_" if c in '\\/:*?"<>|' or not c.isprintable() else c for c in joined) + ".pdf"


def party(organization: Organization) -> dict[str, Any]:
    """An organisation as papers name it: which number it has, and from whom."""
    return {
        "organization": organization,
        "kind": KINDS[Kind(organization.kind)],
        "number_name": "备案编号" if organization.is_filed else "统一社会信用代码",
        "authority_name": "备案机关" if organization.is_filed else "登记机关",
    }
