# SPDX-License-Identifier: GPL-2.0
"""The rules. Each looks at one site and yields (name, words, edits); an edit is (start, end, text) in the file.

What only lockdep would show (an assertion that is gone) and what only prints is left out, and most of what only a race
would (a lock not taken); what of that is made may turn out to be unseen."""
import re

from clang.cindex import CursorKind

from .hosts import Finder
from .mutant import Edit, Mutant, give_ids, one_line
from .words import NEIGHBOURS, NO_CONSTANT, NO_KIND, NO_MUTANTS, NOT_REMOVED

OPERATORS = {
    "<": ("<=",), "<=": ("<",), ">": (">=",), ">=": (">",), "==": ("!=",), "!=": ("==",), "&&": ("||",), "||": ("&&",),
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "<<": (">>",), ">>": ("<<",), "+=": ("-=",), "-=": ("+=",),
    "|=": ("&= ~",), "&=": ("|=",),
}
PLACE = re.compile(r"(\w+(->|\.))*(\w*cpu|\w*node|\w*nid)|(raw_)?smp_processor_id\(\)|numa_node_id\(\)")
BINARY = (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR)


def operator_of(node):
    """(operator, where it begins) of an expression with two operands that are written out."""
    if node.kind not in BINARY or node.macro or len(node.children) != 2:
        return None, 0
    left, right = node.children
    between = node.text[left.end - node.start:right.start - node.start]
    match = re.fullmatch(r"\s*([-+*/<>=&|!^%]+)\s*", between)
    return (match[1], left.end + match.start(1)) if match else (None, 0)


def is_operand(node):
    """Of && or ||."""
    return node.parent is not None and operator_of(node.parent)[0] in ("&&", "||")


def in_assertion(node):
    while node is not None:
        if re.match(r"WARN|BUG", node.called):
            return True
        node = node.parent
    return False


def conditions(site):
    """Negated, and made constant: whole conditions, and what && and || join."""
    whole = site.node if site.role in ("condition", "loop-condition") else None
    for node in site.subjects:
        loop = node is whole and site.role == "loop-condition"
        if node is not whole and not is_operand(node):
            continue
        if not in_assertion(node):
            if not loop:
                yield "negated", f"`{one_line(node.text)}` negated", [(node.start, node.end, f"!({node.text})")]
            joined = operator_of(node.parent)[0] if is_operand(node) else ""
            if not loop and joined != "&&" or joined == "||":
                yield "true", f"`{one_line(node.text)}` taken for true", [(node.start, node.end, "true")]
            if joined == "&&":
                yield "true", f"`{one_line(node.text)}` not asked", [(node.start, node.end, "true")]
        yield "false", f"`{one_line(node.text)}` taken for false", [(node.start, node.end, "false")]


def operators(site):
    for node in site.subjects:
        operator, at = operator_of(node)
        for other in OPERATORS.get(operator, ()):
            if in_assertion(node):
                continue
            yield "operator", f"`{operator}` became `{other}` in `{one_line(node.text)}`", \
                [(at, at + len(operator), other)]
        if operator in ("|", "&") and node.is_integer:
            for kept, lost in (node.children, node.children[::-1]):
                if operator == "|" or kept is node.children[0]:
                    yield "flag", f"`{operator} {one_line(lost.text)}` gone", [(node.start, node.end, kept.text)]
        if operator in ("+", "-") and not node.is_pointer:
            yield "operand", f"`{operator} {one_line(node.children[1].text)}` gone", \
                [(node.start, node.end, node.children[0].text)]
        if node.kind == CursorKind.UNARY_OPERATOR and not node.macro:
            yield from unary(node)
        if node.kind == CursorKind.CONDITIONAL_OPERATOR and not node.macro and len(node.children) == 3:
            _, yes, no = node.children
            yield "choice", f"`{one_line(node.text)}`: always the first", [(node.start, node.end, f"({yes.text})")]
            yield "choice", f"`{one_line(node.text)}`: always the second", [(node.start, node.end, f"({no.text})")]


def unary(node):
    text = node.text
    if text[0] in "!~":
        yield "unary", f"`{text[0]}` gone from `{one_line(text)}`", [(node.start, node.start + 1, "")]
    for now, then in (("++", "--"), ("--", "++")):
        if text.startswith(now):
            yield "operator", f"`{one_line(text)}` counts the other way", [(node.start, node.start + 2, then)]
        elif text.endswith(now):
            yield "operator", f"`{one_line(text)}` counts the other way", [(node.end - 2, node.end, then)]


