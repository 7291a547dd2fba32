"""Licence manager (Licman): its host and its port.

The lists have no address of a licence manager: the checks, where they are switched on, ask the installation's own host.
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import CHECKS, INSTALLATION, Alert
from dashboards.alerts._conditions import failed
from dashboards.alerts._levels import DOWN, IMPAIRED, OUTAGES
from dashboards.alerts.network import TWICE, checks_panel, switched_on


def alerts(scope: Scope) -> list[Alert]:
    """The two checks."""
    return [
        Alert(
            name="LicmanIcmp",
            priority=IMPAIRED,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=failed("licman_icmp"),
            requires=switched_on("licman_icmp"),
            hold=TWICE,
            title="Сервер менеджера лицензий не отвечает на ping",
            text="Менеджер лицензий установки {{ $labels.host }} не отвечает на ping",
            meaning="""Сервер, на котором работает менеджер лицензий (Licman), не ответил на ping две проверки подряд.
            Без менеджера лицензий программа скоро перестанет пускать пользователей.""",
            check="Проверьте, включён ли сервер менеджера лицензий и есть ли до него сеть.",
            causes=("до сервера нет сети", "сервер выключен", "межсетевой экран не пропускает ICMP"),
            remedies=("включить сервер", "разрешить ICMP в межсетевом экране"),
            panel=checks_panel("licman_icmp"),
        ),
        Alert(
            name="LicmanTcpStatus",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=failed("licman_tcp"),
            requires=switched_on("licman_tcp"),
            hold=TWICE,
            title="Менеджер лицензий не отвечает",
            text="Порт менеджера лицензий установки {{ $labels.host }} закрыт",
            meaning="Порт менеджера лицензий (обычно 8888) не принимает соединения две проверки подряд.",
            check="Посмотрите, запущен ли Licman на его сервере.",
            causes=("Licman не запущен", "соединение запрещает межсетевой экран"),
            remedies=("запустить Licman", "разрешить в межсетевом экране соединения с сервера SMART"),
            panel=checks_panel("licman_tcp"),
        ),
    ]
