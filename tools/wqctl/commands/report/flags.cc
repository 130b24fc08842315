// SPDX-License-Identifier: GPL-2.0
#include "commands/report/flags.hh"

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

namespace {

constexpr std::array<Named<ReportFormat>, 2> kFormats = {
    {{"html", ReportFormat::kHtml}, {"md", ReportFormat::kMarkdown}}};

constexpr const char* kExamples = R"(
Examples:
  wqctl run --flags unbound --json > run.json
  wqctl report run.json -o report.html
      latencies as charts, where items ran, the machine and the command, in one page that needs nothing else
  wqctl report before.json after.json -o report.html --title "queue_work() before and after"
      several documents: their histograms can be laid over one another
  wqctl report bench.json compare.json --format md
      the tables, for a mail or a pull request
)";

}  // namespace

void ReportFlags::declare(Args& args)
{
    args.words("FILE", files,
               "Documents of run, bench, compare, latency, check, monitor or doctor, by --json; perhaps "
               "packed by gzip")
        .file();
    args.option("-o,--output", output, "FILE", "Write it there; what was there is replaced when all is written").file();
    args.choice("--format", format, kFormats, "format", "FORMAT",
                "html (default): a page for any browser; md: its tables, as Markdown");
    args.option("--title", title, "TEXT", "What the report is called");
    args.examples(kExamples);
}

void ReportFlags::check(bool is_terminal) const
{
    // Names of that many nobody tells apart in a chart, and a page of them would be hundreds of megabytes.
    constexpr size_t kMost = 40;
    if (files.empty())
        throw Error::usage("there is no document to report",
                           "wqctl run --json > run.json, then wqctl report run.json -o report.html");
    if (files.size() > kMost)
        throw Error::usage(
            fmt::format("{} documents are more than a report is made of; give {} at most", files.size(), kMost));
    if (!output && format == ReportFormat::kHtml && is_terminal)
        throw Error::usage("a page is nothing for a terminal",
                           "-o report.html writes it, --format md prints its tables");
}

std::vector<std::string> ReportFlags::words() const
{
    std::vector<std::string> words = {"wqctl", "report"};
    words.insert(words.end(), files.begin(), files.end());
    if (format == ReportFormat::kMarkdown)
        words.insert(words.end(), {"--format", "md"});
    if (title)
        words.insert(words.end(), {"--title", *title});
    if (output)
        words.insert(words.end(), {"-o", *output});
    return words;
}

}  // namespace wqctl
