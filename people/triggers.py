"""What the database itself refuses: that one person holds one of the three offices and a role in an organisation.

Model and verbs say so in words first (`people.models.administrator`); this stands behind a bulk import, a shell and an
update that ask neither. Only roles without an end are looked at: what day it is, the platform's clock says
(`core.clock`) and not the database's.
"""

from core import triggers
from core.triggers import Trigger

REFUSAL = "One of the three administrators holds no role in an organisation"
TABLES = {
    "people_membership": ("NEW.until IS NULL", "SELECT 1 FROM people_administrator WHERE user_id = NEW.user_id"),
    "people_administrator": (
        "TRUE",
        "SELECT 1 FROM people_membership WHERE user_id = NEW.user_id AND until IS NULL",
    ),
}
"""When a new row is looked at, and which other row it does not go with."""
DEEDS = ("INSERT", "UPDATE")


def _triggers(vendor: str) -> list[Trigger]:
    found = []
    for table, (when, other) in TABLES.items():
        function, refuse = "", f"WHEN {when} AND EXISTS ({other}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        if vendor == "postgresql":
            # Both sides hold the person's row first, or two at the same moment would not see each other.
            function = (
                f"CREATE OR REPLACE FUNCTION {table}_apart() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {when} THEN PERFORM 1 FROM people_user WHERE id = NEW.user_id FOR NO KEY UPDATE; "
                f"IF EXISTS ({other}) THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; "
                "END IF; END IF; RETURN NEW; END $$; "
            )
            refuse = f"FOR EACH ROW EXECUTE FUNCTION {table}_apart()"
        for deed in DEEDS:
            name = f"{table}_apart_{deed.lower()}"
            found.append(Trigger(table, name, f"{function}CREATE TRIGGER {name} BEFORE {deed} ON {table} {refuse}"))
    return found


OFFICES = triggers.add(triggers.Guard(tuple(TABLES), _triggers))
