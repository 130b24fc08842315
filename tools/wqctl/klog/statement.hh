// SPDX-License-Identifier: GPL-2.0
// One message of a dump: which it is, whether a further line still belongs to it, and what it says.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "klog/dump.hh"
#include "text/frames.hh"

namespace wqctl::klog {

enum class Kind {
    kOther,
    kTitle,       // "Showing busy workqueues and worker pools:"
    kBacktraces,  // "Showing backtraces of running workers in stalled CPU-bound worker pools:"
    kWorkqueue,
    kPwq,
    kInFlight,
    kPending,
    kInactive,
    kPool,
    kNobodyRuns,
    kLockup,
    kHog,
    kFlushDependency,
    kRefusedFreeze,
    kHungTask,
    kUnfinished,
    kSoftLockup,
};

// Which message begins in this text, perhaps behind something that was not known for an envelope; the text is
// then cut to begin with it.
Kind kind_of(std::string_view& text);

// Whether the text can be what another line has left over of such a message, of which there is so much already:
// "refcnt=4", ", 12:func", "BAR(7)".
bool is_rest_of(Kind kind, std::string_view so_far, std::string_view text);

// Whether the text begins as such a rest does also behind messages of another CPU, which had the kernel put it into a
// record of its own.
bool begins_as_rest(std::string_view text);

// Whether a message that stands alone has been cut before all that it says, as mails fold it.
bool is_cut(Kind kind, std::string_view text);

// These give nothing, or less than all, of what is cut short. left: what they did not understand.
bool parse_workqueue(std::string_view text, Workqueue& workqueue);
bool parse_pwq(std::string_view text, Pwq& pwq, std::string_view& left);
bool parse_in_flight(std::string_view text, std::vector<InFlight>& workers, std::string_view& left);
bool parse_items(std::string_view text, std::vector<Item>& items, std::string_view& left);
bool parse_pool(std::string_view text, Pool& pool, std::string_view& left);
bool parse_nobody_runs(std::string_view text, NobodyRuns& nobody);
bool parse_lockup(std::string_view text, Lockup& lockup);
bool parse_hog(std::string_view text, Hog& hog);
bool parse_flush_dependency(std::string_view text, FlushDependency& dependency);
bool parse_refused_freeze(std::string_view text, RefusedFreeze& freeze);
bool parse_hung_task(std::string_view text, HungTask& task);
bool parse_soft_lockup(std::string_view text, SoftLockup& lockup);
bool parse_unfinished(std::string_view text, Unfinished& unfinished);

}  // namespace wqctl::klog
