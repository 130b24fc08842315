// SPDX-License-Identifier: GPL-2.0
// Functions of the kernel as it prints them, and what a stack of them says: where its task sleeps, and on behalf of
// whom. Live stacks and those of logs are read by this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/units.hh"

namespace wqctl {

// What names of functions are made of.
constexpr std::string_view kOfFunctions = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$";

// "func", "func.isra.0", "func [module]", "0xffffffffc0123456"; nothing if it is none. Takes it off the front.
std::optional<std::string> take_function(std::string_view& text);

// The function of a line such as "[<0>] func+0x12/0x34 [module]", "? func+0x12/0x34". Nothing if it is no frame; empty
// if it may be a leftover, which "? " says.
std::optional<std::string> function_of_frame(std::string_view text);

// "func [module]" and "func.isra.0" without what is behind the name.
std::string_view bare_function(std::string_view function);

// For people: "wqlab::Item::execute [wqlab]", without its arguments, of what is C++.
std::string shown_function(const std::string& function);

// A stack's functions, the innermost first.
using Frames = std::vector<std::string>;

// Where a task sleeps: the first frame that is not the scheduler's own; empty if all are.
std::string place_of(const Frames& frames);

// What every worker has behind its item.
bool is_of_worker(std::string_view frame);

// Whether it is a worker's in the middle of an item: one that has none only waits for work.
bool is_at_an_item(const Frames& frames);

// "mutex_lock ← func [module]": from where it sleeps to the item's function, or to the task's end.
std::string path_text(const Frames& frames, Charset charset);

}  // namespace wqctl
