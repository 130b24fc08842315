// SPDX-License-Identifier: GPL-2.0
// A thread of a trial that does one thing: for calls that may wait, and for
// callers on a certain CPU.
#pragma once

#include "../../lab/kthread.hh"

namespace wqlab {

class Trial;

class Actor {
public:
    explicit Actor(Trial& trial, const char* name) : trial_(trial), name_(name) {}

    const char* name() const { return name_; }
    bool began() const { return __atomic_load_n(&began_, __ATOMIC_ACQUIRE); }
    bool done() const { return __atomic_load_n(&done_, __ATOMIC_ACQUIRE); }
    uint64_t done_ticket() const { return ticket_; }  // once done
    int32_t pid() const { return pid_; }              // once it began
    bool result() const { return result_; }           // once done, of what returns a bool

protected:
    friend class Instruments;

    void begin();
    void end();

    Trial& trial_;
    const char* const name_;
    Kthread thread_;
    Actor* next_ = nullptr;  // in the trial's list
    uint64_t ticket_ = 0;
    int32_t pid_ = 0;
    bool began_ = false;
    bool done_ = false;
    bool result_ = false;
};

// The actor with what it does, some callable.
template <typename Act>
class ActorOf : public Actor {
public:
    ActorOf(Trial& trial, const char* name, Act act) : Actor(trial, name), act_(std::move(act)) {}

    void main()
    {
        begin();
        if constexpr (std::is_same_v<decltype(act_()), bool>)
            result_ = act_();
        else
            act_();
        end();
    }

private:
    Act act_;
};

}  // namespace wqlab
