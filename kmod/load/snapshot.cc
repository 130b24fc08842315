// SPDX-License-Identifier: GPL-2.0
#include "snapshot.hh"

#include "../core/text.hh"

namespace wqlab {

RunSummary::RunSummary(const Run& run)
    : id(run.id()),
      state(run.state()),
      end_reason(run.end_reason()),
      elapsed(run.elapsed()),
      memory(run.memory()),
      totals(run.totals())
{
    Text(label).add(run.spec().label);
}

Result<void> RunSnapshot::take(const Run& run)
{
    summary = RunSummary(run);
    queues = TRY(Array<QueueSnapshot>::create(run.queues().size()));
    for (uint32_t i = 0; i < queues.size(); i++)
        TRY(queues[i].take(run, i));
    return {};
}

Result<void> QueueSnapshot::take(const Run& run, uint32_t index)
{
    const LoadedQueue& queue = run.queues()[index];
    Text(name).add(run.spec().workqueues[index].name);
    Text(kernel_name).add(queue.kernel_name());
    flags = queue.flags();
    max_concurrency = queue.max_concurrency();
    latency = TRY(Array<Histogram>::create(WQLAB_LATENCY_MAX + 1));

    const uint32_t cpus = queue.cpus();
    Flows flows;
    flows.queued = TRY(Array<Counter>::create(cpus));
    flows.executed = TRY(Array<Counter>::create(cpus * cpus));
    for (uint32_t cpu = 0; cpu < cpus; cpu++)
        add_cpu(queue.on(cpu), cpu, cpus, flows);
    bool all_finished = true;
    for (const Issuer& issuer : run.issuers()) {
        if (issuer.spec().workqueue != index)
            continue;
        // Asked first: of one that has finished by then, the record is complete.
        all_finished &= issuer.finished();
        add_issuer(issuer, cpus, flows);
    }
    if (!all_finished)
        elapsed_ns = run.elapsed();
    TRY(list_flows(flows, cpus));
    return list_workers(run, index);
}

void QueueSnapshot::add(const ExecutionRecord& record)
{
    executed += record.executed.get();
    softirq += record.softirq.get();
    drained += record.drained.get();
    alloc_failed += record.alloc_failed.get();
    reordered += record.reordered.get();
    migrated += record.migrated.get();
    workers_lost += record.workers_lost.get();
    latency[WQLAB_LATENCY_WAIT].merge(record.wait);
    latency[WQLAB_LATENCY_RUN].merge(record.run);
    latency[WQLAB_LATENCY_TOTAL].merge(record.total);
}

void QueueSnapshot::add_cpu(const CpuRecord& record, uint32_t cpu, uint32_t cpus, Flows& flows)
{
    add(record.executions);
    queued += record.requeued.get();
    flows.queued[cpu].add(record.requeued.get());
    for (uint32_t from = 0; from < cpus; from++)
        flows.executed[from * cpus + cpu].add(record.queued_at[from].get());
    latency[WQLAB_LATENCY_QUEUE_CALL].merge(record.queue_call);
}

void QueueSnapshot::add_issuer(const Issuer& issuer, uint32_t cpus, Flows& flows)
{
    const IssueRecord& record = issuer.record();
    add(record.returned);
    queued += record.queued.get();
    refused += record.refused.get();
    cancelled += record.cancelled.get();
    flushed += record.flushed.get();
    modified += record.modified.get();
    late += record.late.get();
    if (record.late_max.get() > late_max_ns)
        late_max_ns = record.late_max.get();
    if (record.finished_ns.get() > elapsed_ns)
        elapsed_ns = record.finished_ns.get();
    flows.queued[issuer.home_cpu()].add(record.queued.get());
    for (uint32_t to = 0; to < cpus; to++)
        flows.executed[issuer.home_cpu() * cpus + to].add(record.returned_from[to].get());
    latency[WQLAB_LATENCY_QUEUE_CALL].merge(record.queue_call);
}

Result<void> QueueSnapshot::list_flows(const Flows& flows, uint32_t cpus)
{
    uint32_t sources = 0, pairs = 0;
    for (const Counter& count : flows.queued)
        sources += count.get() != 0;
    for (const Counter& count : flows.executed)
        pairs += count.get() != 0;
    queued_at = TRY(Array<wqlab_flow>::create(sources));
    executed_at = TRY(Array<wqlab_flow>::create(pairs));
    sources = pairs = 0;
    for (uint32_t from = 0; from < cpus; from++) {
        if (const uint64_t count = flows.queued[from].get())
            queued_at[sources++] = {count, from, from};
        for (uint32_t to = 0; to < cpus; to++)
            if (const uint64_t count = flows.executed[from * cpus + to].get())
                executed_at[pairs++] = {count, from, to};
    }
    return {};
}

static void sort_by_pid(Array<wqlab_worker>& workers, uint32_t size)
{
    // Shell's sort: short, in place, and no worse than it must be at a few hundred.
    for (uint32_t gap = size / 2; gap; gap /= 2)
        for (uint32_t i = gap; i < size; i++)
            for (uint32_t j = i; j >= gap && workers[j - gap].pid > workers[j].pid; j -= gap)
                std::swap(workers[j - gap], workers[j]);
}

Result<void> QueueSnapshot::list_workers(const Run& run, uint32_t index)
{
    const LoadedQueue& queue = run.queues()[index];
    const auto for_each_set = [&](auto visit) {
        for (uint32_t cpu = 0; cpu < queue.cpus(); cpu++)
            visit(queue.on(cpu).executions.workers);
        for (const Issuer& issuer : run.issuers())
            if (issuer.spec().workqueue == index)
                visit(issuer.record().returned.workers);
    };

    // Counted, then collected: who appears in between is left out.
    uint32_t sightings = 0;
    for_each_set([&](const WorkerSet& set) { set.for_each([&](WorkerSet::Worker) { sightings++; }); });
    Array<wqlab_worker> seen = TRY(Array<wqlab_worker>::create(sightings));
    uint32_t size = 0;
    for_each_set([&](const WorkerSet& set) {
        set.for_each([&](WorkerSet::Worker worker) {
            if (size < sightings)
                seen[size++] = {worker.pid, worker.nice};
        });
    });
    sort_by_pid(seen, size);
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < size; i++)
        distinct += i == 0 || seen[i].pid != seen[i - 1].pid;
    workers = TRY(Array<wqlab_worker>::create(distinct));
    distinct = 0;
    for (uint32_t i = 0; i < size; i++)
        if (i == 0 || seen[i].pid != seen[i - 1].pid)
            workers[distinct++] = seen[i];
    return {};
}

}  // namespace wqlab
