"""What the tests of the open data begin with: two awards, and answers read as a program reads them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from reports.open_data.schemas import SCHEMAS
from tests.life import Life, choir_draft, draft
from tests.memory import remembered
from tests.town import Town


@remembered
def two_awards(town: Town, life: Life) -> tuple:
    """The centre's, completed, and the choir's (filed; its host receives the money), just approved."""
    centre, choir = draft(town), choir_draft(town)
    for state in ("submitted", "shortlisted"):
        centre, choir = life.walk(centre, state), life.walk(choir, state)
    centre = life.walk(centre, "in_notice")  # one notice for both
    choir.refresh_from_db()
    choir = life.walk(choir, "approved")
    return life.walk(centre, "completed"), choir


def body(response: Any) -> bytes:
    """The whole of an answer, also of a streamed one."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def fetched(client: Client, page: str, **headers: str) -> Any:
    """The JSON at an address, its numbers exactly as they stand there."""
    response = client.get(page, headers=headers)
    assert response.status_code == 200, body(response)
    return json.loads(body(response), parse_float=Decimal)


def breaches(document: Any, schema: dict[str, Any]) -> list[str]:
    """What in a document is not as a JSON Schema (2020-12) wants it, formats included."""
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]


def against(document: Any, name: str) -> list[str]:
    """What in a document is not as our description says."""
    return breaches(document, {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}})


def official_schema(folder: Path) -> dict[str, Any]:
    """The package schema of 360Giving with the schema of a grant put into it: two files that name each other by an
    address in the network. Their `$schema` has http where the draft's name has https, so neither is looked at."""
    package, grant = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("360-giving-package-schema.json", "360-giving-schema.json")
    )
    for one in (package, grant):
        one.pop("$schema")
    package.pop("$id")
    grant["$id"] = package["properties"]["grants"]["items"]["$ref"]
    package["properties"]["grants"]["items"] = grant
    return package
