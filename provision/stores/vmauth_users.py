"""vmauth's user file, which keeps the cabinets apart in VictoriaMetrics: one user per cabinet.

A user may send requests to eight reading paths and to no other. vmauth adds `extra_label=cabinet=<id>` to each request:
VictoriaMetrics ANDs every `extra_label`, so a second one can only narrow the result. `extra_filters` and
`extra_filters[]` are ORed with one another (tried on 1.79.5), so they never do the isolation. Both are set to the same
filter because vmauth then drops what a client puts into the URL under these names. (Set to nothing, as newer
documentation has it, 1.79.5 answers every query with 422.)

vmauth also adds the login of VictoriaMetrics itself, which answers nobody without one: else Grafana's own server could
read it (the test of a contact point, for example). 1.79.5 takes that header in an entry of `url_map` only, not for the
whole user and not as user:password in the address.

Users without our mark and other settings of the file are kept; comments are not.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from provision.credential import RootSecret
from provision.errors import StoreError
from provision.lock import in_turn
from provision.model import Ref, Resource, Spec, State
from provision.os_errors import reason
from provision.plan import Change
from provision.stores.access import Access, names
from provision.stores.number_stores import NumberStore
from provision.text import Text
from provision.whole_files import replaced

KIND = "metrics user"
MARK = "smart-"  # begins the `name` of each user we made; vmauth shows it in its own metrics, so it names no cabinet
NOBODY = "smart-nobody"  # a user who may see nothing; the password is derived from the file's content
_NO_CABINET = "!nobody"  # no cabinet's id
_HEADER = "# Users whose name begins with smart- are written by `provision`; the others are kept. Comments are not.\n"
_CABINET = re.compile(r"[?&]extra_label=cabinet=([^&]*)")
_User = dict[str, Any]
# libyaml's are 10 times faster, and 500 users make a file of 300 KB; not every platform has them.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class UserFile:
    """vmauth's -auth.config at `path`; `backend` is the store behind vmauth."""

    def __init__(self, path: Path, backend: NumberStore, root: RootSecret) -> None:
        self._path = path
        self._backend = backend
        self._root = root

    def desired(self, accesses: Iterable[Access]) -> State:
        """What the file should have for these cabinets: a suspended one has no user."""
        wanted = [self._wanted(access) for access in accesses if not access.suspended]
        return {resource.ref: resource for resource in (*wanted, self._seal(fits=True))}

    def read(self, accesses: Iterable[Access]) -> State:
        """What it has for them; users without our mark are unmanaged. Raises StoreError when it cannot be read."""
        content = self._load()
        known = dict(names(self._root, "metrics", accesses))
        cabinets = {access.cabinet for access in known.values()}
        found = [self._seal(fits=self._sealed(content))]
        for number, user in enumerate(content["users"], 1):
            name = str(user.get("username") or f"user {number}")  # others are known by a token
            if name == NOBODY:
                continue
            access = known.get(name)
            cabinet = access.cabinet if access else _cabinet(user)
            if access is None and not _is_ours(user):
                found.append(Resource(Ref("", KIND, name), {"user": name}, str(self._path), managed=False))
            elif cabinet in cabinets:
                found.append(Resource(Ref(cabinet, KIND, name), self._spec(user, access), str(self._path)))
        return {resource.ref: resource for resource in found}

    def orphans(self, cabinets: Collection[str]) -> Iterator[Resource]:
        """Users of ours that the file has for none of these cabinets."""
        for user in self._load()["users"]:
            cabinet, name = _cabinet(user), str(user.get("username", ""))
            if _is_ours(user) and name != NOBODY and cabinet not in cabinets:
                yield Resource(Ref(cabinet, KIND, name), {"title": cabinet}, str(self._path))

    def apply(self, changes: Sequence[Change]) -> None:
        """Carries out all changes in one write; without changes the file is not touched."""
        if not changes:
            return
        with self._locked():
            content = self._load()
            touched = {change.ref.key for change in changes} | {NOBODY}
            kept = [user for user in content["users"] if user.get("username") not in touched]
            wanted = [change.after for change in changes if change.after and change.ref.key != NOBODY]
            made = [self._user(Access(new.ref.cabinet, int(new.spec["generation"]))) for new in wanted]
            self._write({**content, "users": [*kept, *made]})

    def seal(self) -> str:
        """The password of NOBODY in the file as it is: only a vmauth that has read this file accepts it."""
        return self._password(self._load())

    def _wanted(self, access: Access) -> Resource:
        user = self._user(access)
        ref = Ref(access.cabinet, KIND, user["username"])
        return Resource(ref, self._spec(user, access), access.origin)

    def _seal(self, *, fits: bool) -> Resource:
        # Not fitting means that the file was changed by hand since; a rewrite makes it provable again.
        return Resource(Ref("", KIND, NOBODY), {"fits the file": fits}, str(self._path))

    def _spec(self, user: Mapping[str, Any], access: Access | None) -> Spec:
        """The user as vmauth has it, without secrets: only whether password and headers are the ones it should have."""
        right = access is not None and user.get("password") == self._secret(access)
        rest = {key: value for key, value in user.items() if key not in ("username", "password")}
        routes = [dict(route) for route in user.get("url_map") or () if isinstance(route, dict)]
        headers = [route.pop("headers", None) for route in routes]
        ours = headers == [self._backend.route("", self._root)["headers"]] and "headers" not in rest
        rest.pop("headers", None)
        return {
            **rest,
            "url_map": routes,
            "generation": access.generation if access else 0,
            "credential": "current" if right else "unknown",
            "store_login": "current" if ours else "unknown",
        }

    def _secret(self, access: Access) -> str:
        return self._root.credential("metrics", access.cabinet, access.generation).password

    def _user(self, access: Access) -> _User:
        ours = self._root.credential("metrics", access.cabinet, access.generation)
        return self._entry(ours.name, ours.password, access.cabinet)

    def _entry(self, name: str, password: str, cabinet: str) -> _User:
        return {
            "username": name,
            "password": password,
            "name": name if name.startswith(MARK) else MARK + name,
            "url_map": [self._backend.route(cabinet, self._root)],
        }

    def _sealed(self, content: Mapping[str, Any]) -> bool:
        wanted = self._entry(NOBODY, self._password(content), _NO_CABINET)
        return wanted in content["users"]

    def _password(self, content: Mapping[str, Any]) -> str:
        """The password of NOBODY for that content: derived from all the rest of it."""
        users = [user for user in content["users"] if user.get("username") != NOBODY]
        rest = yaml.dump({**content, "users": users}, Dumper=_Dumper, sort_keys=True)
        return self._root.file_password(rest)

    def _load(self) -> dict[str, Any]:
        try:
            content = yaml.load(self._path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
        except FileNotFoundError:
            content = None
        except UnicodeDecodeError:
            raise self._unusable(Text("это не UTF-8", "it is not UTF-8")) from None
        except OSError as error:
            raise self._denied(error) from None
        except yaml.YAMLError as error:
            # The text of the error quotes the file, which holds passwords.
            place = getattr(error, "problem_mark", None)
            line = f"{place.line + 1}" if place else "?"
            raise self._unusable(Text(f"это не YAML, строка {line}", f"it is not YAML, line {line}")) from None
        if content is None:
            return {"users": []}
        users = content.setdefault("users", []) if isinstance(content, dict) else None
        if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
            raise self._unusable(Text("в нём нет списка users", "it has no list `users`"))
        return dict(content)

    def _unusable(self, why: Text) -> StoreError:
        return StoreError(
            Text(f"файл пользователей vmauth {self._path}: {why.ru}", f"vmauth's user file {self._path}: {why.en}"),
            Text(
                "Исправьте его или уберите: он будет создан заново.",
                "Correct it, or remove it: it will be created again.",
            ),
        )

    def _denied(self, error: OSError) -> StoreError:
        why = reason(error)
        return StoreError(
            Text(f"файл пользователей vmauth {self._path}: {why.ru}", f"vmauth's user file {self._path}: {why.en}"),
            Text("Проверьте путь и права на папку.", "Check the path and the rights on the folder."),
        )

    def _write(self, content: dict[str, Any]) -> None:
        """Puts the whole file in the place of the old one, so that vmauth reads either and never a part."""
        seal = self._entry(NOBODY, self._password(content), _NO_CABINET)
        whole = {**content, "users": [*content["users"], seal]}
        text = _HEADER + yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
        target = self._path.resolve()
        try:
            with replaced(target) as file:
                if target.exists() and os.geteuid() == 0:  # vmauth may run as another user
                    os.chown(file.fileno(), target.stat().st_uid, target.stat().st_gid)
                file.write(text.encode())
        except OSError as error:
            raise self._denied(error) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two runs at once write one after the other. The lock is a file beside it: the file itself is replaced."""
        target = self._path.resolve()
        try:
            with in_turn(target.with_name(f".{target.name}.lock")):
                yield
        except OSError as error:
            raise self._denied(error) from None


def _is_ours(user: Mapping[str, Any]) -> bool:
    return str(user.get("name", "")).startswith(MARK)


def _cabinet(user: Mapping[str, Any]) -> str:
    """The cabinet that a user of ours was made for, by what vmauth adds to its requests; "" when unknown."""
    found = _CABINET.search(str(user.get("url_map", "")))
    return found[1].partition("'")[0] if found else ""
