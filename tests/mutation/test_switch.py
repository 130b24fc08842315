# SPDX-License-Identifier: GPL-2.0
"""Is a mutant, turned on in the one text with all of them, what its diff says? By what both do, and by their code."""
import os
import re
import subprocess
import tempfile
import unittest

from common import SHIM, mutants, small
from mutate import kernel, rules, weed
from mutate.mutant import Switched, applied
from mutate.source import Source

# Prints what each function of small.c does with some arguments; a mutant that does not end is ended.
MAIN = r"""
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int a, b;

	wqlab_mutant = argc > 1 ? atoi(argv[1]) : 0;
	alarm(5);
	for (a = -4; a < 12; a++)
		for (b = -1; b < 4; b++) {
			steps = 0;
			printf("%d %d %d %d %d ", compare(a, b), both(a > 0, b > 0), macros(a), loops(a & 7), flags(a));
			printf("%d %d %d\n", calls(a, b), nested(a, b), steps);
		}
	return 0;
}
"""
CACHE = os.environ.get("WQLAB_CACHE") or os.path.expanduser("~/.cache/wqlab")


def program(directory, name, text):
    path = os.path.join(directory, name)
    kernel.write(path + ".c", SHIM + text + MAIN)
    subprocess.run(["gcc", "-w", "-O1", "-std=gnu11", "-o", path, path + ".c"], check=True)
    return path


def does(path, *arguments):
    done = subprocess.run([path, *arguments], capture_output=True, check=False)
    return done.returncode, done.stdout


