// SPDX-License-Identifier: GPL-2.0
// A thread that helps when a trial hangs, by doing what may come to hang too:
// the watcher itself never does. It is left behind with the trial then.
#pragma once

#include "../lab/kthread.hh"

namespace wqlab {

class Helper {
public:
    // Asleep until start(): when something hangs is no time to make a thread.
    template <auto Main, typename Object>
    Result<void> create(Object& object, const char* name)
    {
        act_ = [](void* argument) { (static_cast<Object*>(argument)->*Main)(); };
        argument_ = &object;
        thread_ = TRY(Kthread::create<&Helper::main>(*this, Kthread::kAnyCpu, name));
        return {};
    }

    void start()
    {
        __atomic_store_n(&busy_, true, __ATOMIC_RELEASE);
        thread_.wake();
    }
    // It was started and has not returned.
    bool busy() const { return __atomic_load_n(&busy_, __ATOMIC_ACQUIRE); }
    // It can't be joined any more.
    void leave() { thread_.leave(); }

private:
    void main()
    {
        act_(argument_);
        __atomic_store_n(&busy_, false, __ATOMIC_RELEASE);
    }

    Kthread thread_;
    void (*act_)(void*) = nullptr;
    void* argument_ = nullptr;
    bool busy_ = false;
};

}  // namespace wqlab
