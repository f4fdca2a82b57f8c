"""Dataclasses whose methods are made when they are first needed: a command loads some hundred of them and uses a few.

The standard library writes and compiles six functions for each class while its module loads, which was a third of the processor time
of a question. Here the fields are the standard library's, worked out when somebody asks for them (`asdict`, or who
takes these for dataclasses); what classes have in common is one function for all, and one that takes a class's own arguments is
compiled for a class of which more than a few objects are made. So what a class says of its fields (`field`) and `replace` are here,
too, and the standard library's module is loaded only where somebody asks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["asdict", "dataclass", "field", "names_of", "replace"]

if TYPE_CHECKING:
    from dataclasses import asdict, dataclass, field, replace

    def names_of(cls: type) -> tuple[str, ...]:
        """The names of a class's fields, without working out what else the standard library says of each."""

else:
    from functools import cache
    from operator import attrgetter
    from reprlib import recursive_repr

    MISSING = object()
    FEW = 20  # objects of a class; to compile a function takes as long as to make some thirty without it

    def dataclass(cls=None, /, *, frozen=False, kw_only=False):
        """As `dataclasses.dataclass`, with what cdr asks of it: compared by its fields, and hashed by them where it is frozen."""
        if cls is None:
            return lambda cls: _made(cls, frozen, kw_only)
        return _made(cls, frozen, kw_only)

    def _made(cls, frozen, kw_only):
        own = vars(cls)
        if not cls.__doc__:
            cls.__doc__ = cls.__name__  # else a signature is worked out for it
        for name, method in METHODS_OF_FROZEN if frozen else METHODS_OF_OPEN:
            if name not in own:  # a method that the class has itself stays
                setattr(cls, name, method)
        if "__init__" not in own:
            cls.__init__ = _first_init(cls, frozen)
        cls.__kw_only__ = kw_only
        cls.__dataclass_fields__ = _Fields(cls)
        return cls

    def asdict(record):
        """As `dataclasses.asdict`."""
        import dataclasses

        return dataclasses.asdict(record)

    def replace(record, /, **changes):
        """As `dataclasses.replace`: one like it, with some fields otherwise."""
        return record.__class__(**{name: getattr(record, name) for name in names_of(record.__class__)} | changes)

    class field:  # noqa: N801 - it is called as `dataclasses.field` is
        """What a class says of one of its fields, in the words of the standard library."""

        def __init__(self, *, default=MISSING, default_factory=MISSING, repr=True, compare=True, kw_only=MISSING):
            self.default, self.default_factory, self.kw_only = default, default_factory, kw_only
            self.repr, self.compare = repr, compare

        def told(self):
            """The same for the standard library."""
            import dataclasses

            return dataclasses.field(**{name: value for name, value in vars(self).items() if value is not MISSING})

    class _Fields:
        """The fields of a class, which the standard library works out when somebody asks for them: then they stand in the place of this."""

        def __init__(self, cls):
            self.cls = cls

        def __get__(self, _object, _cls):
            import dataclasses

            cls = self.cls
            for name in _own(cls):
                if isinstance(value := vars(cls).get(name), field):
                    setattr(cls, name, value.told())
            del cls.__dataclass_fields__
            dataclasses.dataclass(cls, init=False, repr=False, eq=False, kw_only=cls.__kw_only__)
            return cls.__dataclass_fields__

    class _Taken:
        """What an object takes for one of its fields: a value, else the default, else what the factory makes."""

        factory = MISSING
        compare = repr = True

        def __init__(self, name, value, kw_only):
            self.name, self.default, self.kw_only = name, value, kw_only
            if isinstance(value, field):
                self.default, self.factory = value.default, value.default_factory
                self.compare, self.repr = value.compare, value.repr
                self.kw_only = kw_only if value.kw_only is MISSING else value.kw_only

    def _own(cls):
        """What a class takes beside what those before it take; asked before the standard library clears the fields away."""
        if "__own__" not in vars(cls):
            cls.__own__ = {
                name: _Taken(name, vars(cls).get(name, MISSING), cls.__kw_only__)
                for name, kind in vars(cls).get("__annotations__", {}).items()
                if "ClassVar" not in str(kind)
            }
        return cls.__own__

    def _taken(cls):
        found = {}
        for one in reversed(cls.__mro__):
            found |= _own(one) if "__kw_only__" in vars(one) else {}
        return [*found.values()]

    @cache
    def names_of(cls):
        """The names of a class's fields, without working out what else the standard library says of each."""
        return tuple(one.name for one in _taken(cls))

    def _first_init(cls, frozen):
        """What takes the arguments of the first few objects of a class; of one that has more, it makes a function that takes them."""
        taken, places, made = None, (), 0

        def first(self, /, *arguments, **named):
            nonlocal taken, places, made
            if taken is None:
                taken = _taken(cls)
                places = [one.name for one in taken if not one.kw_only]
            made += 1
            values = _values_of(taken, places, arguments, named) if made <= FEW else None
            if values is None:  # many, or wrong: then it says what is wrong
                cls.__init__ = _init(cls, taken, frozen)
                cls.__init__(self, *arguments, **named)
            else:
                self.__dict__.update(values)

        return first

    def _values_of(taken, places, arguments, named):
        """The value of each field; None where one is missing or too much."""
        given = dict(zip(places, arguments, strict=False))
        given.update(named)
        if len(given) < len(arguments) + len(named):
            return None
        if len(arguments) == len(taken) and not named:
            return given
        values = {}
        for one in taken:
            name = one.name
            if name in given:
                values[name] = given.pop(name)
            elif one.default is not MISSING:
                values[name] = one.default
            elif one.factory is not MISSING:
                values[name] = one.factory()
            else:
                return None
        return None if given else values

    def _init(cls, fields, frozen):
        known = {"_made_anew": _MADE_ANEW}
        taken, named, body = ["self"], [], ["_own = self.__dict__"] if frozen else []
        for one in fields:
            given = value = one.name
            if one.default is not MISSING:
                known[f"_default_{one.name}"] = one.default
                given = f"{one.name}=_default_{one.name}"
            elif one.factory is not MISSING:
                known[f"_make_{one.name}"] = one.factory
                given = f"{one.name}=_made_anew"
                value = f"_make_{one.name}() if {one.name} is _made_anew else {one.name}"
            (named if one.kw_only else taken).append(given)
            body.append(f"_own[{one.name!r}] = {value}" if frozen else f"self.{one.name} = {value}")
        signature = ", ".join([*taken, *(["*", *named] if named else [])])
        exec(f"def __init__({signature}):\n    " + "\n    ".join(body or ["pass"]), known)  # noqa: S102 - names of fields
        made = known["__init__"]
        made.__qualname__ = f"{cls.__qualname__}.__init__"
        return made

    _MADE_ANEW = object()

    @recursive_repr()
    def _repr(self):
        shown = (f"{one.name}={getattr(self, one.name)!r}" for one in _taken(self.__class__) if one.repr)
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    def _eq(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        values = _values(self.__class__)
        return values(self) == values(other)

    def _hash(self):
        return hash(_values(self.__class__)(self))

    def _values(cls):
        """What gives the values by which objects of a class are compared; found once for each class."""
        found = vars(cls).get("__compared__")
        if found is None:
            names = [one.name for one in _taken(cls) if one.compare]
            several = attrgetter(*names) if len(names) > 1 else None
            found = cls.__compared__ = several or (lambda self: tuple(getattr(self, name) for name in names))
        return found

    def _refused(self, name, *value):
        import dataclasses

        raise dataclasses.FrozenInstanceError(f"cannot change the field {name!r}")

    METHODS_OF_OPEN = (("__repr__", _repr), ("__eq__", _eq), ("__hash__", None))
    METHODS_OF_FROZEN = (
        ("__repr__", _repr), ("__eq__", _eq), ("__hash__", _hash), ("__setattr__", _refused), ("__delattr__", _refused),
    )  # fmt: skip