class Switch(unittest.TestCase):
    def test_each_mutant_of_small_c_does_behind_the_switch_what_it_does_alone(self):
        source, all_of_it = small(), mutants()
        for number, mutant in enumerate(all_of_it, 1):
            mutant.number = number
        self.assertGreater(len(all_of_it), 60)
        with tempfile.TemporaryDirectory() as directory:
            switched = program(directory, "switched", Switched(source.text, all_of_it).result)
            self.assertEqual(does(switched), does(program(directory, "plain", source.text)))
            differing = 0
            for mutant in all_of_it:
                alone = does(program(directory, "alone", applied(source.text, mutant)))
                self.assertEqual(does(switched, str(mutant.number)), alone, mutant.words)
                differing += alone != does(switched)
            self.assertGreater(differing, len(all_of_it) * 3 // 4)

    def test_lines_keep_their_numbers(self):
        source = small()
        self.assertEqual(Switched(source.text, mutants()).result.count("\n"), source.text.count("\n"))

    def test_each_text_behind_the_switch_is_known_to_be_its_mutants(self):
        switched = Switched(small().text, mutants())
        for begin, end, mutant in switched.places:
            self.assertIn(mutant, switched.mutants_at(begin))
            self.assertNotIn(mutant, switched.mutants_at(end))

    def test_mutants_of_a_kernels_workqueue_c_have_the_code_of_their_diffs(self):
        """Where gcc knows at once which mutant it is, it makes of both texts the same code, nearly always: a branch
        that is known leaves traces in few."""
        base = self.base()
        chosen = {"kick_pool_pick", "work_busy", "set_work_data"}
        all_of_it = rules.mutants_of(base.source, chosen.__contains__)[::9][:8]
        for number, mutant in enumerate(all_of_it, 1):
            mutant.number = number
        with tempfile.TemporaryDirectory() as work:
            kernel.write(os.path.join(work, "workqueue_mutants.h"), kernel.HEADER)
            _, text, _ = kernel.switched_text(base.source.text, all_of_it)
            kernel.write(os.path.join(work, "switched.c"), text)
            same = 0
            for mutant in all_of_it:
                kernel.write(os.path.join(work, "alone.c"), applied(base.source.text, mutant))
                codes = [self.code(base, work, name, mutant) for name in ("alone.c", "switched.c")]
                same += codes[0] == codes[1]
            self.assertGreaterEqual(same, len(all_of_it) - 1)

    def test_mutants_of_its_workqueue_h_have_the_code_of_their_diffs_in_a_module(self):
        base = self.base()
        all_of_it = rules.mutants_of(base.header)
        self.assertGreater(len(all_of_it), 20)
        for number, mutant in enumerate(all_of_it, 1):
            mutant.number = number
        table = "".join(f"{name}, " for name in sorted({mutant.function for mutant in all_of_it}))
        ours = "".join(f"wqlab_inline_{name}, " for name in table.rstrip(", ").split(", "))
        with tempfile.TemporaryDirectory() as work:
            os.mkdir(os.path.join(work, "linux"))
            kernel.write(os.path.join(work, "workqueue_mutants.h"), kernel.HEADER)
            kernel.write(os.path.join(work, "switched.c"), kernel.inlines_text(base.header, all_of_it)[1]
                         + f"void *const table[] = {{ {ours} }};\n")
            same = []
            for mutant in all_of_it:
                kernel.write(os.path.join(work, "linux/workqueue.h"), applied(base.header.text, mutant))
                kernel.write(os.path.join(work, "alone.c"), '#include "linux/workqueue.h"\n'
                             f"void *const table[] = {{ {table} }};\n")
                alone, switched = (self.code(base, work, name, mutant) for name in ("alone.c", "switched.c"))
                same.append(alone == {function.removeprefix("wqlab_inline_"): re.sub(r"<wqlab_inline_", "<", code)
                                      for function, code in switched.items()})
            self.assertGreaterEqual(sum(same), len(all_of_it) - 1)

    def base(self):
        directory = os.path.join(CACHE, "kernels/7.3-plain")
        if not os.path.exists(os.path.join(directory, "release")):
            self.skipTest("no kernel 7.3-plain is in the cache")
        return kernel.Base(directory)

    def code(self, base, work, name, mutant):
        output = os.path.join(work, name + ".o")
        subprocess.run(weed.compile_line(base.words, os.path.join(work, name), output,
                                         ["-g0", "-I" + work, f"-DWQLAB_MUTANT={mutant.number}", "-c"]),
                       cwd=base.build, check=True, capture_output=True)
        said = subprocess.run(["objdump", "-d", "--no-show-raw-insn", output], capture_output=True, text=True,
                              check=True)
        bodies = re.split(r"\n[0-9a-f]+ <(.+)>:\n", said.stdout)
        code = dict(zip(bodies[1::2], bodies[2::2]))
        return {function: re.sub(r"^\s*[0-9a-f]+:|\b[0-9a-f]+ (?=<)", "", text, flags=re.M)
                for function, text in code.items()}


class Weed(unittest.TestCase):
    TEXT = """
int endless(int x) { while (1) { if (x > 5) return x; x += 2; } }
int twice_asked(unsigned int x) { if (x && x != 0) return 3; return 4; }
"""

    def setUp(self):
        source = Source("some.c", ["-std=gnu11"], text=self.TEXT)
        with tempfile.TemporaryDirectory() as work:
            words = ["gcc", "-O2", "-std=gnu11", "-Wall", "-Werror=return-type", "-c", "-o", "some.o", "some.c"]
            kept, dropped = weed.weed([source], words, work, rules.mutants_of(source), work, 1, lambda text: None)
        self.kept = [mutant.words for mutant in kept]
        self.dropped = {why: [mutant.words for mutant in lost] for why, lost in dropped.items()}

    def test_what_ends_without_a_value_is_no_c(self):
        self.assertIn("`1` taken for false", self.dropped["not C"])

    def test_what_makes_the_same_code_is_dropped(self):
        self.assertCountEqual(["1 became 2", "`&&` became `||` in `x && x != 0`"], self.dropped["the same code"])

    def test_of_several_that_make_one_code_one_is_left(self):
        self.assertIn("`x` negated", self.kept)  # and not 0 too: never
        self.assertIn("`!=` became `==` in `x != 0`", self.dropped["another's code"])
        self.assertIn("3 became 4", self.dropped["another's code"])

    def test_all_others_are_left(self):
        self.assertIn("3 became 2", self.kept)
        self.assertIn("`>` became `>=` in `x > 5`", self.kept)


if __name__ == "__main__":
    unittest.main()
