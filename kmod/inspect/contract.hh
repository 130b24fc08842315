// SPDX-License-Identifier: GPL-2.0
// What ties the walkers to the kernel that they look at: a class Target, found
// by include path as "target.hh". There are two:
//
//   kmod/lab/target.hh                  the kernel that the module runs in
//   tools/wqctl/source/bytes/target.hh  one whose memory is bytes: /proc/kcore, a dump, a test's
//
// Neither is virtual nor a parameter of the walkers, so in the module a read is
// the load instruction that it was, at the place where it was. What is a fact of
// the kernel (where fields are, constants, masks, per-CPU offsets) is no part of
// it: Kernel finds that by symbols and BTF, the same way for both.
#pragma once

#include <concepts>

#include "../core/address.hh"
#include "../core/result.hh"
#include "../core/span.hh"

namespace wqlab {

// { a } -> b; is one line, which clang-format breaks over three.
// clang-format off
template <typename T>
concept IsTarget = requires(const T target, T opened, Address at, void* to, char* text, size_t size, const char* name)
{
    // Whether locks hold the kernel still. If not, what changes while it is read
    // is read again, and the snapshot says WQLAB_STATE_UNLOCKED.
    { std::bool_constant<T::kLocked>{} };

    // Before anything else. Sleeps.
    { opened.open() } -> std::same_as<Result<void>>;
    // The kernel's own symbol of that name; 0: there is none, or more than one. Sleeps.
    { target.symbol(name) } -> std::same_as<Address>;
    // As %ps prints it: the symbol, and [module]; never empty. Any context.
    target.name_of(at, text, size);
    // vmlinux's BTF; empty: there is none.
    { target.btf() } -> std::same_as<Span<const uint8_t>>;

    // Copies from an address that may be anything; false: not all of it is there. Any context.
    { target.read(to, at, size) } -> std::same_as<bool>;
    // A word that is known to be there: the module does not check it.
    { target.template load<uint64_t>(at) } -> std::same_as<uint64_t>;

    // Nanoseconds of CLOCK_MONOTONIC; 0: a kernel that has stopped.
    { target.now_ns() } -> std::same_as<uint64_t>;
    // A pair of them times the hold of a lock; both 0 where there are none.
    { target.stamp() } -> std::same_as<uint64_t>;
    { target.ns_since(uint64_t{}) } -> std::same_as<uint64_t>;
    // CONFIG_HZ; 0: not known but from the kernel itself.
    { target.hz() } -> std::same_as<uint32_t>;
    // What stands for an address outside, for as long as the target is open: as %p
    // prints it if that can be known, and 64 bits that do not collide. 0 for none only.
    { target.identity(at) } -> std::same_as<uint64_t>;
    { target.hash(at) } -> std::same_as<uint64_t>;

    // The kernel's own raw spinlock, with interrupts off, held as long as the object
    // lives: meanwhile nothing may allocate, sleep or print.
    typename T::RawHold;
    requires std::constructible_from<typename T::RawHold, const T&, Address>;
    // While it lives, what RCU keeps is not freed. Under it nothing may sleep.
    typename T::RcuHold;
    requires std::constructible_from<typename T::RcuHold, const T&>;
    // A mutex, which somebody else may hold for ever: tried for as many ns as are left,
    // from which the wait is taken, and held() says whether it could be had.
    typename T::MutexTry;
    requires std::constructible_from<typename T::MutexTry, const T&, Address, uint64_t&>;
    requires requires(const typename T::MutexTry hold) { { hold.held() } -> std::same_as<bool>; };

    // A struct that is known to be there, of so many bytes: in the module it is
    // where it is and each get() a load; else it is one copy, consistent in itself,
    // and there() says whether it could be made (what could not reads as zeros).
    typename T::Object;
    requires std::constructible_from<typename T::Object, const T&, Address, uint32_t>;
    requires requires(const typename T::Object object, size_t offset)
    {
        { object.there() } -> std::same_as<bool>;
        { object.template get<uint32_t>(offset) } -> std::same_as<uint32_t>;
    };
};
// clang-format on

}  // namespace wqlab
