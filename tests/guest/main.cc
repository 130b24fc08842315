// SPDX-License-Identifier: GPL-2.0
// Catch2's cases as KTAP, one line each, as soon as each is done.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>
#include <iostream>

namespace {

// Names hold no '#': KTAP would read what follows as a directive.
class KtapReporter : public Catch::StreamingReporterBase<KtapReporter> {
public:
    using StreamingReporterBase::StreamingReporterBase;

    static std::string getDescription() { return "KTAP, a line for each test case"; }

    void testRunStarting(const Catch::TestRunInfo& info) override
    {
        StreamingReporterBase::testRunStarting(info);
        const auto cases = Catch::filterTests(Catch::getAllTestCasesSorted(*m_config), m_config->testSpec(), *m_config);
        stream << "KTAP version 1\n1.." << cases.size() << std::endl;
    }

    void assertionStarting(const Catch::AssertionInfo&) override {}

    bool assertionEnded(const Catch::AssertionStats& stats) override
    {
        const auto& result = stats.assertionResult;
        if (result.isOk())
            return true;
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
            stream << "# " << line << "\n";
        return true;
    }

    void testCaseEnded(const Catch::TestCaseStats& stats) override
    {
        StreamingReporterBase::testCaseEnded(stats);
        stream << (stats.totals.assertions.allOk() ? "ok " : "not ok ") << ++number_ << " " << stats.testInfo.name
               << std::endl;
    }

private:
    unsigned number_ = 0;
};

CATCH_REGISTER_REPORTER("ktap", KtapReporter)

}  // namespace

int main(int argc, char** argv)
{
    Catch::Session session;
    session.configData().reporterName = "ktap";
    if (const int bad = session.applyCommandLine(argc, argv))
        return bad;
    return session.run() ? 1 : 0;
}
