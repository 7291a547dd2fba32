"""What collects on loopback, from Debian's packages: the blackbox exporter, and vmalert as a recorder.

Each is a context manager, like the stores in `local`. Their files may be replaced while they run: vmalert looks for new
rules every few seconds, the exporter is asked to.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from provision.errors import StoreError
from provision.stores.local import MetricsServer
from provision.stores.process import answering, find, serving
from provision.stores.wire import Login, ask
from provision.text import Text


@dataclass(frozen=True, slots=True)
class Exporter:
    """A running blackbox exporter; whoever reaches it may make it probe any address."""

    url: str
    pid: int = field(default=0, compare=False)

    @property
    def address(self) -> str:
        """`host:port`, as scrape.yml names it."""
        return self.url.partition("://")[2]


@dataclass(frozen=True, slots=True)
class Recorder:
    """A running vmalert."""

    url: str
    pid: int = field(default=0, compare=False)


@contextmanager
def blackbox_exporter(
    config: Path, log: Path, port: int = 0, environment: Mapping[str, str] | None = None
) -> Iterator[Exporter]:
    """An exporter with the modules of `config`; port 0 takes a free one."""
    binary = find("prometheus-blackbox-exporter")

    def command(chosen: int) -> list[str]:
        listen = f"--web.listen-address=127.0.0.1:{chosen}"
        return [binary, f"--config.file={config}", listen, "--log.level=warn"]

    with serving(command, port, log, answering("/-/healthy"), environment=environment) as (chosen, pid):
        yield Exporter(f"http://127.0.0.1:{chosen}", pid)


@contextmanager
def vmalert(rules: Path, metrics: MetricsServer, log: Path, port: int = 0) -> Iterator[Recorder]:
    """A vmalert that reads from and writes to `metrics`; port 0 takes a free one."""
    binary = find("vmalert", package="victoria-metrics")

    def command(chosen: int) -> list[str]:
        return [
            binary,
            f"-httpListenAddr=127.0.0.1:{chosen}",
            f"-rule={rules}",
            "-configCheckInterval=5s",
            "-remoteWrite.flushInterval=1s",
            "-loggerLevel=WARN",
            f"-datasource.url={metrics.url}",
            f"-remoteWrite.url={metrics.url}",
            "-envflag.enable",
        ]

    login = {
        f"{purpose}_basicAuth_{name}": value
        for purpose in ("datasource", "remoteWrite")
        for name, value in (("username", metrics.login.user), ("password", metrics.login.password))
    }
    with serving(command, port, log, answering("/health"), environment=login) as (chosen, pid):
        yield Recorder(f"http://127.0.0.1:{chosen}", pid)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the engines work by now: modules of the exporter, targets that the store probes, rules of the recorder."""

    modules: int
    targets: int
    rules: int


def taken(metrics: MetricsServer, exporter: str, recorder: str) -> Taken:
    """What they have taken from their files. Raises StoreError when one does not say, or reports an error."""
    try:
        modules = yaml.safe_load(_answer(f"{exporter}/config"))["modules"]
        targets = json.loads(_answer(f"{metrics.url}/api/v1/targets?state=active", metrics.login))["data"][
            "activeTargets"
        ]
        groups = json.loads(_answer(f"{recorder}/api/v1/rules"))["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        failed = next((str(rule["lastError"]) for rule in rules if rule["lastError"]), "")
    except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise _strange(Text(type(error).__name__, type(error).__name__)) from None
    if failed:
        raise StoreError(Text(f"vmalert: {failed}", f"vmalert: {failed}"))
    return Taken(len(modules), len(targets), len(rules))


def may_ping(exporter: str) -> bool:
    """Whether the exporter has the right to ping: asked with this machine's own address."""
    answer = _answer(f"{exporter}/probe?module=icmp&target=127.0.0.1")
    return "\nprobe_success 1\n" in answer


def _answer(url: str, login: Login | None = None) -> str:
    answer = ask(url, headers=login.headers if login else None)
    if answer.status != 200:
        where = url.partition("?")[0]
        raise _strange(Text(f"{where}: {answer.why.ru}", f"{where}: {answer.why.en}"))
    return answer.text


def _strange(why: Text) -> StoreError:
    return StoreError(Text(f"сбор отвечает не как следует: {why.ru}", f"collection does not answer properly: {why.en}"))


def reload(exporter: str) -> None:
    """Makes the exporter at that URL read its file again. Raises StoreError when it keeps the old one."""
    answer = ask(f"{exporter.rstrip('/')}/-/reload", method="POST")
    if answer.status == 200:
        return
    said = answer.text.strip().splitlines()
    why = Text(said[0], said[0]) if said else answer.why
    raise StoreError(
        Text(
            f"blackbox exporter не принял blackbox.yml: {why.ru}",
            f"the blackbox exporter refused blackbox.yml: {why.en}",
        ),
        Text("До исправления действует прежний файл.", "The old file stays in force until this is corrected."),
    )
