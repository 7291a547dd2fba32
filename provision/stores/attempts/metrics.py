"""Attempts at the metrics store: the query language, the parameters of a request, the paths."""

import urllib.parse

from provision.stores.attempts.base import MetricAttempt
from provision.text import Text

_NAMES = '__name__=~"kodeks_(licenses_registered|online_up)"'
_SEEN = f"count by (client) (last_over_time({{{_NAMES}}}[1d]))"
_THEIRS = f'last_over_time({{{_NAMES},cabinet="OTHER_CABINET"}}[1d])'
_ALL_FILTER = '{cabinet=~".*"}'
_QUOTED, _MATCH = urllib.parse.quote(_SEEN), urllib.parse.quote(f"{{{_NAMES}}}")


def _path(query: str, *, before: str = "", after: str = "") -> str:
    return f"/api/v1/query?{before}query={urllib.parse.quote(query)}{after}"


def _ask(ru: str, en: str, query: str, *, before: str = "", after: str = "") -> MetricAttempt:
    return MetricAttempt(Text(ru, en), _path(query, before=before, after=after))


def _post(ru: str, en: str, extra: str, *, path: str = "/api/v1/query") -> MetricAttempt:
    name, _, value = extra.partition("=")
    fields = {"query": _SEEN, "match[]": f"{{{_NAMES}}}", name: value}
    return MetricAttempt(Text(ru, en), path, method="POST", body=urllib.parse.urlencode(fields))


def _closed(path: str, method: str = "GET", body: str = "") -> MetricAttempt:
    shown = path.partition("?")[0]
    return MetricAttempt(Text(f"запрос {method} {shown}", f"{method} {shown}"), path, "refused", method, body)


_MULTIPART = "\r\n".join(
    (
        "--cut",
        'Content-Disposition: form-data; name="query"\r\n',
        _SEEN,
        "--cut",
        'Content-Disposition: form-data; name="extra_filters[]"\r\n',
        _ALL_FILTER,
        "--cut--\r\n",
    )
)

_LANGUAGE = (
    _ask("простой запрос", "a plain query", _SEEN),
    _ask("чужой кабинет в селекторе", "another cabinet in the selector", f"count by (client) ({_THEIRS})"),
    _ask(
        "любой кабинет в селекторе",
        "any cabinet in the selector",
        f'count by (client) (last_over_time({{{_NAMES},cabinet=~".+"}}[1d]))',
    ),
    _ask(
        "кабинет, не равный пустому",
        "a cabinet that is not empty",
        f'count by (client) (last_over_time({{{_NAMES},cabinet!=""}}[1d]))',
    ),
    _ask(
        "любая метрика",
        "any metric",
        'count by (client) (last_over_time({__name__!=""}[1d]))',
    ),
    _ask(
        "селектор с or",
        "a selector with or",
        f'count by (client) (last_over_time({{{_NAMES} or {_NAMES},cabinet="OTHER_CABINET"}}[1d]))',
    ),
    _ask("объединение через or", "a union by or", f"{_SEEN} or count by (client) ({_THEIRS})"),
    _ask("функция union", "the function union", f"union({_SEEN}, count by (client) ({_THEIRS}))"),
    _ask(
        "переписывание метки label_replace",
        "a label rewritten by label_replace",
        f'label_replace({_THEIRS}, "cabinet", "$1", "client", "(.*)")',
    ),
    _ask("подделка метки label_set", "a label made up by label_set", f'label_set({_SEEN}, "cabinet", "OTHER_CABINET")'),
    _ask("удаление метки label_del", "a label dropped by label_del", f'label_del({_THEIRS}, "cabinet")'),
    _ask("отсутствие чужого ряда", "the absence of another's series", f"absent({_THEIRS})"),
    _ask("подзапрос", "a subquery", f'max_over_time(last_over_time({{{_NAMES},cabinet!=""}}[1d])[1h:10m])'),
    _ask("смещение offset", "an offset", f"count by (client) (last_over_time({{{_NAMES}}}[1d] offset 1m))"),
    _ask("момент @ end()", "the modifier @ end()", f"count by (client) (last_over_time({{{_NAMES}}}[1d] @ end()))"),
    _ask(
        "шаблон WITH",
        "a WITH template",
        f'WITH (f = {{cabinet="OTHER_CABINET"}}) count by (client) (last_over_time({{{_NAMES},f}}[1d]))',
    ),
    _ask(
        "соединение с чужим рядом",
        "a join with another's series",
        f"{_SEEN} + on () group_right () count by (client) ({_THEIRS})",
    ),
    _ask(
        "чужой клиент в селекторе",
        "another's client in the selector",
        'count(last_over_time({client="OTHER_CLIENT"}[1d])) > 0 or label_set(vector(0), "seen", "nothing")',
    ),
    MetricAttempt(
        Text("запрос по интервалу", "a range query"),
        f"/api/v1/query_range?step=3600&query={urllib.parse.quote(_SEEN)}",
    ),
)

