"""--lang and SMART_LANG decide everything that is printed: help, click's own words, the operating system's reasons."""

import errno
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import psycopg
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from provision.cli import main
from provision.os_errors import reason
from provision.stores.postgres_errors import postgres_reason
from provision.stores.wire import ask

WORDS = Path("provision/cli/locale/ru/LC_MESSAGES")
# Names in English that a Russian reader meets as such: of programs, formats, options' values and files.
NAMES = {
    "provision", "grafana", "smart", "vmauth", "victoriametrics", "postgresql", "blackbox", "exporter", "debian",
    "thunderbird", "sieve", "vmalert", "yml", "handover", "backup", "demo", "ctrl",
    "json", "junit", "xml", "csv", "markdown", "text", "iana", "api", "apis", "auto", "legacy", "admin",
    "viewer", "editor", "schema", "tenants", "yaml", "name", "var", "env", "host", "port", "zip", "mail", "digest",
    "profiles", "id", "ru", "en", "stack", "start", "sha", "md", "http", "https", "url", "sql", "httpauth", "password",
    "command", "force", "color", "no", "generation", "reload", "key", "dashboard", "smartlogin", "kodeks", "excel",
    "telegram", "apply", "plan", "check", "verify", "drift", "render", "lint", "new", "x", "user", "ok",
    "report", "sqlite", "smartstatus", "smartupload", "spool", "tls",
    "dashboards", "secret", "gunicorn", "europe", "moscow", "cron", "windows", "linux", "task", "scheduler",
}  # fmt: skip


def below(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of the command and of each command in it."""
    yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner, name
            yield from below(inner, (*words, name))


COMMANDS = tuple(below(main))
OWN = {part for words in COMMANDS for word in words for part in (word, *word.split("-"))}


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`provision …` in a process of its own, as help texts are made when it starts."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "SMART_"))}
    code = "from provision.cli import main; main(prog_name='provision')"
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**clean, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_in_russian_has_no_english(words: tuple[str, ...]) -> None:
    """Each word in Latin letters is a name, an option, a variable or a value; no line is longer than 80 columns."""
    shown = run("--lang", "ru", *words, "--help")
    assert shown.returncode == 0, shown.stderr
    text = re.sub(r"\[[a-z|]+\]|--?[a-z][\w-]*|\b[A-Z]+_[A-Z_]+\b", " ", shown.stdout)  # choices, options, variables
    foreign = {word.lower() for word in re.findall(r"[A-Za-z]{2,}", text)} - NAMES - OWN
    assert not foreign, shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80, shown.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_in_english_fits_a_terminal(words: tuple[str, ...]) -> None:
    """No line is longer than 80 columns, the description ends as a sentence does, and nothing is in Russian."""
    shown = run("--lang", "en", *words, "--help").stdout
    assert max(map(len, shown.splitlines())) <= 80, shown
    assert not re.search("[А-Яа-я]", shown)
    description = shown.split("\n\n")[1].strip()
    assert description.endswith("."), description


@pytest.mark.parametrize(("words", "says"), [
    (("chek",), "Нет команды 'chek'"),
    (("plan", "--hlp"), "Нет параметра '--hlp'"),
    (("plan",), "Не хватает параметра '--url' (переменная среды: 'GRAFANA_URL')"),
    (("plan", "--workers", "x"), "это не число"),
    (("-f", "/tmp", "check"), "это папка"),
    (("--secrets", "/nowhere", "check"), "такого нет"),
])  # fmt: skip
def test_mistakes_of_usage_are_said_in_russian(words: tuple[str, ...], says: str) -> None:
    """Also what click says by itself."""
    shown = run(*words, SMART_LANG="ru", GRAFANA_URL="" if words == ("plan",) else "http://127.0.0.1:9")
    assert says in shown.stderr + shown.stdout, shown.stderr + shown.stdout
    assert not re.search(r"Error|Usage|Try ", shown.stderr)


def options_of(words: tuple[str, ...]) -> Iterator[click.Option]:
    """The options of the command with these words."""
    command: click.Command = main
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word) or command
    yield from (option for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_shows_the_variable_of_each_option(words: tuple[str, ...]) -> None:
    """Also of those that are seldom set; and each option has a word about itself."""
    for option in options_of(words):
        assert option.show_envvar or not option.envvar, option.name
        assert option.help, option.name


def test_a_command_offers_only_options_that_it_uses() -> None:
    """A new password is no plan, and new credentials of a store touch neither people nor dashboards."""
    password, rotate = ({option.name for option in options_of((name,))} for name in ("password", "rotate"))
    plans = {"adopt", "adopt_logins", "allow_deletes", "new_secret", "vmauth_file", "targets_dir", "backup", "message"}
    assert not plans & password
    assert plans & rotate == {"allow_deletes", "vmauth_file"}


def test_the_option_wins_over_the_variable_and_the_locale() -> None:
    """In this order."""
    assert "Usage:" in run("--lang", "en", "--help", SMART_LANG="ru", LANG="ru_RU.UTF-8").stdout
    assert "Вызов:" in run("--help", SMART_LANG="ru", LANG="en_US.UTF-8").stdout
    assert "Вызов:" in run("--help", LANG="ru_RU.UTF-8").stdout
    assert "Usage:" in run("--help").stdout


def by_id(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    """Each text with its translations: one, or three for a plural."""
    return {words(one.id)[0]: words(one.string) for one in catalogue if one.id}


def words(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """A text, or the forms of a plural."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def test_the_compiled_words_are_those_of_the_source() -> None:
    """messages.mo is made from messages.po: `pybabel compile -l ru -i messages.po -o messages.mo`."""
    with (WORDS / "messages.po").open("rb") as source, (WORDS / "messages.mo").open("rb") as compiled:
        texts = [by_id(read_po(source)), by_id(read_mo(compiled))]
    assert texts[0] == texts[1]
    assert len(texts[0]) > 40


def test_reasons_of_the_operating_system() -> None:
    """In both languages; an unusual one keeps its English text and gets its number."""
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert tuple(reason(full)) == ("на диске нет места", "No space left on device")
    rare = OSError(errno.ENOMSG, os.strerror(errno.ENOMSG))
    assert reason(rare).ru == f"{os.strerror(errno.ENOMSG)} ({errno.ENOMSG})"
    assert reason(OSError("not a regular file")).en == "not a regular file"


def test_reasons_of_stores() -> None:
    """Of one that does not answer, and of a connection string that is none; in Russian without an English word."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert tuple(ask(f"http://127.0.0.1:{port}/").why) == ("соединение отклонено", "Connection refused")
    for conninfo, says in (
        (f"host=127.0.0.1 port={port} connect_timeout=60", f"соединение отклонено (127.0.0.1:{port})"),
        ("host", "строка подключения не разобрана"),
    ):
        with pytest.raises(psycopg.Error) as failed:
            psycopg.connect(conninfo)
        assert postgres_reason(failed.value).ru == says
