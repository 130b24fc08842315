// SPDX-License-Identifier: GPL-2.0
// Times, sizes, counts and rates, as people write and read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "uapi/wqlab.h"

namespace wqctl {

// A time that is the same for every item, or drawn for each.
struct TimeDist {
    uint32_t kind = WQLAB_DIST_FIXED;
    uint64_t ns = 0;                       // the value, the lower bound, or the mean
    uint64_t max_ns = 0;                   // the upper bound of a uniform one
    std::vector<uint64_t> quantiles = {};  // as many items lie between any two neighbours

    bool operator==(const TimeDist&) const = default;
};

// What they cannot read they refuse with a usage error that shows the right form.
uint64_t parse_time(std::string_view text);       // "200us"
uint64_t parse_seconds(std::string_view text);    // the same, and "2" is 2 s
TimeDist parse_time_dist(std::string_view text);  // "10us", "10us..50us", "exp:10us", "q:5us,9us,40us"
uint64_t parse_size(std::string_view text);       // "64", "4K", "1M", "1MiB": powers of 1024
uint64_t parse_count(std::string_view text);      // "1000", "10k", "2M": powers of 1000
uint32_t parse_count32(std::string_view text);
uint32_t parse_percent(std::string_view text);  // "20" or "20%"
int parse_int(std::string_view text);
double parse_rate(std::string_view text);  // items a second: "100000", "2.5k"

// Exact: the parser gives the same value again.
std::string exact_time(uint64_t ns);
std::string exact_time_dist(const TimeDist& dist);
std::string exact_size(uint64_t bytes);

// Three digits and a unit, for tables.
enum class Charset { kAscii, kUtf8 };
std::string human_time(uint64_t ns, Charset charset);
std::string human_count(double value);
std::string human_size(uint64_t bytes);
std::string grouped(uint64_t value);  // 1,234,567

}  // namespace wqctl
