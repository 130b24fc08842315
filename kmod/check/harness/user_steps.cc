// SPDX-License-Identifier: GPL-2.0
#include "user_steps.hh"

#include "../../core/check_bounds.hh"
#include "../../core/patience.hh"
#include "../../glue/time.h"

namespace wqlab {

namespace {

template <size_t N>
void copy_text(char (&to)[N], const char* from)
{
    Text(to).add(from);
}

}  // namespace

int UserSteps::ask(uint32_t kind, const char* path, const char* text)
{
    {
        const Mutex::Guard guard(lock_);
        if (given_up_)
            return number(Errno::kTimedOut);
        step_.number++;
        step_.kind = kind;
        copy_text(step_.path, path);
        copy_text(step_.text, text);
        step_.error = number(Errno::kTimedOut);
        step_.open = true;
    }
    on_ask();
    constexpr uint64_t kLook = 100'000'000;
    Patience patience(check_bounds::kStep, wqlab_now());
    for (;;) {
        {
            const Mutex::Guard guard(lock_);
            if (!step_.open || given_up_ || patience.spend(wqlab_now(), 3 * kLook)) {
                step_.open = false;
                return step_.error;
            }
        }
        answered_.wait(kLook);
    }
}

bool UserSteps::answer(uint32_t step, int error, const char* text)
{
    const Mutex::Guard guard(lock_);
    if (!step_.open || step_.number != step)
        return false;
    step_.error = error;
    copy_text(step_.text, text);
    step_.open = false;
    answered_.signal();
    return true;
}

bool UserSteps::look(Step& step)
{
    const Mutex::Guard guard(lock_);
    if (step_.open)
        step = step_;
    return step_.open;
}

bool UserSteps::is_asking()
{
    const Mutex::Guard guard(lock_);
    return step_.open;
}

void UserSteps::give_up()
{
    const Mutex::Guard guard(lock_);
    given_up_ = true;
    answered_.signal();
}

}  // namespace wqlab
