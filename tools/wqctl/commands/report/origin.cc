// SPDX-License-Identifier: GPL-2.0
// Where a document comes from, and what any of them may hold.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "commands/report/readers.hh"
#include "text/error.hh"
#include "text/names.hh"
#include "text/shell_words.hh"

namespace wqctl::page {

namespace {

constexpr const char* kNotSaid = "not in this document";

std::string machine_text(const Fields& machine)
{
    std::vector<std::string> parts;
    if (machine.find("model"))
        parts.push_back(machine.text("model"));
    const auto count = [&](std::string_view key, std::string_view noun) {
        if (const auto n = machine.number_if_any(key))
            parts.push_back(fmt::format("{} {}{}", *n, noun, *n == 1 ? "" : "s"));
    };
    if (machine.find("cpus"))
        parts.push_back("CPUs " + machine.text("cpus"));
    count("cores", "core");
    count("caches", "last-level cache");
    count("nodes", "NUMA node");
    if (const Node* guest = machine.find("guest"); guest && guest->boolean)
        parts.push_back("a virtual machine");
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ", ") + part;
    return text;
}

std::string parameters_text(const Fields& machine)
{
    std::string text;
    for (const Node& node : machine.list_if_any("parameters")) {
        const Fields parameter(node, "a parameter", machine.file());
        text += fmt::format("{}workqueue.{}={}", text.empty() ? "" : " ", parameter.text("name"),
                            parameter.text("value"));
    }
    return text;
}

}  // namespace

Facts origin_facts(const Fields& root)
{
    Facts facts;
    if (root.find("kernel"))
        facts.add("Kernel", "Linux " + root.text("kernel"));
    const std::vector<std::string> command = root.texts("command");
    facts.add("Command", command.empty() ? kNotSaid : shell_words(command), !command.empty());
    if (!root.find("machine")) {
        facts.add("Machine", kNotSaid);
        return facts;
    }
    const Fields machine = root.object("machine");
    facts.add("Machine", machine_text(machine));
    if (const std::string parameters = parameters_text(machine); !parameters.empty())
        facts.add("Parameters", parameters, true);
    return facts;
}

std::string time_of(const Fields& fields, std::string_view key)
{
    const auto ns = fields.number_if_any(key);
    return ns ? human(*ns, Unit::kTime) : "?";
}

double number_up_to(const Fields& fields, std::string_view key, double most)
{
    const double number = fields.number(key);
    if (number > most)
        throw Error::usage(
            fmt::format("{}: a \"{}\" is {:g}; it must be {:g} at most", fields.file(), key, number, most));
    return number;
}

std::optional<Distribution> read_distribution(const Fields& stages, std::string_view stage)
{
    if (!stages.find(stage))
        return {};
    const Fields fields = stages.object(stage);
    Distribution d;
    d.count = fields.number("count");
    if (d.count == 0)
        return {};
    const auto figure = [&](std::string_view key) { return fields.number_if_any(key).value_or(0); };
    d.min = figure("min");
    d.mean = figure("mean");
    d.p50 = figure("p50");
    d.p90 = figure("p90");
    d.p99 = figure("p99");
    d.p999 = figure("p999");
    d.max = figure("max");
    for (const Node& node : fields.list_if_any("buckets")) {
        const Fields bucket(node, "a bucket", fields.file());
        // By its middle: a bucket is a sixth as wide as a place at most, or one nanosecond. Below 32 ns, places may be
        // narrower than that, and empty.
        const double low = number_up_to(bucket, "low", kMostNs), high = number_up_to(bucket, "high", kMostNs);
        const double middle = (low + std::max(high - 1, low)) / 2;
        const int place = static_cast<int>(std::floor(std::log2(std::max(middle, 1.0)) * Distributions::kPerOctave));
        d.bins[place] += number_up_to(bucket, "count", kMostExact);
    }
    return d;
}

}  // namespace wqctl::page