def removal(site):
    if site.role == "jump":
        yield "removed", f"`{one_line(site.node.text)}` gone", [(site.host.start, site.host.end, ";")]
    elif site.role == "loop":
        yield "removed", f"the loop `{one_line(site.node.text)[:60]}` gone", [(site.host.start, site.host.end, ";")]
    elif site.role == "statement" and not NOT_REMOVED.match(site.node.text):
        yield "removed", f"`{one_line(site.node.text)}` gone", [(site.host.start, site.host.end, ";")]


def returns(site):
    if site.role != "return":
        return
    node = site.node
    whole = (node.start, node.end)
    text, inverted = one_line(node.text), f"`return {one_line(node.text)}`"
    if node.text in ("true", "false"):
        return  # the neighbours' rule inverts them
    function = site.function.returns
    if function.kind.name == "BOOL":
        yield "return", f"{inverted} inverted", [(*whole, f"!({node.text})")]
        return
    if text in ("0", "NULL"):
        if text == "0":
            yield "return", f"{inverted} is an error", [(*whole, "-EINVAL")]
        return
    yield "return", f"{inverted} is {'NULL' if node.is_pointer else 0}", [(*whole, "NULL" if node.is_pointer else "0")]
    if function.kind.name in ("LONG", "ULONG", "LONGLONG", "ULONGLONG"):
        yield "narrowed", f"{inverted} cut to an int", [(*whole, f"(int)({node.text})")]


def constants(site):
    """Numbers and names of numbers; and the same of what is a CPU or a node."""
    for node in site.subjects:
        if in_assertion(node) or node.children and not node.macro:
            continue
        text, place = node.text, (node.start, node.end)
        if node.kind == CursorKind.INTEGER_LITERAL and re.fullmatch(r"\d+[UL]*", text):
            value = int(re.match(r"\d+", text)[0])
            yield "constant", f"{value} became {value + 1}", [(*place, str(value + 1))]
            if value == 1 or value > 2:
                yield "constant", f"{value} became {value - 1}", [(*place, str(value - 1))]
        elif re.fullmatch(r"[A-Z][A-Z_0-9]+", text) and not NO_CONSTANT.match(text) and node.is_integer:
            if is_plain_constant(node):
                yield "constant", f"{text} four times as large", [(*place, f"({text} * 4)")]
                yield "constant", f"{text} a quarter as large", [(*place, f"({text} / 4)")]


def enumerator(node):
    referenced = node.cursor.referenced if node.kind == CursorKind.DECL_REF_EXPR else None
    return referenced if referenced is not None and referenced.kind == CursorKind.ENUM_CONSTANT_DECL else None


def is_plain_constant(node):
    """No flag and no kind: a size, a time, a ratio."""
    constant = enumerator(node)
    if constant is None:
        return node.kind == CursorKind.INTEGER_LITERAL or node.macro
    return constant.semantic_parent.spelling == "wq_internal_consts"


def neighbours(site):
    """A name replaced by the next of its kind: flags and other enumerators, members and variables of one type, and
    functions by a table."""
    for node in site.subjects:
        if in_assertion(node):
            continue
        constant = enumerator(node)
        if constant is not None and not is_plain_constant(node) and node.text == constant.spelling:
            names = [one.spelling for one in constant.semantic_parent.get_children()
                     if bin(one.enum_value & 0xffffffffffffffff).count("1") == 1 or constant.enum_value < 8
                     if not NO_KIND.search(one.spelling)]
            if constant.spelling in names and len(names) > 1:
                other = names[(names.index(constant.spelling) + 1) % len(names)]
                yield "neighbour", f"{node.text} became {other}", [(node.start, node.end, other)]
        if node.kind == CursorKind.MEMBER_REF_EXPR and not node.macro:
            yield from member(node)
        if node.called in NEIGHBOURS:
            for other in NEIGHBOURS[node.called]:
                yield "call", f"{node.called}() became {other}()", \
                    [(node.start, node.start + len(node.called), other)]


