#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compare kmod/uapi/wqlab.h with kmod/uapi/wqlab.yaml: every command,
attribute and enum value, its name and its number, in both directions.

usage: netlink_spec.py HEADER SPEC [SCHEMA]

SCHEMA is the kernel's Documentation/netlink/genetlink.yaml; with it the spec
is validated, too. Exit codes: 0 they agree, 1 they do not, 4 skipped."""
import re
import sys

try:
    import yaml
except ImportError:
    print("SKIP: python3-yaml is not installed")
    sys.exit(4)


def header_of(path):
    """name of enum -> {constant: value}; name of define -> value"""
    text = re.sub(r"/\*.*?\*/", "", open(path).read(), flags=re.S)
    enums, constants = {}, {}
    for name, body in re.findall(r"enum\s+(\w+)\s*\{(.*?)\}", text, re.S):
        value, members = -1, {}
        for entry in filter(None, (part.strip() for part in body.split(","))):
            constant, _, expression = (part.strip() for part in entry.partition("="))
            value = eval(expression, {}, constants) if expression else value + 1
            members[constant] = constants[constant] = value
        # FOO_MAX = __FOO_MAX - 1 counts the others
        enums[name] = {k: v for k, v in members.items() if not k.startswith("__") and "__" + k not in members}
    defines = dict(re.findall(r'#define\s+(\w+)\s+"?([\w ]+?)"?\s*$', text, re.M))
    return enums, defines


def c_name(*parts):
    return "-".join(parts).upper().replace("-", "_")


# The genetlink schema has no prefix for enums; these are not called in C as it
# would call them.
PREFIXES = {"run-state": "wqlab-run-", "end-reason": "wqlab-end-", "wq-flag": "wqlab-wq-"}


def spec_of(spec):
    """The same shape, from the spec."""
    family = spec["name"]
    enums = {}
    for definition in spec.get("definitions", []):
        if definition["type"] not in ("enum", "flags"):
            continue
        start, members = definition.get("value-start", 0), {}
        prefix = PREFIXES.get(definition["name"], f"{family}-{definition['name']}-")
        for i, entry in enumerate(definition["entries"]):
            entry = entry if isinstance(entry, dict) else {"name": entry}
            value = entry.get("value", start + i)
            members[c_name(prefix + entry["name"])] = 1 << value if definition["type"] == "flags" else value
        enums[c_name(family, definition["name"]).lower()] = members
    for space in spec["attribute-sets"]:
        value, members = 0, {}
        for attribute in space["attributes"]:
            value = attribute.get("value", value + 1)
            members[c_name(space["name-prefix"] + attribute["name"])] = value
        enums[space["enum-name"].replace("-", "_")] = members
    operations, value, members = spec["operations"], 0, {}
    for operation in operations["list"]:
        value = operation.get("value", value + 1)
        members[c_name(operations["name-prefix"] + operation["name"])] = value
    enums[operations["enum-name"].replace("-", "_")] = members
    return enums


def references(spec):
    """Names that are used but not defined."""
    spaces = {space["name"]: {a["name"] for a in space["attributes"]} for space in spec["attribute-sets"]}
    definitions = {definition["name"] for definition in spec["definitions"]}
    for space in spec["attribute-sets"]:
        for attribute in space["attributes"]:
            if attribute.get("nested-attributes") not in {None, *spaces}:
                yield f"{space['name']} {attribute['name']}: no attribute set {attribute['nested-attributes']}"
            if attribute.get("enum") not in {None, *definitions}:
                yield f"{space['name']} {attribute['name']}: no definition {attribute['enum']}"
            if attribute["type"] == "nest" and "nested-attributes" not in attribute:
                yield f"{space['name']} {attribute['name']}: a nest of nothing"
    groups = {group["name"] for group in spec["mcast-groups"]["list"]}
    for operation in spec["operations"]["list"]:
        known = spaces[operation["attribute-set"]]
        used = list(operation.get("event", {}).get("attributes", []))
        for kind in ("do", "dump"):
            for half in ("request", "reply"):
                used += operation.get(kind, {}).get(half, {}).get("attributes", [])
        for name in used:
            if name not in known:
                yield f"{operation['name']}: no attribute {name}"
        if operation.get("mcgrp") not in {None, *groups}:
            yield f"{operation['name']}: no multicast group {operation['mcgrp']}"


def main(header_path, spec_path, schema_path=None):
    spec = yaml.safe_load(open(spec_path))
    enums, defines = header_of(header_path)
    faults = list(references(spec))
    described = spec_of(spec)
    for name in sorted(enums.keys() | described.keys()):
        left, right = enums.get(name), described.get(name)
        if left is None or right is None:
            faults.append(f"enum {name}: only in the {'spec' if left is None else 'header'}")
            continue
        for constant in sorted(left.keys() | right.keys()):
            if left.get(constant) != right.get(constant):
                faults.append(f"{constant}: {left.get(constant)} in the header, {right.get(constant)} in the spec")
    for define, said in (("WQLAB_FAMILY_NAME", spec["name"]),
                         ("WQLAB_MCGRP_EVENTS", spec["mcast-groups"]["list"][0]["name"]),
                         *((c_name("wqlab", d["name"]), str(d["value"]))
                           for d in spec["definitions"] if d["type"] == "const")):
        if defines.get(define) != said:
            faults.append(f"{define}: {defines.get(define)} in the header, {said} in the spec")
    if schema_path:
        import jsonschema
        jsonschema.validate(spec, yaml.safe_load(open(schema_path)))
        print("the spec is valid by the kernel's schema")
    for fault in faults:
        print("FAIL:", fault)
    print(f"{sum(map(len, enums.values()))} constants of {len(enums)} enums compared, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
