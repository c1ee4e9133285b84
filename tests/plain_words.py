"""The words that the code does not use, each with the plain one; ``tests.test_language`` scans for them.

The code is to be read with the words of the field and of the standard library alone (the glossary of the contributor
guide). Add a word here when a review finds one that needs an explanation.
"""

import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

# In identifiers and in prose: docstrings, comments and texts.
WORDS = {
    "asker askers": "caller, window fetcher",
    "beat beats": "due time, grid",
    "believe believed believes believing": "accept, treat as valid, use",
    "clockwork": "delayed calls",
    "crowd crowds crowded": "load, load factor",
    "demand demands": "fill task",
    "desk desks": "application; in tests: harness",
    "door doors": "CacheApi, RequestContext, interface",
    "dress dressed dresses": "apply a theme",
    "errand errands": "update task",
    "forgave forgive forgiven forgives": "clear the backoff",
    "hear heard hearer hearing hears": "is notified, receives",
    "heed heeded heeding heeds": "accept overrides",
    "keeper keepers": "archive controller",
    "kin": "name the relation: the same kind, similar",
    "learn learned learning learns learnt": "read, store, find out",
    "lend lends lent": "copy, use",
    "obey obeyed obeys": "follow, apply",
    "pulse pulses": "update interval",
    "restless": "changing; minimum elapsed fraction",
    "rota rotas": "update scheduler",
    "slab slabs": "chunk",
    "somebody": "name who: a caller, a chart, a user",
    "strange": "unresolved",
    "tells": "returns, shows, reports",
    "told": "is notified, gets, is shown",
    "wander wandered wandering wanders": "vary, move",
    "wear wearing wears wore worn": "set_theme, apply a theme, the active theme",
    "whence whither thereby lest": "so that, from which, by which",
    "whoever": "name who: the caller, the user",
}
# In identifiers only: as words of a sentence they are plain.
NAME_WORDS = {
    "meet met": "resolve, resolved, known",
    "memo": "task history",
    "riddle": "say it plainly",
    "stated": "reported, session overrides",
    "want wants": "fill target, prefetch window, wanted",
}
# In prose only, as regular expressions; they do not match across lines.
PHRASES = {
    r"\bas it were\b": "leave it out",
    r"\bby our own fault\b": "internal error",
    r"\bfaces?\b of": "appearance, form",
    r"\bgiv(?:e|es|en|ing) (?:\w+ )?up\b": "cancel, failed, stop trying",
    r"\blet (?:\w+ ){1,4}rest\b": "pause",
    r"\bmeets?\b|\bmet\b": "resolve an instrument; satisfies, coincides with",
    r"\bnews\b": "a change, a new value",
    r"\bnobody (?:asks|looks|wants)\b": "there is no caller, no viewer",
    r"\bnot to be had\b|\bcan be had\b": "not available, available",
    r"\bout of hand\b": "at once",
    r"\bwhat hurts\b": "the cost, the fault",
    r"\bwho (?:asks|is told|waits|wants)\b": "name who: the caller, the waiting thread",
}
# Names of others that contain such a word, and the usual phrases with one.
ALLOWED = re.compile(r"candledesk|\bon demand\b|\btrading desks?\b|\"news\"", re.IGNORECASE)

_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PARTS = {word: say for table in (WORDS, NAME_WORDS) for words, say in table.items() for word in words.split()}
_PROSE = {word: say for words, say in WORDS.items() for word in words.split()}
_PATTERNS = [(re.compile(pattern, re.IGNORECASE), say) for pattern, say in PHRASES.items()]


@dataclass(frozen=True)
class Hit:
    """A word that needs another one: line, the word, where it stands and what to say."""

    line: int
    word: str
    place: str
    say: str

    def __str__(self):
        """Return the message of a failure: ``12: demand in n_demands: say fill task``."""
        return f"{self.line}: {self.word!r} in {self.place}: say {self.say}"


def find_in_python(source):
    """Return the hits in the identifiers, docstrings, comments and texts of a Python source."""
    hits = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "NAME":
            hits += find_in_name(token.string, token.start[0])
        elif kind in {"COMMENT", "STRING", "FSTRING_MIDDLE"}:
            hits += find_in_prose(token.string, token.start[0])
    return hits


def find_in_page(source):
    """Return the hits in a script, style sheet or page, by its text and its names of several parts."""
    hits = find_in_prose(source)
    for number, line in enumerate(source.splitlines(), start=1):
        for name in re.findall(r"[A-Za-z]+(?:_[A-Za-z]+|[A-Z][a-z]+)+", line):  # of several parts
            hits += find_in_name(name, number)
    return hits


def find_in_name(name, line=1):
    """Return the hits in one identifier, whose parts are divided by underscores and capitals."""
    parts = [part.lower() for part in _SPLIT.findall(ALLOWED.sub("", name))]
    return [Hit(line, part, f"the name {name}", _PARTS[part]) for part in parts if part in _PARTS]


def find_in_prose(text, line=1):
    """Return the hits in a docstring, comment or text that begins on ``line``."""
    hits = []
    for number, words in enumerate(ALLOWED.sub("", text).splitlines(), start=line):
        found = (word.lower() for word in re.findall(r"\b[A-Za-z]+\b", words))
        hits += [Hit(number, word, "prose", _PROSE[word]) for word in found if word in _PROSE]
        hits += [Hit(number, match[0], "prose", say) for one, say in _PATTERNS for match in one.finditer(words)]
    return hits


def find_in_path(path: Path):
    """Return the hits in the name of a module or folder, as ``line`` 0."""
    return find_in_name(path.stem, 0)
