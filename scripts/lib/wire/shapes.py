# SPDX-License-Identifier: GPL-2.0
"""tests/guest/shapes.cc: what a request may hold and who may make it, for who makes such as he may not."""
from .names import variable
from .spec import c_lower
from .text import GENERATED

HEAD = f"""\
// SPDX-License-Identifier: GPL-2.0
// {GENERATED}
// clang-format off
#include "shapes.hh"

#include "uapi/wqlab.h"

namespace {{
"""


def bounds(attribute):
    """As kernel.number_rule() and kernel.rule() have them."""
    kind, enum, checks = attribute.type, attribute.enum, attribute.checks
    if kind in ("string", "binary"):
        return "0", checks["max-len"][0]
    if kind not in ("u32", "u64"):
        return "0", "0"
    if enum and enum.is_flags:
        return "0", f"{enum.c.upper()}S_ALL"
    last = enum and (f"{enum.prefix}MAX" if enum.render_max else enum.entries[-1].c)
    most = checks["max"][0] if "max" in checks else last or ("~0U" if kind == "u32" else "~0ULL")
    return checks["min"][0] if "min" in checks else "0", most


def width(attribute):
    """In octets: of a number, or of each in an array of them."""
    number = attribute.sub_type if attribute.type == "binary" else attribute.type
    return {"u32": 4, "u64": 8}[number] if number not in ("string", "flag", "nest") else 0


def shape(attribute):
    least, most = bounds(attribute)
    kind = "flags" if attribute.enum and attribute.enum.is_flags else attribute.type
    nested = variable(attribute.nested.name) if attribute.nested else "{}"
    rest = f", {nested}, true" if attribute.multi else f", {nested}" if attribute.nested else ""
    return (f'    {{{attribute.c}, "{c_lower(attribute.name)}", Kind::{kind.capitalize()}, '
            f"{width(attribute)}, {least}, {most}{rest}}},")


def table(name, attributes):
    return "\n".join([f"constexpr Shape {variable(name)}[] = {{", *map(shape, attributes), "};"])


def shapes(spec):
    done, texts, requests = set(), [], []

    def add(name, attributes):
        for attribute in attributes:
            if attribute.nested and attribute.nested.name not in done:
                done.add(attribute.nested.name)
                add(attribute.nested.name, attribute.nested.attributes)
        texts.append(table(name, attributes))

    for operation in spec.operations:
        modes = operation.modes
        if modes.keys() == {"event"}:
            continue
        attributes = operation.request("do") or operation.request("dump")
        if attributes:
            add(operation.name + "-request", attributes)
        request = variable(operation.name + "-request") if attributes else "{}"
        does, dumps, admin = ("true" if said else "false" for said in ("do" in modes, "dump" in modes, operation.admin))
        requests.append(f'    {{{operation.c}, "{operation.name}", {does}, {dumps}, {admin}, {request}}},')
    everything = "\n".join(["constexpr Request kRequests[] = {", *requests, "};"])
    return (HEAD + "\n" + "\n\n".join([*texts, everything]) + "\n\n}  // namespace\n\n"
            "std::span<const Request> requests() { return kRequests; }\n")
