# SPDX-License-Identifier: GPL-2.0
"""kmod/uapi/wqlab.h: the wire as C, for the kernel, for freestanding C++ and for the host.

First constants and commands; then each attribute set, followed by the enums and structs that it is the first to use.
"""
from .spec import c_name
from .text import GENERATED, block_comment, commented, fill, pad

COLUMN = 40  # of comments, and of what constants are

HEAD = """\
/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * {generated}
 *
{doc}
 */
#ifndef _UAPI_WQLAB_H
#define _UAPI_WQLAB_H

#include <linux/types.h>
"""


def number(const):
    """Bytes and nanoseconds are multiplied with each other and added up, so they are 64 bits wide."""
    for bits, suffix in ((32, "U"), (64, "ULL")):
        if const.value == (1 << bits) - 1:
            return f"(~0{suffix})"
    wide = const.value >= 1 << 31 or const.name.endswith(("-ns", "-bytes"))
    return f"{const.value}{'ULL' if wide else ''}"


def define(name, value, doc=""):
    return commented(pad(f"#define {name}", COLUMN) + value, COLUMN + 16, doc)


def constants(spec):
    lines = [*define(c_name(spec.family, "family-name"), f'"{spec.family}"'),
             *define(c_name(spec.family, "family-version"), str(spec.version))]
    for group in spec.groups:
        lines += define(c_name(spec.family, "mcgrp", group), f'"{group}"')
    limits = False
    lines.append("")
    for const in spec.consts.values():
        if const.name.startswith("limit-") and not limits:
            limits = True
            lines += ["", *block_comment("Limits: a request beyond one is refused. A client asks info for those of the "
                                         "module that it speaks with.")]
        lines += define(const.c, number(const), const.doc)
    return lines


def in_comment(doc):
    return doc.replace("*/", "* /")


def entry(name, value, doc):
    return commented(f"\t{name}{'' if value is None else ' = ' + value},", COLUMN, in_comment(doc))


def maximum(prefix):
    return ["", f"\t__{prefix}MAX,", f"\t{prefix}MAX = __{prefix}MAX - 1"]


def entries(items, first):
    """(name, value, doc), with a value where it is not the one after that before it."""
    lines, expected = [], first
    for name, value, doc in items:
        lines += entry(name, None if value == expected else str(value), doc)
        expected = value + 1
    return lines


def enum(definition):
    lines = block_comment(definition.doc) if definition.doc else []
    lines.append(f"enum {definition.c} {{")
    if definition.is_flags:
        for flag in definition.entries:
            lines += entry(flag.c, f"1 << {flag.value.bit_length() - 1}", flag.doc)
    else:
        lines += entries(((e.c, e.value, e.doc) for e in definition.entries), 0)
        lines += maximum(definition.prefix) if definition.render_max else []
    lines.append("};")
    if definition.is_flags and definition.render_max:
        bits = definition.mask.bit_length()
        value = f"((1 << {bits}) - 1)" if definition.mask == (1 << bits) - 1 else hex(definition.mask)
        lines += define(definition.c.upper() + "S_ALL", value)
    return lines


def struct(definition):
    lines = block_comment(definition.doc) if definition.doc else []
    lines.append(f"struct {definition.c} {{")
    for member in definition.members:
        name = member.name.replace("-", "_") + (f"[{member.length.c}]" if member.length else "")
        enum_of = f"enum {member.enum.c}" if member.enum else ""
        doc = ": ".join(filter(None, (enum_of, member.doc)))
        lines += commented(f"\t__{member.type} {name};", COLUMN, in_comment(doc))
    return [*lines, "};"]


def what(attribute):
    """Its type and what it refers to."""
    refers = (f"enum {attribute.enum.c}" if attribute.enum else
              f"of enum {attribute.nested.c}" if attribute.nested else
              f"struct {attribute.struct.c}" if attribute.struct else
              f"struct {attribute.rows.c}[]" if attribute.rows else
              f"{attribute.sub_type}[]" if attribute.sub_type else "")
    text = " ".join(filter(None, (attribute.type, refers))) + (", multi" if attribute.multi else "")
    said = attribute.rows and attribute.doc == f"An array of struct {attribute.rows.name}."
    return text if said or not attribute.doc else f"{text}: {attribute.doc}"


def attribute_set(space):
    lines = block_comment(space.doc) if space.doc else []
    lines.append(f"enum {space.c} {{")
    lines += entries(((a.c, a.value, "" if a.type == "pad" else what(a)) for a in space.attributes), 0)
    return [*lines, *maximum(space.prefix), "};"]


def commands(spec):
    lines = block_comment("Commands. Those that need a privilege say so in the spec: all but info.")
    lines.append(f"enum {spec.command_enum} {{")
    lines += entries(((operation.c, operation.value, f"{', '.join(operation.modes)}: {operation.doc}")
                      for operation in spec.operations), 0)
    return [*lines, *maximum(spec.command_prefix), "};"]


def uses(space):
    """The enums and structs that a set needs, by name."""
    for attribute in space.attributes:
        for used in (attribute.enum, attribute.struct, attribute.rows):
            if used:
                yield used.name
        for part in (attribute.struct, attribute.rows):
            for member in part.members if part else ():
                if member.enum:
                    yield member.enum.name


def header(spec):
    parts = [constants(spec), commands(spec)]
    owner, home = {}, next(iter(spec.sets))
    for space in spec.sets.values():
        for name in uses(space):
            owner.setdefault(name, space.name)
    placed = {name: [] for name in spec.sets}
    for raw in spec.raw["definitions"]:
        name = raw["name"]
        if raw["type"] != "const":
            # What nothing refers to stands with what stands before it in the spec.
            home = owner.get(name, home)
            placed[home].append(struct(spec.structs[name]) if raw["type"] == "struct" else enum(spec.enums[name]))
    for space in spec.sets.values():
        parts += [attribute_set(space), *placed[space.name]]
    doc = "\n".join(" * " + line for line in fill(spec.doc, 77))
    return (HEAD.format(generated=GENERATED, doc=doc) + "\n" +
            "\n\n".join("\n".join(part) for part in parts) + "\n\n#endif\n")
