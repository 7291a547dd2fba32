"""The plan's comment under a merge request, on GitHub or GitLab.

    forge.py comment FILE   puts the file there: rewrites the comment of an earlier run, else makes one
    forge.py digest         prints the digest in the comment under the merge request that this commit came by

Where it runs is known from the variables that both set in every job. A token comes from GITHUB_TOKEN or GITLAB_TOKEN.
Only a comment of our own login that begins with the marker counts: anybody may write a comment that looks like it.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

MARKER = "<!-- smart-provision plan -->"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
Json = Any


class Forge:
    """What GitHub and GitLab have in common: lists in pages, and comments with an id and a body."""

    def __init__(self, base: str, headers: dict[str, str]) -> None:
        self._base = base
        self._session = requests.Session()
        self._session.headers.update(headers)

    def ask(self, method: str, path: str, body: Json = None, **params: str | int) -> Json:
        """The answer; ends the program with a sentence when there is none that is good."""
        try:
            answer = self._session.request(method, f"{self._base}/{path}", json=body, params=params, timeout=60)
        except requests.RequestException as error:
            sys.exit(f"No answer from {self._base}: {type(error).__name__}")
        if not answer.ok:
            sys.exit(f"{method} {self._base}/{path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def pages(self, path: str) -> Iterator[Json]:
        """All rows of a list."""
        page = 1
        while rows := self.ask("GET", path, per_page=100, page=page):
            yield from rows
            page += 1

    def comment_of(self, request: str) -> Json | None:
        """Our comment under that merge request."""
        ours = [row for row in self.pages(self.comments(request)) if self.is_ours(row)]
        return next((row for row in reversed(ours) if row["body"].startswith(MARKER)), None)

    def put(self, text: str) -> None:
        """Rewrites our comment under this job's merge request, or makes it."""
        request = self.request()
        known = self.comment_of(request)
        if known:
            self.ask(self.edit, self.comment(request, known["id"]), {"body": text})
        else:
            self.ask("POST", self.comments(request), {"body": text})

    edit = "PUT"

    def request(self) -> str:
        """The number of the merge request that this job runs for."""
        raise NotImplementedError

    def merged(self) -> list[str]:
        """The numbers of the merge requests whose merging has made this job's commit."""
        raise NotImplementedError

    def comments(self, request: str) -> str:
        """The path of its comments."""
        raise NotImplementedError

    def comment(self, request: str, number: int) -> str:
        """The path of one of them."""
        raise NotImplementedError

    def is_ours(self, row: Json) -> bool:
        """Whether the comment was written under our login."""
        raise NotImplementedError


class GitHub(Forge):
    """https://docs.github.com/en/rest/issues/comments: a pull request is an issue, too."""

    edit = "PATCH"

    def __init__(self) -> None:
        headers = {"Authorization": f"Bearer {given('GITHUB_TOKEN')}", "Accept": "application/vnd.github+json"}
        super().__init__(f"{given('GITHUB_API_URL')}/repos/{given('GITHUB_REPOSITORY')}", headers)

    def request(self) -> str:
        return given("GITHUB_REF").split("/")[2]  # refs/pull/7/merge

    def merged(self) -> list[str]:
        sha = given("GITHUB_SHA")
        return [str(row["number"]) for row in self.pages(f"commits/{sha}/pulls") if row["merge_commit_sha"] == sha]

    def comments(self, request: str) -> str:
        return f"issues/{request}/comments"

    def comment(self, request: str, number: int) -> str:
        return f"issues/comments/{number}"

    def is_ours(self, row: Json) -> bool:
        return bool(row["user"]["login"] == "github-actions[bot]")  # whose token GITHUB_TOKEN is


class GitLab(Forge):
    """https://docs.gitlab.com/api/notes; the token is a project's own, with the scope `api`."""

    def __init__(self) -> None:
        headers = {"PRIVATE-TOKEN": given("GITLAB_TOKEN")}
        super().__init__(given("CI_API_V4_URL"), headers)
        self._project = f"projects/{given('CI_PROJECT_ID')}"
        self._self = self.ask("GET", "user")["id"]

    def request(self) -> str:
        return given("CI_MERGE_REQUEST_IID")

    def merged(self) -> list[str]:
        sha = given("CI_COMMIT_SHA")
        made = ("merge_commit_sha", "squash_commit_sha", "sha")  # `sha` is its last commit, for a fast-forward
        rows = self.pages(f"{self._project}/repository/commits/{sha}/merge_requests")
        return [str(row["iid"]) for row in rows if row["state"] == "merged" and sha in (row[key] for key in made)]

    def comments(self, request: str) -> str:
        return f"{self._project}/merge_requests/{request}/notes"

    def comment(self, request: str, number: int) -> str:
        return f"{self.comments(request)}/{number}"

    def is_ours(self, row: Json) -> bool:
        return bool(row["author"]["id"] == self._self)


def main(words: list[str]) -> None:
    forge: Forge = GitLab() if os.environ.get("GITLAB_CI") else GitHub()
    match words:
        case ["comment", file]:
            forge.put(Path(file).read_text(encoding="utf-8"))
        case ["digest"]:
            print(reviewed(forge))
        case _:
            sys.exit(__doc__)


def given(name: str) -> str:
    """A variable of the job; ends the program where it is not set."""
    return os.environ.get(name) or sys.exit(f"The variable {name} is not set.")


def reviewed(forge: Forge) -> str:
    """The digest that reviewers saw; ends the program where there is none, or more than one."""
    comments = [forge.comment_of(request) for request in forge.merged()]
    digests = {found[0] for row in comments if row and (found := DIGEST.search(row["body"]))}
    if len(digests) != 1:
        sys.exit("No reviewed plan: this commit was not made by merging a request with a plan under it.")
    return digests.pop()


if __name__ == "__main__":
    main(sys.argv[1:])
