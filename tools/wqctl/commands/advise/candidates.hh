// SPDX-License-Identifier: GPL-2.0
// What a workqueue could be instead of what it is, as far as that is sound for its items.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/advise/profile.hh"
#include "scenario/scenario.hh"
#include "source/info.hh"
#include "system/topology.hh"

namespace wqctl {

struct Candidate {
    std::string name;      // "unbound smt highpri"
    WorkqueueSpec spec;    // without a name
    unsigned changes = 0;  // of what it is now; 0: it is that

    bool is(uint32_t flag) const { return spec.flags & flag; }
    bool is_unbound() const { return spec.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED); }
};

struct NotTried {
    std::string name;
    std::string reason;
};

struct Candidates {
    std::vector<Candidate> tried;  // the first: as it is
    std::vector<NotTried> not_tried;
};

Candidates candidates_for(const Profile& profile, const Info& info, const Topology& topology);

// The statement that makes it: "alloc_workqueue(\"x\", WQ_UNBOUND, 0)".
std::string call_for(const Subject& subject, const Candidate& candidate, const Info& info);

struct FileValue {
    std::string path;
    std::string value;
};

// Of the attributes that a call can't say: of any workqueue of that name with WQ_SYSFS.
std::vector<FileValue> attributes_for(const Subject& subject, const Candidate& candidate);
// Whether the live workqueue becomes it by writing these.
bool is_settable(const Subject& subject, const Candidate& candidate);

// What nobody can see from outside, and has to be so for the change to be right.
std::vector<std::string> conditions_for(const Profile& profile, const Candidate& candidate);

}  // namespace wqctl
