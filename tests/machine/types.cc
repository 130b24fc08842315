// SPDX-License-Identifier: GPL-2.0
// Reads the table below, which is C but for "@": a line is of these releases only.
#include "machine/types.hh"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "unit/core/btf_builder.hh"

namespace {

constexpr char kTable[] = R"(
struct list_head { ptr next; ptr prev; }
struct hlist_head { ptr first; }
struct hlist_node { ptr next; ptr pprev; }
struct atomic { int counter; }
struct mutex { ulong owner; u32 wait_lock; struct list_head wait_list; }
struct cpumask { ulong bits[1]; }
struct timer_list { struct hlist_node entry; ulong expires; ptr function; u32 flags; }
struct work_struct { ulong data; struct list_head entry; ptr func; }
struct delayed_work { struct work_struct work; struct timer_list timer; ptr wq; int cpu; }
struct swait_queue_head { u32 lock; struct list_head task_list; }
struct completion { u32 done; struct swait_queue_head wait; }
struct swait_queue { ptr task; struct list_head task_list; }
struct wq_flusher { struct list_head list; int flush_color; struct completion done; }
struct wq_barrier { struct work_struct work; struct completion done; ptr task; }
struct workqueue_attrs {
    int nice;
    struct cpumask cpumask[1];
    struct cpumask __pod_cpumask[1]; @>=606
    u8 affn_strict; @>=606
    u32 affn_scope; @>=606
    u8 no_numa; @<606
}
struct workqueue_struct {
    struct list_head pwqs;
    struct list_head list;
    struct mutex mutex;
    int work_color;
    int flush_color;
    struct atomic nr_pwqs_to_flush;
    ptr first_flusher;
    struct list_head flusher_queue;
    struct list_head flusher_overflow;
    struct list_head maydays;
    ptr rescuer;
    int nr_drainers;
    int max_active; @>=609
    int min_active; @>=609
    int saved_max_active;
    int saved_min_active; @>=609
    ptr unbound_attrs; @<700
    ptr attrs; @>=700
    ptr dfl_pwq;
    ptr wq_dev;
    char name[24]; @<609
    char name[32]; @>=609
    u32 flags;
    ptr cpu_pwqs; @<606
    ptr cpu_pwq; @>=606
    ptr numa_pwq_tbl[0]; @<606
    ptr node_nr_active[0]; @>=609
}
struct worker_pool {
    u32 lock;
    int cpu;
    int node;
    int id;
    u32 flags;
    ulong watchdog_ts; @<700
    ulong last_progress_ts; @>=700
    int nr_running;
    struct list_head worklist;
    int nr_workers;
    int nr_idle;
    struct list_head idle_list;
    struct timer_list idle_timer;
    struct work_struct idle_cull_work; @>=603
    struct timer_list mayday_timer;
    struct hlist_head busy_hash[64];
    ptr manager;
    struct list_head workers;
    ptr attrs;
    struct hlist_node hash_node;
    int refcnt;
}
struct pool_workqueue {
    ptr pool;
    ptr wq;
    int work_color;
    int flush_color;
    int refcnt;
    int nr_in_flight[16];
    u8 plugged; @>=609
    int nr_active;
    int max_active; @<609
    struct list_head inactive_works;
    struct list_head pending_node; @>=609
    struct list_head pwqs_node;
    struct list_head mayday_node;
    u64 stats[8]; @>=605
}
struct worker {
    struct list_head entry;
    struct hlist_node hentry;
    ptr current_work;
    ptr current_func;
    ptr current_pwq;
    u64 current_at; @>=605
    u64 current_start; @>=700
    u32 current_color;
    int sleeping;
    ptr last_func;
    struct list_head scheduled;
    ptr task;
    ptr pool;
    struct list_head node;
    ulong last_active;
    u32 flags;
    int id;
    char desc[24]; @<605
    char desc[32]; @>=605
    ptr rescue_wq;
}
struct wq_node_nr_active { int max; struct atomic nr; u32 lock; struct list_head pending_pwqs; } @>=609
struct wq_pod_type { int nr_pods; ptr pod_cpus; ptr pod_node; ptr cpu_pod; } @>=606
struct wci_ent { ptr func; u64 cnt; struct hlist_node hash_node; } @>=605
struct timer_base {
    u32 lock;
    ptr running_timer;
    ulong clk;
    ulong next_expiry;
    u32 cpu;
    u8 is_idle;
    ulong pending_map[9];
    struct hlist_head vectors[576];
}
struct thread_info { ulong flags; u32 status; u32 cpu; }
struct sched_entity { ulong load; u8 on_rq; u8 sched_delayed; u64 exec_start; u64 sum_exec_runtime; } @>=612
struct sched_entity { ulong load; u8 on_rq; u64 exec_start; u64 sum_exec_runtime; } @<612
struct sched_info { ulong pcount; u64 run_delay; u64 last_arrival; u64 last_queued; }
struct task_struct {
    struct thread_info thread_info;
    u32 __state;
    u32 flags;
    int on_cpu; @<700
    u8 on_cpu; @>=700
    int on_rq;
    int prio;
    int static_prio;
    u32 rt_priority;
    struct sched_entity se;
    u32 policy;
    ptr cpus_ptr;
    struct sched_info sched_info;
    int pid;
    ulong nvcsw;
    ulong nivcsw;
    char comm[16];
}
struct rq { u32 lock; u32 nr_running; ptr curr; ptr idle; u64 clock_task; u64 clock; }
struct kernel_cpustat { u64 cpustat[10]; }
struct xarray { u32 xa_lock; u32 xa_flags; ptr xa_head; }
struct idr { struct xarray idr_rt; u32 idr_base; u32 idr_next; }
struct xa_node {
    u8 shift;
    u8 offset;
    u8 count;
    u8 nr_values;
    ptr parent;
    ptr array;
    struct list_head list;
    ptr slots[64];
}
struct clocksource { ptr read; u64 mask; u32 mult; u32 shift; }
enum POOL_MANAGER_ACTIVE=1 POOL_DISASSOCIATED=4 @<609
enum POOL_BH=1 POOL_MANAGER_ACTIVE=2 POOL_DISASSOCIATED=4 POOL_BH_DRAINING=8 @>=609
enum WORKER_DIE=2 WORKER_IDLE=4 WORKER_PREP=8 WORKER_CPU_INTENSIVE=64 WORKER_UNBOUND=128 WORKER_REBOUND=256
enum WQ_BH=1 @>=609
enum WQ_UNBOUND=2 WQ_FREEZABLE=4 WQ_MEM_RECLAIM=8 WQ_HIGHPRI=16 WQ_CPU_INTENSIVE=32 WQ_SYSFS=64 WQ_POWER_EFFICIENT=128
enum WQ_PERCPU=256 @>=617
enum __WQ_DESTROYING=32768 @>=609
enum __WQ_DRAINING=65536 __WQ_ORDERED=131072 __WQ_LEGACY=262144
enum WORK_STRUCT_PENDING=1 WORK_STRUCT_INACTIVE=2 WORK_STRUCT_PWQ=4 WORK_STRUCT_LINKED=8
enum WORK_STRUCT_FLAG_BITS=8 @<609
enum WORK_STRUCT_FLAG_BITS=4 WORK_STRUCT_PWQ_SHIFT=8 @>=609
enum WORK_OFFQ_DISABLE_BITS=16 @>=610
enum WORK_CPU_UNBOUND=64
enum CPUTIME_SOFTIRQ=3 CPUTIME_IRQ=4 CPUTIME_STEAL=7
enum WQ_AFFN_NR_TYPES=6 @>=606
)";

