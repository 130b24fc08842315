# SPDX-License-Identifier: GPL-2.0
"""What the rules make of tests/mutation/small.c, by answers that are written here."""
import unittest

from common import mutants, small
from mutate.mutant import applied, diff, one_line
from mutate.source import Source
from mutate import rules


def results(function):
    """The function's text as each of its mutants has it."""
    source = small()
    one = next(one for one in source.functions if one.name == function)
    found = []
    for mutant in mutants(function):
        text = applied(source.text, mutant)
        found.append(one_line(text[text.index("{", one.start):text.index("\n}\n", one.start) + 2]))
    return found


class Rules(unittest.TestCase):
    maxDiff = None

    def test_a_comparison_and_what_is_returned(self):
        self.assertCountEqual(results("compare"), [
            "{ if (!(a < b)) return 7; return 0; }",
            "{ if (true) return 7; return 0; }",
            "{ if (false) return 7; return 0; }",
            "{ if (a <= b) return 7; return 0; }",
            "{ if (a < b) return 0; return 0; }",
            "{ if (a < b) return 8; return 0; }",
            "{ if (a < b) return 6; return 0; }",
            "{ if (a < b) return 7; return 1; }",
            "{ if (a < b) return 7; return -EINVAL; }",
        ])

    def test_operands_of_and_are_negated_taken_for_false_or_not_asked(self):
        self.assertCountEqual(results("both"), [
            "{ return !(a && b); }",
            "{ return a || b; }",
            "{ return !(a) && b; }",
            "{ return true && b; }",
            "{ return false && b; }",
            "{ return a && !(b); }",
            "{ return a && true; }",
            "{ return a && false; }",
        ])

    def test_an_argument_of_a_macro_is_changed_where_it_is_written_and_the_macro_is_not(self):
        self.assertCountEqual(results("macros"), [
            "{ return 0; }",
            "{ return twice(a - 3); }",
            "{ return twice(a); }",
            "{ return twice(a + 4); }",
            "{ return twice(a + 2); }",
        ])

    def test_a_loop_that_a_macro_makes_has_a_head_and_a_body(self):
        found = results("loops")
        self.assertIn("{ int i, sum = 0; ; return sum; }", found)
        self.assertIn("{ int i, sum = 0; each(i, n) { if (i == 2) continue; sum += i; } return sum; }", found)
        self.assertIn("{ int i, sum = 0; each(i, n & 7) { if (i == 2) ; sum += i; } return sum; }", found)
        self.assertIn("{ int i, sum = 0; each(i, n & 7) { if (i == 2) continue; ; } return sum; }", found)
        self.assertIn("{ int i, sum = 0; each(i, n & 7) { if (i != 2) continue; sum += i; } return sum; }", found)

    def test_a_flag_goes_or_becomes_its_neighbour(self):
        found = results("flags")
        for mask in ("RED", "GREEN", "GREEN | GREEN", "RED | BLUE"):
            self.assertIn(f"{{ int mask = {mask}; if (set & BLUE) mask &= ~RED; return mask; }}", found)
        self.assertIn("{ int mask = RED | GREEN; if (set) mask &= ~RED; return mask; }", found)
        self.assertIn("{ int mask = RED | GREEN; if (set & RED) mask &= ~RED; return mask; }", found)
        self.assertIn("{ int mask = RED | GREEN; if (set & BLUE) mask |= ~RED; return mask; }", found)
        self.assertIn("{ int mask = RED | GREEN; if (set & BLUE) mask &= RED; return mask; }", found)

    def test_statements_go_and_change_places(self):
        found = results("calls")
        self.assertIn("{ ; step(a); steps = steps * 2; step(b); return steps; }", found)
        self.assertIn("{ steps = 0; steps = steps * 2; step(a); step(b); return steps; }", found)
        self.assertIn("{ steps = 0; step(a); steps = steps * 2; ; return steps; }", found)

    def test_no_mutant_comes_twice(self):
        for function in small().functions:
            found = results(function.name)
            self.assertEqual(len(found), len(set(found)), function.name)

    def test_an_id_stays_when_lines_above_come_and_goes_when_the_place_changes(self):
        before = [mutant.id for mutant in mutants("nested")]
        text = small().text
        below = Source("small.c", ["-std=gnu11"], text=text.replace("static int steps;", "\n\nstatic int steps;\n"))
        self.assertEqual([mutant.id for mutant in rules.mutants_of(below, "nested".__eq__)], before)
        changed = Source("small.c", ["-std=gnu11"], text=text.replace("b > 0 ||", "b > 1 ||"))
        now = [mutant.id for mutant in rules.mutants_of(changed, "nested".__eq__)]
        self.assertEqual(len(now) - len(set(now) & set(before)), len([
            mutant for mutant in mutants("nested") if "b > 0" in small().text[
                mutant.edits[0].host.start:mutant.edits[0].host.end]]) + 1)  # 1 has one number more below it than 0

    def test_a_diff_is_what_patch_takes(self):
        source = small()
        mutant = next(mutant for mutant in mutants("compare") if mutant.rule == "operator")
        self.assertIn("-\tif (a < b)\n+\tif (a <= b)\n", diff(source.text, mutant))


if __name__ == "__main__":
    unittest.main()
