"""A GitHub and a GitLab on loopback: the few requests about comments of merge requests that examples/ci makes."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

TOKEN = "only-for-tests-forge-token"
US, SOMEBODY = 7, 8
Json = Any


@dataclass
class Forge:
    """What the server holds: comments by the number of their merge request, and which request made which commit.

    `refuse` is the status that every request gets, 0 for none.
    """

    kind: Literal["github", "gitlab"]
    url: str = ""
    comments: dict[str, list[Json]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refuse: int = 0

    def add(self, request: str, body: str, author: int = SOMEBODY) -> Json:
        """A new comment, as the API shows it."""
        row: Json = {"id": 1000 + sum(map(len, self.comments.values())), "body": body}
        if self.kind == "github":
            row["user"] = {"login": "github-actions[bot]" if author == US else "somebody", "id": author}
        else:
            row |= {"author": {"id": author, "username": f"user{author}"}, "system": False}
        self.comments.setdefault(request, []).append(row)
        return row

    def bodies(self, request: str) -> list[str]:
        """The comments that begin with a plan's marker."""
        return [row["body"] for row in self.comments.get(request, []) if "<!-- smart-provision plan -->" in row["body"]]

    def job(self, *, request: str = "", commit: str = "") -> dict[str, str]:
        """The variables that the forge sets in a job."""
        if self.kind == "github":
            return {
                "GITHUB_ACTIONS": "true",
                "GITHUB_API_URL": self.url,
                "GITHUB_REPOSITORY": "rogaikopyta/cabinets",
                "GITHUB_REF": f"refs/pull/{request}/merge" if request else "refs/heads/main",
                "GITHUB_SHA": commit,
                "GITHUB_TOKEN": TOKEN,
            }
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "CI_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_IID": request,
            "CI_COMMIT_SHA": commit,
            "GITLAB_TOKEN": TOKEN,
        }

    def answer(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        """Status and rows for one request."""
        if self.kind == "github":
            return self._github(method, path.removeprefix("/repos/rogaikopyta/cabinets/"), body)
        return self._gitlab(method, path.removeprefix("/api/v4/"), body)

    def _github(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        if found := re.fullmatch(r"issues/(\d+)/comments", path):
            return self._comments(method, found[1], body)
        if (found := re.fullmatch(r"issues/comments/(\d+)", path)) and method == "PATCH":
            return self._rewrite(int(found[1]), body)
        if (found := re.fullmatch(r"commits/(\w+)/pulls", path)) and method == "GET":
            made = [{"number": int(one), "merge_commit_sha": found[1]} for one in self._known(self.merged, found[1])]
            still = [{"number": int(one), "merge_commit_sha": "0" * 40} for one in self._known(self.open, found[1])]
            return 200, still + made
        return 404, {"message": "Not Found"}

    def _gitlab(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        if path == "user" and method == "GET":
            return 200, {"id": US, "username": "project_42_bot"}
        if found := re.fullmatch(r"projects/42/merge_requests/(\d+)/notes", path):
            return self._comments(method, found[1], body)
        if (found := re.fullmatch(r"projects/42/merge_requests/\d+/notes/(\d+)", path)) and method == "PUT":
            return self._rewrite(int(found[1]), body)
        if (found := re.fullmatch(r"projects/42/repository/commits/(\w+)/merge_requests", path)) and method == "GET":
            rows = []
            for held, state in ((self.open, "opened"), (self.merged, "merged")):
                shas = {"merge_commit_sha": None, "squash_commit_sha": found[1], "sha": "1" * 40}
                rows += [{"iid": int(one), "state": state, **shas} for one in self._known(held, found[1])]
            return 200, rows
        return 404, {"message": "404 Not Found"}

    @staticmethod
    def _known(held: dict[str, str], commit: str) -> list[str]:
        return [held[commit]] if commit in held else []

    def _comments(self, method: str, request: str, body: Json) -> tuple[int, Json]:
        if method == "POST":
            return 201, self.add(request, body["body"], author=US)
        return 200, self.comments.get(request, [])

    def _rewrite(self, number: int, body: Json) -> tuple[int, Json]:
        for row in (row for rows in self.comments.values() for row in rows):
            if row["id"] == number:
                row["body"] = body["body"]
                return 200, row
        return 404, {"message": "Not Found"}


@contextmanager
def running(kind: Literal["github", "gitlab"]) -> Iterator[Forge]:
    """The forge on a free port, with a merge request 7 under which people have talked a lot."""
    forge = Forge(kind)
    for number in range(130):  # so that ours would be on the second page
        forge.add("7", f"remark {number}")

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            parts = urlsplit(self.path)
            forge.asked.append(f"{self.command} {parts.path}")
            wanted = {"github": ("Authorization", f"Bearer {TOKEN}"), "gitlab": ("PRIVATE-TOKEN", TOKEN)}[kind]
            if self.headers.get(wanted[0]) != wanted[1]:
                status, answer = 401, {"message": "Unauthorized"}
            elif forge.refuse:
                status, answer = forge.refuse, {"message": "Refused"}
            else:
                status, answer = forge.answer(self.command, parts.path, body)
            if isinstance(answer, list):
                query = {key: int(values[0]) for key, values in parse_qs(parts.query).items()}
                size = min(query.get("per_page", 20), 100)
                first = (query.get("page", 1) - 1) * size
                answer = answer[first : first + size]
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = handle_any  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        forge.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield forge
        server.shutdown()
        thread.join()
