// SPDX-License-Identifier: GPL-2.0
// What user space does for a check: the check's thread asks and waits, check-get
// shows the step, check-answer brings what came of it.
#pragma once

#include "../../core/check_bounds.hh"
#include "../../core/result.hh"
#include "../../core/text.hh"
#include "../../lab/sync.hh"
#include "../../uapi/wqlab.h"

namespace wqlab {

struct Step {
    uint32_t number = 0;  // 0: none yet
    uint32_t kind = 0;    // enum wqlab_check_step
    char path[WQLAB_STEP_PATH_LEN] = {};
    char text[WQLAB_STEP_TEXT_LEN] = {};
    int error = 0;
    bool open = false;  // waits for its answer
};

// What it says of a file that nobody may write now: another wqctl has it (EBUSY), or all is read-only (EROFS).
inline bool is_closed(int error)
{
    constexpr int kReadOnly = 30;
    return error == number(Errno::kBusy) || error == kReadOnly;
}

class UserSteps {
public:
    // errno, 0: done. What was read is in text(). ETIMEDOUT: nobody answered.
    int ask(uint32_t kind, const char* path, const char* text);
    const char* text() const { return step_.text; }

    // From the other side. False: that step is not open.
    bool answer(uint32_t step, int error, const char* text);
    // A copy of the step that waits; false: none does.
    bool look(Step& step);
    bool is_asking();
    // No step will be answered any more.
    void give_up();

    // Tells user space that there is something to do.
    void (*on_ask)() = nullptr;

private:
    NamedMutex<"wqlab check step"> lock_;  // protects step_, given_up_
    Event answered_;
    Step step_;
    bool given_up_ = false;
};

}  // namespace wqlab
