"""SQL: which tables and columns a statement of PostgreSQL reads, or why it cannot be understood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_MOMENT = "'2026-01-01T00:00:00Z'"
_FILTER = re.compile(r"\$__timeFilter\(([^()]*)\)")
_ENDS = re.compile(r"\$__time(?:From|To)\(\)")
_GROUP = re.compile(r"\$__timeGroup(?:Alias)?\(([^(),]*),[^()]*\)")
_MACRO = re.compile(r"\$__\w+")


@dataclass(frozen=True, slots=True)
class Statement:
    """What was read: tables with their schema (`core.clients`), names of columns, what is forbidden in it."""

    tables: frozenset[str]
    columns: frozenset[str]
    made: frozenset[str]  # names that the statement itself gives to columns
    stars: bool
    only_reads: bool


def read(text: str) -> Statement:
    """The statement; its variables are put in already. Raises ValueError with what is wrong with it."""
    plain = _ENDS.sub(_MOMENT, _FILTER.sub(rf"\1 BETWEEN {_MOMENT} AND {_MOMENT}", _GROUP.sub(r"\1", text)))
    if unknown := _MACRO.search(plain):
        raise ValueError(f"unknown macro {unknown[0]}")
    try:
        parsed = [one for one in sqlglot.parse(plain, dialect="postgres") if one is not None]
    except SqlglotError as error:
        raise ValueError(re.sub(r"\x1b\[\d*m", "", str(error)).replace("\n", " ")) from None
    if len(parsed) != 1:
        raise ValueError(f"{len(parsed)} statements, not one")
    (tree,) = parsed
    return Statement(
        tables=frozenset(_tables(tree)),
        columns=frozenset(column.name for column in tree.find_all(exp.Column) if column.name),
        made=frozenset(_made(tree)),
        stars=any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)),
        only_reads=isinstance(tree, exp.Query) and not any(tree.find_all(exp.DML, exp.DDL, exp.Command, exp.Into)),
    )


def _tables(tree: exp.Expr) -> Iterator[str]:
    """Tables of the store; neither functions that give rows nor the statement's own WITH parts."""
    parts = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and not (table.name in parts and not table.db):
            yield f"{table.db}.{table.name}" if table.db else table.name


def _made(tree: exp.Expr) -> Iterator[str]:
    for alias in tree.find_all(exp.Alias):
        yield alias.alias
    for given in tree.find_all(exp.TableAlias):
        yield given.name
        yield from (column.name for column in given.args.get("columns") or ())
