"""The sandbox's state: one SQLite file in the data folder."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS org (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL DEFAULT '{}', preferences TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS user (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL, login TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, password TEXT NOT NULL, is_admin INTEGER NOT NULL DEFAULT 0,
    org_id INTEGER NOT NULL DEFAULT 0, created TEXT NOT NULL, updated TEXT NOT NULL,
    is_disabled INTEGER NOT NULL DEFAULT 0, auth_module TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS member (
    org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE, role TEXT NOT NULL, PRIMARY KEY (org_id, user_id));
CREATE TABLE IF NOT EXISTS session (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    token TEXT NOT NULL UNIQUE, previous TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0, rotated REAL NOT NULL);
CREATE INDEX IF NOT EXISTS session_previous ON session (previous);
CREATE TABLE IF NOT EXISTS attempt (login TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS data_source (
    id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
    uid TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, is_default INTEGER NOT NULL,
    body TEXT NOT NULL, secret_keys TEXT NOT NULL, UNIQUE (org_id, uid), UNIQUE (org_id, name));
CREATE TABLE IF NOT EXISTS object (
    org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE, resource TEXT NOT NULL, name TEXT NOT NULL,
    number INTEGER NOT NULL, uid TEXT NOT NULL, resource_version INTEGER NOT NULL, generation INTEGER NOT NULL,
    created TEXT NOT NULL, created_by TEXT NOT NULL, updated TEXT NOT NULL, updated_by TEXT NOT NULL,
    labels TEXT NOT NULL, annotations TEXT NOT NULL, folder TEXT NOT NULL, stored_as TEXT NOT NULL, spec TEXT NOT NULL,
    PRIMARY KEY (org_id, resource, name));
CREATE TABLE IF NOT EXISTS revision (resource TEXT PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dashboard_version (
    org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE, name TEXT NOT NULL, version INTEGER NOT NULL,
    created TEXT NOT NULL, created_by TEXT NOT NULL, message TEXT NOT NULL, spec TEXT NOT NULL,
    PRIMARY KEY (org_id, name, version));
CREATE TABLE IF NOT EXISTS way_in (
    id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (org_id, kind, key));
CREATE TABLE IF NOT EXISTS alerting (
    org_id INTEGER PRIMARY KEY REFERENCES org ON DELETE CASCADE, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS alert_rule (
    id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
    uid TEXT NOT NULL, folder TEXT NOT NULL, rule_group TEXT NOT NULL, title TEXT NOT NULL, seconds INTEGER NOT NULL,
    position INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (org_id, uid));
"""
# Columns that a folder of an older sandbox lacks.
_ADDED = {"user": {"is_disabled": "INTEGER NOT NULL DEFAULT 0", "auth_module": "TEXT NOT NULL DEFAULT ''"}}


class Store:
    """The SQLite file, used by one request at a time: transactions wait for each other, none ever fails on a lock.

    Nothing secret is kept: passwords as hashes, of a data source's secrets only the names. A second sandbox cannot use
    the same folder: sqlite3.OperationalError.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._last_number = 0
        self._is_closed = False
        self._db = sqlite3.connect(folder / "sandbox.db", timeout=0.2, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(SCHEMA)
        for table, columns in _ADDED.items():
            there = {row["name"] for row in self._db.execute(f"PRAGMA table_info({table})")}
            for name, kind in columns.items():
                if name not in there:
                    self._db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection inside a transaction: committed at the end, rolled back when anything is raised."""
        with self._lock:
            if self._is_closed:
                raise SystemExit  # ends the thread of a connection that came too late, without a word
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def next_number(self) -> int:
        """A number greater than all before it, also after a restart: microseconds since 1970 (inside a transaction)."""
        self._last_number = max(self._last_number + 1, time.time_ns() // 1000)
        return self._last_number

    def close(self) -> None:
        """Write everything into the one file and let it go."""
        with self._lock:
            self._is_closed = True
            self._db.close()