struct Basic {
    const char* name;
    uint32_t size;
    bool is_signed;
};
constexpr Basic kBasics[] = {{"u8", 1, false},  {"char", 1, true},   {"int", 4, true}, {"u32", 4, false},
                             {"u64", 8, false}, {"ulong", 8, false}, {"ptr", 8, false}};

const Basic* basic(const std::string& name)
{
    const auto at = std::find_if(std::begin(kBasics), std::end(kBasics),
                                 [&](const Basic& b) { return name == b.name; });
    return at == std::end(kBasics) ? nullptr : at;
}

// Takes "@>=609" or "@<609" off the end; whether the line is of this release.
bool applies(std::string& line, unsigned release)
{
    const size_t at = line.rfind('@');
    if (at == std::string::npos)
        return true;
    const std::string condition = line.substr(at + 1);
    line.resize(at);
    return condition[0] == '<' ? release < std::stoul(condition.substr(1)) : release >= std::stoul(condition.substr(2));
}

}  // namespace

Types::Types(unsigned release) { read(kTable, release); }

void Types::read(const std::string& text, unsigned release)
{
    std::istringstream lines(text);
    std::string head, body;
    for (std::string line; std::getline(lines, line);) {
        const bool is_of_release = applies(line, release);
        if (line.rfind("enum ", 0) == 0) {
            std::istringstream words(line.substr(5));
            for (std::string word; is_of_release && words >> word;)
                constants_[word.substr(0, word.find('='))] = std::stoll(word.substr(word.find('=') + 1));
            continue;
        }
        const size_t open = line.find('{'), close = line.find('}');
        if (open != std::string::npos) {
            std::istringstream words(line);
            words >> head >> head;
            body = line.substr(open + 1, close == std::string::npos ? close : close - open - 1);
        } else if (close == std::string::npos && is_of_release) {
            body += line;
        }
        if (close != std::string::npos && is_of_release)
            read_struct(head, body);
    }
}

