// SPDX-License-Identifier: GPL-2.0
// Who and what is in a story, in words: the same in lines, in sums and in what is told at length.
#pragma once

#include <string>

#include "trace/event.hh"
#include "trace/story.hh"

namespace wqctl {

class Naming {
public:
    explicit Naming(const Tables& tables) : tables_(tables) {}

    // All that comes from the machine is printable.
    std::string function(NameId id) const;               // "?": not seen
    std::string workqueue(WorkqueueId id) const;         // likewise
    std::string item(const Story& story) const;          // "hub_event (usb_hub_wq)"
    std::string worker(int32_t pid, NameId comm) const;  // "kworker/1:0-61", "BH"
    std::string queuer(const Story& story) const;        // "cat-212", "timer", "hardirq over cat-212"
    std::string queuers(const Story& story) const;       // what is the same of several: "cat", "softirq, queue_it"
    std::string caller(const Story& story) const;        // "", or "queue_it", "likely queue_it"
    std::string pool(int32_t id) const;                  // "pool 2 (CPU 1)"
    std::string behind(const Behind& behind) const;      // "hog (lab) in kworker/1:0-61"
    const Tables& tables() const { return tables_; }

private:
    const Tables& tables_;
};

// Of a story that has not ended well, in a word or two: "cancelled", "start not seen"; "" of one that has.
std::string ending(const Story& story);

}  // namespace wqctl
