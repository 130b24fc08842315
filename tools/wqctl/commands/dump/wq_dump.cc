// SPDX-License-Identifier: GPL-2.0
// The layout is that of the kernel's tools/workqueue/wq_dump.py, so that what
// reads its output reads this: of the script that came with such a kernel, where
// releases differ. It differs in one thing: a mask with CPUs above
// 31 has its high word first, as the kernel itself writes masks.
#include <algorithm>

#include <fmt/format.h>

#include "commands/dump/render.hh"

namespace wqctl {

namespace {

constexpr size_t kNameLength = 32;  // WQ_NAME_LEN

class WqDump {
public:
    explicit WqDump(const Dump& dump)
        : s_(dump.snapshot), chosen_(dump.selection), possible_(s_.cpus(s_.head.possible_cpus))
    {
        for (const wqlab_snap_pool* pool : chosen_.pools) {
            id_width_ = std::max(id_width_, fmt::formatted_size("{}", pool->id));
            ref_width_ = std::max(ref_width_, fmt::formatted_size("{}", pool->refcnt));
        }
    }

    std::string mask(uint32_t index) const
    {
        std::vector<uint32_t> words;
        for (const uint32_t cpu : s_.cpus(index)) {
            if (words.size() <= cpu / 32)
                words.resize(cpu / 32 + 1);
            words[cpu / 32] |= 1u << cpu % 32;
        }
        std::string text;
        for (size_t i = words.size(); i-- > 0;)
            text += fmt::format("{}{:08x}", text.empty() ? "" : ",", words[i]);
        return text;
    }

    void scopes(std::string& out) const
    {
        out += "Affinity Scopes\n===============\n";
        out += fmt::format("wq_unbound_cpumask={}\n", mask(s_.head.unbound_cpus));
        std::vector<const wqlab_snap_scope*> scopes;
        for (const wqlab_snap_scope& scope : s_.scopes)
            if (scope.type != 0)  // WQ_AFFN_DFL is no scope of its own
                scopes.push_back(&scope);
        std::sort(scopes.begin(), scopes.end(), [](const auto* a, const auto* b) { return a->type < b->type; });
        for (const wqlab_snap_scope* scope : scopes)
            scope_pods(*scope, out);
    }

    void pools(std::string& out) const
    {
        out += "Worker Pools\n============\n";
        for (const wqlab_snap_pool* pool : chosen_.pools) {
            out += fmt::format("pool[{:0{}}] flags=0x{:02x} ref={:{}} nice={:3} ", pool->id, id_width_, pool->raw_flags,
                               pool->refcnt, ref_width_, pool->nice);
            out += fmt::format("idle/workers={:3}/{:3} ", pool->nr_idle, pool->nr_workers);
            if (pool->cpu >= 0)
                out += fmt::format("cpu={:3}{}", pool->cpu, pool->flags & WQLAB_POOL_BH ? " bh" : "");
            else
                out += fmt::format("cpus={} pod_cpus={}{}", mask(pool->cpus), mask(pool->pod_cpus),
                                   pool->flags & WQLAB_POOL_STRICT ? " strict" : "");
            out += "\n";
        }
    }

    void map(std::string& out) const
    {
        out += "Workqueue CPU -> pool\n=====================\n";
        out += fmt::format("[{:^{}}\\ type   CPU", "workqueue", kNameLength - 2);
        for (const uint32_t cpu : possible_)
            out += fmt::format(" {:{}}", cpu, id_width_);
        out += " dfl]\n";
        for (const wqlab_snap_workqueue* wq : chosen_.workqueues) {
            out += fmt::format("{:{}} {:10}", s_.string(wq->name), kNameLength, type(*wq));
            for (const uint32_t cpu : possible_)
                out += fmt::format(" {:>{}}", pool_at(*wq, cpu), std::max(id_width_, fmt::formatted_size("{}", cpu)));
            if (const wqlab_snap_pwq* dfl = s_.pwq(wq->dfl_pwq); dfl && wq->flags & WQLAB_WQ_UNBOUND)
                out += fmt::format(" {:{}}", dfl->pool, id_width_);
            out += "\n";
        }
    }

    void rescuers(std::string& out) const
    {
        const size_t width = std::max<size_t>(mask(s_.head.unbound_cpus).size(), 12);
        out += "Workqueue -> rescuer\n====================\n";
        out += fmt::format("[{:^{}}\\ {:{}}    pid {:{}} ]\n", "workqueue", kNameLength - 2, "unbound_cpus", width,
                           "rescuer_cpus", width);
        for (const wqlab_snap_workqueue* wq : chosen_.workqueues)
            if (wq->rescuer_pid)
                out += fmt::format("{:{}} {:{}} {:6} {:{}}\n", s_.string(wq->name), kNameLength,
                                   wq->flags & WQLAB_WQ_UNBOUND ? mask(wq->cpus) : "", width, wq->rescuer_pid,
                                   mask(wq->rescuer_cpus), width);
    }

