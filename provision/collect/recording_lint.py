"""What the linter finds in the recorded series: their queries and labels are compared with what the stores hold."""

from collections.abc import Iterable, Iterator, Mapping, Set

from provision.collect.recording import Rule, rules
from provision.model import Code, Problem
from provision.text import Text

CODES = (
    Code(
        "D33",
        "error",
        Text("записываемый ряд не соответствует договору данных", "a recorded series breaks the data contract"),
        Text(
            "Сверьте правило в provision/collect/recording.py с договором данных: метрики, метки, длительности.",
            "Compare the rule in provision/collect/recording.py with the data contract: metrics, labels, durations.",
        ),
    ),
)


def lint() -> Iterator[Problem]:
    """Every breach in our rules; asks no server."""
    from provision.stores.contract import labels_by_metric

    yield from breaches(rules(), labels_by_metric())


def breaches(wanted: Iterable[Rule], known: Mapping[str, Set[str]]) -> Iterator[Problem]:
    """The same of any rules, against the labels of each metric."""
    for rule in wanted:
        for what in _breaches(rule, known):
            where = " ".join((rule.metric, *rule.labels.values()))
            yield Problem(
                code="D33",
                level="error",
                message=Text(f"{where}: {what.ru}", f"{where}: {what.en}"),
                hint=CODES[0].hint,
                file="provision/collect/recording.py",
                field_name="recording",
                value=where,
            )


def _breaches(rule: Rule, known: Mapping[str, Set[str]]) -> Iterator[Text]:
    from dashboards.lint import promql  # its parser takes a while to load

    if rule.metric not in known:
        yield Text("такой метрики нет в договоре", "the contract has no such metric")
    for label in sorted(rule.labels.keys() - known.get(rule.metric, rule.labels.keys())):
        yield Text(f"у метрики нет метки {label}", f"the metric has no label {label}")
    for duration in promql.capital_durations(rule.query):
        yield Text(f"длительность {duration} остановит хранилище", f"the duration {duration} ends the store")
    try:
        read = promql.reads(rule.query)
    except ValueError as error:
        yield Text(f"запрос не разобран: {error}", f"the query cannot be parsed: {error}")
        return
    for one in read:
        if one.metric not in known:
            yield Text(f"запрос читает неизвестную метрику {one.metric}", f"the query reads unknown {one.metric}")
        for label in sorted(one.labels - known.get(one.metric, one.labels)):
            yield Text(f"у {one.metric} нет метки {label}", f"{one.metric} has no label {label}")
