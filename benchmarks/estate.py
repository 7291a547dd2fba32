"""Estates of any size, as files: tenants.yaml and a managers and an online list for each cabinet."""

from pathlib import Path

_HEAD = """\
defaults: {timezone: Europe/Samara}
stores:
  metrics: {kind: victoriametrics, url: "http://127.0.0.1:8427"}
  events: {kind: postgresql, address: "127.0.0.1:5432"}
profiles:
  company: {dashboards: ["*"]}
distributors:
"""
_BLOCK = """\
  {tag}-d{n}:
    title: Компания {tag} {n}
    cabinets:
      {tag}-{n}:
        profile: company
        title: Кабинет {tag} {n}
        lists: {{managers: [lists/{tag}-{n}_manager_20260417.csv], online: [lists/{tag}-{n}_online_20260417.csv]}}
        mail: {{high_priority: "sos@{n}.{tag}.example.ru", usage: "usage@{n}.{tag}.example.ru"}}
        heads: [{{login: "head{n}{tag}", email: "head@{n}.{tag}.example.ru"}}]
"""


def write(folder: Path, cabinets: int, *, tag: str = "bench", lines: int = 20) -> Path:
    """Writes an estate of that many cabinets, each with two managers, a head and `lines` lines a list; tenants.yaml."""
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    for n in range(cabinets):
        managers, online = [], []
        for line in range(lines):
            person = f"m{line % 2}x{n}{tag},m{line % 2}@{n}.{tag}.example.ru"
            managers.append(
                f"h{line}.c{n}.{tag}.example.ru:80,{person},http,download,upload,process,ping,-1,3600,604800\n"
            )
            online.append(f"ООО Клиент {line},u{n}x{line},Pw-Example-{line},online1.example.ru,docs,https,{person}\n")
        (folder / f"lists/{tag}-{n}_manager_20260417.csv").write_text("".join(managers), encoding="utf-8")
        (folder / f"lists/{tag}-{n}_online_20260417.csv").write_text("".join(online), encoding="utf-8")
    path = folder / "tenants.yaml"
    blocks = "".join(_BLOCK.format(tag=tag, n=n) for n in range(cabinets))
    path.write_text(_HEAD + blocks, encoding="utf-8")
    return path
