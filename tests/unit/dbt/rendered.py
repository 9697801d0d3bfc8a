"""The project's macros and tests as plain SQL, rendered without dbt: small inputs in, rows out.

`CHANGES` switches a rule off for a test: name of a model, macro file or seed -> what to do with its text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path

import jinja2

from include.settings import REPO

PROJECT = REPO / "dbt_project"
AS_OF = "2024-10-01"


def _as_macros(text: str) -> str:
    return re.sub(r"{%-? *test ", "{% macro ", text).replace("{% endtest %}", "{% endmacro %}")


CHANGES: dict[str, Callable[[str], str]] = {}


def read(path: Path) -> str:
    """The text of a file of the project, as `CHANGES` leaves it. Raises AssertionError where a change changes nothing."""
    text = path.read_text(encoding="utf-8")
    if path.stem not in CHANGES:
        return text
    changed = CHANGES[path.stem](text)
    assert changed != text, f"the change of {path.stem} changes nothing"
    return changed


class Renderer:
    """Every macro and generic test of the project as a function; dispatch takes the DuckDB version."""

    def __init__(self, as_of: str):
        self._read_models: list[str] = []
        environment = jinja2.Environment(extensions=["jinja2.ext.do"])
        environment.globals.update(
            {"var": lambda name: {"as_of": as_of}[name], "ref": self._ref, "return": lambda value: value}
        )
        environment.globals["config"] = lambda **settings: ""
        environment.globals["source"] = lambda schema, name: f"{schema}.{name}"
        paths = [*(PROJECT / "macros").rglob("*.sql"), *(PROJECT / "tests" / "generic").glob("*.sql")]
        # a materialisation is dbt's own syntax and renders nothing
        paths = [path for path in paths if path.parent.name != "materializations"]
        text = "\n".join(_as_macros(read(path)) for path in sorted(paths))
        environment.globals["adapter"] = _Adapter(environment.globals)
        macros = environment.from_string(text).make_module()
        environment.globals.update({name: macro for name, macro in vars(macros).items() if not name.startswith("__")})
        self._environment = environment

    def _ref(self, name: str) -> str:
        self._read_models.append(name)
        return name

    def render(self, sql: str) -> str:
        return self._environment.from_string(sql).render().strip()

    def model(self, sql: str) -> tuple[str, list[str]]:
        """A model's SQL, and the models and seeds it reads."""
        self._read_models.clear()
        return self.render(sql), list(dict.fromkeys(self._read_models))


@functools.cache
def _unchanged(as_of: str) -> Renderer:
    return Renderer(as_of)


def renderer(as_of: str) -> Renderer:
    """Of the project as it is, or as `CHANGES` leaves it."""
    return Renderer(as_of) if CHANGES else _unchanged(as_of)


class _Adapter:
    def __init__(self, known: dict):
        self.known = known

    def dispatch(self, name: str, package: str):
        return self.known[f"default__{name}"]


def render(sql: str, as_of: str = AS_OF) -> str:
    """`sql` with every macro of the project at hand; `ref('x')` is table x."""
    return renderer(as_of).render(sql)


def refs_of_python(text: str) -> list[str]:
    """The models a Python model reads."""
    return re.findall(r'dbt\.ref\("(\w+)"\)', text)


def generic_test(name: str, **arguments: object) -> str:
    """SQL of a generic test called with `arguments`; `model` is a table or subquery."""
    call = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    return render(f"{{{{ {name}({call}) }}}}")


def singular_test(name: str) -> str:
    return render((PROJECT / "tests" / f"{name}.sql").read_text(encoding="utf-8"))


def names_in(folder: Path, pattern: str) -> set[str]:
    return {path.stem for path in folder.glob(pattern)}
