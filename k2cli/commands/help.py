"""The help of commands, without what it does not use.

Typer writes help by Rich, and imports with it Rich's Markdown and tracebacks, which parse Markdown and colour code and
take a fifth of the time of `k2 --help`. Our help has neither.
"""

import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from typer.core import TyperCommand

_UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
"""Modules that help does not use, each with the class that Typer imports from it."""


class Command(TyperCommand):
    """A command whose help is written without what it does not use."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - Typer's private types
        """Write the help."""
        prepare()
        super().format_help(ctx, formatter)


@cache
def prepare() -> None:
    """Import Typer's module for help; the classes of `_UNUSED` get imported only if they are used after all."""
    absent = [name for name in _UNUSED if name not in sys.modules]
    sys.modules |= {name: _Absent(name) for name in absent}
    try:
        import_module("typer.rich_utils")
    finally:
        for name in absent:
            _remove(name)


class _Absent(ModuleType):
    """Stands in the place of a module of which a class is imported."""

    def __getattr__(self, name: str) -> object:
        """Return what stands for the class; anything else is the module's own, which imports it."""
        if name.startswith("__"):
            raise AttributeError(name)
        if name == _UNUSED[self.__name__]:
            return _Deferred(name, (), {"__module__": self.__name__})
        return getattr(_present(self.__name__), name)


class _Deferred(type):
    """The type of classes that stand for another one, which is imported when they are used."""

    def __call__(cls, *arguments: object, **named: object) -> object:
        return cls._meant()(*arguments, **named)

    def __getattr__(cls, name: str) -> object:
        """Return an attribute of the other class."""
        return getattr(cls._meant(), name)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls._meant())

    def _meant(cls) -> type:
        meant: type = getattr(_present(cls.__module__), cls.__name__)
        return meant


def _present(name: str) -> ModuleType:
    """The module itself, also while another one stands in its place."""
    _remove(name)
    return import_module(name)


def _remove(name: str) -> None:
    """Let the next import of a module find the module itself."""
    if isinstance(sys.modules.get(name), _Absent):
        del sys.modules[name]
