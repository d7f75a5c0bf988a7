"""What columns are called, and how they are asked for however they are spelt.

Publishers hyphenate by hand ("Satz-art"), break lines, glue footnote marks to names ("Bevölkerung2)") and put headings
above headings. Names are compared by what is left when all that is taken away.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

SEPARATOR = " | "
FOOTNOTE = re.compile(r"(?<=[^\d\s(])\d\)$|(?<=\d{4})\d\)$|(?<=\s)\d{1,2}\)$|[¹²³⁴⁵⁶⁷⁸⁹]\)$")
INSIGNIFICANT = re.compile(r"[^\w≥≤<>%+*]|_")


@lru_cache(maxsize=65536)
def cleaned(name: str) -> str:
    """Give a name for people: without line breaks, double blanks, soft hyphens and footnote marks."""
    text = " ".join(unicodedata.normalize("NFC", name).replace("\u00ad", "").split())
    plain = text.replace("*", "").strip()
    mark = FOOTNOTE.search(plain)
    if mark:
        before = plain[: mark.start()]
        if before.count("(") <= before.count(")"):  # else it is the end of "(phase 2)"
            plain = before.strip()
    return plain or text


@lru_cache(maxsize=65536)
def meaning(name: str) -> str:
    """Reduce a column name to what its spellings share: letters, digits and signs of comparison, in lower case."""
    text = unicodedata.normalize("NFKC", cleaned(name)).casefold()
    return INSIGNIFICANT.sub("", text) or text.strip()


class Names:
    """The columns of one table and how they are asked for.

    A column is known by the parts of its header from top to bottom, joined by " | ". It is asked for by its whole name
    or by some of its parts in their order ("insgesamt", "Bevölkerung | insgesamt"); spelling is compared by `meaning`,
    `*` stands for anything. A whole name wins over a part; otherwise what is asked for must fit one column only.
    `found` are the answers that were given so far, by name and aliases.
    """

    def __init__(self, columns: Iterable[tuple[str, ...]]) -> None:
        parts = list(columns)
        self.columns: tuple[str, ...] = tuple(_distinct(SEPARATOR.join(column) for column in parts))
        self._parts = [tuple(meaning(part) for part in column) for column in parts]
        self.found: dict[tuple[str, tuple[str, ...]], str | None] = {}
        self._matching: dict[tuple[str, ...], frozenset[str]] = {}

    def find(self, name: str, aliases: tuple[str, ...] = ()) -> str | None:
        """Find the column that is meant, None when there is none; ValueError (naming them) when several fit."""
        key = (name, aliases)
        if key not in self.found:
            hits = (hit for hit in map(self._one, (name, *aliases)) if hit is not None)
            self.found[key] = next(hits, None)
        return self.found[key]

    def matching(self, names: tuple[str, ...]) -> frozenset[str]:
        """Find all columns that any of the names fits."""
        if names not in self._matching:
            self._matching[names] = frozenset(
                self.columns[at]
                for name in names
                for at in (*self._whole(name), *self._partly(name), *self._literal(name))
            )
        return self._matching[names]

    def __len__(self) -> int:
        return len(self.columns)

    def _one(self, name: str) -> str | None:
        for hits in (self._literal(name), self._whole(name), self._partly(name)):
            if len(hits) > 1:
                fitting = ", ".join(repr(self.columns[at]) for at in hits[:6])
                raise ValueError(
                    f"a name that fits one column; {name!r} fits {fitting}: add the heading above it"
                )
            if hits:
                return self.columns[hits[0]]
        return None

    def _literal(self, name: str) -> list[int]:
        return [at for at, column in enumerate(self.columns) if column == name]

    def _whole(self, name: str) -> list[int]:
        asked = wanted(name)
        return [
            at
            for at, parts in enumerate(self._parts)
            if len(parts) == len(asked) and all(map(fits, asked, parts))
        ]

    def _partly(self, name: str) -> list[int]:
        asked = wanted(name)
        return [at for at, parts in enumerate(self._parts) if _in_order(asked, parts)]


def _distinct(names: Iterable[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} #{seen[name]}"


@lru_cache(maxsize=4096)
def wanted(name: str) -> tuple[str, ...]:
    """Take a name that is asked for apart into its headings, reduced to their meaning, with its wildcards."""
    # In a header the asterisk is a footnote mark, here it is a wildcard and must survive the cleaning.
    return tuple(
        "*".join(meaning(piece) if piece.strip() else "" for piece in part.split("*"))
        for part in name.split("|")
    )


def _in_order(asked: Sequence[str], parts: Sequence[str]) -> bool:
    rest = iter(parts)
    return all(any(fits(want, part) for part in rest) for want in asked)


def fits(want: str, part: str) -> bool:
    """Tell whether one heading (as `meaning`) is what is asked for."""
    if "*" not in want:
        return want == part
    return _pattern(want).fullmatch(part) is not None


@lru_cache(maxsize=4096)
def _pattern(want: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in want.split("*")), re.DOTALL)
