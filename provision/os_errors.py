"""What the operating system says of a file or a connection, in both languages."""

import errno
from collections.abc import Mapping

from provision.text import Text

# Python's own texts are English whatever the locale is: it never sets LC_MESSAGES.
_RUSSIAN: Mapping[int, str] = {
    errno.EACCES: "нет прав доступа",
    errno.EADDRINUSE: "адрес уже занят",
    errno.EADDRNOTAVAIL: "у этой машины нет такого адреса",
    errno.EBUSY: "файл занят",
    errno.ECONNREFUSED: "соединение отклонено",
    errno.ECONNRESET: "соединение разорвано",
    errno.EDQUOT: "исчерпана квота на диске",
    errno.EEXIST: "уже есть",
    errno.EFBIG: "файл слишком велик",
    errno.EHOSTUNREACH: "узел недоступен",
    errno.EIO: "ошибка ввода-вывода",
    errno.EISDIR: "это папка, а не файл",
    errno.ELOOP: "ссылки ведут по кругу",
    errno.EMFILE: "открыто слишком много файлов",
    errno.ENAMETOOLONG: "слишком длинное имя",
    errno.ENETUNREACH: "сеть недоступна",
    errno.ENOENT: "нет такого файла или папки",
    errno.ENOSPC: "на диске нет места",
    errno.ENOTDIR: "это не папка",
    errno.ENOTEMPTY: "папка не пуста",
    errno.EPERM: "действие запрещено",
    errno.EROFS: "диск только для чтения",
    errno.ETIMEDOUT: "ответа нет слишком долго",
    errno.ETXTBSY: "файл занят",
    errno.EXDEV: "папки лежат на разных дисках",
}
# Errors without a number of the system's; by name, as the modules that have them take time to import.
_BY_CLASS: Mapping[str, Text] = {
    "gaierror": Text("имя узла неизвестно", "the host name is unknown"),
    "SSLError": Text("защищённое соединение не установлено", "no secure connection could be made"),
    "TimeoutError": Text("ответа нет слишком долго", "no answer for too long"),
}


def reason(error: OSError) -> Text:
    """Why it failed. A reason that has no Russian text here is given in English with its number."""
    for one in type(error).__mro__:
        if one.__name__ in _BY_CLASS:
            return _BY_CLASS[one.__name__]
    english = error.strerror or str(error) or type(error).__name__
    russian = _RUSSIAN.get(error.errno or 0)
    return Text(russian or (f"{english} ({error.errno})" if error.errno else english), english)
