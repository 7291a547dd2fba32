"""Problems as a table for Excel."""

import csv
import io
from pathlib import Path

from provision.lists import technician
from provision.lists.codes import ACCESS, SENT
from tests.lists.writing import NAMES, all_problems, read_text


def test_the_table_opens_in_excel(tmp_path: Path) -> None:
    """UTF-8 with a mark, semicolons, a heading, a line a problem; no cell begins like a formula."""
    file = read_text(tmp_path, f"=1+1,{SENT}\nЗавод,{SENT}\n", "=a_manager_20261103.csv")
    data = technician.problems_table(all_problems(file), "ru")

    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == ["файл", "строка", "поле", "уровень", "код", "что не так", "что делать"]
    assert [(row[1], row[2], row[4]) for row in rows[1:]] == [
        ("1", "1 client (клиент)", "M21"),
        ("2", "1 client (клиент)", "M20"),
    ]
    assert all(cell[:1] not in "=+-@" for row in rows for cell in row if cell)


def test_no_password_in_any_table(tmp_path: Path) -> None:
    """No table shows a password of a broken online list."""
    content = (
        f"ООО Ромашка,u1,Zq7Secret,x,{ACCESS}\nООО Ромашка,u1,Zq7Secret,{ACCESS}\nООО Ромашка,u1,Zq7Secret2,{ACCESS}\n"
    )
    found = all_problems(read_text(tmp_path, content, NAMES["online"]))

    assert {one.code for one in found} == {"O01", "O09"}
    assert "Zq7Secret" not in technician.problems_table(found, "ru").decode()
