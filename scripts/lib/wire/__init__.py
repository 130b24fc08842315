# SPDX-License-Identifier: GPL-2.0
"""The files that are made of the spec, and who makes each."""
from . import header, kernel, lists, names, shapes

OUTPUTS = {
    "kmod/uapi/wqlab.h": header.header,
    "kmod/uapi/wqlab_lists.h": lists.lists,
    "kmod/glue/netlink/operations.c": kernel.source,
    "kmod/glue/netlink/operations.h": kernel.header,
    "kmod/glue/netlink/upcalls.h": kernel.upcalls,
    "tools/wqctl/wire/names.cc": names.names,
    "tests/guest/shapes.cc": shapes.shapes,
}
