// SPDX-License-Identifier: GPL-2.0
#include "text/units.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

namespace {

struct Unit {
    std::string_view suffix;
    uint64_t factor;
};

constexpr std::array<Unit, 7> kTimeUnits = {{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3600'000'000'000},
}};

constexpr std::array<Unit, 11> kSizeUnits = {{
    {"", 1},
    {"B", 1},
    {"K", 1ull << 10},
    {"k", 1ull << 10},
    {"KiB", 1ull << 10},
    {"M", 1ull << 20},
    {"m", 1ull << 20},
    {"MiB", 1ull << 20},
    {"G", 1ull << 30},
    {"g", 1ull << 30},
    {"GiB", 1ull << 30},
}};

constexpr std::array<Unit, 5> kCountUnits = {{
    {"", 1},
    {"k", 1'000},
    {"K", 1'000},
    {"M", 1'000'000},
    {"G", 1'000'000'000},
}};

struct Quantity {
    double value = 0;
    uint64_t whole = 0;  // meaningful when is_whole
    bool is_whole = false;
    std::string_view suffix;
};

// A non-negative decimal number and what follows it.
bool split(std::string_view text, Quantity& out)
{
    size_t length = 0;
    while (length < text.size() && ((text[length] >= '0' && text[length] <= '9') || text[length] == '.'))
        length++;
    if (length == 0)
        return false;
    const char* end = text.data() + length;
    const auto whole = std::from_chars(text.data(), end, out.whole);
    out.is_whole = whole.ec == std::errc() && whole.ptr == end;
    const auto real = std::from_chars(text.data(), end, out.value, std::chars_format::fixed);
    if (real.ec != std::errc() || real.ptr != end)
        return false;
    out.suffix = text.substr(length);
    return true;
}

enum class Outcome { kFine, kNoNumber, kNoUnit, kBadUnit, kTooLarge, kNotWhole };

template <size_t N>
Outcome scale(std::string_view text, const std::array<Unit, N>& units, uint64_t& out)
{
    Quantity quantity;
    if (!split(text, quantity))
        return Outcome::kNoNumber;
    for (const Unit& unit : units) {
        if (unit.suffix != quantity.suffix)
            continue;
        if (quantity.is_whole)
            return __builtin_mul_overflow(quantity.whole, unit.factor, &out) ? Outcome::kTooLarge : Outcome::kFine;
        const double value = quantity.value * static_cast<double>(unit.factor);
        if (!(value < 9.2e18))
            return Outcome::kTooLarge;
        // 0.1 us is 100 ns although 0.1 has no exact double.
        if (std::abs(value - std::round(value)) > 1e-6 * std::max(1.0, value))
            return Outcome::kNotWhole;
        out = static_cast<uint64_t>(std::llround(value));
        return Outcome::kFine;
    }
    return quantity.suffix.empty() ? Outcome::kNoUnit : Outcome::kBadUnit;
}

Error wrong(std::string_view text, std::string_view what, std::string_view right)
{
    return Error::usage(fmt::format("\"{}\" {}; write {}", text, what, right));
}

}  // namespace

uint64_t parse_time(std::string_view text)
{
    constexpr std::string_view right = "a time such as 200us, 5ms or 2s";
    if (text == "0")
        return 0;
    uint64_t ns = 0;
    switch (scale(text, kTimeUnits, ns)) {
    case Outcome::kFine: return ns;
    case Outcome::kNoUnit: throw wrong(text, "lacks a unit", fmt::format("{0}ns, {0}us, {0}ms or {0}s", text));
    case Outcome::kBadUnit: throw wrong(text, "has a unit that is not ns, us, ms, s, m or h", right);
    case Outcome::kTooLarge: throw wrong(text, "is more than 64 bits of nanoseconds", right);
    case Outcome::kNotWhole: throw wrong(text, "is not a whole number of nanoseconds", right);
    case Outcome::kNoNumber: break;
    }
    throw wrong(text, "is not a time", right);
}

uint64_t parse_seconds(std::string_view text)
{
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
    return parse_time(is_number ? std::string(text) + "s" : std::string(text));
}

static TimeDist parse_quantiles(std::string_view text, std::string_view list)
{
    TimeDist dist{WQLAB_DIST_QUANTILES, 0, 0, {}};
    for (size_t end = 0; end != std::string_view::npos; list.remove_prefix(end == list.npos ? 0 : end + 1)) {
        end = list.find(',');
        dist.quantiles.push_back(parse_time(list.substr(0, end)));
    }
    const auto& all = dist.quantiles;
    if (all.size() < 2 || all.size() > WQLAB_LIMIT_QUANTILES)
        throw wrong(text, fmt::format("has {} times", all.size()),
                    fmt::format("2 to {}, such as q:5us,9us,40us", WQLAB_LIMIT_QUANTILES));
    for (size_t i = 1; i < all.size(); i++)
        if (all[i] < all[i - 1])
            throw wrong(text, fmt::format("has {} behind {}", exact_time(all[i]), exact_time(all[i - 1])),
                        "times of which none is less than the one before");
    dist.ns = all.front();
    dist.max_ns = all.back();
    return dist;
}

TimeDist parse_time_dist(std::string_view text)
{
    if (text.starts_with("exp:"))
        return {WQLAB_DIST_EXPONENTIAL, parse_time(text.substr(4)), 0, {}};
    if (text.starts_with("q:"))
        return parse_quantiles(text, text.substr(2));
    if (const size_t dots = text.find(".."); dots != std::string_view::npos) {
        TimeDist dist{WQLAB_DIST_UNIFORM, parse_time(text.substr(0, dots)), parse_time(text.substr(dots + 2)), {}};
        if (dist.max_ns < dist.ns)
            throw wrong(text, "ends before it begins",
                        fmt::format("{}..{}", text.substr(dots + 2), text.substr(0, dots)));
        return dist;
    }
    return {WQLAB_DIST_FIXED, parse_time(text), 0, {}};
}

uint64_t parse_size(std::string_view text)
{
    uint64_t bytes = 0;
    switch (scale(text, kSizeUnits, bytes)) {
    case Outcome::kFine: return bytes;
    case Outcome::kTooLarge: throw wrong(text, "is more than 64 bits", "a size such as 64, 4K or 1M");
    default: throw wrong(text, "is not a size", "bytes such as 64, 4K or 1M");
    }
}

uint64_t parse_count(std::string_view text)
{
    uint64_t count = 0;
    switch (scale(text, kCountUnits, count)) {
    case Outcome::kFine: return count;
    case Outcome::kTooLarge: throw wrong(text, "is more than 64 bits", "a smaller number");
    default: throw wrong(text, "is not a count", "a whole number such as 1000, 10k or 2M");
    }
}

uint32_t parse_count32(std::string_view text)
{
    const uint64_t count = parse_count(text);
    if (count > std::numeric_limits<uint32_t>::max())
        throw wrong(text, "is more than 32 bits", "a smaller number");
    return static_cast<uint32_t>(count);
}

uint32_t parse_percent(std::string_view text)
{
    Quantity quantity;
    if (!split(text, quantity) || !quantity.is_whole || (!quantity.suffix.empty() && quantity.suffix != "%"))
        throw wrong(text, "is not a percentage", "a whole number from 0 to 100");
    if (quantity.whole > 100)
        throw wrong(text, "is more than 100 percent", "a whole number from 0 to 100");
    return static_cast<uint32_t>(quantity.whole);
}

int parse_int(std::string_view text)
{
    int value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size())
        throw wrong(text, "is not a number", "a whole number such as -5");
    return value;
}

double parse_rate(std::string_view text)
{
    Quantity quantity;
    constexpr std::string_view right = "items a second such as 50000, 100k or 2.5M";
    if (!split(text, quantity))
        throw wrong(text, "is not a rate", right);
    if (quantity.suffix.ends_with("/s"))
        quantity.suffix.remove_suffix(2);
    for (const Unit& unit : kCountUnits)
        if (unit.suffix == quantity.suffix)
            return quantity.value * static_cast<double>(unit.factor);
    throw wrong(text, "is not a rate", right);
}

std::string exact_time(uint64_t ns)
{
    if (ns == 0)
        return "0";
    for (const Unit& unit : {Unit{"s", 1'000'000'000}, Unit{"ms", 1'000'000}, Unit{"us", 1'000}})
        if (ns % unit.factor == 0)
            return fmt::format("{}{}", ns / unit.factor, unit.suffix);
    return fmt::format("{}ns", ns);
}

std::string exact_time_dist(const TimeDist& dist)
{
    switch (dist.kind) {
    case WQLAB_DIST_UNIFORM: return exact_time(dist.ns) + ".." + exact_time(dist.max_ns);
    case WQLAB_DIST_EXPONENTIAL: return "exp:" + exact_time(dist.ns);
    case WQLAB_DIST_QUANTILES: {
        std::string text = "q:";
        for (const uint64_t ns : dist.quantiles)
            text += (text.size() == 2 ? "" : ",") + exact_time(ns);
        return text;
    }
    default: return exact_time(dist.ns);
    }
}

std::string exact_size(uint64_t bytes)
{
    for (const Unit& unit : {Unit{"G", 1ull << 30}, Unit{"M", 1ull << 20}, Unit{"K", 1ull << 10}})
        if (bytes && bytes % unit.factor == 0)
            return fmt::format("{}{}", bytes / unit.factor, unit.suffix);
    return std::to_string(bytes);
}

namespace {

std::string three_digits(double value)
{
    // 9.995 rounds to 10.0, so decide on the rounded value.
    if (value < 9.995)
        return fmt::format("{:.2f}", value);
    if (value < 99.95)
        return fmt::format("{:.1f}", value);
    return fmt::format("{:.0f}", value);
}

}  // namespace

std::string human_time(uint64_t ns, Charset charset)
{
    if (ns < 1000)
        return fmt::format("{}ns", ns);
    const double value = static_cast<double>(ns);
    if (value < 999.5e3)
        return three_digits(value / 1e3) + (charset == Charset::kUtf8 ? "\u00b5s" : "us");
    if (value < 999.5e6)
        return three_digits(value / 1e6) + "ms";
    return three_digits(value / 1e9) + "s";
}

std::string human_count(double value)
{
    if (value < 999.5)
        return value == std::floor(value) ? fmt::format("{:.0f}", value) : three_digits(value);
    if (value < 999.5e3)
        return three_digits(value / 1e3) + "k";
    if (value < 999.5e6)
        return three_digits(value / 1e6) + "M";
    return three_digits(value / 1e9) + "G";
}

std::string human_size(uint64_t bytes)
{
    const double value = static_cast<double>(bytes);
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    if (bytes < (1ull << 20))
        return three_digits(value / 1024) + " KiB";
    if (bytes < (1ull << 30))
        return three_digits(value / (1 << 20)) + " MiB";
    return three_digits(value / (1 << 30)) + " GiB";
}

std::string grouped(uint64_t value)
{
    std::string digits = std::to_string(value);
    for (size_t at = digits.size(); at > 3;)
        digits.insert(at -= 3, 1, ',');
    return digits;
}

}  // namespace wqctl
