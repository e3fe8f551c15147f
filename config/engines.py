"""The engines under the site: from the words of the environment to Django's settings.

One machine needs none of them: SQLite, a table as cache, a folder for files. Several machines share PostgreSQL (and may
read from its standby), Redis and a bucket (docs/adr/0021-several-machines.md, docs/deployment/).
"""

import os
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from config.environment import database

REPLICA = "replica"
# SQLite must take its write lock at BEGIN: in deferred mode two readers that both want to write
# lose one of the updates or fail with "database is locked". How one waits for it is said in PATIENT_SQLITE.
PATIENT_SQLITE = "config.patient_sqlite3"
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
POSTGRESQL_OPTIONS = {"options": "-c jit=off"}
"""Among a million projects PostgreSQL compiles a question for a second that it answers in milliseconds. A pooler before
it must let `options` through, or the URL says `?options=`."""
REACHED_WITHIN = 5
"""Seconds to wait for a connection: a machine that is off gives no answer at all."""


def databases(var_dir: Path) -> dict[str, Any]:
    """`DATABASE_URL`, and beside it `REPLICA_URL`, a streaming standby of the same, from which pages may be read.

    A connection serves one request after the other for a minute. Of SQLite too: opening reads the whole schema, which
    took longer than most pages ask for anything.
    """
    found = {"default": database("DATABASE_URL", f"sqlite:///{var_dir / 'db.sqlite3'}", conn_max_age=60)}
    main = found["default"]
    if main["ENGINE"].endswith("sqlite3"):
        main["ENGINE"], main["OPTIONS"] = PATIENT_SQLITE, SQLITE_OPTIONS
        # A file, not memory: threads on one shared memory database do not wait for each other's locks.
        main["TEST"] = {"NAME": Path(gettempdir()) / f"venture-test-{os.getpid()}.sqlite3"}
        return found
    main["CONN_HEALTH_CHECKS"] = True
    main["OPTIONS"] = POSTGRESQL_OPTIONS | {"connect_timeout": REACHED_WITHIN} | main.get("OPTIONS", {})
    if os.environ.get("REPLICA_URL"):
        replica = database("REPLICA_URL", conn_max_age=60, conn_health_checks=True)
        replica["OPTIONS"] = POSTGRESQL_OPTIONS | {"connect_timeout": 2} | replica.get("OPTIONS", {})
        replica["TEST"] = {"MIRROR": "default"}
        found[REPLICA] = replica
    return found


def caches() -> dict[str, Any]:
    """`default` counts tries of codes and sign-ups: all processes share it, and it must not be forgotten. `quick` keeps
    figures and counts requests for data: without `REDIS_URL` each process for itself. `table` stands in for Redis while
    that gives no answer."""
    table = {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},  # beyond it others are thrown out; Django itself: 300
    }
    url = os.environ.get("REDIS_URL", "")
    if not url:
        quick = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 2000}}
        return {"default": table, "quick": quick}
    redis = {
        "BACKEND": "config.caching.RedisOrTable",
        "LOCATION": url,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
    return {"default": redis, "quick": redis | {"KEY_PREFIX": "quick"}, "table": table}


def private_files(private_root: Path) -> dict[str, Any]:
    """Where uploaded files and papers lie: a folder, or a bucket of an S3-compatible store (`S3_BUCKET`)."""
    bucket = os.environ.get("S3_BUCKET", "")
    if not bucket:
        return {
            "BACKEND": "config.storage.WholeFiles",
            "OPTIONS": {"location": private_root},
        }
    options = {
        "bucket_name": bucket,
        "endpoint_url": os.environ.get("S3_ENDPOINT_URL") or None,
        "region_name": os.environ.get("S3_REGION") or None,
        "access_key": os.environ.get("S3_ACCESS_KEY_ID") or None,
        "secret_key": os.environ.get("S3_SECRET_ACCESS_KEY") or None,
        "location": os.environ.get("S3_PREFIX", ""),
        "addressing_style": os.environ.get("S3_ADDRESSING") or None,
    }
    return {"BACKEND": "config.object_storage.Bucket", "OPTIONS": {k: v for k, v in options.items() if v is not None}}
