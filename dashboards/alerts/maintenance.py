"""Maintenance of an installation: maintenance mode, and the message that the product needs servicing.

Decided where the documents leave it open: the three hours are read from the history of the checks, so that a restart
of Grafana does not begin them anew.
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import CHECKS, INSTALLATION, TOGETHER, Alert, Panel
from dashboards.alerts._conditions import answered, refused
from dashboards.alerts._levels import DOWN, IMPAIRED, MASS, NOTICE, OUTAGES
from dashboards.alerts.network import MANY_INSTALLATIONS, TWICE, checks_panel, switched_on

_TOO_LONG = "3h"  # documented: more than 3 hours in a row
# The main page answers 503 then, which shows it also where the check Maintenance is not switched on.
_IN_MAINTENANCE = f"({refused('Maintenance')}) or on (client, host) ({answered('http200', 503)})"
_CHECK, _PAGE = 'kodeks_check_status{check="Maintenance"}', 'kodeks_check_http_code{check="http200"}'
_BEFORE = f"[{CHECKS.look_back}] offset {_TOO_LONG}"
_BY = "max by (client, host)"
_ALL_THE_TIME = (
    f"({_BY} (max_over_time({_CHECK}[{_TOO_LONG}])) == 0"
    f" and {_BY} (last_over_time({_CHECK}{_BEFORE})) == 0)"
    f" or ({_BY} (max_over_time({_PAGE}[{_TOO_LONG}])) == 503"
    f" and min by (client, host) (min_over_time({_PAGE}[{_TOO_LONG}])) == 503"
    f" and {_BY} (last_over_time({_PAGE}{_BEFORE})) == 503)"
)
_FOR_TOO_LONG = f"({_IN_MAINTENANCE}) and on (client, host) ({_ALL_THE_TIME})"
_ALL = Panel("kodeks-server-metrics", "online-check-status", (("checktype", "Maintenance"),))


def alerts(scope: Scope) -> list[Alert]:
    """States that the installation reports of itself."""
    return [
        Alert(
            name="KodeksMaintenance",
            priority=NOTICE,
            severity="info",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=_IN_MAINTENANCE,
            hold=TWICE,
            title="Включён режим обслуживания",
            text="{{ $labels.host }} в режиме обслуживания",
            meaning="""Установка в режиме обслуживания: пользователи пока не работают. Обычно это плановое обновление, и
            режим кончается сам. Проверки входа и главной страницы в это время не проходят, о них не сообщается.""",
            check="Обычно ничего делать не нужно. Режим не кончается несколько часов — посмотрите, что делает сервер.",
            causes=(
                "ставятся обновления",
                "после перезапуска идёт индексация",
                "идёт другая работа, которой нужны базы целиком",
            ),
            remedies=("обычно никаких: режим кончается сам",),
            panel=checks_panel("Maintenance"),
        ),
        Alert(
            name="KodeksMaintenanceCount",
            priority=MASS,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=TOGETHER,
            # Those that are there for too long count too, so not the cases of KodeksMaintenance.
            condition=f"count(max by (client, host) ({_IN_MAINTENANCE})) > {MANY_INSTALLATIONS}",
            hold=TWICE,
            title="Сразу много установок в режиме обслуживания",
            text="В режиме обслуживания установок: {{ $values.A }}",
            meaning=f"""В режиме обслуживания больше {MANY_INSTALLATIONS} установок сразу. Ночью, пока ставятся
            обновления, это обычно; днём — повод узнать, что происходит.""",
            check="Посмотрите, что у этих установок общего и не идёт ли плановое обновление площадки.",
            causes=("обновление сразу у многих", "работы на площадке"),
            remedies=("дождаться конца обновления", "позвонить в поддержку площадки"),
            panel=_ALL,
        ),
        Alert(
            name="KodeksMaintenanceToLong",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=_FOR_TOO_LONG,
            title="Режим обслуживания дольше трёх часов",
            text="{{ $labels.host }} больше трёх часов в режиме обслуживания",
            meaning="""Режим обслуживания не кончается больше трёх часов подряд. Столько не длится ни обновление, ни
            индексация: скорее всего, что-то зависло.""",
            check="Посмотрите на сервере, чем занята программа: обновлением, индексацией или ничем.",
            causes=("зависло обновление", "зависла индексация"),
            remedies=("посмотреть журнал обновления на сервере", "перезапустить обновление или индексацию"),
            panel=checks_panel("Maintenance"),
        ),
        Alert(
            name="KodeksMaintenanceToLongCount",
            priority=MASS,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=TOGETHER,
            counts="KodeksMaintenanceToLong",
            over=MANY_INSTALLATIONS,
            title="Сразу на многих установках режим обслуживания дольше трёх часов",
            text="Больше трёх часов в режиме обслуживания установок: {{ $values.A }}",
            meaning=f"""Больше {MANY_INSTALLATIONS} установок дольше трёх часов в режиме обслуживания: похоже, у них
            зависло одно и то же обновление.""",
            check="Сравните версии и время обновления у этих установок.",
            causes=("неудачное обновление сразу у многих", "авария на площадке"),
            remedies=("остановить рассылку обновления", "позвонить в поддержку площадки"),
            panel=_ALL,
        ),
        Alert(
            name="KodeksNeedSupport",
            priority=IMPAIRED,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=refused("support"),
            requires=switched_on("support"),
            hold=TWICE,
            title="Программа просит обслуживания",
            text="На главной странице {{ $labels.host }} сообщение, что требуется обслуживание",
            meaning="""На главной странице установки служебное сообщение: системе требуется обслуживание. Его видят и
            пользователи.""",
            check="Откройте главную страницу установки и прочтите сообщение.",
            causes=("базы давно не обновлялись", "программа нашла неисправность и просит специалиста"),
            remedies=("направить специалиста",),
            panel=checks_panel("support"),
        ),
    ]
