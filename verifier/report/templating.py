"""Text from the templates beside this module; the one place that knows the template engine.

Whatever a template shows is escaped for HTML and SVG (DOT has another way), and characters that a reader can't see,
or that turn the text around them, are shown by their numbers.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from verifier.report.style import visible


def render(name: str, **values: object) -> str:
    """The template of that name with these values."""
    return str(_environment().get_template(name).render(**values))


def trusted(*names: str) -> Markup:
    """Files among the templates, one after the other, that are put into a page as they are."""
    environment = _environment()
    assert environment.loader is not None
    texts = (environment.loader.get_source(environment, name)[0].strip() for name in names)
    return Markup("\n".join(texts))


def _shown(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("verifier.report"),
        autoescape=lambda name: name is None or not name.endswith(".dot"),
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
