// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include "commands/doctor/log/rules.hh"
#include "klog/reader.hh"

using namespace wqctl;

namespace {

std::string stack_of(const std::string& function)
{
    return fmt::format(
        "task:kworker/0:1     state:D stack:0     pid:123   ppid:2      flags:0x0\n"
        "Workqueue: events {0}\n"
        "Call Trace:\n __schedule+0x1/0x2\n {0}+0x1/0x2\n process_one_work+0x1/0x2\n",
        function);
}

const std::string kReport = "INFO: task kworker/0:1:123 blocked for more than 120 seconds.\n";

std::string suspect_of(const std::string& text)
{
    klog::LogReader reader;
    reader.take(text);
    const std::vector<Finding> findings = examine(reader.finish());
    const auto found = std::ranges::find(findings, "hung-task", &Finding::rule);
    return found == findings.end() || found->suspects.empty() ? "" : found->suspects[0].function;
}

}  // namespace

TEST_CASE("doctor: the stack of a hung task is the one that its report has behind it")
{
    CHECK(suspect_of(stack_of("long_before") + stack_of("before") + kReport + stack_of("mine") + stack_of("after") +
                     "Linux version 6.12\n" + stack_of("another_boot")) == "mine");
    CHECK(suspect_of(stack_of("long_before") + stack_of("before") + kReport) == "before");
    CHECK(suspect_of(kReport) == "");
}
