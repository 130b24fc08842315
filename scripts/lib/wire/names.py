# SPDX-License-Identifier: GPL-2.0
"""tools/wqctl/wire/names.cc: what wqctl calls commands and attributes when the kernel refuses a request."""
from .spec import c_lower
from .text import GENERATED

HEAD = f"""\
// SPDX-License-Identifier: GPL-2.0
// {GENERATED}
// clang-format off
#include "wire/names.hh"

#include "uapi/wqlab.h"

namespace wqctl {{

namespace {{
"""


def variable(name):
    return "k" + "".join(part.capitalize() for part in name.split("-"))


def attribute_set(space, attributes):
    lines = [f"constexpr AttributeName {variable(space)}[] = {{"]
    for attribute in attributes:
        nested = variable(attribute.nested.name) if attribute.nested else "{}"
        lines.append(f'    {{{attribute.c}, "{c_lower(attribute.name)}", {nested}, '
                     f'{"true" if attribute.multi else "false"}}},')
    return "\n".join([*lines, "};"])


def names(spec):
    """Only of what a request can hold."""
    done, texts = set(), []

    def add(name, attributes):
        for attribute in attributes:
            if attribute.nested and attribute.nested.name not in done:
                done.add(attribute.nested.name)
                add(attribute.nested.name, attribute.nested.attributes)
        texts.append(attribute_set(name, attributes))

    commands = []
    for operation in spec.operations:
        attributes = operation.request("do") or operation.request("dump")
        if attributes:
            add(operation.name + "-request", attributes)
        request = variable(operation.name + "-request") if attributes else "{}"
        commands.append(f'    {{{operation.c}, "{operation.name}", {request}}},')
    table = "\n".join(["constexpr CommandName kCommands[] = {", *commands, "};"])
    return (HEAD + "\n" + "\n\n".join([*texts, table]) + "\n\n}  // namespace\n\n"
            "std::span<const CommandName> command_names()\n{\n    return kCommands;\n}\n\n}  // namespace wqctl\n")
