// SPDX-License-Identifier: GPL-2.0
// Of something that the machine has one of at most: whose it is.
#pragma once

#include "../lab/shared.hh"
#include "../lab/sync.hh"

namespace wqlab {

// T: start(arguments), which may fail, once; running(), false when it has been stopped; stop(). It ends with its
// object, and both that and start() may sleep.
template <typename T, LockName Name>
class OneAtATime {
public:
    // kBusy: there is one that is another's, or has not been stopped. One that
    // was stopped gives way to its owner's next. kNoDevice: unloading. Else what
    // T says.
    template <typename... Arguments>
    Result<Shared<T>> start(uint32_t owner, Arguments&&... arguments)
    {
        Shared<T> previous;  // ends with the lock open
        {
            const Mutex::Guard guard(lock_);
            if (closed_)
                return Errno::kNoDevice;
            if (opening_ || (object_ && (owner_ != owner || object_->running())))
                return Errno::kBusy;
            previous = std::move(object_);
            opening_ = true;
        }
        Result<Shared<T>> opened = open(std::forward<Arguments>(arguments)...);

        Shared<T> unwanted;
        const Mutex::Guard guard(lock_);
        opening_ = false;
        if (!opened.ok())
            return opened.error();
        unwanted = opened.take();
        if (closed_)
            return Errno::kNoDevice;
        object_ = std::move(unwanted);
        owner_ = owner;
        return Shared<T>(object_);
    }

    // kNoEntry: there is none. kBusy: it is another's.
    Result<void> stop(uint32_t owner)
    {
        const Shared<T> object = TRY(of(owner));
        object->stop();
        return {};
    }

    Result<Shared<T>> of(uint32_t owner)
    {
        const Mutex::Guard guard(lock_);
        if (!object_)
            return Errno::kNoEntry;
        if (owner_ != owner)
            return Errno::kBusy;
        return Shared<T>(object_);
    }

    // Ends the owner's, if it has one.
    void owner_gone(uint32_t owner)
    {
        Shared<T> orphan;
        const Mutex::Guard guard(lock_);
        if (owner_ == owner)
            orphan = std::move(object_);
    }

    // Ends what there is and takes no new one.
    void shut_down()
    {
        Shared<T> last;
        const Mutex::Guard guard(lock_);
        closed_ = true;
        last = std::move(object_);
    }

private:
    template <typename... Arguments>
    static Result<Shared<T>> open(Arguments&&... arguments)
    {
        Shared<T> object = TRY(Shared<T>::create());
        TRY(object->start(std::forward<Arguments>(arguments)...));
        return object;
    }

    // L, innermost, and held for looks and moves only: closing any
    // generic-netlink socket of the machine takes it (owner_gone()).
    NamedMutex<Name> lock_;
    bool closed_ = false;   // L
    bool opening_ = false;  // L: one is being made, with the lock open
    uint32_t owner_ = 0;    // L
    Shared<T> object_;      // L
};

}  // namespace wqlab
