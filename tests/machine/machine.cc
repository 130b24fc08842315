// SPDX-License-Identifier: GPL-2.0
// Puts a kernel together, field by field.
#include "machine/machine.hh"

#include <cstring>
#include <stdexcept>

Machine::Machine(unsigned release, unsigned cpus, unsigned nodes) : types_(release), release_(release), cpus_(cpus)
{
    make_globals(nodes);
    make_timer_bases();
    make_scheduler();
}

uint64_t Machine::allocate(size_t size)
{
    // As slab does for a pool_workqueue, in whose address flags are kept.
    const uint64_t address = kBase + (bytes_.size() + kAlignment - 1) / kAlignment * kAlignment;
    bytes_.resize(address - kBase + size);
    return address;
}

uint64_t Machine::allocate_per_cpu(size_t size)
{
    const uint64_t variable = per_cpu_used_;
    per_cpu_used_ += (size + kAlignment - 1) / kAlignment * kAlignment;
    if (per_cpu_used_ > kPerCpuSize)
        throw std::length_error("no per-CPU memory left");
    return variable;
}

void Machine::poke(uint64_t address, const void* from, size_t size)
{
    if (address < kBase || address - kBase + size > bytes_.size())
        throw std::out_of_range("a test writes where nothing is");
    std::memcpy(bytes_.data() + (address - kBase), from, size);
}

void Machine::set(uint64_t object, const std::string& type, const std::string& member, uint64_t value, uint32_t index)
{
    if (!types_.has(type, member.substr(0, member.find('.'))))
        return;
    const uint32_t size = types_.size_of(type, member);
    poke(at(object, type, member) + index * size, value, size);
}

void Machine::set_text(uint64_t object, const std::string& type, const std::string& member, const std::string& text)
{
    poke(at(object, type, member), text.c_str(), text.size() + 1);
}

uint64_t Machine::get(uint64_t object, const std::string& type, const std::string& member) const
{
    uint64_t value = 0;
    read(&value, at(object, type, member), types_.size_of(type, member));
    return value;
}

uint64_t Machine::load(uint64_t address) const
{
    uint64_t value = 0;
    read(&value, address, sizeof(value));
    return value;
}

void Machine::init_list(uint64_t head)
{
    poke(head, head);
    poke(head + 8, head);
}

void Machine::add_tail(uint64_t head, uint64_t node)
{
    const uint64_t last = load(head + 8);
    poke(last, node);
    poke(node, head);
    poke(node + 8, last);
    poke(head + 8, node);
}

void Machine::add_hlist(uint64_t head, uint64_t node)
{
    const uint64_t first = load(head);
    poke(node, first);
    poke(node + 8, head);
    if (first)
        poke(first + 8, node);
    poke(head, node);
}

uint64_t Machine::function(const std::string& name)
{
    return functions_.try_emplace(name, kFunctions + 64 * functions_.size()).first->second;
}

void Machine::make_timer_bases()
{
    // Behind the last base is something else, which is of no CPU.
    define("timer_bases", allocate_per_cpu(3 * types_.size_of("timer_base")));
    for (unsigned cpu = 0; cpu < cpus_; cpu++)
        for (unsigned i = 0; i < 3; i++)
            set(timer_base(cpu, i), "timer_base", "cpu", i < 2 ? cpu : ~0u);
}

uint64_t Machine::timer_base(unsigned cpu, unsigned number) const
{
    return per_cpu(symbols_.at("timer_bases"), cpu) + number * types_.size_of("timer_base");
}

uint64_t Machine::add_attrs(int nice, uint64_t cpus, unsigned scope)
{
    const uint64_t attrs = make("workqueue_attrs");
    set(attrs, "workqueue_attrs", "nice", static_cast<uint64_t>(nice));
    set(attrs, "workqueue_attrs", "cpumask", cpus);
    set(attrs, "workqueue_attrs", "__pod_cpumask", cpus);
    set(attrs, "workqueue_attrs", "affn_scope", scope);
    return attrs;
}

