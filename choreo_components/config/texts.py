"""A text: the characters of a file, and its events if it is JSON.

This covers where libyaml differs from kubectl, which reads a text as JSON first, and then as YAML (Kubernetes:
apimachinery/pkg/util/yaml).
"""

import codecs
import json
import re
from collections.abc import Generator
from typing import Any

import yaml

_BYTE_ORDER_MARKS = re.compile(r"(?<![^\r\n])\ufeff+")
"""Those at the beginning of a line: concatenated files have them anywhere."""


def decoded(text: str | bytes) -> str | bytes:
    """The text without byte order marks; bytes that are not UTF-8 unchanged, as libyaml reports what is wrong.

    Raises UnicodeError for a text that claims another encoding and cannot be read.
    """
    if isinstance(text, bytes):
        if text.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            raise UnicodeError("UTF-32, which kubectl does not read either; save the file as UTF-8")
        if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = text.decode("utf-16")
        else:
            try:
                text = text.decode()
            except UnicodeDecodeError:
                return text
    return _BYTE_ORDER_MARKS.sub("", text) if "\ufeff" in text else text


def undecodable(problem: UnicodeError) -> tuple[int, str]:
    """The line at which a text cannot be decoded, and the reason."""
    if isinstance(problem, UnicodeEncodeError):
        return problem.object.count("\n", 0, problem.start) + 1, problem.reason
    if isinstance(problem, UnicodeDecodeError):
        before = problem.object[: problem.start].decode(problem.encoding, "ignore")
        return before.count("\n") + 1, f"{problem.reason} ({problem.encoding.upper()})"
    return 1, str(problem)


_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_JOINABLE = re.compile(r"\\U0010([dD][89abAB][0-9a-fA-F]{2})\\U0010([dD][c-fC-F][0-9a-fA-F]{2})")
_JOINABLE_SIGNS = re.compile("[\U0010d800-\U0010dbff][\U0010dc00-\U0010dfff]")


def with_joinable(text: str | bytes) -> str | bytes:
    """The text with pairs of surrogates, by which JSON escapes a character beyond 16 bits, as escapes that YAML has.

    Whether such a pair is an escape depends on the scalar: `joined` makes it a character, or restores what was written.
    """
    return _PAIR.sub(r"\1\\U0010\2\\U0010\3", text) if isinstance(text, str) and "\\u" in text else text


def joined(event: yaml.ScalarEvent) -> str:
    """The value of a scalar in a text `with_joinable` pairs."""
    value = str(event.value)
    if event.style == '"':
        return value if value.isascii() else _JOINABLE_SIGNS.sub(_character, value)
    return _JOINABLE.sub(r"\\u\1\\u\2", value) if "\\U0010" in value else value


def _character(pair: re.Match[str]) -> str:
    high, low = (ord(half) - 0x100000 for half in pair[0])
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


_BETWEEN = re.compile(r"(?:[ \t\r\n\ufeff]++|^---[ \t]*+(?=[\r\n]|\Z))*+", re.MULTILINE)
"""What may be between documents in JSON."""


def is_json(text: str) -> bool:
    """Whether the text consists of one or more objects in JSON, and nothing else."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_is_no_json)
    position = first = _after(text, 0)
    try:
        while text[position : position + 1] == "{":
            position = _after(text, decoder.raw_decode(text, position)[1])
    except (ValueError, RecursionError):
        return False
    return position > first and position == len(text)


def _after(text: str, position: int) -> int:
    between = _BETWEEN.match(text, position)
    return between.end() if between else position


def _is_no_json(constant: str) -> Any:
    raise ValueError(constant)


def _mark(index: int, line: int) -> Any:
    return yaml.Mark("", index, line, 0, None, 0)


_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]|[^\s,:{}\[\]"]+')


class Json:
    """The events of a text in JSON, as libyaml's parser would produce them if all JSON were YAML 1.1.

    It is not: YAML has no pairs of surrogates, folds some of Unicode's line breaks, and ends a key with its line.
    """

    def __init__(self, text: str) -> None:
        self._events = self._read(text.replace("\r\n", "\n").replace("\r", "\n"))
        self._next: yaml.Event | None = None

    def peek_event(self) -> yaml.Event:
        if self._next is None:
            self._next = next(self._events)
        return self._next

    def get_event(self) -> yaml.Event:
        event = self.peek_event()
        self._next = None
        return event

    def check_event(self, *kinds: type[yaml.Event]) -> bool:
        return isinstance(self.peek_event(), kinds)

    def dispose(self) -> None:
        self._events.close()

    @staticmethod
    def _read(text: str) -> Generator[yaml.Event, None, None]:
        line = read = depth = 0
        mark = _mark(0, 0)
        yield yaml.StreamStartEvent(mark, mark)
        for token in _TOKEN.finditer(text):
            sign = token[0]
            if depth == 0 and sign != "{":
                continue
            line += text.count("\n", read, token.start())
            read = token.start()
            mark = _mark(read, line)
            if depth == 0:
                yield yaml.DocumentStartEvent(mark, mark)
            if sign in ("{", "["):
                depth += 1
                start = yaml.MappingStartEvent if sign == "{" else yaml.SequenceStartEvent
                yield start(None, None, True, mark, mark)
            elif sign in ("}", "]"):
                depth -= 1
                end = yaml.MappingEndEvent if sign == "}" else yaml.SequenceEndEvent
                yield end(mark, mark)
                if depth == 0:
                    yield yaml.DocumentEndEvent(mark, mark)
            elif sign[0] == '"':
                value = json.loads(sign) if "\\" in sign else sign[1:-1]
                yield yaml.ScalarEvent(None, "tag:yaml.org,2002:str", (False, True), value, mark, mark, '"')
            else:
                number = "int" if sign.lstrip("-").isdigit() else "float"
                tag = {"null": "null", "true": "bool", "false": "bool"}.get(sign, number)
                yield yaml.ScalarEvent(None, f"tag:yaml.org,2002:{tag}", (True, False), sign, mark, mark)
        yield yaml.StreamEndEvent(mark, mark)
