"""Use of one large client by Active Directory groups: departments and branches.

Decided where the catalogue leaves it open: the title is whole; the other two panels without a picture are the requests
and the seats. Exactly one installation is chosen, as the help on it asks: groups of different clients have the same
names and would be added up. Whoever moved to another group is in both for two hours, while the old one is still known.
"""

from grafanalib.core import Dashboard, Panel

from dashboards._layout import board
from dashboards._links import DOMAIN, link
from dashboards._panels import LIGHT_FILL, STEPPED, Json, legend, text, timeseries
from dashboards._queries import last, pick, series
from dashboards._scope import Scope
from dashboards._variables import variable, variable_of_one

NEEDS = ("installations",)

_WITHIN = ("installation", "manager")
_FILTERS = (*_WITHIN, "domain")
_COVERED = "kodeks_user_docs_covered_mtd"

_MONTHLY = """Считается с начала месяца, 1-го числа начинается с нуля: для сравнения берите одинаковые числа месяцев.
    Разрыв — отчётов не было дольше двух часов."""
_NOBODY = "НеОпределён — пользователи без группы."

_HOWTO = """
1. **клиент** — выберите одну установку: у разных клиентов группы называются одинаково.
2. **Домен** — оставьте все группы или выберите нужные.
3. Щелчок по строке легенды оставляет на графике одну группу, щелчок с Ctrl добавляет к ней другие.

Группы есть только у установок на оборудовании клиента; у облачных видна одна линия на всю компанию.
"""


def build(scope: Scope) -> Dashboard:
    """Seven charts, a line each group, and how to use them."""
    return board(
        "Статистика в разрезе MS ActiveDirectory",
        "Как пользуются системой отделы и филиалы одного клиента: по группам Active Directory.",
        _month(
            scope,
            "docs-covered",
            "Запрошенных документов покрытых лицензией",
            f"""Открытые документы, которые засчитываются по лицензии, по группам. {_MONTHLY} {_NOBODY} Группа внизу при
            многих людях в ней — кандидат на обучение; наверху — ваш союзник при продлении.""",
            _COVERED,
        ),
        _month(
            scope,
            "docs-free",
            "Запрошенных бесплатных документов",
            f"""Открытые бесплатные документы, по группам. {_MONTHLY} {_NOBODY} Бесплатных больше, чем покрытых
            лицензией, — группа не знает, за что платит компания: покажите ей её базы.""",
            "kodeks_user_docs_free_mtd",
        ),
        _month(
            scope,
            "docs-printed",
            "Распечатанных документов",
            f"""Документы, напечатанные из программы, по группам; печать из Word или PDF сюда не попадает. {_MONTHLY}
            {_NOBODY} Много печатает одна группа — предложите ей закладки и подборки.""",
            "kodeks_user_docs_printed_mtd",
        ),
        _month(
            scope,
            "docs-saved",
            "Сохранённых документов",
            f"""Документы, сохранённые на рабочее место, открытые в другой программе или отправленные почтой, по
            группам. {_MONTHLY} {_NOBODY} Резкий рост у одной группы — спросите, не выгружает ли кто-то базу.""",
            "kodeks_user_docs_saved_mtd",
        ),
        _month(
            scope,
            "activity",
            "Активность пользователей в текущем месяце по доменам",
            f"""Баллы за все действия, сумма по пользователям группы. {_MONTHLY} {_NOBODY} Сумма, а не среднее: большая
            группа выше и при вялой работе, поэтому сравнивайте группу с нею же в прошлом месяце.""",
            "kodeks_user_activity_mtd",
        ),
        _month(
            scope,
            "db-requests",
            "Запросы к БД",
            f"""Все запросы к базам, из программы и через kAssist, по группам. {_MONTHLY} {_NOBODY} Ровная линия в
            рабочие дни — группа системой не пользуется: узнайте, почему.""",
            "kodeks_user_db_requests_mtd",
        ),
        _seats(scope),
        text(
            "howto",
            "Как пользоваться",
            "Что выбрать сверху и почему у части клиентов нет групп. От данных не зависит.",
            _HOWTO.strip(),
            width=12,
            height=9,
        ),
        variables=[
            variable_of_one("installation", "клиент", _COVERED, "host", within=["manager"]),
            variable("manager", "manager", _COVERED, "manager"),
            variable("domain", "Домен", _COVERED, "domain", within=_WITHIN),
        ],
        since="now-60d",
    )


def _month(scope: Scope, key: str, title: str, description: str, metric: str) -> Panel:
    """A month-to-date figure, summed over the users of each group; one who changed the manager counts once."""
    people = f"max by (host, user, domain) ({last(pick(metric, *_FILTERS))})"
    return timeseries(
        key,
        title,
        description,
        series(f"sum by (domain) ({people})", "{{domain}}"),
        unit="short",
        legend=legend("lastNotNull", sort="lastNotNull"),
        style=STEPPED,
        links=_people(scope),
    )


def _seats(scope: Scope) -> Panel:
    used = last(pick("kodeks_domain_licenses_used", *_FILTERS))
    return timeseries(
        "licenses-used",
        "Занятые лицензии по доменам",
        f"""Сколько лицензий занимала каждая группа в момент отчёта; вместе это занятые лицензии установки. {_NOBODY}
        Между отчётами могло быть больше. Одна группа держит почти все места, а другие получают отказы — повод говорить
        о дополнительных лицензиях. Разрыв — отчётов не было дольше двух часов.""",
        series(f"sum by (domain) (max by (host, domain) ({used}))", "{{domain}}"),
        unit="short",
        legend=legend("lastNotNull", sort="lastNotNull"),
        style=LIGHT_FILL,
        minimum=0,
        links=_people(scope),
    )


def _people(scope: Scope) -> list[Json]:
    return link(scope, "for-managers", "Люди этой группы", host="${installation}", domain=DOMAIN)
