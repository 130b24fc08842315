# SPDX-License-Identifier: GPL-2.0
"""kmod/uapi/wqlab_lists.h: lists for both sides that would else be written out wherever one is walked."""
from .spec import c_lower
from .text import block_comment, continued, guarded

# Sets that both sides keep in members of the attributes' names: the name of a list, and what is not in it.
RECORDS = {"wq-result": {"index"}, "wq": set(), "issuer": set()}


def macro(comment, name, rows):
    return "\n".join([*block_comment(comment), *continued([f"#define {name}(X)", *(f"\tX({row})" for row in rows)])])


def record(what, name, attributes):
    return macro(f"X(type, attribute, member): of enum {what}.", name.upper(),
                 [f"{attribute.type}, {attribute.c}, {c_lower(attribute.name)}" for attribute in attributes])


def lists(spec):
    parts = [macro("X(name, limit): the name as info says it.", "WQLAB_LIMITS",
                   [f"{c_lower(const.name[6:])}, {const.c}" for const in spec.consts.values()
                    if const.name.startswith("limit-")])]
    parts.append(macro("X(attribute, table, row): the tables of rows of a snapshot, in the order in which they are "
                       "sent.", "WQLAB_SNAPSHOT_TABLES",
                       [f"{attribute.c}, {c_lower(attribute.name)}, {attribute.rows.c}"
                        for attribute in spec.sets["snapshot"].attributes if attribute.rows]))
    for name, without in RECORDS.items():
        space = spec.sets[name]
        parts.append(record(space.c, space.c, [attribute for attribute in space.attributes
                                               if attribute.name not in without and attribute.type != "pad"]))
    start = next(operation for operation in spec.operations if operation.name == "run-start")
    parts.append(record(f"{start.set.c} in a request", c_lower(spec.family, start.name), start.request("do")))
    return guarded("_UAPI_WQLAB_LISTS_H", "/* Lists of what wqlab.h has. */",
                   '#include "wqlab.h"\n\n' + "\n\n".join(parts))
