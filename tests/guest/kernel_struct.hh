// SPDX-License-Identifier: GPL-2.0
// What this kernel's structs have, by its own BTF: whether a test is left out is not for the tested to say.
#pragma once

#include <string>

bool has_member(const std::string& name, const std::string& member);

// True: this kernel's struct has no such member, and the test, which returns, is reported as skipped.
bool left_out_without(const std::string& name, const std::string& member);