_LABELS = "/api/v1/label/client/values"
_PARAMETERS = (
    *(
        _ask(f"второй extra_label, {ru}", f"a second extra_label, {en}", _SEEN, before=before, after=after)
        for ru, en, before, after in (
            ("чужой, после запроса", "another's, after the query", "", "&extra_label=cabinet=OTHER_CABINET"),
            ("чужой, перед запросом", "another's, before the query", "extra_label=cabinet=OTHER_CABINET&", ""),
            ("пустой, после запроса", "empty, after the query", "", "&extra_label=cabinet="),
            ("пустой, перед запросом", "empty, before the query", "extra_label=cabinet=&", ""),
            ("пустая метка", "an empty label", "", "&extra_label="),
            ("другая метка", "another label", "", "&extra_label=client=OTHER_CLIENT"),
            ("регулярное выражение", "a regular expression", "", "&extra_label=cabinet=~.*"),
            ("с вариантами", "with alternatives", "", "&extra_label=cabinet=OTHER_CABINET|x"),
        )
    ),
    *(
        _ask(f"{name} в адресе", f"{name} in the URL", _SEEN, after=f"&{name}={urllib.parse.quote(_ALL_FILTER)}")
        for name in (
            "extra_filters[]",
            "extra_filters%5B%5D",
            "extra_filters%5b%5d",
            "extra_filters",
            "%65xtra_filters",
            "Extra_Filters",
            "extra_filters[0]",
        )
    ),
    _ask(
        "закодированное имя параметра", "an encoded parameter name", _SEEN, after="&%65xtra_label=cabinet=OTHER_CABINET"
    ),
    _ask("точка с запятой", "a semicolon", _SEEN, after=";extra_label=cabinet=OTHER_CABINET"),
    _ask(
        "амперсанд внутри значения",
        "an ampersand in the value",
        _SEEN,
        after="&x=1%26extra_label=cabinet=OTHER_CABINET",
    ),
    _ask("испорченное кодирование", "a broken escape", _SEEN, after="&x=%ZZ&extra_label=cabinet=OTHER_CABINET"),
    _ask("решётка", "a number sign", _SEEN, after="%23&extra_label=cabinet=OTHER_CABINET"),
    _ask(
        "extra_filters[] дважды",
        "extra_filters[] twice",
        _SEEN,
        after=f"&extra_filters[]={urllib.parse.quote(_ALL_FILTER)}" * 2,
    ),
    *(
        _ask(f"параметр {name}", f"the parameter {name}", _SEEN, after=f"&{name}={urllib.parse.quote(_ALL_FILTER)}")
        for name in ("match[]", "filter", "etfs[]")
    ),
    *(
        _post(f"{shown} в теле запроса", f"{shown} in the body", extra)
        for shown, extra in (
            ("extra_label=cabinet=…", "extra_label=cabinet=OTHER_CABINET"),
            ("extra_label=cabinet=", "extra_label=cabinet="),
            ("extra_filters", f"extra_filters={_ALL_FILTER}"),
            ("extra_filters[]", f"extra_filters[]={_ALL_FILTER}"),
        )
    ),
    MetricAttempt(
        Text("extra_filters[] в теле multipart", "extra_filters[] in a multipart body"),
        "/api/v1/query",
        method="POST",
        body=_MULTIPART,
        content_type="multipart/form-data; boundary=cut",
    ),
    MetricAttempt(
        Text("extra_label и в адресе, и в теле", "extra_label both in the URL and in the body"),
        _path(_SEEN, after="&extra_label=cabinet=OTHER_CABINET"),
        method="POST",
        body=urllib.parse.urlencode({"extra_label": "cabinet=OTHER_CABINET", "extra_filters[]": _ALL_FILTER}),
    ),
    *(
        MetricAttempt(
            Text(f"extra_filters[] в теле, метод {method}", f"extra_filters[] in the body, method {method}"),
            "/api/v1/query",
            method=method,
            body=urllib.parse.urlencode({"query": _SEEN, "extra_filters[]": _ALL_FILTER}),
        )
        for method in ("PUT", "PATCH", "DELETE")
    ),
    MetricAttempt(
        Text("тело формы при GET", "a form body with GET"),
        _path(_SEEN),
        body=urllib.parse.urlencode({"extra_filters[]": _ALL_FILTER}),
    ),
    *(
        _post(
            f"extra_filters[] в теле: {path}",
            f"extra_filters[] in the body: {path}",
            f"extra_filters[]={_ALL_FILTER}",
            path=path,
        )
        for path in (
            "/api/v1/query_range",
            "/api/v1/query_exemplars",
            "/api/v1/metadata",
            _LABELS,
            "/api/v1/series",
            "/api/v1/labels",
            "/api/v1/label/cabinet/values",
        )
    ),
    *(
        MetricAttempt(
            Text(f"{path} с чужим селектором", f"{path} with another's selector"),
            f"{path}?start=1&match[]={_MATCH}&extra_filters={urllib.parse.quote(_ALL_FILTER)}",
        )
        for path in (_LABELS, "/api/v1/series", "/api/v1/label/host/values")
    ),
)

