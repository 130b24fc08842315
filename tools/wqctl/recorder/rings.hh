// SPDX-License-Identifier: GPL-2.0
// The rings of all CPUs as one stream: what the kernel writes, merged by time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "recorder/spool.hh"
#include "uapi/wqlab.h"

namespace wqctl {

// The memory is the kernel's to write, and this process' for all else.
class Rings {
public:
    // The layout is the kernel's word, and has been found to fit the memory.
    Rings(std::byte* memory, const wqlab_trace_layout& layout, bool overwrite);

    // Those that are due, in the order of their stamps, each with its CPU; how many. Not all that are there: a CPU
    // may just be writing one that is older than another's newest. So what has come since the last call waits for the
    // next; all: for nothing, when nobody writes any more. If take_one() is slow, rings that fill up meanwhile are
    // emptied into a file. most: after so many it returns, and is behind().
    template <typename Take>
    size_t take(Take&& take_one, bool all = false, size_t most = SIZE_MAX)
    {
        look(all);
        size_t taken = 0;
        wqlab_trace_record record;
        for (uint32_t cpu; taken < most && next(cpu, record); taken++) {
            take_one(cpu, record);
            if (taken % kAtATime == kAtATime - 1 && !all)
                relieve();
        }
        behind_ = taken == most;
        publish();
        return taken;
    }
    // There is more that is due.
    bool behind() const { return behind_; }
    // Had to wait in the file, in all.
    uint64_t spooled() const { return spooled_; }

    // Begins again with the oldest that there are: of rings that are overwritten.
    void rewind();

    struct Loss {
        uint64_t events = 0;     // in all
        uint64_t gap = 0;        // of those, after the last that was written
        uint64_t gap_stamp = 0;  // the first of these
    };
    Loss loss(uint32_t cpu) const;
    // Overwritten before they were read.
    uint64_t missed() const { return missed_; }
    // Of the last look, how full the fullest was, of 1.
    double fill() const { return fill_; }
    uint32_t cpus() const { return layout_.cpus; }
    double ticks_per_event() const;
    uint64_t lost_names() const;
    uint64_t unwound() const;
    // nullptr: it is not there, or not yet.
    const wqlab_trace_name* name(uint32_t number) const;

private:
    static constexpr size_t kAtATime = 1024;
    static constexpr double kTooFull = 0.25;

    struct Ring {
        const wqlab_trace_record* events;
        wqlab_trace_cpu* shared;
        uint64_t cursor = 0;  // the next to be taken
        uint64_t freed = 0;   // up to here the writer has room again: those from the cursor on are in the file
        uint64_t head = 0;    // as of the last look
        uint64_t stamp = 0;   // of the next, if there is one
    };

    void look(bool all);
    bool next(uint32_t& cpu, wqlab_trace_record& record);
    void publish();
    // Empties all rings if one is too full.
    void relieve();
    void spill(uint32_t cpu);
    const wqlab_trace_record& front(uint32_t cpu)
    {
        const Ring& ring = rings_[cpu];
        return ring.cursor < ring.freed ? spool_.front(cpu) : at(ring, ring.cursor);
    }
    const wqlab_trace_record& at(const Ring& ring, uint64_t position) const
    {
        return ring.events[position & (layout_.events - 1)];
    }
    // The next of a ring that is due; false: there is none.
    bool peek(uint32_t cpu);
    bool still_there(const Ring& ring, uint64_t position) const;
    void skip_overwritten(Ring& ring);
    template <typename Count>
    uint64_t sum(Count count) const;

    std::byte* memory_;
    wqlab_trace_layout layout_;
    bool overwrite_;
    std::vector<Ring> rings_;
    Spool spool_;
    std::vector<uint32_t> waiting_;  // a heap of CPUs, the oldest first
    uint64_t due_ = 0;               // stamps up to here are
    uint64_t newest_ = 0;            // of the last look
    uint64_t missed_ = 0;
    uint64_t spooled_ = 0;
    bool behind_ = false;
    double fill_ = 0;
};

}  // namespace wqctl
