// SPDX-License-Identifier: GPL-2.0
// What is printed on standard output.
#pragma once

#include <functional>
#include <string>

std::string printed(const std::function<void()>& print);
