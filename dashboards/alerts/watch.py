"""For the operator: SMART itself does not see the cabinet. None of these is among the 57 of the documents.

The rules of the cabinet keep their state when a store does not answer, and find nothing when nothing is collected. So
both would pass unnoticed without these rules.
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import ACCOUNTS, CHECKS, REPORTS, TOGETHER, Alert, Feed
from dashboards.alerts._levels import IMPAIRED, OPERATOR


def alerts(scope: Scope) -> list[Alert]:
    """Stores that do not answer, and collection that has stopped."""
    return [
        Alert(
            name="SmartRulesFail",
            priority=IMPAIRED,
            severity="critical",
            route=OPERATOR,
            feeds=(CHECKS, REPORTS, ACCOUNTS),
            case=TOGETHER,
            # Neither part ever finds anything: the rule fires by an error of one of them alone.
            condition="count(last_over_time(kodeks_sysinfo_timestamp_seconds[1h])) < 0",
            within="SELECT count(*) AS clients FROM core.clients HAVING count(*) < 0",
            exec_error="Alerting",
            title="Правила кабинета не вычисляются",
            text="Хранилище кабинета не отвечает на запросы правил",
            meaning="""Хранилище чисел или строк отказало в запросе. Остальные правила кабинета сохраняют последнее
            состояние: новых оповещений не будет, пока хранилище не ответит.""",
            check="Откройте правило в Grafana: в его состоянии текст ошибки. Затем запустите provision drift.",
            causes=("хранилище не работает", "у источника данных сменился пароль", "нет сети до хранилища"),
            remedies=("запустить хранилище", "выполнить provision apply"),
        ),
        _stopped("SmartChecksStopped", CHECKS, "kodeks_check_status", "30m", "проверок доступности"),
        _stopped("SmartPollsStopped", ACCOUNTS, "kodeks_online_up", "4h", "опросов онлайн-доступов"),
    ]


def _stopped(name: str, feed: Feed, metric: str, silence: str, what: str) -> Alert:
    """Data came within the last two days, and none at all has come lately."""
    return Alert(
        name=name,
        priority=IMPAIRED,
        severity="critical",
        route=OPERATOR,
        feeds=(feed,),
        case=TOGETHER,
        condition=f"count(last_over_time({metric}[2d])) unless on () count(last_over_time({metric}[{silence}]))",
        title=f"Нет {what}",
        text=f"Нет {what}, хотя раньше были; рядов: {{{{ $values.A }}}}",
        meaning=f"У кабинета давно нет результатов {what}, хотя раньше они были. Дело в самом SMART, а не в клиентах.",
        check="Посмотрите, работает ли сбор данных и доходит ли он до хранилища.",
        causes=("сбор данных остановлен", "хранилище не принимает данные"),
        remedies=("запустить сбор данных", "проверить место на диске хранилища"),
    )