void Types::read_struct(const std::string& head, const std::string& body)
{
    Struct made;
    made.name = head;
    uint32_t alignment = 8;
    std::istringstream members(body);
    for (std::string text; std::getline(members, text, ';');) {
        std::istringstream words(text);
        Member member;
        if (!(words >> member.type >> member.name))
            continue;
        if (member.type == "struct") {
            member.type = member.name;
            words >> member.name;
        }
        if (const size_t bracket = member.name.find('['); bracket != std::string::npos) {
            member.is_array = true;
            member.elements = static_cast<uint32_t>(std::stoul(member.name.substr(bracket + 1)));
            member.name.resize(bracket);
        }
        const Basic* known = basic(member.type);
        const uint32_t each = known ? known->size : find(member.type).size;
        const uint32_t align = known ? known->size : alignment;
        member.offset = (made.size + align - 1) / align * align;
        member.size = each * member.elements;
        made.size = member.offset + member.size;
        made.members.push_back(member);
    }
    made.size = (made.size + alignment - 1) / alignment * alignment;
    structs_.push_back(made);
}

const Types::Struct& Types::find(const std::string& type) const
{
    for (const Struct& one : structs_)
        if (one.name == type)
            return one;
    throw std::out_of_range("no struct " + type);
}

const Types::Member& Types::find(const std::string& type, const std::string& path, uint32_t& offset) const
{
    const size_t dot = path.find('.');
    for (const Member& member : find(type).members) {
        if (member.name != path.substr(0, dot))
            continue;
        offset += member.offset;
        return dot == std::string::npos ? member : find(member.type, path.substr(dot + 1), offset);
    }
    throw std::out_of_range("no member " + type + "." + path);
}

uint32_t Types::size_of(const std::string& type) const { return find(type).size; }

uint32_t Types::offset_of(const std::string& type, const std::string& path) const
{
    uint32_t offset = 0;
    find(type, path, offset);
    return offset;
}

uint32_t Types::size_of(const std::string& type, const std::string& path) const
{
    uint32_t offset = 0;
    const Member& member = find(type, path, offset);
    return member.is_array && member.elements ? member.size / member.elements : member.size;
}

bool Types::has(const std::string& type, const std::string& member) const
{
    for (const Struct& one : structs_)
        if (one.name == type)
            return std::any_of(one.members.begin(), one.members.end(),
                               [&](const Member& m) { return m.name == member; });
    return false;
}

void Types::drop(const std::string& type, const std::string& member)
{
    for (Struct& one : structs_)
        if (one.name == type)
            one.members.erase(std::remove_if(one.members.begin(), one.members.end(),
                                             [&](const Member& m) { return m.name == member; }),
                              one.members.end());
    if (member.empty())
        structs_.erase(
            std::remove_if(structs_.begin(), structs_.end(), [&](const Struct& s) { return s.name == type; }),
            structs_.end());
}

std::vector<uint8_t> Types::btf() const
{
    BtfBuilder builder;
    builder.bystanders();
    std::map<std::string, uint32_t> ids;
    for (const Basic& one : kBasics)
        ids[one.name] = one.name == std::string("ptr") ? builder.pointer(0)
                                                       : builder.integer(one.name, one.size, one.is_signed);
    for (const Struct& one : structs_) {
        std::vector<BtfBuilder::Member> members;
        for (const Member& member : one.members) {
            uint32_t type = ids.at(member.type);
            if (member.is_array)
                type = builder.array(type, member.elements);
            members.push_back({member.name, type, member.offset * 8});
        }
        ids[one.name] = builder.structure(one.name, one.size, members);
    }
    for (const auto& [name, variable] : variables_)
        if (const auto type = ids.find(variable.type); type != ids.end())
            builder.record(name, BtfBuilder::Kind::kVariable, 0, builder.array(type->second, variable.elements), {1});
    std::vector<BtfBuilder::Constant> constants;
    for (const auto& [name, value] : constants_)
        constants.push_back({name, value});
    builder.enumeration("", constants);
    return builder.bytes();
}
