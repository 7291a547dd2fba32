"""Rules about what is asked: variables, PromQL, SQL."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dashboards._queries import EVENTS
from dashboards.lint import promql, sql
from dashboards.lint.finding import Contract, Finding, Json, named, panels

_VARIABLE = re.compile(r"\$\{(\w+)(?:\.\w+)?(?::(\w+))?\}|\$(\w+)|\[\[(\w+)\]\]")
_BUILT_IN = re.compile(r"__\w+")
_TIMES = {"__interval": "1h", "__range": "1h", "__rate_interval": "1h", "__interval_ms": "60000", "__range_s": "3600"}
_OFFER = re.compile(r"label_values\((?:(?P<selector>.+), *)?(?P<label>\w+)\)|query_result\((?P<query>.+)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Query:
    where: str
    text: str
    rows: bool  # SQL, not PromQL


def variables(spec: Json) -> Iterator[Finding]:
    """Every variable that is used is there, and every one that is there is used."""
    there = [variable.get("name") for variable in _list(spec)]
    read = [(query.where, name) for query in _queries(spec) for name in _used(query.text)]
    for where, name in read:
        if name not in there:
            yield Finding("variables", where, f"нет переменной ${name}", f"there is no variable ${name}")
    used = {name for _, name in read}
    for unread in there:
        if unread not in used:
            yield Finding("variables", f"${unread}", "ни один запрос её не читает", "no query reads it")


def numbers(spec: Json, contract: Contract | None) -> Iterator[Finding]:
    """PromQL that parses, without durations in capital letters, of known metrics and labels, without the cabinet."""
    for query in _queries(spec):
        if query.rows:
            continue
        text = _filled(query.text)
        for duration in promql.capital_durations(text):
            yield _promql(
                query,
                f"заглавная буква в [{duration}] роняет VictoriaMetrics 1.79",
                f"a capital letter in [{duration}] ends VictoriaMetrics 1.79",
            )
        try:
            found = promql.reads(text)
        except ValueError as error:
            yield _promql(query, f"выражение не разобрать: {error}", f"it does not parse: {error}")
            continue
        for read in found:
            yield from _known(query, read, contract)


def _known(query: _Query, read: promql.Read, contract: Contract | None) -> Iterator[Finding]:
    if "cabinet" in read.labels:
        yield _promql(
            query, "кабинет в запросе: его решает источник", "the cabinet is named: the data source decides it"
        )
    if contract is None:
        return
    if read.metric not in contract.metrics:
        yield _promql(query, f"нет метрики {read.metric!r}", f"there is no metric {read.metric!r}")
        return
    for label in sorted(read.labels - contract.metrics[read.metric] - {"cabinet"}):
        yield _promql(query, f"у {read.metric} нет метки {label}", f"{read.metric} has no label {label}")


def rows(spec: Json, contract: Contract | None) -> Iterator[Finding]:
    """One SELECT that parses, of known tables with their schema, known columns by name, without the cabinet."""
    for query in _queries(spec):
        if not query.rows:
            continue
        try:
            found = sql.read(_filled(query.text))
        except ValueError as error:
            yield _sql(query, f"запрос не разобрать: {error}", f"it does not parse: {error}")
            continue
        if not found.only_reads:
            yield _sql(query, "разрешён один SELECT", "only one SELECT is allowed")
        if found.stars:
            yield _sql(query, "звёздочка вместо столбцов", "an asterisk instead of columns")
        if "cabinet" in found.columns:
            yield _sql(query, "столбец cabinet: его никто не может читать", "the column cabinet, which nobody may read")
        yield from _tables(query, found, contract)


def _tables(query: _Query, found: sql.Statement, contract: Contract | None) -> Iterator[Finding]:
    for table in sorted(found.tables):
        if not table.startswith("core."):
            yield _sql(query, f"таблица {table} без схемы core", f"the table {table} without the schema core")
        elif contract and table.removeprefix("core.") not in contract.tables:
            yield _sql(query, f"нет таблицы {table}", f"there is no table {table}")
    if contract:
        known = found.made | {"cabinet"}
        for table in found.tables:
            known |= contract.tables.get(table.removeprefix("core."), frozenset())
        for column in sorted(found.columns - known):
            yield _sql(query, f"нет столбца {column}", f"there is no column {column}")


def sources(panel: Json) -> set[str]:
    """The metrics and tables (`core.clients`) that the panel's queries read. Raises ValueError for what is none."""
    found: set[str] = set()
    for target in panel.get("targets", ()):
        if target["datasource"]["type"] == EVENTS["type"]:
            found |= sql.read(_filled(target["rawSql"])).tables
        else:
            found |= {read.metric for read in promql.reads(_filled(target["expr"]))}
    return found


def _queries(spec: Json) -> Iterator[_Query]:
    """What panels ask, then what variables ask for their values."""
    for panel in panels(spec):
        for target in panel.get("targets", ()):
            is_rows = target.get("datasource", {}).get("type") == EVENTS["type"]
            yield _Query(named(panel, target), str(target.get("rawSql" if is_rows else "expr", "")), is_rows)
    for variable in _list(spec):
        if variable.get("type") == "query":
            text, where = str(variable.get("definition", "")), f"${variable.get('name')}"
            is_rows = variable.get("datasource", {}).get("type") == EVENTS["type"]
            match = None if is_rows else _OFFER.fullmatch(text)
            asked = (match["selector"] or match["query"]) if match else text
            if asked:  # label_values(host) selects nothing
                yield _Query(where, str(asked), is_rows)


def _used(text: str) -> Iterator[str]:
    for match in _VARIABLE.finditer(_without_dollar_quotes(text)):
        name = match[1] or match[3] or match[4]
        if not _BUILT_IN.fullmatch(name):
            yield name


def _filled(text: str) -> str:
    """The query with something in the place of each variable; macros of SQL stay."""

    def put(match: re.Match[str]) -> str:
        name = match[1] or match[3] or match[4]
        if match[2] == "sqlstring":
            return "'x'"
        return _TIMES.get(name, match[0] if _BUILT_IN.fullmatch(name) else "x")

    return _VARIABLE.sub(put, _without_dollar_quotes(text))


def _without_dollar_quotes(text: str) -> str:
    """PostgreSQL's `$re$ … $re$` with plain quotation marks: its dollars are no variables."""
    return re.sub(r"\$re\$(.*?)\$re\$", lambda match: "'" + match[1].replace("'", "''") + "'", text, flags=re.DOTALL)


def _list(spec: Json) -> list[Json]:
    return list(spec.get("templating", {}).get("list", ()))


def _promql(query: _Query, ru: str, en: str) -> Finding:
    return Finding("promql", query.where, ru, en)


def _sql(query: _Query, ru: str, en: str) -> Finding:
    return Finding("sql", query.where, ru, en)
