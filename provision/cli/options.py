"""The options of commands that talk to Grafana, as types: a command offers only those that it uses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Literal

import click

from provision import __version__
from provision.cli import offered


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server is reached."""

    url: str
    user: str
    headers: tuple[tuple[str, str], ...]  # name and the variable that holds the value
    api: Literal["auto", "legacy"]
    ca_file: str | None
    client_cert: str | None
    client_key: str | None
    timeout: float
    workers: int | None
    pause: float


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a plan depends on: how stores and collection are administered, and what the operator allows explicitly."""

    vmauth_file: Path | None = None
    vmauth_url: str | None = None
    vm_url: str | None = None
    targets_dir: Path | None = None
    blackbox_address: str = "127.0.0.1:9115"
    blackbox_url: str | None = None
    smartlogin_file: str | None = None
    probe_interval: int = 120
    adopt: tuple[str, ...] = ()
    adopt_logins: tuple[str, ...] = ()
    allow_deletes: tuple[tuple[str, int], ...] = ()
    new_secret: bool = False


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How a plan is shown to people. `only` names the kinds to show, all when it is empty."""

    diff: bool = False
    full: bool = False
    quiet: bool = False
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """Where an apply leaves its files, and what it writes into the dashboards' version history."""

    handover: Path = Path("handover")
    backup: Path = Path("backup")
    message: str = f"smart-provision {__version__}"


class ServerCommand(click.Command):
    """A command that talks to Grafana. It gets ServerOptions as `server`; its own options come first in the help.

    `unused` are options of its groups that it does not offer; they keep their defaults.
    """

    groups: ClassVar[Mapping[str, type]] = {"server": ServerOptions}
    unused: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, name: str | None, *, params: Sequence[click.Parameter] = (), **more: Any) -> None:
        shared = (option for group in self.groups.values() for option in _OPTIONS[group]())
        super().__init__(name, params=[*params, *(one for one in shared if one.name not in self.unused)], **more)

    def invoke(self, context: click.Context) -> Any:
        for parameter, group in self.groups.items():
            offered_here = {field.name for field in fields(group)} - self.unused
            values = {name: context.params.pop(name) for name in offered_here}
            context.params[parameter] = group(**values)
        return super().invoke(context)


class PlanCommand(ServerCommand):
    """A command that makes a plan and shows it. It gets ViewOptions as `view` and PlanOptions as `about`, too."""

    groups: ClassVar[Mapping[str, type]] = {"view": ViewOptions, "server": ServerOptions, "about": PlanOptions}


class WriteCommand(PlanCommand):
    """A command that applies a plan. It gets WriteOptions as `files`, too."""

    groups: ClassVar[Mapping[str, type]] = {**PlanCommand.groups, "files": WriteOptions}


_OPTIONS: Mapping[type, Callable[[], tuple[click.Option, ...]]] = {
    ServerOptions: offered.server,
    PlanOptions: offered.plan,
    ViewOptions: offered.view,
    WriteOptions: offered.write,
}
