# SPDX-License-Identifier: GPL-2.0
"""kmod/uapi/wqlab.yaml as objects, with what it refers to by name looked up.

The language is the kernel's (Documentation/netlink/genetlink-legacy.yaml). What that cannot say, a doc says in a
fixed form, which is read here and nowhere else:
  "An array of struct NAME"      of a binary attribute: rows, whose size a row-size in the same set tells
  "An array of NAME TYPE"        of a binary member of a struct: as many as the constant NAME says"""
import re
from dataclasses import dataclass, field

import yaml

SCALARS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "s8": 1, "s16": 2, "s32": 4, "s64": 8}


class Inconsistent(Exception):
    """The faults of a spec, one a line."""


def c_name(*parts):
    return "-".join(parts).upper().replace("-", "_")


def c_lower(*parts):
    return c_name(*parts).lower()


@dataclass
class Const:
    name: str
    c: str
    value: int
    doc: str


@dataclass
class Entry:
    name: str
    c: str
    value: int
    doc: str


@dataclass
class Enum:
    """An enum or flags; of flags the values are masks."""
    name: str
    c: str
    prefix: str
    is_flags: bool
    render_max: bool
    doc: str
    entries: list

    @property
    def mask(self):
        return sum(entry.value for entry in self.entries)


@dataclass
class Member:
    name: str
    type: str
    doc: str
    enum: Enum | None = None
    length: Const | None = None  # of an array

    @property
    def bytes(self):
        return SCALARS[self.type] * (self.length.value if self.length else 1)


@dataclass
class Struct:
    name: str
    c: str
    doc: str
    members: list


@dataclass
class Attribute:
    name: str
    c: str
    value: int
    type: str
    doc: str
    multi: bool
    checks: dict
    enum: Enum | None
    struct: Struct | None
    rows: Struct | None       # it is an array of these
    sub_type: str | None
    nested: "Set | None" = None


@dataclass
class Set:
    name: str
    c: str                    # the enum's name
    prefix: str
    doc: str
    attributes: list = field(default_factory=list)

    def find(self, name):
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


@dataclass
class Operation:
    name: str
    c: str
    value: int
    doc: str
    set: Set
    admin: bool
    modes: dict               # of "do", "dump" and "event" those that there are, as they stand in the file

    def request(self, mode):
        names = self.modes.get(mode, {}).get("request", {}).get("attributes", [])
        return [attribute for attribute in self.set.attributes if attribute.name in names]


