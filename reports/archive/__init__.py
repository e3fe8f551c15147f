"""The archive package (归档包) of a project: everything of it as files, with an index and hashes, in one zip (ADR 14).

`contents` and `files` say what belongs in it for one reader, `entries` how an item is described, `bag` writes it,
`checking` reads it again without any database.
"""
