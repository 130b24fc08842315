// SPDX-License-Identifier: GPL-2.0
// Catch2's cases as KTAP, one line each, as soon as each is done: --reporter ktap. For the file that has the main.
#pragma once

#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

class KtapReporter;
#if CATCH_VERSION_MAJOR >= 3
using Reporter = Catch::StreamingReporterBase;
using Ended = void;
const std::string& name_of(const Catch::TestCaseStats& stats) { return stats.testInfo->name; }
#else
using Reporter = Catch::StreamingReporterBase<KtapReporter>;
using Ended = bool;
const std::string& name_of(const Catch::TestCaseStats& stats) { return stats.testInfo.name; }
#endif

// Names hold no '#': KTAP would read what follows as a directive.
class KtapReporter : public Reporter {
public:
    using Reporter::Reporter;

    static std::string getDescription() { return "KTAP, a line for each test case"; }

    void testRunStarting(const Catch::TestRunInfo& info) override
    {
        Reporter::testRunStarting(info);
        const auto cases = Catch::filterTests(Catch::getAllTestCasesSorted(*m_config), m_config->testSpec(), *m_config);
        std::cout << "KTAP version 1\n1.." << cases.size() << std::endl;
    }

    void assertionStarting(const Catch::AssertionInfo&) override {}

    Ended assertionEnded(const Catch::AssertionStats& stats) override
    {
        const auto& result = stats.assertionResult;
        if (const std::string said(result.getMessage());
            result.getResultType() == Catch::ResultWas::Warning && said.starts_with(kSkip))
            skipped_ = " # " + said;
        if (result.isOk())
            return Ended(true);
        std::ostringstream text;
        text << result.getSourceInfo() << ": " << result.getExpressionInMacro();
        if (result.hasExpandedExpression())
            text << "\n" << result.getExpandedExpression();
        if (result.hasMessage())
            text << "\n" << result.getMessage();
        for (const auto& message : stats.infoMessages)
            text << "\n" << message.message;
        std::istringstream lines(text.str());
        for (std::string line; std::getline(lines, line);)
            std::cout << "# " << line << "\n";
        return Ended(true);
    }

    void testCaseEnded(const Catch::TestCaseStats& stats) override
    {
        Reporter::testCaseEnded(stats);
        std::cout << (stats.totals.assertions.allOk() ? "ok " : "not ok ") << ++number_ << " " << name_of(stats)
                  << std::exchange(skipped_, "") << std::endl;
    }

private:
    // What a case that can't be tried here says with WARN().
    static constexpr const char* kSkip = "SKIP ";

    std::string skipped_;
    unsigned number_ = 0;
};

CATCH_REGISTER_REPORTER("ktap", KtapReporter)

}  // namespace