# A header that names a tenant or an address to some proxy or store.
_HEADERS = tuple(
    MetricAttempt(Text(f"заголовок {name}", f"the header {name}"), _path(_SEEN), header=(name, value))
    for name, value in (
        ("X-Scope-OrgID", "OTHER_CABINET"),
        ("AccountID", "0"),
        ("TenantID", "0:0"),
        ("X-Original-URL", "/metrics/find?query=*&label=client"),
        ("X-Rewrite-URL", "/metrics/find?query=*&label=client"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Connection", "Authorization"),
    )
)

# The same question by another spelling of a path that is open.
_SPELLINGS = tuple(
    MetricAttempt(Text(f"путь {shown}", f"the path {shown}"), f"{shown}?start=1&match[]={_MATCH}&query={_QUOTED}")
    for shown in (
        "//api/v1/query",
        "/./api/v1/query",
        "/api/v1/labels/../query",
        "/api/v1/query%23",
        "/api/v1/query%3f",
        "/api/v1/query%00",
        "/api/v1/query;x=1",
        "/api/v1/label/..;/values",
        "/api/v1/label/client%0a/values",
        "/api/v1/label/x%2f..%2f../values",
        "/api/v1/label/x%2f..%2fclient/values",
    )
)

# Paths that answer for all cabinets, or that change the store. delete_series and imports name what does not exist.
_NOTHING = urllib.parse.quote('{__name__="smart_attempt_nothing"}')
_PATHS = (
    *map(
        _closed,
        (
            "/metrics/find?query=*&label=client",
            "/metrics/expand?query=*",
            "/metrics/index.json",
            "/tags",
            "/tags/client",
            "/tags/findSeries?expr=client!=",
            "/tags/autoComplete/values?tag=client&expr=client!=",
            "/render?target=*&format=json",
            "/federate?match[]=" + _MATCH,
            "/api/v1/export?match[]=" + _MATCH,
            "/api/v1/export/csv?format=client&match[]=" + _MATCH,
            "/api/v1/export/native?match[]=" + _MATCH,
            "/api/v1/series/count",
            "/api/v1/status/tsdb",
            "/api/v1/status/top_queries",
            "/api/v1/status/active_queries",
            "/api/v1/status/config",
            "/api/v1/status/flags",
            "/api/v1/rules",
            "/api/v1/alerts",
            "/api/v1/targets",
            f"/api/v1/admin/tsdb/delete_series?match[]={_NOTHING}",
            "/snapshot/list",
            "/snapshot/delete?snapshot=smart_attempt_nothing",
            "/internal/force_flush",
            "/internal/resetRollupResultCache",
            "/config",
            "/flags",
            "/metrics",
            "/debug/pprof/",
            "/-/reload",
            "/vmui/",
            "/",
            "/prometheus/" + _path(_SEEN).lstrip("/"),
            "/select/0/prometheus/" + _path(_SEEN).lstrip("/"),
            "/api/v1/labels/../export?match[]=" + _MATCH,
            "/api/v1/query/../../../metrics/find?query=*&label=client",
            "/api/v1/label/%2e%2e%2f%2e%2e/metrics/find?query=*&label=client",
            "/api/v1/label/x%2f..%2f..%2fexport/values?match[]=" + _MATCH,
            "/api/v1/query/..;/export?match[]=" + _MATCH,
            "/api/v1/query%2f..%2fexport?match[]=" + _MATCH,
            "//metrics/find?query=*&label=client",
            "/metrics/find%3Fquery=*&label=client",
            "/api/v1/query%3F/../export?match[]=" + _MATCH,
        ),
    ),
    _closed(f"/api/v1/admin/tsdb/delete_series?match[]={_NOTHING}", "POST"),
    _closed("/api/v1/import/prometheus", "POST", "\n"),
    _closed("/api/v1/import/prometheus", "GET", "\n"),
    _closed("/api/v1/import", "POST", "\n"),
    _closed("/write", "POST", "\n"),
    _closed("/api/v1/write", "POST"),
)

METRIC_ATTEMPTS: tuple[MetricAttempt, ...] = (*_LANGUAGE, *_PARAMETERS, *_HEADERS, *_SPELLINGS, *_PATHS)
