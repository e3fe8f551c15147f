"""Find anything: one index of what the records say, asked with the rules by which each of them may be opened.

`words` (pure) cuts texts into words and reads what somebody types; `sources` says of each kind what is read, who sees
it and where it stands; `upkeep` writes the index after each commit; `finding` asks it. How the words lie in the
database is in `tables` alone, because SQLite and PostgreSQL keep them differently.
"""
