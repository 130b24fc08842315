// SPDX-License-Identifier: GPL-2.0
// What is asked of the module about checks.
#pragma once

#include <string>
#include <vector>

#include "commands/check/promise.hh"
#include "wire/attributes.hh"

namespace wqctl {

class Lab;

std::vector<Promise> fetch_promises(Lab& lab);
// fault: "" for the kernel itself.
void start_check(Lab& lab, const std::string& id, const std::string& fault, uint64_t seed);
CheckState fetch_check(Lab& lab);
void answer_check(Lab& lab, uint32_t step, int error, const std::string& text);
void stop_check(Lab& lab);

Promise decode_promise(const Attributes& attributes);
CheckState decode_check_state(const Attributes& attributes);

}  // namespace wqctl
