# SPDX-License-Identifier: GPL-2.0
"""kmod/glue/netlink/operations.{c,h} and upcalls.h: the policies, the table of operations, and what it calls."""
from .spec import Inconsistent, c_lower
from .text import GENERATED, guarded, pad

COLUMN = 40
NO_ATTRIBUTES = "no_attributes"

SOURCE = f"""\
// SPDX-License-Identifier: GPL-2.0
/* {GENERATED} */
#include <net/genetlink.h>

#include "../../uapi/wqlab.h"
#include "upcalls.h"
#include "operations.h"

/* The plain ranges of a policy hold 15 bits. */
#define WIDE_RANGE(type, low, high) \\
	NLA_POLICY_FULL_RANGE(type, (void *)&((const struct netlink_range_validation){{ low, high }}))

static const struct nla_policy {NO_ATTRIBUTES}[1 + 1] = {{
	[1] = {{ .type = NLA_REJECT, .reject_message = "this command takes no attributes" }},
}};
"""


def plain(value):
    return -(1 << 15) <= value < 1 << 15


def number_rule(attribute):
    kind = f"NLA_{attribute.type.upper()}"
    enum, least, most = attribute.enum, attribute.checks.get("min"), attribute.checks.get("max")
    if enum and enum.is_flags:
        if not enum.render_max:
            raise Inconsistent(f"{enum.name}: a request has it, so it needs render-max")
        return f"NLA_POLICY_MASK({kind}, {enum.c.upper()}S_ALL)"
    if enum and not most:
        most = (f"{enum.prefix}MAX" if enum.render_max else enum.entries[-1].c, enum.entries[-1].value)
    if most and not plain(most[1]) or least and not plain(least[1]):
        least, most = least or ("0", 0), most or (f"{attribute.type.upper()}_MAX", 0)
        return f"WIDE_RANGE({kind}, {least[0]}, {most[0]})"
    if least and most:
        return f"NLA_POLICY_RANGE({kind}, {least[0]}, {most[0]})"
    if least or most:
        return f"NLA_POLICY_{'MIN' if least else 'MAX'}({kind}, {(least or most)[0]})"
    return f"{{ .type = {kind} }}"


def rule(space, attribute):
    if attribute.type == "nest":
        return f"NLA_POLICY_NESTED({c_lower(attribute.nested.name)}_policy)"
    if attribute.type == "flag":
        return "{ .type = NLA_FLAG }"
    if attribute.type in ("u32", "u64"):
        return number_rule(attribute)
    kind = {"string": "NLA_NUL_STRING", "binary": "NLA_BINARY"}.get(attribute.type)
    if not kind or "max-len" not in attribute.checks:
        raise Inconsistent(f"{space.name} {attribute.name}: a request has it, so it needs a max-len")
    return f"{{ .type = {kind}, .len = {attribute.checks['max-len'][0]} }}"


def policy(name, space, attributes):
    """Of these attributes; the rest of the set is refused."""
    lines = [f"static const struct nla_policy {name}_policy[{attributes[-1].c} + 1] = {{"]
    lines += [pad(f"\t[{attribute.c}]", COLUMN) + f"= {rule(space, attribute)}," for attribute in attributes]
    return "\n".join([*lines, "};"])


def policies(spec):
    done, texts = set(), []

    def nests(attributes):
        for attribute in attributes:
            if attribute.nested and attribute.nested.name not in done:
                done.add(attribute.nested.name)
                nests(attribute.nested.attributes)
                texts.append(policy(c_lower(attribute.nested.name), attribute.nested, attribute.nested.attributes))

    for operation in spec.operations:
        if request := request_of(operation):
            nests(request)
            texts.append(policy(c_lower(operation.name), operation.set, request))
    return texts


def request_of(operation):
    """One policy is for do and dump."""
    requests = [operation.request(mode) for mode in ("do", "dump") if mode in operation.modes]
    if requests and any(request != requests[0] for request in requests):
        raise Inconsistent(f"{operation.name}: do and dump must take the same attributes")
    return requests[0] if requests else []


def callbacks(operation):
    """(member of struct genl_ops, function)"""
    if "do" in operation.modes:
        yield "doit", c_lower("wqlab-nl", operation.name, "doit")
    if dump := operation.modes.get("dump"):
        yield "start", c_lower(dump["pre"])
        yield "dumpit", c_lower("wqlab-nl", operation.name, "dumpit")
        yield "done", c_lower(dump["post"])


def requested(spec):
    return [operation for operation in spec.operations if operation.modes.keys() != {"event"}]


def operation_entry(operation):
    lines = ["\t{", pad("\t\t.cmd", 32) + f"= {operation.c},"]
    lines += [pad(f"\t\t.{member}", 32) + f"= {function}," for member, function in callbacks(operation)]
    request = request_of(operation)
    name = f"{c_lower(operation.name)}_policy" if request else NO_ATTRIBUTES
    lines += [pad("\t\t.policy", 32) + f"= {name},",
              pad("\t\t.maxattr", 32) + f"= {request[-1].c if request else '1'},"]
    if operation.admin:
        lines.append(pad("\t\t.internal_flags", 32) + "= WQLAB_NL_ADMIN,")
    return "\n".join([*lines, "\t},"])


def source(spec):
    table = ["const struct genl_ops wqlab_nl_operations[WQLAB_NL_OPERATIONS] = {",
             *map(operation_entry, requested(spec)), "};"]
    return "\n\n".join([SOURCE.rstrip(), *policies(spec), "\n".join(table)]) + "\n"


def header(spec):
    return guarded("WQLAB_GLUE_NETLINK_OPERATIONS_H", "/* The family's operations, in C only. */", f"""\
struct genl_ops;

/* In internal_flags: asks for CAP_SYS_ADMIN in the initial user namespace; the kernel's own flag, for CAP_NET_ADMIN. */
#define WQLAB_NL_ADMIN		1
#define WQLAB_NL_OPERATIONS	{len(requested(spec))}

extern const struct genl_ops wqlab_nl_operations[WQLAB_NL_OPERATIONS];""")


def upcalls(spec):
    prototypes = {
        "doit": "int {}(struct sk_buff *request, struct genl_info *info);",
        "start": "int {}(struct netlink_callback *cb);",
        "dumpit": "int {}(struct sk_buff *part, struct netlink_callback *cb);",
        "done": "int {}(struct netlink_callback *cb);",
    }
    lines = []
    for operation in requested(spec):
        lines.append(f"\n/* {operation.doc} */")
        lines += [prototypes[member].format(function) for member, function in callbacks(operation)]
    return guarded("WQLAB_GLUE_NETLINK_UPCALLS_H", """\
/*
 * What the operations call, which C++ implements: in a task, and for a client that may ask, but for the start of a
 * dump, which has to see to that itself. A doit returns 0 or -errno. A dump's start takes what there is to tell (0 or
 * -errno), dumpit fills parts while it returns more than 0, done frees.
 */""", f"""\
#include "../types.h"

WQLAB_BEGIN_C

struct sk_buff;
struct genl_info;
struct netlink_callback;
{chr(10).join(lines)}

WQLAB_END_C""")
