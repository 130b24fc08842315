// SPDX-License-Identifier: GPL-2.0
#include "cli.hh"

namespace wqctl {

namespace {

constexpr const char* kTopExamples = R"(
h shows the keys and what the columns mean.

Examples:
  wqctl top
      workqueues, the busiest first
  wqctl top --view workers --idle-hidden
      who works on what, and for how long
  wqctl top --batch -n 1 --view functions
      one picture as text, of the second that follows
)";

}  // namespace

void Cli::add_top()
{
    CLI::App* top = add_command("top", "Workqueues, workers, functions and pools on the whole screen");
    TopFlags& f = invocation_.top;
    top->add_option("REGEX", f.patterns, "Show what matches one of these; default all")->type_name("");
    top->add_option("-d,--delay", f.delay, "From sample to sample; default 1")->type_name("SECS");
    top->add_option("-n,--count", f.count, "End after so many samples")->type_name("COUNT");
    top->add_option("--view", f.view, "workqueues (default), workers, functions or pools")->type_name("VIEW");
    top->add_flag("-i,--idle-hidden", f.hides_quiet, "Hide what is idle");
    top->add_flag("-b,--batch", f.batch, "Text instead of a screen, for scripts");
    top->footer(kTopExamples);
}

}  // namespace wqctl
