"""Lines of code with a visitor's values in them, every one of them as a Python literal."""

from collections.abc import Mapping
from string import Template
from typing import Any

State = Mapping[str, Any]


def lines(template: str, **values: object) -> str:
    """A template with ``repr`` of a value in the place of each ``$name``.

    What a visitor typed comes into the code in no other way: it can be no more than a text there.
    """
    return Template(template).substitute({name: repr(value) for name, value in values.items()})


def joined(*parts: str) -> str:
    """Parts of code one behind another with a blank line between, the imports of all of them at the top, each once."""
    modules: set[str] = set()
    names: dict[str, set[str]] = {}
    bodies = []
    for part in parts:
        body: list[str] = []
        behind_imports = False
        for line in part.splitlines():
            words = line.split(" ", 3)
            # The blank line under a part's own imports goes with them.
            if not line and behind_imports:
                continue
            behind_imports = words[0] in ("import", "from")
            if words[0] == "import":
                modules.add(line)
            elif words[0] == "from":
                names.setdefault(words[1], set()).update(words[3].split(", "))
            else:
                body.append(line)
        bodies.append("\n".join(body).strip("\n"))
    froms = [f"from {module} import {', '.join(sorted(names[module]))}" for module in sorted(names)]
    # Our own package comes behind all others, as in every file here.
    own = [line for line in froms if line.startswith("from nlm_core")]
    others = [*sorted(modules), *(line for line in froms if line not in own)]
    head = "\n".join([*others, *own])
    return "\n\n".join(part for part in (head, *bodies) if part) + "\n"
