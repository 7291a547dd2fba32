"""Estates written for one test: files in a folder, and short ways to say what a list or a cabinet holds."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from provision import config
from provision.model import Estate, Problem

TODAY = date(2026, 11, 3)
STORES = """\
stores:
  metrics: {kind: victoriametrics, url: "http://127.0.0.1:8427"}
  events: {kind: postgresql, address: "127.0.0.1:5432"}
"""
PROFILES = "profiles: {branch: {}}\n"
HEAD = STORES + PROFILES
"""Four lines that any estate needs before its distributors."""


def installations(*lines: tuple[str, str, str]) -> str:
    """A managers list of smartupload lines: (client, manager, e-mail)."""
    return "".join(
        f"{client},{manager},{email},smartupload,download,upload,process,donotping,-1,3600,604800\n"
        for client, manager, email in lines
    )


def accesses(*lines: tuple[str, str, str], firms: int = 0) -> str:
    """An online list: (login, manager, e-mail), and as many more firms, all looked after by the first manager."""
    written = [f"ООО Лютик,{login},Pw-Example-1,online1.example.ru,docs,https,{m},{e}\n" for login, m, e in lines]
    more = [
        f"ООО Цветок {n},z{n},Pw-Example-{n},online1.example.ru,docs,https,ivanova,i@example.ru" for n in range(firms)
    ]
    return "".join([*written, *(f"{line}\n" for line in more)])


def cabinet(name: str, *more: str, managers: str | None = None, online: str | None = None) -> str:
    """One line of `cabinets:`; by default its managers list is lists/NAME_manager_20261103.csv."""
    lists = [f"managers: [{managers or f'lists/{name}_manager_20261103.csv'}]"] if managers != "" else []
    lists += [f"online: [{online}]"] if online else []
    mail = f"mail: {{high_priority: sos@{name}.example.ru, usage: usage@{name}.example.ru}}"
    keys = ["profile: branch", f"title: {name}", f"lists: {{{', '.join(lists)}}}", mail, *more]
    return f"      {name}: {{{', '.join(keys)}}}\n"


def distributor(name: str, *cabinets: str, more: str = "") -> str:
    """A block of `distributors:`."""
    return f"  {name}:\n    title: {name}\n{more}    cabinets:\n{''.join(cabinets)}"


def estate(*distributors: str, head: str = HEAD) -> str:
    """tenants.yaml with these distributors."""
    return f"{head}distributors:\n{''.join(distributors)}"


def write(folder: Path, files: dict[str, str]) -> Path:
    """Writes the files below the folder and returns the path of tenants.yaml there."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "tenants.yaml"


def check(folder: Path, files: dict[str, str]) -> Estate:
    """What config.check() makes of these files."""
    return config.check(write(folder, files), today=TODAY)


def reported(problems: Iterable[Problem], folder: Path) -> list[str]:
    """The problems as `file:line:column code`, files from the folder on."""
    return [f"{Path(p.file).relative_to(folder)}:{p.line}:{p.column} {p.code}" for p in problems]
