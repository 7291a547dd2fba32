"""What PostgreSQL, or its library on the way there, says of an error, in both languages."""

import re
from collections.abc import Mapping

from provision.stores.driver import psycopg
from provision.text import Text, harmless

_BY_STATE: Mapping[str, str] = {  # SQLSTATE
    "23505": "такая запись уже есть",
    "28000": "вход этому пользователю не разрешён",
    "28P01": "логин или пароль не приняты",
    "3D000": "такой базы нет",
    "40P01": "два сеанса ждут друг друга",
    "42501": "не хватает прав",
    "42P01": "такой таблицы нет",
    "53100": "на диске сервера нет места",
    "53300": "слишком много соединений",
    "55P03": "занято другим сеансом",
    "57014": "запрос прерван",
    "57P01": "сервер останавливают",
    "57P03": "сервер ещё не готов",
}
_WHILE_CONNECTING = (  # the library's own words, without a SQLSTATE
    ("password authentication failed", "логин или пароль не приняты"),
    ("no password supplied", "пароль не задан"),
    ("pg_hba.conf", "сервер не пускает с этого адреса (pg_hba.conf)"),
    ("permission denied for database", "вход в эту базу не разрешён"),
    ('database ".*" does not exist', "такой базы нет"),
    ('role ".*" (does not exist|is not permitted)', "такого пользователя нет, или вход ему не разрешён"),
    ("refused", "соединение отклонено"),
    ("translate host name|resolve host|not known|failure in name", "имя узла неизвестно"),
    ("time(d )?out", "ответа нет слишком долго"),
    ("closed the connection|reset by peer|terminat", "сервер оборвал соединение"),
    ("starting up|shutting down|recovery", "сервер ещё не готов"),
    ("too many|remaining connection slots", "слишком много соединений"),
    ("SSL|certificate", "защищённое соединение не установлено"),
    ("unreachable", "сеть или узел недоступны"),
    ("No such file", "сервера на этой машине нет"),
    ("connection (option|info)|invalid (port|integer|value)|after \"", "строка подключения не разобрана"),
)  # fmt: skip
_SERVER = re.compile(r'server at "([^"]+)"(?: \([^)]*\))?, port (\d+)')


def postgres_reason(error: "psycopg.Error") -> Text:
    """Why it failed. English: the server's own words; Russian: ours, or those quoted."""
    lines = (error.diag.message_primary or str(error)).strip().splitlines()
    said = harmless(lines[0]) if lines else type(error).__name__
    russian = _BY_STATE.get(error.sqlstate or "")
    if error.sqlstate is None:
        russian = next((ru for words, ru in _WHILE_CONNECTING if re.search(words, str(error))), None)
        if russian and (server := _SERVER.search(str(error))):
            russian = f"{russian} ({server[1]}:{server[2]})"
    return Text(russian or f"сообщение сервера: «{said}»", said)
