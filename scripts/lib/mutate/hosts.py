# SPDX-License-Identifier: GPL-2.0
"""Finds the hosts of a function: what a switch can choose, and the nodes of it that rules may look at."""
from dataclasses import dataclass

from clang.cindex import CursorKind, StorageClass

from .mutant import CONDITION, STATEMENT, VALUE, Host

LOOPS = {CursorKind.FOR_STMT, CursorKind.WHILE_STMT, CursorKind.DO_STMT}


@dataclass
class Site:
    """A host, the node that it is of, what part that plays, and the nodes in it that belong to it and to no other."""
    host: Host
    node: object
    role: str  # condition, loop-condition, switch, return, initial, statement, loop, jump
    subjects: list


def nodes_of(node, without=()):
    """Without the nodes below `without`, which have hosts of their own."""
    if any(node.start >= other.start and node.end <= other.end for other in without):
        return
    yield node
    for child in node.children:
        yield from nodes_of(child, without)


def is_one_call(text):
    """NAME(…) and nothing behind it, which is a macro if it is no call."""
    at, depth = text.find("("), 0
    if not text[:at].isidentifier() or text[:at] in ("if", "for", "while", "switch"):
        return False
    for at in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if not depth:
            return at == len(text) - 1
    return False


class Finder:
    def __init__(self, function):
        self.function, self.text = function, function.source.text
        self.sites = []
        self.pairs = []  # two statements, one behind the other
        self._statement(function.body)

    def _add(self, kind, role, node, end=None, without=()):
        text = self.text[node.start:end or node.end]
        if "\n#" in text or not text.strip():  # what the preprocessor chooses can't be on one line
            return None
        site = Site(Host(kind, node.start, end or node.end), node, role, list(nodes_of(node, without)))
        self.sites.append(site)
        return site

    def _semicolon(self, node):
        """Where the statement ends, or None."""
        end = node.end
        while self.text[end:end + 1].isspace():
            end += 1
        return end + 1 if self.text[end:end + 1] == ";" else None

    def _starts(self, node, word):
        return node.text.startswith(word)

    def _statement(self, node):
        kind, children = node.kind, node.children
        if kind == CursorKind.COMPOUND_STMT and self._starts(node, "{"):
            self._compound(node)
        elif kind == CursorKind.IF_STMT and self._starts(node, "if"):
            self._add(CONDITION, "condition", children[0])
            for child in children[1:]:
                self._statement(child)
        elif kind == CursorKind.WHILE_STMT and self._starts(node, "while"):
            self._add(CONDITION, "loop-condition", children[0])
            self._statement(children[-1])
        elif kind == CursorKind.DO_STMT and self._starts(node, "do"):
            self._add(CONDITION, "loop-condition", children[-1])
            self._statement(children[0])
        elif kind == CursorKind.SWITCH_STMT and self._starts(node, "switch"):
            self._add(VALUE, "switch", children[0])
            self._statement(children[-1])
        elif kind in (CursorKind.CASE_STMT, CursorKind.DEFAULT_STMT, CursorKind.LABEL_STMT):
            if children and children[-1].start > node.start:
                self._statement(children[-1])
        elif kind == CursorKind.RETURN_STMT and self._starts(node, "return"):
            if children:
                self._add(VALUE, "return", children[0])
            elif (end := self._semicolon(node)) is not None:
                self._add(STATEMENT, "jump", node, end)
        elif kind in (CursorKind.BREAK_STMT, CursorKind.CONTINUE_STMT, CursorKind.GOTO_STMT):
            if (end := self._semicolon(node)) is not None:
                self._add(STATEMENT, "jump", node, end)
        elif kind == CursorKind.DECL_STMT:
            self._declaration(node)
        elif is_one_call(node.text) and (end := self._semicolon(node)) is not None:
            self._add(STATEMENT, "statement", node, end)
        elif kind in LOOPS or any(child.is_statement for child in node.walk() if child is not node) and \
                self._semicolon(node) is None:
            self._loop(node)
        elif not node.is_statement and (end := self._semicolon(node)) is not None:
            self._add(STATEMENT, "statement", node, end)

    def _compound(self, node):
        last = None
        for child in node.children:
            before = len(self.sites)
            self._statement(child)
            now = self.sites[-1] if len(self.sites) == before + 1 else None
            now = now if now and now.role == "statement" and now.node is child else None
            if last and now:
                self.pairs.append((last, now))
            last = now

    def _declaration(self, node):
        for variable in node.children:
            if variable.kind != CursorKind.VAR_DECL or not variable.children or variable.macro or \
                    variable.cursor.storage_class == StorageClass.STATIC:
                continue
            value = variable.children[-1]
            if self.text[variable.start:value.start].rstrip().endswith("=") and \
                    value.kind != CursorKind.INIT_LIST_EXPR and not value.text.startswith("{"):
                self._add(VALUE, "initial", value)

    def _loop(self, node):
        """Also those that a macro makes, and statements behind a macro such as scoped_guard(): the last child that is
        a statement is the body. What is before it changes with the whole loop."""
        bodies = [child for child in node.children if child.end == node.end or self._semicolon(child) == node.end or
                  child.end == max(other.end for other in node.children)]
        body = bodies[-1] if bodies else None
        if not body or body.macro and not self._semicolon(body):
            return
        end = node.end
        if not body.is_statement:
            end = self._semicolon(body) or node.end
        elif self.text[node.end - 1] not in "};":
            end = self._semicolon(node) or node.end
        self._add(STATEMENT, "loop", node, end, without=(body,))
        self._statement(body)
