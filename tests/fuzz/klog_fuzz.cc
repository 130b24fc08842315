// SPDX-License-Identifier: GPL-2.0
// The fuzzers' way into the reader of kernel logs, the rules for them, and what both print.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "commands/doctor/log/render.hh"
#include "commands/doctor/log/rules.hh"
#include "commands/doctor/render.hh"
#include "klog/reader.hh"

using namespace wqctl;

namespace {

void must(bool truth, const char* what)
{
    if (!truth) {
        std::fprintf(stderr, "nonsense: %s\n", what);
        std::abort();
    }
}

klog::Log read(std::string_view text, size_t piece)
{
    klog::LogReader reader;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        reader.take(text.substr(0, piece));
    return reader.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const klog::Log log = read(text, size + 1);
    const std::vector<Finding> findings = examine(log);
    for (const Finding& finding : findings) {
        must(!finding.sentence.empty() && !finding.evidence.empty(), "a finding that rests on nothing");
        for (const Evidence& evidence : finding.evidence)
            must(evidence.line <= log.lines, "evidence behind the end");
    }
    const Style style;
    const std::string document = doctor_to_json(findings, {.log = &log});
    must(render_findings(findings, style).size() + render_dumps(log, style).size() < (64 << 20), "more than was read");
    // Where the pieces end makes no difference.
    const klog::Log again = read(text, 7);
    must(document == doctor_to_json(examine(again), {.log = &again}), "another answer to the same log");
    return 0;
}
