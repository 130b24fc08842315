// SPDX-License-Identifier: GPL-2.0
// What the kernel's own trace events say of items and of new threads.
#pragma once

#include <set>
#include <string>
#include <vector>

// An item of a workqueue of the lab, or a barrier behind one.
struct TracedItem {
    std::string workqueue;  // without "wqlab<run>-"
    std::string run;        // "wqlab<run>"
    std::string work;       // its address, hashed
    int queued_on = -1;     // the CPU that called
    int pool_cpu = -1;      // of the pool that was chosen; -1: unbound
    std::string task;       // who executed it
    int pid = 0;
    int began_on = -1;
    int ended_on = -1;
    bool softirq = false;
    unsigned queued = 0;  // in the order of all events; 0: never
    unsigned activated = 0;
    unsigned began = 0;
    unsigned ended = 0;
};

class TraceLog {
public:
    // Records from its creation on.
    TraceLog();
    ~TraceLog();
    TraceLog(const TraceLog&) = delete;

    // Stands still from here on.
    void stop();

    std::vector<TracedItem> items(const std::string& workqueue) const;
    const std::vector<TracedItem>& items() const { return items_; }
    // The names of new threads, "kworker/u8:1".
    const std::multiset<std::string>& names() const { return names_; }
    // The ids of new workers of a pool, "u8" or "2".
    std::set<int> workers_of(const std::string& pool) const;
    // Whether some pool got exactly these, or at least these.
    bool some_pool_got(const std::set<int>& ids, bool exactly) const;

private:
    void read(const std::string& line);

    unsigned events_ = 0;
    std::vector<TracedItem> items_;
    std::multiset<std::string> names_;
};

// The most that were between two events at once.
unsigned most_at_once(const std::vector<TracedItem>& items, unsigned TracedItem::*from, unsigned TracedItem::*to);
