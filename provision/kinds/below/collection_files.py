"""The files that the engines of collection read: probe targets, a file a cabinet, and what all cabinets share."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from provision.collect import recording_lint
from provision.collect.folder import HEADER, MODE, CollectionFolder
from provision.collect.settings import shared_files
from provision.collect.targets import TargetGroup, dump, file_of, groups, marked, parse
from provision.kinds.base import Batch
from provision.kinds.context import CollectionAdmin, RunContext
from provision.model import Cabinet, Code, Problem, Ref, Resource, State
from provision.plan import Change
from provision.stores.collectors import reload
from provision.text import Text

_BLACKBOX = "blackbox.yml"


class CollectionFileKind(Batch):
    """Each file is one object. A suspended cabinet has no target file: its probes stop, and its series are kept."""

    name = "collection file"
    title = Text("файл сбора", "collection file")

    def __init__(self, run: RunContext) -> None:
        super().__init__(run)
        assert run.collection is not None  # noqa: S101 - is_configured
        self._admin: CollectionAdmin = run.collection
        self._folder = CollectionFolder(self._admin.folder)

    @staticmethod
    def is_configured(run: RunContext) -> bool:
        return run.collection is not None

    @staticmethod
    def codes() -> Iterable[Code]:
        return recording_lint.CODES

    @staticmethod
    def lint(cabinets: Sequence[Cabinet]) -> Iterable[Problem]:
        """The recorded series, which all cabinets share."""
        return recording_lint.lint()

    def is_safe_when_blocked(self, change: Change) -> bool:
        return change.after is None

    def desired(self, cabinets: Sequence[Cabinet]) -> State:
        wanted = [
            *(
                Resource(self._shared(name), _of_text(text), "provision/collect")
                for name, text in self._texts().items()
            ),
            *(one for cabinet in cabinets for one in self._wanted_targets(cabinet)),
        ]
        return {one.ref: one for one in wanted}

    def read(self, cabinets: Sequence[Cabinet]) -> State:
        """The shared files and those of these cabinets; what does not have our mark as unmanaged."""
        found = [one for name in self._texts() for one in self._seen_shared(name)]
        chosen = {file_of(cabinet.id): cabinet.id for cabinet in cabinets}
        found += [self._seen_targets(name, chosen[name]) for name in self._folder.names() if name in chosen]
        return {one.ref: one for one in found}

    def orphans(self, cabinets: Collection[str]) -> Iterator[Resource]:
        """Every other target file, with our mark or without: the scraper takes all that are in the folder."""
        claimed = {file_of(cabinet) for cabinet in cabinets}
        for name in self._folder.names():
            if name not in claimed:
                text, _ = self._folder.read(name) or ("", MODE)
                cabinet = marked(text)
                yield Resource(Ref(cabinet, self.name, name), {"title": cabinet}, str(self._folder.path / name))

    def write(self, changes: Sequence[Change]) -> None:
        """Writes or removes exactly these files. The exporter is asked to read its own again, where we reach it."""
        for change in changes:
            if change.after is None:
                self._folder.remove(change.ref.key)
            else:
                self._folder.write(change.ref.key, _text(change.after))
        if self._admin.exporter and any(change.ref.key == _BLACKBOX for change in changes):
            reload(self._admin.exporter)

    def _texts(self) -> Mapping[str, str]:
        return shared_files(self._admin.address, self._admin.password_file, self._admin.interval)

    def _shared(self, name: str) -> Ref:
        return Ref("", self.name, name)

    def _seen_shared(self, name: str) -> Iterator[Resource]:
        found = self._folder.read(name)
        if found is not None:
            text, mode = found
            origin = str(self._folder.path / name)
            yield Resource(self._shared(name), _of_text(text, mode), origin, managed=text.startswith(HEADER))

    def _wanted_targets(self, cabinet: Cabinet) -> Iterator[Resource]:
        if cabinet.state != "active":
            return
        wanted = groups(cabinet.id, cabinet.installations, cabinet.checks)
        if wanted:
            yield Resource(Ref(cabinet.id, self.name, file_of(cabinet.id)), _of_targets(wanted), cabinet.origin)

    def _seen_targets(self, name: str, cabinet: str) -> Resource:
        """The cabinet's target file; it is ours to change where it has the mark."""
        text, mode = self._folder.read(name) or ("", MODE)
        found = parse(cabinet, text)
        spec = _of_text(text, mode) if found is None else _of_targets(found, mode)
        return Resource(Ref(cabinet, self.name, name), spec, str(self._folder.path / name), managed=found is not None)


def _of_text(text: str, mode: int = MODE) -> dict[str, Any]:
    return {"lines": text.split("\n"), "mode": f"{mode:04o}"}


def _of_targets(found: Sequence[TargetGroup], mode: int = MODE) -> dict[str, Any]:
    return {"targets": list(found), "mode": f"{mode:04o}"}


def _text(wanted: Resource) -> str:
    if "targets" in wanted.spec:
        return dump(wanted.ref.cabinet, wanted.spec["targets"])
    return "\n".join(wanted.spec["lines"])