def member(node):
    field = node.cursor.referenced
    if field is None or field.kind != CursorKind.FIELD_DECL or not node.text.endswith(field.spelling):
        return
    record = field.semantic_parent
    if not record.location.file or "workqueue" not in record.location.file.name:
        return
    names = [one.spelling for one in record.get_children() if one.kind == CursorKind.FIELD_DECL
             and one.type.get_canonical().spelling == field.type.get_canonical().spelling]
    if field.spelling in names and len(names) > 1:
        other = names[(names.index(field.spelling) + 1) % len(names)]
        yield "neighbour", f"`{one_line(node.text)}` became its {other}", \
            [(node.end - len(field.spelling), node.end, other)]


def variables(site):
    """A variable of the function for another one of its type; arguments exchanged; another CPU or node."""
    for node in site.subjects:
        if in_assertion(node):
            continue
        if PLACE.fullmatch(node.text) and node.is_integer and not is_written(node):
            yield "place", f"another one than `{node.text}`", [(node.start, node.end, f"({node.text} == 0)")]
        if node.kind == CursorKind.DECL_REF_EXPR and node.is_pointer and not is_written(node):
            others = [name for name, kind, at in site.function.variables
                      if kind == node.type.spelling and at < node.start]
            if node.text in others and len(others) > 1:
                other = others[(others.index(node.text) + 1) % len(others)]
                around = one_line(node.parent.text)[:60] if node.parent else ""
                yield "variable", f"`{node.text}` became `{other}` in `{around}`", [(node.start, node.end, other)]
        if node.kind == CursorKind.CALL_EXPR and not node.macro:
            arguments = node.children[1:] if node.children and node.children[0].text == node.called else []
            for one, two in zip(arguments, arguments[1:]):
                if one.type.spelling == two.type.spelling and one.text != two.text:
                    yield "exchanged", f"`{one_line(one.text)}` and `{one_line(two.text)}` exchanged in the call of " \
                        f"{node.called}()", [(one.start, two.end, f"{two.text}, {one.text}")]


def is_written(node):
    parent = node.parent
    if parent is None:
        return False
    operator, _ = operator_of(parent)
    return operator is not None and operator.endswith("=") and operator not in ("==", "!=", "<=", ">=") and \
        parent.children[0] is node or parent.text.startswith(("&", "++", "--"))


def narrowing(site):
    """A value of 64 bits through one of 32."""
    for node in site.subjects:
        operator, _ = operator_of(node)
        if operator == "=" and node.is_wide and node.children[1].is_wide:
            value = node.children[1]
            yield "narrowed", f"`{one_line(value.text)}` cut to 32 bits", \
                [(value.start, value.end, f"(u32)({value.text})")]


RULES = (conditions, operators, removal, returns, constants, neighbours, variables, narrowing)


def exchanges(finder):
    """Two statements in the other order."""
    for one, two in finder.pairs:
        if NOT_REMOVED.match(one.node.text) or NOT_REMOVED.match(two.node.text):
            continue
        text = finder.text
        first, second = text[one.host.start:one.host.end], text[two.host.start:two.host.end]
        yield Mutant(finder.function.name, "order",
                     f"`{one_line(second)}` before `{one_line(first)}`",
                     [Edit(one.host, one.host.start, one.host.end, one_line(second)),
                      Edit(two.host, two.host.start, two.host.end, one_line(first))], 0)


def local_variables(function):
    for node in [*function.cursor.get_children(), *(node.cursor for node in function.body.walk())]:
        if node.kind in (CursorKind.PARM_DECL, CursorKind.VAR_DECL):
            yield node.spelling, node.type.get_canonical().spelling, node.location.offset


def mutants_of(source, wanted=lambda name: True):
    found = {}
    for function in source.functions:
        if NO_MUTANTS.match(function.name) or not wanted(function.name):
            continue
        function.variables = list(local_variables(function))
        finder = Finder(function)
        for site in finder.sites:
            site.function = function
            for rule in RULES:
                for name, words, edits in rule(site):
                    edits = [Edit(site.host, *edit) for edit in edits]
                    mutant = Mutant(function.name, name, words, edits, source.line_of(edits[0].start))
                    # Two rules may say the same.
                    key = tuple((edit.start, edit.end, one_line(edit.text)) for edit in edits)
                    found.setdefault(key, mutant)
        for mutant in exchanges(finder):
            mutant.line = source.line_of(mutant.edits[0].start)
            found[tuple((edit.start, edit.end, edit.text) for edit in mutant.edits)] = mutant
    mutants = sorted(found.values(), key=lambda mutant: (mutant.edits[0].start, mutant.words))
    return give_ids(mutants, source.text)
