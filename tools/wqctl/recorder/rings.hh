// SPDX-License-Identifier: GPL-2.0
// The rings of all CPUs as one stream: what the kernel writes, merged by time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "recorder/spool.hh"
#include "uapi/wqlab.h"

namespace wqctl {

// The memory is the kernel's to write, and this process' for all else. Two threads: one empties the rings into a spool,
// over and over, so that nothing that is done with events keeps the kernel from room (drain()); the other takes them
// from there. Where the oldest give way nobody empties anything, and events are taken from where they are.
class Rings {
public:
    // The layout is the kernel's word, and has been found to fit the memory. The spool is of as many CPUs.
    Rings(std::byte* memory, const wqlab_trace_layout& layout, bool overwrite, Spool& spool);

    // Empties the rings, of each at most so much that there is time to look at a clock meanwhile. What was in them once
    // all are as empty as that, those are due that are as old as what was newest kApart before: until then a CPU may
    // still be writing one that is older. now: of any clock, in ns. False: there is more, or one was so full that it
    // should be done again at once.
    bool drain(uint64_t now);
    // Until they are.
    void drain_all(uint64_t now);

    // Those that are due, in the order of their stamps, each with its CPU; how many. all: also what is in the rings,
    // when nobody writes or drains any more. most: after so many it returns, and is behind().
    template <typename Take>
    size_t take(Take&& take_one, bool all = false, size_t most = SIZE_MAX)
    {
        look(all);
        size_t taken = 0;
        wqlab_trace_record record;
        for (uint32_t cpu; taken < most && next(cpu, record); taken++)
            take_one(cpu, record);
        behind_ = taken == most;
        if (all)
            make_room();
        return taken;
    }
    // There is more that is due.
    bool behind() const { return behind_; }
    // Had to wait in the file, in all.
    uint64_t spooled() const { return spool_.in_file(); }
    // Taken behind one that is newer, in all, and by how many ticks at most. Gaps are told late, and don't count.
    uint64_t late() const { return late_; }
    uint64_t latest() const { return latest_; }
    // What kept events out of the file, so that they may have been lost; "": nothing.
    std::string trouble() const { return spool_.trouble(); }

    // Begins again with the oldest that there are: of rings that are overwritten.
    void rewind();
    // Visits what a take of all would, one CPU after the other, and takes nothing.
    template <typename Visit>
    void look_through(Visit&& visit) const
    {
        for (uint32_t cpu = 0; cpu < layout_.cpus; cpu++)
            for (uint64_t i = rings_[cpu].cursor; i < __atomic_load_n(&rings_[cpu].shared->head, __ATOMIC_ACQUIRE); i++)
                visit(cpu, at(rings_[cpu], i));
    }

    struct Loss {
        uint64_t events = 0;     // in all
        uint64_t gap = 0;        // of those, after the last that was written
        uint64_t gap_stamp = 0;  // the first of these
    };
    Loss loss(uint32_t cpu) const;
    // Overwritten before they were read; and how often the events taken have passed a place where some were.
    uint64_t missed() const { return missed_; }
    uint64_t gaps() const { return gaps_; }
    // The next of a CPU is behind such a place: until it is taken, what was taken does not go together.
    bool in_gap() const { return skipped_; }
    uint32_t cpus() const { return layout_.cpus; }
    double ticks_per_event() const;
    uint64_t lost_names() const;
    uint64_t unwound() const;
    // nullptr: it is not there, or not yet.
    const wqlab_trace_name* name(uint32_t number) const;

private:
    static constexpr uint64_t kApart = 2'000'000;  // ns

    struct Ring {
        const wqlab_trace_record* events;
        wqlab_trace_cpu* shared;
        uint64_t goal = 0;     // what drain() is at; the drain's, as what follows
        uint64_t filled = 0;   // up to here the writer has room again
        uint64_t drained = 0;  // it, as it was when the taker was last told; lock_
        uint64_t cursor = 0;   // the next to be taken; from here on, all is the taker's
        uint64_t spooled = 0;  // those before are in the spool, as of the last look
        uint64_t head = 0;     // likewise, of all that there are
        uint64_t stamp = 0;    // of the next, if there is one
        bool skipped = false;  // some before it were overwritten
    };

    void look(bool all);
    bool next(uint32_t& cpu, wqlab_trace_record& record);
    // Of all that has been taken.
    void make_room();
    void begin_pass();
    void end_pass(uint64_t now);
    void give_up_pass();
    // What the taker may know by now. Without the lock it is told later.
    void publish();
    // Some of one. False: there is no room for them.
    bool spill(uint32_t cpu);
    const wqlab_trace_record& front(uint32_t cpu)
    {
        const Ring& ring = rings_[cpu];
        return ring.cursor < ring.spooled ? spool_.front(cpu) : at(ring, ring.cursor);
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
    Spool& spool_;
    std::vector<uint32_t> waiting_;  // a heap of CPUs, the oldest first
    uint64_t due_ = 0;               // stamps up to here are
    uint64_t newest_ = 0;            // of the last look, in place
    uint64_t missed_ = 0;
    uint64_t gaps_ = 0;
    uint32_t skipped_ = 0;  // rings that are
    bool behind_ = false;
    uint64_t last_ = 0;  // stamp, of all taken
    uint64_t late_ = 0;
    uint64_t latest_ = 0;

    std::mutex lock_;           // between who drains, who does not wait for it, and who takes, for moments
    uint64_t drained_due_ = 0;  // lock_
    // The drain's.
    bool in_pass_ = false;
    double fullest_ = 0;           // ring, when the pass began; of 1
    uint64_t pass_newest_ = 0;     // of all drained before it
    uint64_t drained_newest_ = 0;  // of all drained
    uint64_t pass_next_ = 0;       // pass_newest_, as it was at pass_at_: due next
    uint64_t pass_due_ = 0;
    uint64_t pass_at_ = 0;
};

}  // namespace wqctl
