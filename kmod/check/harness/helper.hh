// SPDX-License-Identifier: GPL-2.0
// A thread that helps when a trial hangs, by doing what may come to hang too:
// the watcher itself never does. It is left behind with the trial then.
#pragma once

#include "../../lab/kthread.hh"

namespace wqlab {

class Helper {
public:
    Helper() = default;
    Helper(const Helper&) = delete;
    ~Helper() { join(); }

    // Asleep until start(): when something hangs is no time to make a thread. It is woken at once, because one that
    // never was sleeps uninterruptibly, which is a hung task in a check that takes long.
    template <auto Main, typename Object>
    Result<void> create(Object& object, const char* name)
    {
        act_ = [](void* argument) { (static_cast<Object*>(argument)->*Main)(); };
        argument_ = &object;
        thread_ = TRY(Kthread::create<&Helper::main>(*this, Kthread::kAnyCpu, name));
        thread_.wake();
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
        Kthread::sleep_until([this] { return busy() || __atomic_load_n(&stopping_, __ATOMIC_ACQUIRE); });
        if (!busy())
            return;
        act_(argument_);
        __atomic_store_n(&busy_, false, __ATOMIC_RELEASE);
    }

    void join()
    {
        __atomic_store_n(&stopping_, true, __ATOMIC_RELEASE);
        thread_.wake();
        thread_.join();
    }

    Kthread thread_;
    void (*act_)(void*) = nullptr;
    void* argument_ = nullptr;
    bool busy_ = false;
    bool stopping_ = false;
};

}  // namespace wqlab
