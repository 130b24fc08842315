#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compare kmod/uapi/wqlab.h with kmod/uapi/wqlab.yaml: every command,
attribute and enum value, its name and its number, and every struct, its
members in their order, in both directions.

usage: netlink_spec.py HEADER SPEC [SCHEMA]

SCHEMA is the kernel's Documentation/netlink/genetlink-legacy.yaml; with it the
spec is validated, too. Exit codes: 0 they agree, 1 they do not, 4 skipped."""
import re
import sys

try:
    import yaml
except ImportError:
    print("SKIP: python3-yaml is not installed")
    sys.exit(4)


def header_of(path):
    """name of enum -> {constant: value}; name of define -> value; name of
    struct -> [(member, type, bytes if an array)]"""
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
    defines = dict(re.findall(r'#define\s+(\w+)\s+"?([\w ~()]+?)"?\s*$', text, re.M))
    structs = {}
    for name, body in re.findall(r"struct\s+(\w+)\s*\{(.*?)\}", text, re.S):
        structs[name] = []
        for size, member, length in re.findall(r"__([us]\d+)\s+(\w+)(?:\[(\w+)\])?;", body):
            array = number(defines.get(length, length)) * int(size[1:]) // 8 if length else None
            structs[name].append((member, "binary" if length else size, array))
        if len(structs[name]) != body.count(";"):
            sys.exit(f"struct {name}: a member that this test cannot read")
    return enums, defines, structs


def number(text):
    """Of a C constant such as 64 or (~0ULL); anything else as it is."""
    match = re.fullmatch(r"\(?(~?)(\d+)(U|ULL)?\)?", text)
    if not match:
        return text
    return int(match[2]) if not match[1] else ~int(match[2]) & (2 ** (64 if match[3] == "ULL" else 32) - 1)


def c_name(*parts):
    return "-".join(parts).upper().replace("-", "_")


def spec_of(spec):
    """The same shape, from the spec."""
    family = spec["name"]
    enums = {}
    for definition in spec.get("definitions", []):
        if definition["type"] not in ("enum", "flags"):
            continue
        value, members = definition.get("value-start", 0) - 1, {}
        prefix = definition.get("name-prefix", f"{family}-{definition['name']}-")
        for entry in definition["entries"]:
            entry = entry if isinstance(entry, dict) else {"name": entry}
            value = entry.get("value", value + 1)
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
    structs = {c_name(family, definition["name"]).lower():
               [(m["name"].replace("-", "_"), m["type"], m.get("len")) for m in definition["members"]]
               for definition in spec["definitions"] if definition["type"] == "struct"}
    return enums, structs


def references(spec):
    """Names that are used but not defined."""
    spaces = {space["name"]: {a["name"] for a in space["attributes"]} for space in spec["attribute-sets"]}
    definitions = {definition["name"] for definition in spec["definitions"]}
    structs = {definition["name"] for definition in spec["definitions"] if definition["type"] == "struct"}
    for definition in spec["definitions"]:
        for member in definition.get("members", []):
            if member.get("enum") not in {None, *definitions}:
                yield f"{definition['name']} {member['name']}: no definition {member['enum']}"
    for space in spec["attribute-sets"]:
        for attribute in space["attributes"]:
            if attribute.get("nested-attributes") not in {None, *spaces}:
                yield f"{space['name']} {attribute['name']}: no attribute set {attribute['nested-attributes']}"
            if attribute.get("enum") not in {None, *definitions}:
                yield f"{space['name']} {attribute['name']}: no definition {attribute['enum']}"
            if attribute.get("struct") not in {None, *structs}:
                yield f"{space['name']} {attribute['name']}: no struct {attribute['struct']}"
            for struct in re.findall(r"An array of struct ([\w-]+)", attribute.get("doc", "")):
                if struct not in structs:
                    yield f"{space['name']} {attribute['name']}: no struct {struct}"
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
    enums, defines, structs = header_of(header_path)
    faults = list(references(spec))
    described, described_structs = spec_of(spec)
    for name in sorted(enums.keys() | described.keys()):
        left, right = enums.get(name), described.get(name)
        if left is None or right is None:
            faults.append(f"enum {name}: only in the {'spec' if left is None else 'header'}")
            continue
        for constant in sorted(left.keys() | right.keys()):
            if left.get(constant) != right.get(constant):
                faults.append(f"{constant}: {left.get(constant)} in the header, {right.get(constant)} in the spec")
    for name in sorted(structs.keys() | described_structs.keys()):
        left, right = structs.get(name, []), described_structs.get(name, [])
        if left != right:
            faults.append(f"struct {name}: {[m for m in left if m not in right]} in the header, "
                          f"{[m for m in right if m not in left]} in the spec, or the order differs")
    for define, said in (("WQLAB_FAMILY_NAME", spec["name"]),
                         ("WQLAB_MCGRP_EVENTS", spec["mcast-groups"]["list"][0]["name"]),
                         *((c_name("wqlab", d["name"]), d["value"])
                           for d in spec["definitions"] if d["type"] == "const")):
        if number(defines.get(define, "")) != said:
            faults.append(f"{define}: {defines.get(define)} in the header, {said} in the spec")
    if schema_path:
        import jsonschema
        jsonschema.validate(spec, yaml.safe_load(open(schema_path)))
        print("the spec is valid by the kernel's schema")
    for fault in faults:
        print("FAIL:", fault)
    print(f"{sum(map(len, enums.values()))} constants of {len(enums)} enums and "
          f"{sum(map(len, structs.values()))} members of {len(structs)} structs compared, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
