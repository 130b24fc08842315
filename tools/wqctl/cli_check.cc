// SPDX-License-Identifier: GPL-2.0
#include "cli.hh"

namespace wqctl {

void Cli::add_check()
{
    CLI::App* check = add_command("check", "Judge whether this kernel keeps the promises of its workqueue documentation");
    CheckFlags& f = invocation_.check;
    check->add_option("PATTERN", f.patterns, "Only checks whose id, group or number matches: flush, 39b, \"cancel.*\"")->type_name("");
    check->add_option("--class", f.classes, "Classes beside the default: negative, hotplug, slow, numa, memory, freezer; all")
        ->type_name("LIST")
        ->delimiter(',')
        ->allow_extra_args(false);
    check->add_flag("--list", f.list, "The checks, without running any");
    check->add_option("--repeat", f.repeat, "So many rounds")->type_name("N")->check(CLI::Range(1u, 1000000u));
    check->add_option("--shuffle", f.shuffle, "In an order made of this seed")->type_name("SEED");
    check->add_flag("--fail-fast", f.fail_fast, "Stop at the first failure");
    check->add_flag("--ktap", f.ktap, "Print KTAP, as the kernel's own tests do");
    check->add_flag("--junit", f.junit, "Print JUnit XML");
    check->add_flag("--json", invocation_.json, "One JSON document (wqlab/check/1)");
    check->add_flag("--markdown", f.markdown, "The list as docs/guarantees.md has it")->group("");
    check->add_option("--fault", f.fault, "Judge a stand-in with this fault instead of the kernel")->type_name("FAULT")->group("Proof");
    check->add_flag("--proof", f.proof, "Judge for each check a stand-in that it must fail; those that pass are worth nothing")->group("Proof");
    check->footer("\nExit codes: 0 all promises kept, or broken as known of this kernel; 1 one is broken; 4 nothing could be judged.");
}

}  // namespace wqctl
