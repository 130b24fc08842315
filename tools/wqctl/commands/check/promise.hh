// SPDX-License-Identifier: GPL-2.0
// Promises, and what judging them gave.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "uapi/wqlab.h"

namespace wqctl {

struct Promise {
    std::string id;
    uint32_t row = 0;
    std::string part;  // "a", "b" where a row has parts
    std::string group;
    std::string title;
    std::string source;
    uint32_t classes = 0;             // enum wqlab_check_class
    std::vector<std::string> proofs;  // faults that its check must see
    std::string known;                // reference of a deviation of this kernel, or empty

    std::string number() const { return std::to_string(row) + part; }
};

struct Judgement {
    Promise promise;
    uint32_t status = WQLAB_CHECK_SKIP;  // enum wqlab_check_status
    std::string reason;
    std::vector<std::string> evidence;
    uint64_t elapsed_ns = 0;
    bool quarantined = false;
};

// How a check is doing.
struct CheckState {
    uint32_t state = WQLAB_CHECK_RUNNING;  // enum wqlab_check_state
    uint32_t status = WQLAB_CHECK_PASS;
    std::string reason;
    std::vector<std::string> evidence;
    uint64_t elapsed_ns = 0;
    bool quarantined = false;
    uint32_t step = 0;       // what it asks for, if it asks
    uint32_t step_kind = 0;  // enum wqlab_check_step
    std::string path;
    std::string text;
};

const char* status_name(uint32_t status);

struct ClassName {
    uint32_t bit;
    const char* name;
};
const std::vector<ClassName>& class_names();
std::vector<std::string> names_of_classes(uint32_t classes);

struct Tally {
    unsigned passed = 0, failed = 0, known = 0, skipped = 0;

    void add(uint32_t status);
    unsigned total() const { return passed + failed + known + skipped; }
};

}  // namespace wqctl
