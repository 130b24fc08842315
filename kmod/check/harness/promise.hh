// SPDX-License-Identifier: GPL-2.0
// A promise of the kernel's documentation, and the check that judges it.
#pragma once

#include "../../uapi/wqlab.h"
#include "fault.hh"

namespace wqlab {

class Trial;

// A deviation from a promise that is known of some kernels.
struct Known {
    const char* reference;       // the commit that mends it, or "not mended"
    uint32_t until_feature = 0;  // enum wqlab_feature: kernels with it have it mended; 0: none has
    uint32_t of_lacking = 0;     // enum wqlab_lack: only kernels without it deviate; 0: others too
    bool until_7_1 = false;      // the same, where no feature came with the commit

    bool applies(uint32_t features, uint32_t lacks, bool since_7_1) const
    {
        return reference && !(features & until_feature) && (!of_lacking || lacks & of_lacking) &&
               !(until_7_1 && since_7_1);
    }
};

struct Promise {
    uint32_t row;                // its number in docs/guarantees.md
    const char* part;            // "a", "b" where a number has parts, else ""
    const char* id;              // stable: "group.what-is-promised"
    const char* title;           // one sentence, as the documentation means it
    const char* source;          // "kernel/workqueue.c: flush_work()"
    uint32_t classes = 0;        // enum wqlab_check_class; 0: the default set
    Fault proof = Fault::kNone;  // a stand-in with this fault must fail the check
    Known known = {nullptr};
};

struct Check {
    const Promise* promise;
    void (*run)(Trial& trial);
    uint32_t needs = 0;  // enum wqlab_lack: a kernel that lacks one is not judged
};

// A class with `static constexpr Promise kPromise` and `static void run(Trial&)`.
template <typename T>
constexpr Check check_of(uint32_t needs = 0)
{
    return {&T::kPromise, T::run, needs};
}

struct Group {
    const char* name;
    const Check* checks;
    uint32_t count;
};

template <uint32_t N>
constexpr Group group_of(const char* name, const Check (&checks)[N])
{
    return {name, checks, N};
}

}  // namespace wqlab
