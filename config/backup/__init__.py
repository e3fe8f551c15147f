"""A backup is one file that either database can be made of again, with the private files that belong to it.

    head.json                     format, versions, tables with their columns, where counters stand, what is no value
    files/<storage>/<name>        each private file as it is
    tables/<table>/000001.csv.gz  the rows, in pieces of a few megabytes
    manifest.jsonl                last: SHA-256 and size of each file, rows and SHA-256 of each table

a tar in this order, written and read as a stream, so that memory does not grow with the site; sealed with age
(age-encryption.org) when a recipient is named. Rows are CSV as PostgreSQL's COPY writes and reads it; values are
spelled as SQLite keeps them: moments in UTC, truth as 0 and 1, UUIDs as 32 letters.

All rows are of one moment (`engines.snapshot`). Files are copied right after that moment has begun: a file is stored
before its row is committed, so every row finds its file, unless somebody takes it away in these minutes; then the
manifest says so. What came later lies in the backup without a row and does no harm.

Left out: sessions (everybody signs in again), the cache, and the search index, which is made anew.
"""

FORMAT = 2
NULL = "\x01"
"""What stands for "no value" in a row begins with this sign, and in a backup of format 1 was this sign alone. The rest
is made of a key of the site, so nobody can send a text that is taken for no value."""
PIECE = 4 * 1024 * 1024
"""So many bytes of rows are packed together."""


class Refusal(Exception):
    """Why this backup is not restored here."""
