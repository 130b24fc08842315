# SPDX-License-Identifier: GPL-2.0
"""Of which text a check's word is: what it mentions, and nothing else."""
import os
import re
import tempfile
import unittest

import common
from mutate.suite import BOUNDS as BOUNDS_FILE, NOBODYS, PLACE, RUNNER, Suite

FILES = {
    "scenes/look.hh": "#pragma once\n\nnamespace wqlab {\n\nint seen(int cpu);\nint unseen();\n\n"
                      "}  // namespace wqlab\n",
    "scenes/look.cc": "namespace wqlab {\n\nint seen(int cpu)\n{\n    return Trial::of(cpu);\n}\n\n"
                      "int unseen() { return 1; }\n\n}  // namespace wqlab\n",
    "harness/trial.hh": "namespace wqlab {\n\nclass Trial {\npublic:\n    static int of(int cpu);\n};\n\n"
                        "}  // namespace wqlab\n",
    "harness/runner.cc": "namespace wqlab {\n\nint Runner::run() { return whole(); }\n\n}  // namespace wqlab\n",
    "queueing/queue.cc": """namespace wqlab {

static bool is_kept(int cpu)
{
    return seen(cpu);
}

struct Kept {
    static constexpr Promise kPromise = {
        1, "", "queue.kept", "It is kept"};
    static void run(Trial& t) { is_kept(t.cpu()); }
};

// Of another.
struct Alone {
    static constexpr Promise kPromise = {2,
                                         "b",
                                         "queue.alone", "It is alone"};
    static void run(Trial&) {}
};

constexpr Check kAll[] = {check_of<Kept>(), check_of<Alone>(kLack)};

}  // namespace wqlab
""",
    "flush/queue.cc": "static bool is_kept(int) { return false; }\n",
}
BOUNDS = "inline constexpr int kLimit = 300;\nconstexpr int whole() { return kLimit; }\n"


def digests(changed=None, bounds=BOUNDS, basis=""):
    """Of both checks, with some files changed."""
    with tempfile.TemporaryDirectory() as root:
        files = {os.path.join(PLACE, name): text for name, text in {**FILES, **(changed or {})}.items()}
        for name, text in {**files, BOUNDS_FILE: bounds}.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        suite = Suite(root, basis)
        return suite.digest("queue.kept"), suite.digest("queue.alone")


class Digests(unittest.TestCase):
    def stays(self, **changes):
        """Whether (kept, alone) are what they were."""
        return tuple(now == before for now, before in zip(digests(**changes), digests()))

    def edited(self, name, old, new):
        self.assertIn(old, FILES[name])
        return self.stays(changed={name: FILES[name].replace(old, new)})

    def test_a_check_is_its_own_text_and_what_is_asked_for_with_it(self):
        self.assertEqual(self.edited("queueing/queue.cc", "is_kept(t.cpu())", "is_kept(7)"), (False, True))
        self.assertEqual(self.edited("queueing/queue.cc", "It is alone", "It was alone"), (True, False))
        self.assertEqual(self.edited("queueing/queue.cc", "check_of<Alone>(kLack)", "check_of<Alone>()"), (True, False))

    def test_what_it_mentions_is_of_it_also_by_others_and_in_other_files(self):
        self.assertEqual(self.edited("queueing/queue.cc", "return seen(cpu)", "return !seen(cpu)"), (False, True))
        self.assertEqual(self.edited("scenes/look.cc", "Trial::of(cpu)", "-Trial::of(cpu)"), (False, True))
        self.assertEqual(self.edited("harness/trial.hh", "int of(int cpu);", "int of(int cpu);\n    int n;"),
                         (False, False))

    def test_what_it_does_not_mention_is_not(self):
        self.assertEqual(self.edited("scenes/look.cc", "return 1", "return 2"), (True, True))
        self.assertEqual(self.edited("scenes/look.hh", "int unseen();", "int unseen();\nint third();"), (True, True))
        self.assertEqual(self.edited("queueing/queue.cc", "constexpr Check", "struct New {};\nconstexpr Check"),
                         (True, True))

    def test_comments_blanks_and_order_are_nobody_s(self):
        self.assertEqual(self.edited("queueing/queue.cc", "    return seen(cpu);",
                                     "    // Why.\n    return  seen(cpu);  // so"),
                         (True, True))
        self.assertEqual(self.edited("queueing/queue.cc", "check_of<Kept>(), ", "check_of<New>(), check_of<Kept>(), "),
                         (True, True))

    def test_bounds_and_what_else_verdicts_are_of_are_all_s(self):
        self.assertEqual(self.stays(bounds=BOUNDS.replace("300", "200")), (False, False))
        self.assertEqual(self.stays(basis="another guest"), (False, False))

    def test_each_promise_of_the_tree_has_a_digest_of_its_own(self):
        root = os.path.join(common.HERE, "../..")
        suite, promises = Suite(root), 0
        for folder, _, names in os.walk(os.path.join(root, PLACE)):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    promises += len(re.findall(r"\bkPromise = {", file.read()))
        self.assertGreater(promises, 200)
        self.assertEqual(len({suite.digest(check) for check in suite.at}), promises)
        self.assertEqual([check for check in suite.at if not suite.entries[check]], [])
        self.assertEqual(suite.digest("no.such-check"), "")

    def test_a_file_is_told_apart_from_its_namesake_in_another_folder(self):
        self.assertEqual(self.edited("flush/queue.cc", "return false", "return true"), (False, True))

    def test_what_is_everybody_s_and_what_is_nobody_s_is_there(self):
        for name in (BOUNDS_FILE, *(os.path.join(PLACE, name) for name in (RUNNER, *NOBODYS))):
            self.assertTrue(os.path.isfile(os.path.join(common.HERE, "../..", name)), name)


if __name__ == "__main__":
    unittest.main()