    void nodes(std::string& out) const
    {
        out += "Unbound workqueue -> node_nr/max_active\n=======================================\n";
        if (s_.nodes.empty()) {
            out += "node_to_cpumask_map not present, is NUMA enabled?\n";
            return;
        }
        out += fmt::format("online_cpus={}\n", mask(s_.head.online_cpus));
        for (const wqlab_snap_node& node : s_.nodes)
            out += fmt::format("NODE[{:02}]={}\n", node.node, mask(node.cpus));
        out += "\n";
        node_heading(out);
        const int width = is_7x() ? 4 : 3;
        for (const wqlab_snap_workqueue* wq : chosen_.workqueues) {
            if (!(wq->flags & WQLAB_WQ_UNBOUND))
                continue;
            out += fmt::format("{:{}} {:{}} {:{}}", s_.string(wq->name), kNameLength, wq->min_active, width,
                               wq->max_active, width);
            for (const wqlab_snap_node& node : s_.nodes)
                out += " " + active(*wq, static_cast<int32_t>(node.node));
            out += " " + active(*wq, -1) + "\n";
        }
    }

private:
    // No kernel says so: cache shards came with 7.x, as did the script's wider columns.
    bool is_7x() const { return s_.head.shard_size != WQLAB_NONE; }

    void node_heading(std::string& out) const
    {
        if (is_7x()) {
            out += fmt::format("[{:^{}} {:>4} {:>4}", "workqueue", kNameLength - 1, "min", "max");
            for (const wqlab_snap_node& node : s_.nodes)
                out += fmt::format(" {:>9}", fmt::format("NODE {}", node.node));
            out += fmt::format(" {:>9} ]\n\n", "dfl");
            return;
        }
        out += fmt::format("[{:^{}}\\ min max", "workqueue", kNameLength - 2);
        for (const wqlab_snap_node& node : s_.nodes)
            out += &node == s_.nodes.data() ? fmt::format("  NODE {}", node.node) : fmt::format(" {:7}", node.node);
        out += fmt::format(" {:>7} ]\n\n", "dfl");
    }

    void scope_pods(const wqlab_snap_scope& scope, std::string& out) const
    {
        std::string name = s_.string(scope.name);
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
        std::string cpus, nodes, pods;
        for (const wqlab_snap_pod& pod : s_.pods)
            if (pod.scope == scope.type) {
                cpus += fmt::format(" [{}]={}", pod.pod, mask(pod.cpus));
                nodes += fmt::format(" [{}]={}", pod.pod, pod.node);
            }
        for (const wqlab_snap_cpu_pod& entry : s_.cpu_pods)
            if (entry.scope == scope.type)
                pods += fmt::format(" [{}]={}", entry.cpu, entry.pod);
        out += fmt::format("\n{}{}\n  nr_pods  {}\n  pod_cpus{}\n  pod_node{}\n  cpu_pod {}\n", name,
                           scope.is_default ? " (default)" : "", scope.nr_pods, cpus, nodes, pods);
    }

    static std::string type(const wqlab_snap_workqueue& wq)
    {
        const std::string text = wq.flags & WQLAB_WQ_BH            ? "bh"
                                 : !(wq.flags & WQLAB_WQ_UNBOUND)  ? "percpu"
                                 : wq.flags & WQLAB_WQ_ORDERED     ? "ordered"
                                 : wq.flags & WQLAB_SNAP_WQ_STRICT ? "unbound,S"
                                                                   : "unbound";
        return fmt::format("{:9}", text);
    }

    std::string pool_at(const wqlab_snap_workqueue& wq, uint32_t cpu) const
    {
        for (const wqlab_snap_cpu_pwq& entry : s_.cpu_pwqs_of(s_.index_of(wq)))
            if (entry.cpu == cpu)
                return std::to_string(entry.pool);
        return "?";
    }

    std::string active(const wqlab_snap_workqueue& wq, int32_t node) const
    {
        for (const wqlab_snap_node_active* entry : chosen_.node_active)
            if (entry->workqueue == s_.index_of(wq) && entry->node == node)
                return is_7x() ? fmt::format("{:>9}", fmt::format("{}/{}", entry->nr, entry->max))
                               : fmt::format("{:3}/{:3}", entry->nr, entry->max);
        return fmt::format("{:>{}}", "?", is_7x() ? 9 : 7);
    }

    const Snapshot& s_;
    const Selection& chosen_;
    CpuList possible_;
    size_t id_width_ = 0;
    size_t ref_width_ = 0;
};

}  // namespace

std::string dump_to_wq_dump(const Dump& dump)
{
    const WqDump writer(dump);
    std::string out;
    const auto section = [&](uint32_t which, void (WqDump::*write)(std::string&) const) {
        if (!(dump.sections & which))
            return;
        if (!out.empty())
            out += "\n";
        (writer.*write)(out);
    };
    section(WQLAB_SECTION_SCOPES, &WqDump::scopes);
    section(WQLAB_SECTION_POOLS, &WqDump::pools);
    section(WQLAB_SECTION_WORKQUEUES, &WqDump::map);
    section(WQLAB_SECTION_RESCUERS, &WqDump::rescuers);
    section(WQLAB_SECTION_NODES, &WqDump::nodes);
    return out;
}

}  // namespace wqctl
