"""Network reachability: host, port, main page, service behind a reverse proxy.

Decided where the documents leave it open: a check counts as failed when it failed twice in a row; the documents count
"many hosts" for maintenance alone, and that figure (30) is taken for hosts and installations everywhere.
"""

from dashboards._scope import Scope
from dashboards.alerts._alert import CHECKS, INSTALLATION, TOGETHER, Alert, Panel
from dashboards.alerts._conditions import failed, refused
from dashboards.alerts._levels import DOWN, IMPAIRED, MASS, OUTAGES

TWICE = CHECKS.every  # proposal: a packet that was lost once is no outage
# Documented for KodeksMaintenanceCount ("more than 30 installations"), proposed for every other count of hosts.
MANY_INSTALLATIONS = 30


def switched_on(check: str) -> str:
    """What an alert on a check requires that is not made for every installation."""
    return f"Проверка {check}: её включают в tenants.yaml (checks)."


def checks_panel(check: str) -> Panel:
    """The checks of the installation over time, narrowed to one."""
    return Panel("kodeks-server-metrics", "online-check-status", (("host", "$host"), ("checktype", check)))


def alerts(scope: Scope) -> list[Alert]:
    """Checks of SMART from outside."""
    return [
        Alert(
            name="KodeksTcpStatus",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=failed("tcp"),
            hold=TWICE,
            title="Порт программы не принимает соединения",
            text="Порт {{ $labels.host }} закрыт",
            meaning="""SMART не смог соединиться с портом установки (обычно 80) две проверки подряд. За закрытым портом
            ничего не узнать, поэтому остальные проверки этой установки молчат. Если перед программой стоит
            обратный прокси, проверяется прокси, а не программа.""",
            check="""Откройте адрес установки в браузере. Не открывается и у вас — запустите kodwebd; открывается —
            пустите через межсетевой экран адрес сервера SMART.""",
            causes=("не запущен kodwebd", "соединение запрещает межсетевой экран"),
            remedies=("запустить kodwebd", "разрешить в межсетевом экране соединения с сервера SMART"),
            panel=checks_panel("tcp"),
        ),
        Alert(
            name="KodeksTcpStatusCount",
            priority=MASS,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=TOGETHER,
            counts="KodeksTcpStatus",
            over=MANY_INSTALLATIONS,
            title="Порт закрыт сразу на многих установках",
            text="Порт закрыт на установках: {{ $values.A }}",
            meaning=f"""Порт не отвечает больше чем на {MANY_INSTALLATIONS} установках сразу. Так бывает, когда дело
            не в клиентах: у площадки или у самого SMART пропала связь.""",
            check="Посмотрите, что у этих установок общего: площадка, провайдер, адреса. Проверьте сеть сервера SMART.",
            causes=("авария на площадке или у провайдера", "нет связи у сервера SMART"),
            remedies=("позвонить в поддержку площадки", "проверить сеть сервера SMART"),
            panel=Panel("kodeks-server-metrics", "online-check-status", (("checktype", "tcp"),)),
        ),
        Alert(
            name="KodeksIcmp",
            priority=IMPAIRED,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=failed("icmp"),
            hold=TWICE,
            title="Сервер не отвечает на ping",
            text="{{ $labels.host }} не отвечает на ping",
            meaning="""Сервер установки не ответил на ping две проверки подряд. Проверяются только строки списка с
            пометкой ping.""",
            check="""Посмотрите, проходит ли проверка tcp. Проходит — межсетевой экран не пускает ICMP от сервера SMART;
            не проходит — сервер выключен или до него нет сети.""",
            causes=(
                "до сервера нет сети",
                "сервер выключен",
                "межсетевой экран не пропускает ICMP от сервера SMART",
            ),
            remedies=("включить сервер", "разрешить ICMP от сервера SMART в межсетевом экране"),
            panel=checks_panel("icmp"),
        ),
        Alert(
            name="KodeksIcmpCount",
            priority=MASS,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=TOGETHER,
            counts="KodeksIcmp",
            over=MANY_INSTALLATIONS,
            title="На ping не отвечают сразу многие серверы",
            text="Не отвечают на ping серверы: {{ $values.A }}",
            meaning=f"На ping не отвечают больше {MANY_INSTALLATIONS} серверов сразу: вероятно, причина у них одна.",
            check="Посмотрите, что у этих серверов общего: площадка, провайдер. Проверьте связь сервера SMART.",
            causes=("авария на площадке или у провайдера", "нет связи у сервера SMART"),
            remedies=("позвонить в поддержку площадки", "проверить сеть сервера SMART"),
            panel=Panel("kodeks-server-metrics", "online-check-status", (("checktype", "icmp"),)),
        ),
        Alert(
            name="KodeksHttp200Status",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            condition=failed("http200"),
            hold=TWICE,
            title="Главная страница не отвечает кодом 200",
            text="Главная страница {{ $labels.host }} не отвечает кодом 200",
            meaning="""Порт открыт, но вместо главной страницы приходит ошибка. Пока включён режим обслуживания, закрыт
            порт или не работает служба за прокси, об этом не сообщается: причина уже известна.""",
            check="Откройте главную страницу установки и посмотрите код ответа, затем журнал сервера.",
            causes=("сбой программы", "обратный прокси отвечает вместо неё"),
            remedies=("посмотреть журнал сервера", "проверить обратный прокси, если он есть"),
            panel=checks_panel("http200"),
        ),
        Alert(
            name="KodeksHttp200StatusCount",
            priority=MASS,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=TOGETHER,
            counts="KodeksHttp200Status",
            over=MANY_INSTALLATIONS,
            title="Главная страница не открывается сразу на многих установках",
            text="Главная страница не отвечает кодом 200 на установках: {{ $values.A }}",
            meaning=f"""Больше {MANY_INSTALLATIONS} установок не показывают главную страницу. Те, где включён режим
            обслуживания или закрыт порт, не считаются.""",
            check="Посмотрите, что у этих установок общего: площадка, прокси, версия программы.",
            causes=("авария на площадке", "неудачное обновление сразу у многих"),
            remedies=("позвонить в поддержку площадки", "отменить обновление"),
            panel=Panel("kodeks-server-metrics", "online-check-status", (("checktype", "http200"),)),
        ),
        Alert(
            name="KodeksBehindProxyDown",
            priority=DOWN,
            severity="critical",
            route=OUTAGES,
            feeds=(CHECKS,),
            case=INSTALLATION,
            # "although the proxy itself answers": a closed port is an alert of its own
            condition=f"({refused('proxy')}) unless on (client, host) ({failed('tcp')})",
            requires=switched_on("proxy"),
            hold=TWICE + CHECKS.every,  # the two checks come at different seconds, as with suppression
            title="Прокси отвечает, а программа за ним — нет",
            text="За прокси {{ $labels.host }} не отвечает программа",
            meaning="""Обратный прокси принимает соединения, но проверочные страницы программы за ним не открываются.
            Остальные проверки этой установки, которые от этого не проходят, молчат.""",
            check="Зайдите на сервер за прокси и посмотрите, запущен ли kodwebd; затем настройки прокси.",
            causes=(
                "остановлена служба за прокси",
                "ошибка в настройке обратного прокси",
                "сбой DNS или переадресации у площадки",
            ),
            remedies=("запустить kodwebd", "исправить настройку прокси", "написать в поддержку облака"),
            panel=checks_panel("proxy"),
        ),
    ]
