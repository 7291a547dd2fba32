"""Values of a client into files: escaped for cmd, bash, XML and curl's configuration."""

import base64
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

from provision.errors import UsageError
from provision.text import Text

WINDOWS, LINUX = "C:\\SMART", "/opt/smart"
_ADDRESS = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}")
_RECEIVER = re.compile(r"https?://[A-Za-z0-9._~:/\[\]-]+")
_NAME = re.compile(r"@([A-Z_]+)@")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Values:
    """What the scripts of one client have.

    `receiver` is the base address, `address` the product's `host:port` as the script reaches it. `login` and `password`
    read its metrics; "" for both: there is no smartstatus script. `proxy` is `[user:password@]host:port`, "" for none.
    `air_gapped`: the scripts make files and send nothing. Raises UsageError for what no script can hold.
    """

    client: str
    dealer: str
    token: str = field(repr=False)
    receiver: str
    address: str = "127.0.0.1:80"
    login: str = ""
    password: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)
    air_gapped: bool = False

    def __post_init__(self) -> None:
        if not _RECEIVER.fullmatch(self.receiver):
            raise UsageError(
                Text(f"Адрес приёмника не годится: {self.receiver}", f"Not an address of a receiver: {self.receiver}"),
                Text("Нужен адрес вида https://smart.example.ru", "Write it as https://smart.example.ru"),
            )
        if not is_address(self.address):
            raise UsageError(
                Text(f"Адрес системы не годится: {self.address}", f"Not an address of the product: {self.address}"),
                Text("Нужен узел:порт, например 127.0.0.1:80", "Write host:port, such as 127.0.0.1:80"),
            )

    @property
    def texts(self) -> Mapping[str, str]:
        """What the templates name."""
        sign_in = base64.b64encode(f"{self.login}:{self.password}".encode()).decode() if self.password else ""
        return {
            "CLIENT": self.client,
            "DEALER": self.dealer,
            "TOKEN": self.token,
            "RECEIVER": self.receiver.rstrip("/"),
            "RECEIVER_HOST": urlsplit(self.receiver).netloc,
            "ADDRESS": self.address,
            "LOGIN": self.login,
            "SIGN_IN": sign_in,
            "PROXY": _proxy(self.proxy),
            "WINDOWS": WINDOWS,
            "LINUX": LINUX,
        }


def is_address(text: str) -> bool:
    """Whether it is `host:port`."""
    return _ADDRESS.fullmatch(text) is not None and 0 < int(text.rpartition(":")[2]) < 1 << 16


def files_of(values: Values) -> Iterator[tuple[str, bytes]]:
    """Name, below the client's folder, and content of each file."""
    texts = values.texts
    if values.air_gapped:
        yield "windows/smartreport.bat", _batch(_filled("smartreport.bat", texts, _for_cmd))
        yield "linux/smartreport.sh", _filled("smartreport.sh", texts, shlex.quote).encode("ascii")
        yield "checklist.txt", _note(_filled("by_hand.txt", texts, str))
        return
    for script, every, limit in (("smartupload", "PT1H", "PT1H"), ("smartstatus", "PT15M", "PT10M")):
        if script == "smartstatus" and not texts["SIGN_IN"]:
            continue
        yield f"windows/{script}.bat", _batch(_filled(f"{script}.bat", texts, _for_cmd))
        yield f"linux/{script}.sh", _filled(f"{script}.sh", texts, shlex.quote).encode("ascii")
        task = _filled("task.xml", {**texts, "SCRIPT": script, "EVERY": every, "LIMIT": limit}, escape)
        yield f"windows/{script}.xml", task.replace("\n", "\r\n").encode("utf-16")
    lines = _filled("crontab", texts, str).splitlines(keepends=True)
    kept = [line for line in lines if texts["SIGN_IN"] or "smartstatus" not in line]
    yield "linux/crontab", "".join(kept).encode()
    yield "checklist.txt", _note(_filled("checklist.txt", texts, str))
    yield "security.txt", _note(_filled("security.txt", texts, str))


def _filled(name: str, texts: Mapping[str, str], escaped: Callable[[str], str]) -> str:
    template = resources.files("provision.collect.scripts").joinpath("templates", name).read_text(encoding="utf-8")
    return _NAME.sub(lambda found: escaped(texts[found[1]]), template)


def _for_cmd(text: str) -> str:
    """The text for `set "NAME=text"` under DisableDelayedExpansion.

    Inside the quotes `&`, `^`, `!`, `<`, `>` and `|` mean nothing to cmd; `%` is doubled. A quote would end them.
    """
    if '"' in text or not (text.isascii() and text.isprintable()):
        raise UsageError(
            Text("В файл .bat такое значение не записать: кавычка или не ASCII", "A .bat cannot hold this value"),
            Text("Проверьте имя клиента, адрес и токен", "Check the client's name, the address and the token"),
        )
    return text.replace("%", "%%")


def _batch(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("ascii")


def _note(text: str) -> bytes:
    """A text that the Notepad of any Windows shows."""
    return (_BOM + text).replace("\n", "\r\n").encode()


def _proxy(text: str) -> str:
    """The proxy as an address for curl, its user and password percent-encoded."""
    if not text:
        return ""
    bare = text.removeprefix("http://")
    who, _, where = bare.rpartition("@")
    if not is_address(where):
        raise UsageError(
            Text("Прокси в SMART_CLIENT_PROXY не годится", "SMART_CLIENT_PROXY is no proxy"),
            Text("Нужно [пользователь:пароль@]узел:порт", "Write [user:password@]host:port"),
        )
    user, _, password = who.partition(":")
    return f"http://{quote(user, safe='')}:{quote(password, safe='')}@{where}" if who else f"http://{where}"
