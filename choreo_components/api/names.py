"""Names: what Kubernetes accepts as one, and how OpenChoreo makes them: cleaned parts, cut to fit, and a hash.

Byte for byte the names of OpenChoreo (internal/dataplane/kubernetes/name.go, the same from v0.1.0 to v1.2.3), also for
names that Kubernetes will refuse, which `refusal` finds. Letters outside ASCII are judged by Python's Unicode tables,
which may be of another version than Go's.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import dropwhile
from typing import TypeVar

T = TypeVar("T")

LONGEST_RESOURCE_NAME = 253
LONGEST_NAMESPACE_NAME = 63
NAMESPACES_OF_KUBERNETES = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
"""The namespaces that an API server makes itself, and re-creates."""

_HASH_DIGITS = 8


def generate_k8s_name(*parts: str, limit: int = LONGEST_RESOURCE_NAME) -> str:
    """The name that OpenChoreo gives to an object of these parts, such as component and track.

    Each part gets an equal share of the bytes and is cut to it; bytes that a part does not use are not given to
    another. A cut may split a character of several bytes: the remaining bytes are then in the result as lone surrogates
    (`errors="surrogateescape"` gives the bytes back).

    Args:
        parts: what the name is made of, outermost first; the order matters.
        limit: greatest length of the name in bytes.

    Raises:
        ValueError: if there are no parts, if the limit leaves no room for them (OpenChoreo would crash), or if a part
            is not encodable as UTF-8.
    """
    room = limit - _HASH_DIGITS - len(parts)
    if not parts or room <= -len(parts):
        raise ValueError(f"a name of {limit} bytes has no room for {len(parts)} parts and a hash")
    # With a negative number of bytes, Go's division still rounds to shares of zero.
    share, longer = divmod(max(room, 0), len(parts))
    cut = [_clean(part).encode()[: share + (index < longer)] for index, part in enumerate(parts)]
    digest = hashlib.sha256("-".join(parts).encode()).hexdigest()[:_HASH_DIGITS]
    name = b"-".join([*cut, digest.encode()]).decode("utf-8", "surrogateescape")
    # The end needs no trimming: it is the hash.
    return "".join(dropwhile(lambda character: not _is_alphanumeric(character), name))


def collisions(things: Iterable[T], name: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    """The names that more than one of the things would share, each with its things.

    OpenChoreo's names can collide because the hash is taken over the parts joined by '-', which hides their borders:
    `a-b`, `c`, `d` and `a`, `b-c`, `d` have the same. Names and things are in the order of appearance.
    """
    sharing: dict[str, list[T]] = {}
    for each in dict.fromkeys(things):
        sharing.setdefault(name(each), []).append(each)
    return {shared: tuple(group) for shared, group in sharing.items() if len(group) > 1}


@dataclass(frozen=True)
class _Rule:
    """What Kubernetes requires of a name: a length in bytes, and a form."""

    limit: int
    pattern: re.Pattern[str]
    form: str


_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"


class Use(Enum):
    """What a name is used for; the value is Kubernetes' rule for it.

    Kubernetes: apimachinery/pkg/util/validation (IsDNS1123Label, IsDNS1123Subdomain, IsValidLabelValue,
    IsQualifiedName).
    """

    NAMESPACE = _Rule(
        63, re.compile(_LABEL), "a-z, 0-9 and '-' are allowed in it, with a letter or digit first and last"
    )
    OBJECT = _Rule(
        253,
        re.compile(_SUBDOMAIN),
        "a-z, 0-9, '-' and '.' are allowed in it, with a letter or digit first and last and next to each '.'",
    )
    LABEL_VALUE = _Rule(
        63,
        re.compile(f"({_QUALIFIED})?"),
        "letters, digits, '-', '_' and '.' are allowed in it, with a letter or digit first and last",
    )
    LABEL_KEY = _Rule(
        253 + 1 + 63,
        re.compile(rf"((?=.{{1,253}}/){_SUBDOMAIN}/)?(?=.{{1,63}}$){_QUALIFIED}"),
        "letters, digits, '-', '_' and '.' are allowed in it, at most 63 with a letter or digit first and last, "
        "after a prefix like example.com/ or none",
    )


def refusal(name: str, use: Use) -> str | None:
    """Why Kubernetes would refuse a name for a use, as a clause; None if it would not.

    An empty label value is not refused, although OpenChoreo finds nothing by it.
    """
    rule: _Rule = use.value
    length = len(name.encode("utf-8", "replace"))
    if length > rule.limit:
        return f"it is {length} bytes long, more than {rule.limit}"
    return None if rule.pattern.fullmatch(name) else f"only {rule.form}"


def in_words(kind: str) -> str:
    """A kind in words: `data plane` for DataPlane."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _clean(part: str) -> str:
    """The part in lower case, with a '-' for whatever is neither letter, number, '-' nor '.', trimmed of both."""
    kept = (c if c in "-." or _is_alphanumeric(c) else "-" for c in map(_lower, part))
    return "".join(kept).strip("-.")


def _lower(character: str) -> str:
    # Go maps one character to one; Python's lower() adds a combining dot to 'İ'.
    return character.lower()[0]


def _is_alphanumeric(character: str) -> bool:
    """Go's unicode.IsLetter or IsNumber."""
    return unicodedata.category(character)[0] in "LN"
