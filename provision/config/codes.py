"""What can be wrong with tenants.yaml itself: the codes Y01 to Y19, as `provision.lists` has its own.

With a code up to Y08 nothing is planned; with the others a cabinet may be refused and the rest is planned.
"""

from typing import Any

from provision.model import Code, Problem
from provision.text import Text

CODES: dict[str, Code] = {
    row.code: row
    for row in (
        Code(
            "Y01",
            "error",
            Text("файл не читается", "the file cannot be read"),
            Text("Он должен быть на месте, в UTF-8 и в формате YAML.", "It must be there, in UTF-8, and YAML."),
            "title: ООО: Ромашка",
            'title: "ООО: Ромашка"',
        ),
        Code(
            "Y02",
            "error",
            Text("значение не того вида, или не хватает ключа", "a value of the wrong form, or a missing key"),
            Text("Сверьтесь с docs/estate.ru.md.", "Compare with docs/estate.md."),
            "managers: lists/romashka_manager_20261103.csv",
            "managers: [lists/romashka_manager_20261103.csv]",
        ),
        Code(
            "Y03",
            "error",
            Text("неизвестное слово", "an unknown word"),
            Text("Проверьте, как оно пишется и там ли стоит.", "Check its spelling and its place."),
            "titel: Ромашка",
            "title: Ромашка",
        ),
        Code(
            "Y04",
            "error",
            Text("один ключ дважды", "the same key twice"),
            Text("Оставьте один из двух.", "Keep one of the two."),
            "title: Ромашка\ntitle: Лютик",
            "title: Ромашка",
        ),
        Code(
            "Y05",
            "error",
            Text("такого имени нет", "a name of nothing"),
            Text(
                "Так бывает с профилем кабинета, часовым поясом, ролью и кабинетом филиала.",
                "It happens to profiles, time zones, roles and branches' cabinets.",
            ),
            "timezone: Samara",
            "timezone: Europe/Samara",
        ),
        Code(
            "Y06",
            "error",
            Text("имя уже занято", "the name is taken"),
            Text(
                "Имена и названия кабинетов, имена дистрибьюторов и логины руководителей не повторяются.",
                "Ids and titles of cabinets, ids of distributors and logins of heads do not repeat.",
            ),
        ),
        Code(
            "Y07",
            "error",
            Text("с включёнными файлами что-то не так", "something is wrong with included files"),
            Text(
                "По образцу должен найтись файл, и в нём бывает только distributors.",
                "A pattern must match a file, and that holds distributors only.",
            ),
            "include: [estate/*.yml]",
            "include: [estate/*.yaml]",
        ),
        Code(
            "Y08",
            "error",
            Text("настройки не сочетаются", "settings that do not go together"),
            Text("Измените одну из них.", "Change one of them."),
            "volga: {belongs_to: volga, …}",
            "volga-potok: {belongs_to: volga, …}",
        ),
        Code(
            "Y11",
            "error",
            Text("списка нет на месте", "the list is not there"),
            Text(
                "Путь считается от папки файла, где он написан.", "A path starts from the folder of the file it is in."
            ),
            blocks_cabinet=True,
        ),
        Code(
            "Y12",
            "error",
            Text("один список назван дважды", "one list is named twice"),
            Text("У каждого кабинета свои списки.", "Each cabinet has its own lists."),
            blocks_cabinet=True,
        ),
        Code(
            "Y13",
            "warning",
            Text("у одного логина два почтовых адреса", "one login has two e-mail addresses"),
            Text("Логин — один человек, почта у него одна.", "A login is one person with one e-mail address."),
        ),
        Code(
            "Y14",
            "error",
            Text("список не под своим ключом", "a list is under the wrong key"),
            Text("Установки — managers, онлайн-доступы — online.", "Installations: managers; online accesses: online."),
            blocks_cabinet=True,
        ),
        Code(
            "Y15",
            "error",
            Text("роль Editor без editors: trusted", "the role Editor without editors: trusted"),
            Text(
                "Редактор может слать с сервера Grafana запросы и почту куда угодно, поэтому доверие пишут явно.",
                "An Editor can make Grafana's server send requests and mail anywhere, so the trust is written down.",
            ),
            "heads: [{login: orlova, email: orlova@example.ru, role: Editor}]",
            "editors: trusted\nheads: [{login: orlova, email: orlova@example.ru, role: Editor}]",
            blocks_cabinet=True,
        ),
        Code(
            "Y16",
            "error",
            Text("клиента из air_gapped нет в списках", "a client of air_gapped is in no list"),
            Text(
                "Имя должно совпадать со строкой smartupload, с учётом регистра.",
                "The name must equal that of a smartupload line, letter case included.",
            ),
            "air_gapped: [zavod]",
            "air_gapped: [Zavod]",
        ),
        Code(
            "Y17",
            "note",
            Text("по образцу нашлось несколько списков", "a pattern matches several versions of a list"),
            Text("Действует самый новый по дате в имени.", "The newest by the date in its name is in force."),
            "lists/volga_manager_20261103.csv, lists/volga_manager_20261120.csv",
            "managers: [lists/volga_manager_*.csv]",
        ),
        Code(
            "Y18",
            "warning",
            Text("рядом с названным списком лежит более новый", "there is a newer list beside the named one"),
            Text("Впишите новый или образец со звёздочкой.", "Name the new one, or a pattern with an asterisk."),
            "managers: [lists/volga_manager_20261103.csv]",
            "managers: [lists/volga_manager_20261120.csv]",
        ),
        Code(
            "Y19",
            "warning",
            Text("кабинетов ещё нет", "there are no cabinets yet"),
            Text("Первый сделает provision new.", "provision new makes the first one."),
            "",
            "distributors: {romashka: {title: ООО «Ромашка», cabinets: {…}}}",
        ),
    )
}


def problem(code: str, message: Text, hint: Text, **more: Any) -> Problem:
    """A problem of that code, with the severity that the table gives it."""
    row = CODES[code]
    return Problem(code, row.level, message, hint, blocks_cabinet=row.blocks_cabinet, **more)
