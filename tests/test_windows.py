"""What runs offline does without what Python lacks on Windows. Tried by taking that away, not on Windows itself."""

import subprocess
import sys
from pathlib import Path

import pytest

LINE = "111222.example.ru:80,ivanova,ivanova@example.ru,http,download,upload,process,ping,-1,3600,604800\n"
NAME = "romashka_manager_20260417.csv"
# Modules and functions that Python has on POSIX systems alone (docs.python.org, "Availability: Unix").
WITHOUT = """
import os, signal, sys
for module in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[module] = None  # an import raises ModuleNotFoundError
for name in ("fchmod", "fchown", "chown", "geteuid", "getuid", "getgid", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK",
             "O_CLOEXEC", "setsid", "killpg", "statvfs", "mkfifo", "getpgid"):
    delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1"):
    delattr(signal, name)
from provision.cli import main
main(prog_name="provision")
"""


@pytest.mark.parametrize(
    "words",
    [
        ["check", NAME],
        ["check"],
        ["check", NAME, "--repaired", "repaired"],
        ["check", "--explain", "M05"],
        ["lists", "diff", NAME, NAME],
        ["lists", "prepare", NAME, "-o", "prepared"],
        ["lists", "propose", "gorod_manager_20260417.csv"],
        ["init", "folder"],
        ["lint"],
        ["render", "-o", "rendered"],
        ["mail-rules", "-o", "rules"],
        ["schema"],
    ],
    ids=" ".join,
)
def test_offline_commands_need_nothing_of_posix(tmp_path: Path, words: list[str]) -> None:
    """In a folder with an estate, a list of it and another one."""
    for name in (NAME, "gorod_manager_20260417.csv"):
        (tmp_path / name).write_text(LINE, encoding="utf-8")
    (tmp_path / "tenants.yaml").write_text(
        f"""stores:
  metrics: {{kind: victoriametrics, url: "http://127.0.0.1:8427"}}
  events: {{kind: postgresql, address: "127.0.0.1:5432"}}
profiles: {{company: {{dashboards: ["*"]}}}}
distributors:
  romashka:
    title: Ромашка
    cabinets:
      romashka:
        {{profile: company, title: Ромашка, lists: {{managers: [{NAME}]}}, mail: {{usage: usage@romashka.example.ru}}}}
""",
        encoding="utf-8",
    )
    shown = subprocess.run(
        [sys.executable, "-c", WITHOUT, "--lang", "ru", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
