"""The agreement (立项协议书) and the plan that is its annex. In Chinese like every paper: see `documents`."""

from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.utils import translation

from core.money import yuan
from projects.agreement_text import shown
from projects.models import PlanVersion, Project
from reports.documents import Document, file_name


class Chunk(NamedTuple):
    """Blocks of an agreement that are laid out together."""

    kind: str
    blocks: list[dict[str, Any]]


def agreement(project: Project, *, account: bool = False) -> Document:
    """The agreement (立项协议书) as its text was frozen, with the plan that is its annex.

    `account`: the reader may see the account number of the payee; else it is masked.

    Only what happens afterwards is read from elsewhere: who signed when, and whether the text still has its digest.
    """
    found = project.agreement
    body = [block for block in shown(found.blocks, account=account) if block["kind"] != "signature"]
    last = body[-1:] if body[-1]["kind"] == "text" else []
    chunks = [
        Chunk(kind, list(blocks))
        for kind, blocks in groupby(
            body[: len(body) - len(last)], key=lambda b: "prose" if b["kind"] in ("clause", "text") else b["kind"]
        )
    ]
    return Document(
        file_name("立项协议书", found.number, project.title),
        "pdf/agreement.html",
        {
            "title": "立项协议书",
            "number": found.number,
            "author": project.call.funder.name,
            "agreement": found,
            "project": project,
            "chunks": chunks,
            "last": last,
            "signatures": [block for block in found.blocks if block["kind"] == "signature"],
            "version": found.version,
            **annex(found.version),
        },
    )


ANNEXED = {
    "targets": ("goal", "indicator", "value", "unit", "proof"),
    "plan_steps": ("name", "starts_on", "ends_on", "content", "times", "responsible"),
    "team": ("name", "part", "certificate", "post"),
    "partners": ("name", "duty", "brings"),
    "budget_lines": ("category", "item", "unit_price", "unit", "quantity", "amount", "source", "basis"),
}
"""The columns of the plan that are annexed: no telephone numbers."""


class AnnexTable(NamedTuple):
    """One table of the plan, as it is annexed."""

    name: str
    columns: list[str]
    rows: list[list[str]]


def annex(version: PlanVersion) -> dict[str, Any]:
    """A version of the plan as a paper has it: its texts under their labels, and its tables."""
    content = version.content
    with translation.override("zh-hans"):
        texts = [
            (str(Project._meta.get_field(name).verbose_name), text)
            for name, text in content["fields"].items()
            if text and name not in ("leader_phone", "amount_requested")
        ]
        texts.append(("资助金额", f"{yuan(Decimal(version.figures['award']))}元"))
        amounts = {line["key"]: yuan(line["amount"]) for line in version.lines}
        tables = []
        for name, columns in ANNEXED.items():
            rows = content["tables"].get(name, [])
            model: Any = Project._meta.get_field(name).related_model
            if rows:
                labels = [
                    "金额（元）" if c == "amount" else str(model._meta.get_field(c).verbose_name) for c in columns
                ]
                cells = [
                    [amounts.get(row["key"], "") if c == "amount" else row.get(c, "") for c in columns] for row in rows
                ]
                tables.append(AnnexTable(str(model._meta.verbose_name_plural), labels, cells))
    return {"annex_texts": texts, "annex_tables": tables}
