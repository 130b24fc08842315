// SPDX-License-Identifier: GPL-2.0
// A kernel's memory that a test makes: workqueues, pools, workers, tasks, items
// and timers, linked as kernel/workqueue.c links them. What the test put in is
// the truth that a snapshot of it is compared with.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "machine/types.hh"
#include "memory.hh"

class Machine : public wqlab::Memory, public wqlab::SymbolTable {
public:
    static constexpr uint64_t kBase = 0xffff'ffff'8810'0000;  // so near its symbols that kallsyms can tell where
    static constexpr uint64_t kFunctions = 0xffff'ffff'8110'0000;
    static constexpr uint64_t kJiffies = 4'295'000'000;
    static constexpr uint64_t kTick = 4'000'000;  // ns: HZ is 250
    // What the runqueues' clocks say, and without what interrupts took.
    static constexpr uint64_t kClock = 1'000'000'000'000, kTaskClock = kClock - 5'000'000'000;

    explicit Machine(unsigned release = 612, unsigned cpus = 4, unsigned nodes = 1);

    // ---- memory ----
    uint64_t allocate(size_t size);
    uint64_t make(const std::string& type, size_t more = 0) { return allocate(types_.size_of(type) + more); }
    void poke(uint64_t address, const void* from, size_t size);
    void poke(uint64_t address, uint64_t value, uint32_t size = 8) { poke(address, &value, size); }
    uint64_t at(uint64_t object, const std::string& type, const std::string& member) const
    {
        return object + types_.offset_of(type, member);
    }
    // A member that this release has not is not set.
    void set(uint64_t object, const std::string& type, const std::string& member, uint64_t value, uint32_t index = 0);
    void set_text(uint64_t object, const std::string& type, const std::string& member, const std::string& text);
    uint64_t load(uint64_t address) const;
    uint64_t get(uint64_t object, const std::string& type, const std::string& member) const;

    void init_list(uint64_t head);
    void add_tail(uint64_t head, uint64_t node);
    void add_hlist(uint64_t head, uint64_t node);

    void define(const std::string& symbol, uint64_t address) { symbols_[symbol] = address; }
    void undefine(const std::string& symbol) { symbols_.erase(symbol); }
    // A function's address, each name once.
    uint64_t function(const std::string& name);

    // ---- the kernel's things ----
    uint64_t add_attrs(int nice, uint64_t cpus, unsigned scope = 2);
    // cpu -1: an unbound one. Its id is how many there were.
    uint64_t add_pool(int cpu, int nice, uint64_t cpus);
    uint64_t add_workqueue(const std::string& name, uint32_t flags = 0, int max_active = 256);
    uint64_t add_pwq(uint64_t wq, uint64_t pool);
    void set_cpu_pwq(uint64_t wq, unsigned cpu, uint64_t pwq);
    uint64_t add_task(int pid, const std::string& command, bool on_rq = false, unsigned cpu = 0);
    uint64_t add_idle_worker(uint64_t pool, int id, uint64_t task);
    // Busy with a work of this pwq. Nothing is known of when it began but what the test sets.
    uint64_t add_busy_worker(uint64_t pool, int id, uint64_t task, uint64_t work, const std::string& function,
                             uint64_t pwq);
    // Ends up on the list, of a pool, worker or pwq.
    uint64_t add_work(uint64_t list, uint64_t pwq, const std::string& function, bool linked = false);
    uint64_t add_barrier(uint64_t list, uint64_t pwq, uint64_t waiter);
    uint64_t add_delayed(uint64_t wq, unsigned cpu, const std::string& function, uint64_t expires, uint32_t vector,
                         unsigned base = 0);
    uint64_t runqueue(unsigned cpu) const;
    // Gives the CPU to a task.
    void run(unsigned cpu, uint64_t task);
    // 2, the one behind the last, is no base.
    uint64_t timer_base(unsigned cpu, unsigned number) const;
    uint64_t add_flusher(uint64_t wq, int color, uint64_t task);

    const Types& types() const { return types_; }
    Types& types() { return types_; }
    // What a Target reads; of this machine as it is then. Call it again after changing types().
    const wqlab::Image& image();

    std::vector<uint8_t>& bytes() { return bytes_; }
    const std::map<std::string, uint64_t>& symbols() const { return symbols_; }
    const std::map<std::string, uint64_t>& functions() const { return functions_; }
    unsigned cpus() const { return cpus_; }

    // ---- Memory, SymbolTable ----
    bool read(void* to, uint64_t address, size_t size) const override;
    uint64_t address_of(const std::string& name) const override;
    std::string name_of(uint64_t address) const override;
    uint64_t reads() const { return reads_; }

private:
    static constexpr uint64_t kPerCpuSize = 0x8000;
    static constexpr uint64_t kAlignment = 256;  // 1 << WORK_STRUCT_PWQ_SHIFT

    uint64_t per_cpu(uint64_t variable, unsigned cpu) const { return area_of(cpu) + variable; }
    uint64_t area_of(unsigned cpu) const { return per_cpu_begin_ + cpu * kPerCpuSize; }
    uint64_t allocate_per_cpu(size_t size);
    void make_globals(unsigned nodes);
    void make_timer_bases();
    void make_scheduler();
    void put_into_idr(uint32_t id, uint64_t entry);
    void link_work(uint64_t list, uint64_t work, uint64_t pwq, uint64_t function, bool linked);

    Types types_;
    unsigned release_, cpus_;
    std::vector<uint8_t> bytes_;
    std::map<std::string, uint64_t> symbols_;
    std::map<std::string, uint64_t> functions_;
    uint64_t per_cpu_begin_ = 0, per_cpu_used_ = kAlignment;
    uint32_t pools_ = 0;
    std::vector<uint8_t> btf_;
    wqlab::Image image_;
    mutable uint64_t reads_ = 0;
};