void Machine::put_into_idr(uint32_t id, uint64_t entry)
{
    const uint64_t head = at(symbols_.at("worker_pool_idr"), "idr", "idr_rt.xa_head");
    const auto node_with = [&](uint8_t shift, uint64_t parent, uint32_t offset) {
        const uint64_t node = make("xa_node");
        set(node, "xa_node", "shift", shift);
        set(node, "xa_node", "offset", offset);
        set(node, "xa_node", "parent", parent);
        return node;
    };
    const auto slot = [&](uint64_t node, uint32_t i) { return at(node, "xa_node", "slots") + 8 * i; };
    if (id == 0) {
        poke(head, entry);
        return;
    }
    uint64_t root = load(head);
    if ((root & 3) != 2) {  // one entry by itself, as xa_store() begins
        const uint64_t node = node_with(0, 0, 0);
        poke(slot(node, 0), root);
        poke(head, root = node + 2);
    }
    while (id >> (get(root - 2, "xa_node", "shift") + 6)) {
        const auto shift = static_cast<uint8_t>(get(root - 2, "xa_node", "shift") + 6);
        const uint64_t node = node_with(shift, 0, 0);
        set(root - 2, "xa_node", "parent", node);
        poke(slot(node, 0), root);
        poke(head, root = node + 2);
    }
    for (uint64_t node = root - 2;;) {
        const uint64_t shift = get(node, "xa_node", "shift");
        const auto i = static_cast<uint32_t>(id >> shift & 63);
        if (shift == 0) {
            poke(slot(node, i), entry);
            return;
        }
        uint64_t child = load(slot(node, i));
        if (!child)
            poke(slot(node, i), child = node_with(static_cast<uint8_t>(shift - 6), node, i) + 2);
        node = child - 2;
    }
}

uint64_t Machine::add_pool(int cpu, int nice, uint64_t cpus)
{
    const uint64_t pool = make("worker_pool");
    set(pool, "worker_pool", "cpu", static_cast<uint64_t>(cpu));
    set(pool, "worker_pool", "node", static_cast<uint64_t>(-1));
    set(pool, "worker_pool", "id", pools_);
    set(pool, "worker_pool", "flags", 0);
    set(pool, "worker_pool", release_ >= 700 ? "last_progress_ts" : "watchdog_ts", kJiffies - 10);
    set(pool, "worker_pool", "attrs", add_attrs(nice, cpus));
    set(pool, "worker_pool", "refcnt", 1);
    for (const char* list : {"worklist", "idle_list", "workers"})
        init_list(at(pool, "worker_pool", list));
    put_into_idr(pools_++, pool);
    return pool;
}

uint64_t Machine::add_workqueue(const std::string& name, uint32_t flags, int max_active)
{
    // Room for pointers by node, and the default's.
    const uint64_t wq = make("workqueue_struct", 8 * 4);
    for (const char* list : {"pwqs", "flusher_queue", "flusher_overflow", "maydays"})
        init_list(at(wq, "workqueue_struct", list));
    set_text(wq, "workqueue_struct", "name", name);
    set(wq, "workqueue_struct", "flags", flags);
    set(wq, "workqueue_struct", "max_active", static_cast<uint64_t>(max_active));
    set(wq, "workqueue_struct", "min_active", static_cast<uint64_t>(max_active) / 2);
    set(wq, "workqueue_struct", "saved_max_active", static_cast<uint64_t>(max_active));
    if (flags & types_.constant("WQ_UNBOUND"))
        set(wq, "workqueue_struct", release_ >= 700 ? "attrs" : "unbound_attrs", add_attrs(0, (1u << cpus_) - 1));
    const bool by_node = release_ < 606;
    set(wq, "workqueue_struct", by_node ? "cpu_pwqs" : "cpu_pwq",
        allocate_per_cpu(by_node ? types_.size_of("pool_workqueue") : 8));
    add_tail(symbols_.at("workqueues"), at(wq, "workqueue_struct", "list"));
    return wq;
}

