"""Lint the page's scripts by their tokens, without node: what is reported is a fault, but not every fault is found."""

import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "resources" / "web"

SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
STRING = r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
TOKEN = re.compile(STRING + r"|(?P<number>\d[\w.]*)|(?P<name>[A-Za-z_$][\w$]*)|(?P<mark>=>|\?\.|\.\.\.|.)")
REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
TEMPLATE_TEXT = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)
IMPORT = re.compile(r'import \{([^}]*)\} from "\./([^"]+)";')
DEPTHS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
# The words that no script declares: those of the language and those of the browser.
WORDS = """
    async await break case catch class const constructor continue default delete do else export extends false
    finally for from function if import in instanceof let new null of return static super switch this throw true
    try typeof undefined void while AbortController Array Blob Boolean BroadcastChannel Date Error Float64Array
    Infinity Intl JSON LightweightCharts Map Math NaN Number Object OffscreenCanvas Option Promise ResizeObserver
    Set String TextDecoder URL URLSearchParams addEventListener cancelAnimationFrame clearInterval clearTimeout
    devicePixelRatio document encodeURIComponent fetch getComputedStyle history localStorage location matchMedia
    navigator parseFloat parseInt performance requestAnimationFrame sessionStorage setInterval setTimeout window
    WheelEvent
"""
KNOWN = set(WORDS.split())


class Token(NamedTuple):
    kind: str  # a group of TOKEN
    text: str
    line: int


def read_tokens(text):
    """Split a script into tokens, without comments; of a template literal only its expressions are kept."""
    tokens, depth, templates, at = [], 0, [], 0  # templates: the depths at which the expressions began
    while at < len(text):
        if space := SPACE.match(text, at):
            at = space.end()
            continue
        kind, found = "string", None
        if text[at] == "`" or (text[at] == "}" and templates[-1:] == [depth]):
            del templates[len(templates) - (text[at] == "}") :]
            end = TEMPLATE_TEXT.match(text, at + 1).end()
            templates += [depth] * (text[end] == "$")
            end += 2 if text[end] == "$" else 1
        else:
            is_value_before = not tokens or tokens[-1].kind != "mark" or tokens[-1].text in ")]}"
            found = TOKEN.match(text, at) if text[at] != "/" or is_value_before else None
            kind = found.lastgroup if found else kind
            end = (found or REGEX.match(text, at)).end()
        if kind == "mark" and text[at] in "{}":
            depth += DEPTHS[text[at]]
        tokens.append(Token(kind, text[at:end], text.count("\n", 0, at) + 1))
        at = end
    return tokens


class Script:
    """The names of one script: what it declares, uses, imports and exports, its methods, the properties it reads."""

    def __init__(self, text):
        self.tokens = read_tokens(text)
        self.imports = {(name, file) for names, file in IMPORT.findall(text) for name in re.findall(r"\w+", names)}
        self.exports = set(re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", text, re.MULTILINE))
        self.ids = set(re.findall(r'(?:byId|getElementById)\("([^"]+)"\)', text))
        indexes = range(len(self.tokens))
        self.properties = {self._text(i) for i in indexes if self._text(i - 1) in {".", "?."}}
        self.methods = {self._text(i) for i in indexes if self._is_method(i)}
        self.uses = [self.tokens[i] for i in indexes if self._is_variable(i)]
        self.declared = {self._text(k) for i in indexes for k in self._bindings(i) if self._is_variable(k)}

    def _text(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) and self.tokens[i].kind != "string" else ""

    def _find(self, i, stops):
        """Return the index of the first of ``stops`` outside of brackets that open after ``i``."""
        depth = 0
        while i < len(self.tokens) and (depth or self._text(i) not in stops):
            depth += DEPTHS.get(self._text(i), 0)
            i += 1
        return i

    def _is_method(self, i):
        is_called = self._text(i + 1) == "(" and self._text(i - 1) != "function" and self._text(i) not in KNOWN
        return is_called and self.tokens[i].kind == "name" and self._text(self._find(i + 2, {")"}) + 1) == "{"

    def _is_variable(self, i):
        is_key = self._text(i + 1) == ":" and self._text(i - 1) in {"{", ","}
        is_accessor = self._text(i) in {"get", "set"} and i + 1 < len(self.tokens) and self.tokens[i + 1].kind == "name"
        is_other = is_key or is_accessor or self._is_method(i) or self._text(i - 1) in {".", "?."}
        return self.tokens[i].kind == "name" and self._text(i) not in KNOWN and not is_other

    def _bindings(self, i):
        """Return the indexes at which the declaration that begins at ``i`` can have its names."""
        if self._text(i) in {"function", "class"}:
            return [i + 1]
        if self._text(i) in {"const", "let", "import"}:
            return range(i + 1, self._find(i + 1, {"=", "of", ";", "from"}))
        if self._text(i) == "=>" and self._text(i - 1) != ")":
            return [i - 1]
        end = self._find(i + 1, {")"}) if self._text(i) == "(" else i
        is_function = self._text(i - 2) == "function" or self._text(i - 1) in {"catch", "constructor"}
        has_body = self._text(end + 1) == "{" and (is_function or self._is_method(i - 1))
        return range(i + 1, end) if self._text(end + 1) == "=>" or has_body else []


def find_faults(texts, html, tests=""):
    """Return the faults of scripts, given as text by file name, with the page that loads them and the tests of them."""
    scripts = {file: Script(text) for file, text in texts.items()}
    imported = {item for script in scripts.values() for item in script.imports}
    modules = {file for _name, file in imported}
    tested = set(re.findall(r"\w+", " ".join(re.findall(r"\{([^}]*)\} (?:= await|from)", tests))))
    called = set().union(*(script.properties for script in scripts.values()))
    ids = set(re.findall(r'\bid(?:=|: )"([^"]+)"', html + "".join(texts.values())))
    faults = [
        f"{file} does not export {name}"
        for name, file in imported
        if file not in scripts or name not in scripts[file].exports
    ]
    for file, script in scripts.items():
        counts = Counter(token.text for token in script.uses)
        unused = {name for name in script.declared - script.exports - {"_"} if counts[name] == 1}
        dead = {name for name in script.exports - tested if (name, file) not in imported}
        faults += [
            *(f"{file}:{line} {name} is not declared" for _, name, line in script.uses if name not in script.declared),
            *(f"{file} does not use {name}" for name in unused),
            *(f"{file} exports {name}, which is not imported" for name in dead),
            *(f"{file} does not call {name}()" for name in script.methods - called),
            *(f"{file} looks up #{name}, which is not in index.html" for name in script.ids - ids),
        ]
    classic = re.findall(r'<script src="/assets/([^"]+)"(?! type="module")', html)
    loaded = modules.union(classic, {"app.js"})  # the server joins app.js and all that it imports
    return sorted([*faults, *(f"{file} is not loaded" for file in scripts.keys() - loaded)])


def lint_page():
    """Return the faults of the page."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in PAGE.glob("*.js")}
    tests = [path.read_text(encoding="utf-8") for path in HERE.glob("*.mjs")]
    return find_faults(texts, (PAGE / "index.html").read_text(encoding="utf-8"), "".join(tests))


if __name__ == "__main__":
    sys.exit("\n".join(lint_page()) or 0)
