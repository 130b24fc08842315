// SPDX-License-Identifier: GPL-2.0
// Judgements as they come: for people, as KTAP, as JUnit XML or as JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/check/promise.hh"
#include "report/provenance.hh"
#include "term/output.hh"

namespace wqctl {

class Verdicts {
public:
    virtual ~Verdicts() = default;
    virtual void begin(size_t checks) = 0;
    virtual void add(const Judgement& judgement) = 0;
    // incomplete: what kept the rest from being judged, or "".
    virtual void end(const Tally& tally, uint64_t elapsed_ns, const std::string& incomplete) = 0;
};

std::unique_ptr<Verdicts> verdicts_as_lines(Output& output, bool with_evidence);
std::unique_ptr<Verdicts> verdicts_as_ktap(Output& output);
std::unique_ptr<Verdicts> verdicts_as_junit(Output& output);
std::unique_ptr<Verdicts> verdicts_as_json(Output& output, const std::string& kernel,
                                           const std::optional<Provenance>& provenance = {});

std::string render_promises(const std::vector<Promise>& promises, const Style& style);
std::string promises_to_json(const std::vector<Promise>& promises);
// Without the rows that are no checks, which docs/guarantees.md has beside it.
std::string promises_to_markdown(const std::vector<Promise>& promises);

}  // namespace wqctl
