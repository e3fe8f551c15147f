"""What the platform gives to everybody: awards and calls as data, in published standards (ADR 9).

    sources, figures        what is public, by query            → records
    threesixty, common_grants, tables, statistics    records    → the formats (pure: no database, no request)
    datasets                every file by its name, for the pages and for `manage.py export_open_data`
    description             the OpenAPI description

A person is in none of it: not who leads a project or an organisation, no phone, no address of a person, no resident.
"""
