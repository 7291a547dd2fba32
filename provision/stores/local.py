"""The stores themselves on loopback: VictoriaMetrics, vmauth and PostgreSQL from Debian's packages, for trying out.

Each is a context manager that returns the running server and always stops it, also when our own process is killed. They
listen on 127.0.0.1 only, on a free port, and keep their data in the caller's folder. PostgreSQL refuses to run as root
and then runs as the system's user `postgres`. Keys and passwords are passed in the environment (`-envflag.enable`):
every user of the machine can read the arguments of a process.
"""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from provision.errors import StoreError
from provision.stores.driver import psycopg
from provision.stores.number_stores import NumberStore, VictoriaMetrics
from provision.stores.process import answering, as_user, find, postgres_program, serving
from provision.stores.wire import Answer, Login, ask
from provision.text import Text
from provision.whole_files import replaced

_POSTGRES_USER = "postgres"


@dataclass(frozen=True, slots=True)
class MetricsServer:
    """A running VictoriaMetrics. `key` opens its flush, reset and metrics endpoints, `login` all of it."""

    url: str
    key: str = field(repr=False)
    login: Login
    pid: int = field(default=0, compare=False)

    @property
    def backend(self) -> NumberStore:
        """What a vmauth in front of it requires."""
        return VictoriaMetrics(self.url, self.login)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        """The answer to one request, with the store's own login."""
        whole = {**self.login.headers, **(headers or {})}
        return ask(self.url + path, method=method, body=body, headers=whole, timeout=timeout)

    def post(self, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, timeout: float = 120) -> str:
        """What it answers. Raises StoreError when it does not answer, or refuses."""
        answer = self.ask(path, method="POST", body=body, headers=headers, timeout=timeout)
        if answer.status not in (200, 204):
            raise StoreError(
                answer.said("VictoriaMetrics"),
                Text(
                    "Проверьте SMART_VM_URL (не vmauth), SMART_VM_PASSWORD и SMART_VM_KEY.",
                    "Check SMART_VM_URL (not vmauth's), SMART_VM_PASSWORD and SMART_VM_KEY.",
                ),
            )
        return answer.text


@dataclass(frozen=True, slots=True)
class VmauthServer:
    """A running vmauth in front of it. `config` is its user file, `key` opens /-/reload and its metrics."""

    url: str
    config: Path
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventsServer:
    """A running PostgreSQL; `password` is the superuser's (`postgres`), `database` the administration database."""

    host: str
    port: int
    database: str
    password: str = field(repr=False)

    def conninfo(self, database: str | None = None, user: str = "postgres", password: str | None = None) -> str:
        """libpq's connection string; the superuser's unless another user is named."""
        return psycopg.conninfo.make_conninfo(
            host=self.host,
            port=self.port,
            dbname=database or self.database,
            user=user,
            password=self.password if password is None else password,
        )


@contextmanager
def victoria_metrics(folder: Path, port: int = 0, collection: Path | None = None) -> Iterator[MetricsServer]:
    """A VictoriaMetrics with its data in `folder`; port 0 takes a free one. It keeps all history.

    It answers nobody without a login, whose password is kept beside the folder. It probes by the files scrape.yml and
    relabel.yml in the folder `collection`, which must be there.
    """
    binary = find("victoria-metrics")
    key = secrets.token_urlsafe(16)
    login = Login("smart", _kept_password(folder.with_name(f"{folder.name}.password")))
    names = (
        "metrics",
        "flags",
        "pprof",
        "delete",
        "snapshot",
        "forceFlush",
        "forceMerge",
        "config",
        "search.resetCache",
    )

    def command(chosen: int) -> list[str]:
        return [
            binary,
            f"-httpListenAddr=127.0.0.1:{chosen}",
            f"-storageDataPath={folder}",
            "-retentionPeriod=100y",
            "-search.latencyOffset=0s",
            "-search.maxLookback=30m",
            "-search.maxConcurrentRequests=32",  # by default two a core: one cabinet's slow panels would shut out all
            "-search.maxUniqueTimeseries=1000000",
            "-memory.allowedPercent=20",
            "-loggerLevel=ERROR",
            "-envflag.enable",
            *_probing(collection),
        ]

    keys = {"httpAuth_username": login.user, "httpAuth_password": login.password, **_auth_keys(names, key)}
    folder.mkdir(parents=True, exist_ok=True)
    with serving(command, port, folder / "server.log", _answers_to(key), environment=keys) as (chosen, pid):
        yield MetricsServer(f"http://127.0.0.1:{chosen}", key, login, pid)


def _probing(collection: Path | None) -> Sequence[str]:
    """The flags that make VictoriaMetrics scrape; new targets are found within five seconds."""
    if collection is None:
        return ()
    return (
        f"-promscrape.config={collection / 'scrape.yml'}",
        "-promscrape.configCheckInterval=5s",
        "-promscrape.fileSDCheckInterval=5s",
        "-promscrape.suppressScrapeErrors",
        "-promscrape.dropOriginalLabels",  # they take memory, and only its own page shows them
        f"-relabelConfig={collection / 'relabel.yml'}",
    )


