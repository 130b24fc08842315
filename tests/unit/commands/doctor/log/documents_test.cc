// SPDX-License-Identifier: GPL-2.0
// What README.md and docs/doctor.md show of logs is what the logs beside this file give.
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "commands/doctor/log/render.hh"
#include "commands/doctor/log/rules.hh"
#include "commands/doctor/render.hh"
#include "klog/reader.hh"
#include "unit/term/plain.hh"
#include "unit/tree.hh"

using namespace wqctl;

namespace {

std::string content(const std::string& path)
{
    std::ifstream file(in_tree(path));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string said_of(const std::string& log_file)
{
    klog::LogReader reader;
    const std::string text = content("tests/unit/commands/doctor/log/" + log_file);
    reader.take(text);
    const klog::Log log = reader.finish();
    const std::vector<Finding> findings = examine(log);
    return render_findings(findings, plain(120)) + "\n" + render_summary(log, findings);
}

}  // namespace

TEST_CASE("doctor: the documents show what is said of their logs")
{
    const std::string circle = said_of("circle.mail"), hung_pool = said_of("hung-pool.dmesg");
    INFO(circle << hung_pool);
    CHECK(content("README.md").find("$ wqctl doctor --log mail.txt\n" + circle) != std::string::npos);
    CHECK(content("docs/doctor.md").find("$ dmesg | wqctl doctor --log -\n" + hung_pool) != std::string::npos);
}
