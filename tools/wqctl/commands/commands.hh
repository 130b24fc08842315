// SPDX-License-Identifier: GPL-2.0
// Each command builds a model and hands it to a renderer. They return the
// exit code and throw Error.
#pragma once

#include "cli.hh"
#include "term/output.hh"
#include "text/error.hh"

namespace wqctl {

int command_info(const Invocation& invocation, Output& output);
int command_dump(const Invocation& invocation, Output& output);
int command_where(const Invocation& invocation, Output& output);
int command_run(const Invocation& invocation, Output& output);
int command_explain(const Invocation& invocation, Output& output);
int command_latency(const Invocation& invocation, Output& output);
int command_list(const Invocation& invocation, Output& output);
int command_show(const Invocation& invocation, Output& output);
int command_stop(const Invocation& invocation, Output& output);
int command_monitor(const Invocation& invocation, Output& output);
int command_top(const Invocation& invocation, Output& output);
int command_presets(const Invocation& invocation, Output& output);
int command_check(const Invocation& invocation, Output& output);
int command_completion(const Cli& cli, const Invocation& invocation, Output& output);

}  // namespace wqctl
