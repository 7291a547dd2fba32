"""What a shell offers after a Tab: ids from tenants.yaml, codes, kinds. Nothing where the file cannot be read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from provision.config.tenants import Entry
    from provision.model import Code


def _entries(context: click.Context) -> "list[Entry]":
    from provision.config import tenants

    return list(tenants.entries(tenants.read(context.find_root().params["estate"])))


def _fitting(words: Iterable[str], incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(word) for word in dict.fromkeys(words) if word.startswith(incomplete)]


def cabinets(context: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The ids of cabinets that begin so."""
    return _fitting((one.id for one in _entries(context)), incomplete)


def cabinets_with_numbers(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """The same with the `=` that a number follows."""
    return _fitting((f"{one.id}=" for one in _entries(context)), incomplete)


def cabinets_or_files(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The same; files where no cabinet begins so."""
    return cabinets(context, parameter, incomplete) or files(context, parameter, incomplete)


def files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Names of files, which the shell itself knows."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def distributors(context: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The ids of distributors that begin so."""
    return _fitting((one.distributor for one in _entries(context)), incomplete)


def profiles(context: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The names of profiles that begin so."""
    from provision.config import tenants

    main = tenants.read(context.find_root().params["estate"])[0]
    return _fitting(tenants.section(main.data, "profiles"), incomplete)


def kinds(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The names of kinds that begin so."""
    from provision.kinds import TITLES

    return _fitting(sorted(TITLES), incomplete)


def codes(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The codes of problems that begin so, in either letter case."""
    return _fitting(sorted(all_codes()), incomplete.upper())


def all_codes() -> "dict[str, Code]":
    """What every code of a problem means."""
    from provision import config, kinds, lists, reports

    return {**lists.CODES, **config.CODES, **kinds.codes(), **reports.CODES}
