// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl run`.
#pragma once

#include "args/args.hh"
#include "scenario/flags.hh"

namespace wqctl {

void declare(Args& args, RunFlags& flags);

}  // namespace wqctl
