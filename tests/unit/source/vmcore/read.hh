// SPDX-License-Identifier: GPL-2.0
// What a snapshot of a dump says, to be compared with what one of its machine says.
#pragma once

#include <algorithm>
#include <memory>

#include <catch2/catch.hpp>

#include "dumps/dump_writer.hh"
#include "inspect/snapshot.hh"
#include "machine/small_machine.hh"
#include "source/vmcore/vmcore.hh"
#include "text/error.hh"

struct Seen {
    explicit Seen(const wqlab::Image& image) : kernel(std::make_unique<wqlab::Kernel>(image))
    {
        kernel->learn();
        taken = snapshot.take(*kernel, WQLAB_SECTIONS_ALL).ok();
    }

    // Every table, byte for byte.
    std::string differs_from(const Seen& other) const
    {
#define WQLAB_COMPARE(attribute, table, row)                                                \
    if (!same(snapshot.table, other.snapshot.table))                                        \
        return std::string(#table ": ") + std::to_string(snapshot.table.size()) + " and " + \
               std::to_string(other.snapshot.table.size());
        WQLAB_SNAPSHOT_TABLES(WQLAB_COMPARE)
#undef WQLAB_COMPARE
        if (!same(snapshot.strings.text(), other.snapshot.strings.text()))
            return "strings";
        return same(snapshot.masks.words(), other.snapshot.masks.words()) ? "" : "masks";
    }

    std::unique_ptr<wqlab::Kernel> kernel;
    wqlab::Snapshot snapshot;
    bool taken = false;

private:
    template <typename T>
    static bool same(const wqlab::Table<T>& a, const wqlab::Table<T>& b)
    {
        return a.size() == b.size() && (a.empty() || std::memcmp(a.begin(), b.begin(), a.size() * sizeof(T)) == 0);
    }
};

inline std::unique_ptr<wqctl::ReadKernel> read_dump(DumpBytes bytes, const wqctl::VmcoreFiles& files = {"x", {}, {}})
{
    return wqctl::open_vmcore(std::make_unique<BytesFile>(std::move(bytes)), files);
}

// That of the machine itself, with the dump's keys, so that identities are the same.
inline Seen seen_of(Machine& machine, const wqlab::Image& dump)
{
    wqlab::Image image = machine.image();
    image.key = dump.key;
    std::ranges::copy(dump.printk_key, image.printk_key);
    return Seen(image);
}

// The error that a dump is refused with.
inline wqctl::Error refusal_of(DumpBytes bytes, const wqctl::VmcoreFiles& files = {"x", {}, {}})
{
    try {
        read_dump(std::move(bytes), files);
    } catch (const wqctl::Error& error) {
        return error;
    }
    return {0, "it was not refused"};
}