@contextmanager
def vmauth(config: Path, port: int = 0) -> Iterator[VmauthServer]:
    """A vmauth with the user file `config`, which must be there (vmauth refuses to start on a broken or empty one)."""
    binary = find("vmauth", package="victoria-metrics")
    key = secrets.token_urlsafe(16)

    def command(chosen: int) -> list[str]:
        where = [f"-httpListenAddr=127.0.0.1:{chosen}", f"-auth.config={config}"]
        return [binary, *where, "-loggerLevel=INFO", "-envflag.enable"]

    log, keys = config.with_name("vmauth.log"), _auth_keys(("metrics", "flags", "pprof", "reload"), key)
    with serving(command, port, log, _answers_to(key), environment=keys) as (chosen, _):
        yield VmauthServer(f"http://127.0.0.1:{chosen}", config, key)


@contextmanager
def postgresql(folder: Path, port: int = 0, database: str = "smart") -> Iterator[EventsServer]:
    """A PostgreSQL with its cluster in `folder`, made at the first start, and an empty `database`.

    As root, `folder` must lie where the user postgres can reach it (not below a folder of mode 0700).
    """
    _own(folder)
    password = _make_cluster(folder)
    binary = _postgres_binary("postgres")

    def command(chosen: int) -> list[str]:
        # Loopback data for trying out: durability would only cost time.
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [binary, "-D", str(folder / "cluster"), "-p", str(chosen), *options]

    def answers(chosen: int) -> bool:
        server = EventsServer("127.0.0.1", chosen, database, password)
        try:
            with psycopg.connect(server.conninfo("postgres"), autocommit=True, connect_timeout=2) as connection:
                known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone()
                if known is None:
                    name = psycopg.sql.Identifier(database)
                    connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(name))
        except psycopg.OperationalError:
            return False
        return True

    stop = signal.SIGINT  # a fast shutdown: sessions are ended, nothing is lost
    with serving(command, port, folder / "server.log", answers, user=_POSTGRES_USER, stop=stop, dying="QUIT") as (
        chosen,
        _,
    ):
        yield EventsServer("127.0.0.1", chosen, database, password)


def _postgres_binary(name: str) -> str:
    return postgres_program(name) or find(name, package="postgresql")


def _own(folder: Path) -> None:
    """Makes the folder, of mode 0700, belonging to the user PostgreSQL will run as."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() != 0:
        return
    import pwd  # not on Windows, where check and lists reach this module

    user = pwd.getpwnam(_POSTGRES_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    seen = subprocess.run(as_user(["test", "-w", str(folder)], _POSTGRES_USER), check=False)  # noqa: S603 - our own command
    if seen.returncode != 0:
        raise StoreError(
            Text(
                f"пользователь {_POSTGRES_USER} не может войти в {folder}",
                f"the user {_POSTGRES_USER} cannot enter {folder}",
            ),
            Text(
                "Назовите другую папку, например внутри /var/tmp: под root PostgreSQL не запускается.",
                "Name another folder, inside /var/tmp for one: PostgreSQL does not run as root.",
            ),
        )


def _make_cluster(folder: Path) -> str:
    """The superuser's password of the cluster in `folder`, which is made when it is not there yet."""
    cluster, secret = folder / "cluster", folder / "password"
    if not (cluster / "pg_hba.conf").exists():
        shutil.rmtree(cluster, ignore_errors=True)
        _write_private(secret, secrets.token_urlsafe(16))
        # The same locale everywhere, so that sorting does not depend on the machine.
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username=postgres"]
        command = [_postgres_binary("initdb"), "-D", str(cluster), f"--pwfile={secret}", *options]
        whole = as_user(command, _POSTGRES_USER)
        made = subprocess.run(whole, check=False, capture_output=True, text=True)  # noqa: S603 - our own command
        if made.returncode != 0:
            raise StoreError(Text(f"initdb: {made.stderr.strip()}", f"initdb: {made.stderr.strip()}"))
    # A cabinet's role may enter the database whose group of the same name it is in, and no other.
    rules = (
        "host samerole +cabinet_reader 127.0.0.1/32 scram-sha-256",
        "host all +cabinet_reader all reject",
        "host all all 127.0.0.1/32 scram-sha-256",
    )
    (cluster / "pg_hba.conf").write_text("\n".join(rules) + "\n", encoding="ascii")
    return secret.read_text(encoding="ascii").strip()


def _kept_password(path: Path) -> str:
    """The password in that file, which is made with mode 0600 when it is missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with replaced(path) as file:
            file.write(secrets.token_urlsafe(24).encode())
    return path.read_text(encoding="ascii")


def _auth_keys(names: Sequence[str], key: str) -> dict[str, str]:
    """The flags `-NAMEAuthKey` as variables: VictoriaMetrics reads a dot in a flag as `_` (1.79.5)."""
    return {f"{name.replace('.', '_')}AuthKey": key for name in names}


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")
    if os.geteuid() == 0:
        import pwd  # not on Windows, where check and lists reach this module

        user = pwd.getpwnam(_POSTGRES_USER)
        os.chown(path, user.pw_uid, user.pw_gid)


def _answers_to(key: str) -> Callable[[int], bool]:
    """Whether the server at the port is the one started with that key, and not a stranger that took the port."""
    return answering(f"/metrics?authKey={key}")