KEYS = {
    "const": {"type", "name", "doc", "value"},
    "enum": {"type", "name", "doc", "name-prefix", "value-start", "render-max", "entries"},
    "flags": {"type", "name", "doc", "name-prefix", "render-max", "entries"},
    "struct": {"type", "name", "doc", "members"},
    "entry": {"name", "doc", "value"},
    "member": {"name", "doc", "type", "len", "enum"},
    "set": {"name", "doc", "name-prefix", "enum-name", "attributes"},
    "attribute": {"name", "doc", "type", "value", "sub-type", "struct", "enum", "nested-attributes", "multi-attr",
                  "checks"},
    "checks": {"min", "max", "max-len"},
    "operation": {"name", "doc", "value", "attribute-set", "flags", "do", "dump", "event", "mcgrp"},
    "mode": {"request", "reply", "pre", "post"},
}


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.raw = yaml.safe_load(file)
        self.faults = []
        self.family = self.raw["name"]
        self.version = self.raw["version"]
        self.doc = self.raw["doc"]
        self.consts, self.enums, self.structs, self.sets = {}, {}, {}, {}
        definitions = self.raw["definitions"]
        for kind in ("const", "enum", "flags", "struct"):
            for raw in definitions:
                if raw["type"] == kind:
                    self.keys(kind, raw, raw["name"])
                    getattr(self, "read_" + ("enum" if kind == "flags" else kind))(raw)
        self.unique("definition", [raw["name"] for raw in definitions])
        for raw in self.raw["attribute-sets"]:
            self.read_set(raw)
        for raw in self.raw["attribute-sets"]:
            self.read_attributes(self.sets[raw["name"]], raw["attributes"])
        self.groups = [group["name"] for group in self.raw["mcast-groups"]["list"]]
        self.operations = []
        self.read_operations(self.raw["operations"])
        self.check_counts()
        if self.faults:
            raise Inconsistent("\n".join(self.faults))

    # ---- reading ----

    def fault(self, where, what):
        self.faults.append(f"{where}: {what}")

    def keys(self, kind, raw, where):
        for key in raw.keys() - KEYS[kind]:
            self.fault(where, f'no such key "{key}"')

    def unique(self, where, names):
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.fault(where, f'"{name}" is there twice')

    def find(self, where, kind, table, name):
        if name is not None and name not in table:
            self.fault(where, f'no {kind} "{name}"')
        return table.get(name)

    def read_const(self, raw):
        name = raw["name"]
        self.consts[name] = Const(name, c_name(self.family, name), raw["value"], raw.get("doc", ""))

    def read_enum(self, raw):
        name, is_flags = raw["name"], raw["type"] == "flags"
        prefix = c_name(raw.get("name-prefix", f"{self.family}-{name}-"))
        value, entries = raw.get("value-start", 0) - 1, []
        for entry in raw["entries"]:
            entry = entry if isinstance(entry, dict) else {"name": entry}
            self.keys("entry", entry, f"{name} {entry['name']}")
            value = entry.get("value", value + 1)
            entries.append(Entry(entry["name"], prefix + c_name(entry["name"]), 1 << value if is_flags else value,
                                 entry.get("doc", "")))
        self.unique(name, [entry.name for entry in entries])
        self.unique(name, [str(entry.value) for entry in entries])
        self.enums[name] = Enum(name, c_lower(self.family, name), prefix, is_flags, raw.get("render-max", False),
                                raw.get("doc", ""), entries)

    def read_struct(self, raw):
        name, offset, largest, members = raw["name"], 0, 1, []
        for member in raw["members"]:
            where = f"struct {name} {member['name']}"
            self.keys("member", member, where)
            read = self.read_member(member, where)
            if read is None:
                continue
            members.append(read)
            # A hole would carry kernel memory out, and another architecture might put it elsewhere.
            if offset % SCALARS[read.type]:
                self.fault(where, f"at byte {offset} there would be a hole before it")
            offset, largest = offset + read.bytes, max(largest, SCALARS[read.type])
        if offset % largest:
            self.fault(f"struct {name}", f"its {offset} bytes are no multiple of {largest}: add a reserved member")
        self.unique(f"struct {name}", [member.name for member in members])
        self.structs[name] = Struct(name, c_lower(self.family, name), raw.get("doc", ""), members)

    def read_member(self, raw, where):
        enum = self.find(where, "enum", self.enums, raw.get("enum"))
        if raw["type"] in SCALARS:
            return Member(raw["name"], raw["type"], raw.get("doc", ""), enum)
        array = re.match(r"An array of ([\w-]+) (\w+)\b", raw.get("doc", ""))
        if raw["type"] != "binary" or not array or array[1] not in self.consts or array[2] not in SCALARS:
            self.fault(where, f'{raw["type"]} is no number, and its doc does not begin "An array of CONSTANT TYPE"')
            return None
        member = Member(raw["name"], array[2], raw["doc"], enum, self.consts[array[1]])
        if raw.get("len") != member.bytes:
            self.fault(where, f"its len is {raw.get('len')}, and {array[1]} {array[2]} are {member.bytes} bytes")
        return member

    def read_set(self, raw):
        self.keys("set", raw, raw["name"])
        if raw["name"] in self.sets:
            self.fault("attribute-sets", f'"{raw["name"]}" is there twice')
        self.sets[raw["name"]] = Set(raw["name"], c_lower(raw["enum-name"]), c_name(raw["name-prefix"]),
                                     raw.get("doc", ""))

    def read_attributes(self, space, attributes):
        value = 0
        for raw in attributes:
            where = f"{space.name} {raw['name']}"
            self.keys("attribute", raw, where)
            value = raw.get("value", value + 1)
            rows = re.match(r"An array of struct ([\w-]+)", raw.get("doc", ""))
            attribute = Attribute(
                raw["name"], space.prefix + c_name(raw["name"]), value, raw["type"], raw.get("doc", ""),
                raw.get("multi-attr", False), self.read_checks(raw, where),
                self.find(where, "enum", self.enums, raw.get("enum")),
                self.find(where, "struct", self.structs, raw.get("struct")),
                self.find(where, "struct", self.structs, rows and rows[1]),
                raw.get("sub-type"),
                self.find(where, "attribute set", self.sets, raw.get("nested-attributes")))
            if (attribute.type == "nest") != (attribute.nested is not None):
                self.fault(where, "a nest has nested-attributes, and nothing else has")
            space.attributes.append(attribute)
        self.unique(space.name, [attribute.name for attribute in space.attributes])
        if any(attribute.rows for attribute in space.attributes) and not space.find("row-size"):
            self.fault(space.name, "has rows and no row-size")

    def read_checks(self, raw, where):
        """With the names of constants as they are in C."""
        checks = raw.get("checks", {})
        self.keys("checks", checks, where)
        found = {}
        for key, limit in checks.items():
            name, minus, _ = str(limit).partition(" - 1")
            if isinstance(limit, int):
                found[key] = (str(limit), limit)
            elif const := self.find(where, "constant", self.consts, name):
                found[key] = (const.c + minus, const.value - bool(minus))
        return found

    def read_operations(self, raw):
        value, prefix = 0, c_name(raw["name-prefix"])
        self.command_enum = c_lower(raw["enum-name"])
        self.command_prefix = prefix
        for operation in raw["list"]:
            name = operation["name"]
            self.keys("operation", operation, name)
            value = operation.get("value", value + 1)
            space = self.find(name, "attribute set", self.sets, operation["attribute-set"])
            modes = {mode: operation[mode] for mode in ("do", "dump", "event") if mode in operation}
            for mode in ("do", "dump"):
                self.keys("mode", modes.get(mode, {}), f"{name} {mode}")
            if not modes:
                self.fault(name, "is no do, no dump and no event")
            if "dump" in modes and not {"pre", "post"} <= modes["dump"].keys():
                self.fault(name, "a dump needs pre, which takes the snapshot, and post, which frees it")
            used = list(modes.get("event", {}).get("attributes", []))
            for mode in ("do", "dump"):
                for half in ("request", "reply"):
                    used += modes.get(mode, {}).get(half, {}).get("attributes", [])
            for attribute in used:
                if space and not space.find(attribute):
                    self.fault(name, f'no attribute "{attribute}" in {space.name}')
            if operation.get("mcgrp") not in {None, *self.groups}:
                self.fault(name, f'no multicast group "{operation["mcgrp"]}"')
            self.operations.append(Operation(name, prefix + c_name(name), value, operation["doc"], space,
                                             "admin-perm" in operation.get("flags", []), modes))
        self.unique("operations", [operation.name for operation in self.operations])

    def check_counts(self):
        """A constant "stages" is how many there are of enum "stage"."""
        for enum in self.enums.values():
            const = self.consts.get(enum.name + "s")
            if const and const.value != len(enum.entries):
                self.fault(const.name, f"is {const.value}, and {enum.name} has {len(enum.entries)} entries")
