// SPDX-License-Identifier: GPL-2.0
#include "unit/report/fixtures.hh"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

using namespace wqctl;

Topology two_sockets(bool last_is_offline)
{
    Topology topology;
    for (uint32_t cpu = 0; cpu < 8; cpu++) {
        topology.present.push_back(cpu);
        if (cpu < 7 || !last_is_offline)
            topology.online[cpu] = {cpu & ~1u, cpu & ~3u, cpu / 4};
    }
    topology.nodes = {0, 1};
    return topology;
}

Info info_612()
{
    Info info;
    info.module_version = "0.1.0";
    info.release = "6.12.0-test";
    info.wq_flags = WQLAB_WQ_FLAGS_ALL & ~uint32_t{WQLAB_WQ_PERCPU};
    info.sub_bits = 5;
    info.system_workqueues = {"system_wq", "system_highpri_wq", "system_unbound_wq", "system_bh_wq"};
    info.limits = {{"workqueues", 32},
                   {"issuers", 64},
                   {"threads", 256},
                   {"depth", 4096},
                   {"items_in_flight", 65536},
                   {"sample", 1000000},
                   {"max_active", 2048},
                   {"burst", 4096},
                   {"links", 1000000},
                   {"touch_bytes", 1 << 20},
                   {"alloc_bytes", 1 << 20},
                   {"duration_ns", 86'400'000'000'000},
                   {"interval_min_ns", 1000},
                   {"interval_ns", 10'000'000'000},
                   {"delay_ns", 10'000'000'000},
                   {"sleep_ns", 10'000'000'000},
                   {"spin_ns", 1'000'000'000},
                   {"bh_spin_ns", 10'000'000},
                   {"flush_wait_ns", 60'000'000'000}};
    return info;
}

RunReport make_report(const std::vector<std::string>& names)
{
    std::mt19937_64 random(3);
    RunReport report;
    report.kernel = "6.12.0-test";
    report.run.id = 7;
    report.run.label = "test";
    report.run.state = WQLAB_RUN_ENDED;
    report.run.end_reason = WQLAB_END_DURATION;
    report.run.elapsed_ns = 2'000'000'000;
    report.run.memory_bytes = 1 << 20;
    for (size_t i = 0; i < names.size(); i++) {
        WorkqueueReport& wq = report.workqueue(static_cast<uint32_t>(i));
        wq.name = names[i];
        wq.kernel_name = "wqlab7-" + names[i];
        wq.flags = i % 2 ? WQLAB_WQ_UNBOUND : WQLAB_WQ_HIGHPRI | WQLAB_WQ_MEM_RECLAIM;
        wq.elapsed_ns = report.run.elapsed_ns;
        wq.executed = 1'234'567;
        wq.cancelled = 10;
        wq.queued = wq.executed + wq.cancelled;
        wq.queued_at = {{0, 0, wq.queued}};
        wq.flows = {{0, 0, 1'000'000}, {0, 1, 234'567}};
        wq.off_cpu = 234'567;
        wq.off_scope = 0;
        wq.scope = "cache";
        wq.workers = {{100, 0}, {101, -20}};
        wq.max_concurrency = 2;
        for (Latency& latency : wq.latency) {
            latency.min = UINT64_MAX;
            for (int n = 0; n < 2000; n++) {
                const uint64_t ns = 100 + (random() >> (34 + random() % 20));
                latency.add_bucket(Latency::Geometry::index(ns), 1);
                latency.count++;
                latency.sum += ns;
                latency.min = std::min(latency.min, ns);
                latency.max = std::max(latency.max, ns);
            }
        }
        report.run.queued += wq.queued;
        report.run.executed += wq.executed;
        report.run.cancelled += wq.cancelled;
    }
    return report;
}

FakeRoot::FakeRoot(const std::vector<std::pair<std::string, std::string>>& files)
{
    char name[] = "/tmp/wqlab-unit-XXXXXX";
    if (!mkdtemp(name))
        throw std::runtime_error("mkdtemp");
    path_ = name;
    for (const auto& [path, text] : files) {
        std::filesystem::create_directories(std::filesystem::path(path_ + "/" + path).parent_path());
        std::ofstream(path_ + "/" + path) << text << "\n";
    }
}

FakeRoot::~FakeRoot() { std::filesystem::remove_all(path_); }