uint64_t Machine::add_pwq(uint64_t wq, uint64_t pool)
{
    // A per-CPU workqueue of an old kernel has its pwqs in per-CPU memory.
    uint64_t pwq;
    const auto cpu = static_cast<int32_t>(get(pool, "worker_pool", "cpu"));
    if (release_ < 606 && cpu >= 0)
        pwq = per_cpu(get(wq, "workqueue_struct", "cpu_pwqs"), static_cast<unsigned>(cpu));
    else
        pwq = make("pool_workqueue");
    set(pwq, "pool_workqueue", "pool", pool);
    set(pwq, "pool_workqueue", "wq", wq);
    set(pwq, "pool_workqueue", "refcnt", 1);
    set(pwq, "pool_workqueue", "max_active", get(wq, "workqueue_struct", "saved_max_active"));
    for (const char* list : {"inactive_works", "pending_node", "mayday_node"})
        if (types_.has("pool_workqueue", list))
            init_list(at(pwq, "pool_workqueue", list));
    add_tail(at(wq, "workqueue_struct", "pwqs"), at(pwq, "pool_workqueue", "pwqs_node"));
    return pwq;
}

void Machine::set_cpu_pwq(uint64_t wq, unsigned cpu, uint64_t pwq)
{
    if (release_ >= 606)
        poke(per_cpu(get(wq, "workqueue_struct", "cpu_pwq"), cpu), pwq);
}

