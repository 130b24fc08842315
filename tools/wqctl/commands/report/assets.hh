// SPDX-License-Identifier: GPL-2.0
// What a report carries of its own, compiled in (embed.cmake), each with its SHA-256 for the policy.
#pragma once

#include <string_view>

namespace wqctl::page {

struct Asset {
    std::string_view text;
    std::string_view sha256;  // hexadecimal
};

extern const Asset kStyle;   // page.css
extern const Asset kScript;  // page.js
// Chart.js, with its licence in front; empty where wqctl was built without.
extern const Asset kCharts;

}  // namespace wqctl::page
