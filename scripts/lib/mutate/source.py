# SPDX-License-Identifier: GPL-2.0
"""A C file of a kernel, or a header that it includes, as clang's parser sees it, reduced to nodes that have a place in
the file's own text.

What a macro expands to has the place of the macro's use, and its arguments have their own. So nodes with one place are
one node here (`macro` says that there was more than one), and its children are those that lie inside."""
import ctypes
import os
import re
import shlex

from clang import cindex
from clang.cindex import CursorKind, TypeKind

STATEMENTS = {
    CursorKind.COMPOUND_STMT, CursorKind.IF_STMT, CursorKind.WHILE_STMT, CursorKind.DO_STMT, CursorKind.FOR_STMT,
    CursorKind.SWITCH_STMT, CursorKind.CASE_STMT, CursorKind.DEFAULT_STMT, CursorKind.RETURN_STMT,
    CursorKind.BREAK_STMT, CursorKind.CONTINUE_STMT, CursorKind.GOTO_STMT, CursorKind.LABEL_STMT, CursorKind.DECL_STMT,
    CursorKind.NULL_STMT,
}
INTEGERS = {
    TypeKind.INT, TypeKind.UINT, TypeKind.LONG, TypeKind.ULONG, TypeKind.LONGLONG, TypeKind.ULONGLONG, TypeKind.SHORT,
    TypeKind.USHORT, TypeKind.UCHAR, TypeKind.SCHAR, TypeKind.CHAR_S, TypeKind.CHAR_U, TypeKind.ENUM,
}
WIDE = {TypeKind.LONG, TypeKind.ULONG, TypeKind.LONGLONG, TypeKind.ULONGLONG}


LOCATE = cindex.conf.lib.clang_getFileLocation
LOCATE.argtypes = [cindex.SourceLocation, *[ctypes.c_void_p] * 4]
LOCATE.restype = None


def located(location):
    """(file, offset): of a macro's argument where it is written, of what a macro itself has written where it is used.
    The binding for python knows only the latter."""
    file, line, column, offset = ctypes.c_void_p(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    LOCATE(location, *(ctypes.byref(one) for one in (file, line, column, offset)))
    return file.value, offset.value


class Node:
    def __init__(self, cursor, start, end, text):
        self.cursor, self.start, self.end, self.text = cursor, start, end, text
        self.kind, self.children, self.macro, self.parent = cursor.kind, [], False, None

    @property
    def type(self):
        return self.cursor.type.get_canonical()

    @property
    def is_integer(self):
        return self.type.kind in INTEGERS

    @property
    def is_wide(self):
        return self.type.kind in WIDE

    @property
    def is_pointer(self):
        return self.type.kind == TypeKind.POINTER

    @property
    def is_bool(self):
        return self.type.kind == TypeKind.BOOL

    @property
    def is_statement(self):
        return self.kind in STATEMENTS

    @property
    def called(self):
        """The name of the function or macro that this is a call of."""
        match = re.match(r"(\w+)\s*\(", self.text)
        is_call = match and (self.kind == CursorKind.CALL_EXPR or self.macro)
        return match[1] if is_call and match[1] not in ("if", "while", "for", "switch", "return") else ""

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


class Source:
    """`text` is str with one character a byte, so that clang's offsets are its own."""

    def __init__(self, path, arguments, directory=".", text=None, unit=None):
        """`unit`: that of which this file is a part, else it is parsed."""
        before = os.getcwd()
        os.chdir(directory)  # the arguments name directories from there, and so may headers' paths
        try:
            if unit is None:
                unsaved = None if text is None else [(path, text)]
                unit = cindex.Index.create().parse(path, args=arguments + ["-w", "-ferror-limit=0"],
                                                   unsaved_files=unsaved)
            if text is None:
                with open(path, encoding="latin-1", newline="") as file:
                    text = file.read()
        finally:
            os.chdir(before)
        self.unit, self.text, self.path, self.directory = unit, text, path, directory
        self.file = located(unit.get_location(path, (1, 1)))[0]
        self.errors = [str(d) for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
        self.functions = [Function(self, cursor) for cursor in unit.cursor.get_children()
                          if cursor.kind == CursorKind.FUNCTION_DECL and cursor.is_definition()
                          and self._is_ours(cursor) and self._is_written(cursor)]

    def included(self, name):
        """The header of this name, as this file means it."""
        path = next(one.include.name for one in self.unit.get_includes() if one.include.name.endswith(name))
        return Source(path, (), self.directory, unit=self.unit)

    def _is_ours(self, cursor):
        return cursor.location.file is not None and cursor.location.file.name == self.path

    def _is_written(self, cursor):
        """Not made by a macro."""
        return self.text[cursor.location.offset:].startswith(cursor.spelling)

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def node(self, cursors):
        """Of all that have one place; the first says what it is."""
        cursor = cursors[0]
        start, end = self._place(cursor) or (0, 0)
        node = Node(cursor, start, end, self.text[start:end])
        inner, same = {}, cursors[1:]
        for one in cursors:
            self._below(one, start, end, inner, same)
        # An implicit conversion has the place of what it converts, and so have the parts of what a macro makes.
        if cursor.kind == CursorKind.UNEXPOSED_EXPR and same:
            node.cursor, node.kind = same[0], same[0].kind
            same = same[1:]
        node.macro = any(cursor.kind not in (CursorKind.UNEXPOSED_EXPR, node.kind) for cursor in same)
        last = start
        for place in sorted(inner, key=lambda place: (place[0], -place[1])):
            if place[0] >= last:  # else it lies in the one before
                node.children.append(self.node(inner[place]))
                node.children[-1].parent = node
                last = place[1]
        return node

    def _below(self, cursor, start, end, inner, same):
        for child in cursor.get_children():
            place = self._place(child)
            if place and place != (start, end) and start <= place[0] < place[1] <= end:
                inner.setdefault(place, []).append(child)
            else:
                if place == (start, end):
                    same.append(child)
                self._below(child, start, end, inner, same)

    def _place(self, cursor):
        extent = cursor.extent
        (file, start), (end_file, end) = located(extent.start), located(extent.end)
        return (start, end) if file == end_file == self.file else None


class Function:
    def __init__(self, source, cursor):
        self.source, self.name = source, cursor.spelling
        self.returns = cursor.result_type.get_canonical()
        self.name_at = cursor.location.offset
        self.start, self.end = cursor.extent.start.offset, cursor.extent.end.offset
        self.cursor = cursor
        bodies = [child for child in cursor.get_children() if child.kind == CursorKind.COMPOUND_STMT]
        self.body = source.node(bodies)
        self.line = source.line_of(self.name_at)


def compiler_line(command_file):
    """How Kbuild compiled it, by the .cmd file that it left."""
    with open(command_file, encoding="utf-8") as file:
        return shlex.split(file.readline().split(":= ", 1)[1])


def clang_arguments(words):
    """Those of gcc's words that say what the text means."""
    kept, take = [], False
    for word in words[1:]:
        if take or re.match(r"-I|-D|-U|-std=|-fshort-wchar|-funsigned-char|-fms-extensions|-m64|-nostdinc", word):
            kept.append(word)
            take = False
        elif word in ("-include", "-isystem"):
            kept.append(word)
            take = True
    return kept