uint64_t Machine::add_task(int pid, const std::string& command, bool on_rq, unsigned cpu)
{
    const uint64_t task = make("task_struct"), mask = allocate(8);
    poke(mask, uint64_t{1} << cpu);
    set(task, "task_struct", "pid", static_cast<uint64_t>(pid));
    set_text(task, "task_struct", "comm", command);
    set(task, "task_struct", "on_rq", on_rq);
    set(task, "task_struct", "__state", on_rq ? 0 : 2);
    set(task, "task_struct", "static_prio", 120);
    set(task, "task_struct", "flags", command.rfind("kworker", 0) == 0 ? 0x20'0020 : 0);  // PF_KTHREAD | PF_WQ_WORKER
    set(task, "task_struct", "thread_info.cpu", cpu);
    set(task, "task_struct", "cpus_ptr", mask);
    return task;
}

uint64_t Machine::add_idle_worker(uint64_t pool, int id, uint64_t task)
{
    const uint64_t worker = make("worker");
    set(worker, "worker", "id", static_cast<uint64_t>(id));
    set(worker, "worker", "pool", pool);
    set(worker, "worker", "task", task);
    set(worker, "worker", "flags", static_cast<uint64_t>(types_.constant("WORKER_IDLE")));
    set(worker, "worker", "last_active", kJiffies - 5);
    init_list(at(worker, "worker", "scheduled"));
    add_tail(at(pool, "worker_pool", "idle_list"), at(worker, "worker", "entry"));
    set(pool, "worker_pool", "nr_workers", get(pool, "worker_pool", "nr_workers") + 1);
    set(pool, "worker_pool", "nr_idle", get(pool, "worker_pool", "nr_idle") + 1);
    return worker;
}

uint64_t Machine::add_busy_worker(uint64_t pool, int id, uint64_t task, uint64_t work, const std::string& name,
                                  uint64_t pwq)
{
    const uint64_t worker = make("worker");
    set(worker, "worker", "id", static_cast<uint64_t>(id));
    set(worker, "worker", "pool", pool);
    set(worker, "worker", "task", task);
    set(worker, "worker", "current_work", work);
    set(worker, "worker", "current_func", function(name));
    set(worker, "worker", "current_pwq", pwq);
    init_list(at(worker, "worker", "scheduled"));
    add_hlist(at(pool, "worker_pool", "busy_hash") + 8 * (work / 64 % 64), at(worker, "worker", "hentry"));
    set(pool, "worker_pool", "nr_workers", get(pool, "worker_pool", "nr_workers") + 1);
    return worker;
}

void Machine::link_work(uint64_t list, uint64_t work, uint64_t pwq, uint64_t function, bool linked)
{
    const auto shift = types_.constant(release_ >= 609 ? "WORK_STRUCT_PWQ_SHIFT" : "WORK_STRUCT_FLAG_BITS");
    if (pwq & ((uint64_t{1} << shift) - 1))
        throw std::logic_error("a pwq is not aligned for its flags");
    // Pending, and of a colour: what is below the pwq is not its address.
    set(work, "work_struct", "data", pwq | 1 | 4 | (linked ? 8 : 0) | 0x30);
    set(work, "work_struct", "func", function);
    add_tail(list, at(work, "work_struct", "entry"));
}

uint64_t Machine::add_work(uint64_t list, uint64_t pwq, const std::string& name, bool linked)
{
    const uint64_t work = make("work_struct");
    link_work(list, work, pwq, function(name), linked);
    return work;
}

uint64_t Machine::add_barrier(uint64_t list, uint64_t pwq, uint64_t waiter)
{
    const uint64_t barrier = make("wq_barrier");
    set(barrier, "wq_barrier", "task", waiter);
    link_work(list, at(barrier, "wq_barrier", "work"), pwq, function("wq_barrier_func"), false);
    return barrier;
}

uint64_t Machine::add_delayed(uint64_t wq, unsigned cpu, const std::string& name, uint64_t expires, uint32_t vector,
                              unsigned number)
{
    const uint64_t delayed = make("delayed_work");
    const uint64_t base = timer_base(cpu, number);
    const uint64_t timer = at(delayed, "delayed_work", "timer");
    set(delayed, "delayed_work", "work.func", function(name));
    set(delayed, "delayed_work", "wq", wq);
    set(delayed, "delayed_work", "cpu", static_cast<uint64_t>(types_.constant("WORK_CPU_UNBOUND")));
    set(timer, "timer_list", "expires", expires);
    set(timer, "timer_list", "function", function("delayed_work_timer_fn"));
    add_hlist(at(base, "timer_base", "vectors") + 8 * vector, at(timer, "timer_list", "entry"));
    const uint64_t word = at(base, "timer_base", "pending_map") + vector / 64 * 8;
    poke(word, load(word) | uint64_t{1} << vector % 64);
    return delayed;
}

uint64_t Machine::add_flusher(uint64_t wq, int color, uint64_t task)
{
    const uint64_t flusher = make("wq_flusher"), waiter = make("swait_queue");
    set(flusher, "wq_flusher", "flush_color", static_cast<uint64_t>(color));
    init_list(at(flusher, "wq_flusher", "done.wait.task_list"));
    set(waiter, "swait_queue", "task", task);
    add_tail(at(flusher, "wq_flusher", "done.wait.task_list"), at(waiter, "swait_queue", "task_list"));
    add_tail(at(wq, "workqueue_struct", "flusher_queue"), at(flusher, "wq_flusher", "list"));
    return flusher;
}

const wqlab::Image& Machine::image()
{
    btf_ = types_.btf();
    image_ = {this, this, {btf_.data(), btf_.size()}, nullptr, 0x5eed};
    return image_;
}

bool Machine::read(void* to, uint64_t address, size_t size) const
{
    reads_++;
    if (address < kBase || address - kBase > bytes_.size() || size > bytes_.size() - (address - kBase))
        return false;
    std::memcpy(to, bytes_.data() + (address - kBase), size);
    return true;
}

uint64_t Machine::address_of(const std::string& name) const
{
    const auto at = symbols_.find(name);
    return at == symbols_.end() ? 0 : at->second;
}

std::string Machine::name_of(uint64_t address) const
{
    for (const auto& [name, at] : functions_)
        if (at == address)
            return name;
    return "";
}
