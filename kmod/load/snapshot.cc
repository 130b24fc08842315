// SPDX-License-Identifier: GPL-2.0
#include "snapshot.hh"

#include "../core/text.hh"

namespace wqlab {

RunSummary::RunSummary(const Run& run)
    : id(run.id()), state(run.state()), end_reason(run.end_reason()), elapsed(run.elapsed()),
      memory(run.memory()), totals(run.totals())
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

    Array<Counter> queued_by_cpu = TRY(Array<Counter>::create(queue.cpus()));
    add_executions(queue, queued_by_cpu);
    add_issuers(run, index, queued_by_cpu);
    TRY(collect_flows(queue, queued_by_cpu));
    return collect_workers(queue);
}

void QueueSnapshot::add_executions(const LoadedQueue& queue, Array<Counter>& queued_by_cpu)
{
    for (uint32_t cpu = 0; cpu < queue.cpus(); cpu++) {
        const ExecutionRecord& record = queue.on(cpu);
        executed += record.executed.get();
        drained += record.drained.get();
        softirq += record.softirq.get();
        migrated += record.migrated.get();
        alloc_failed += record.alloc_failed.get();
        workers_lost += record.workers_lost.get();
        reordered += record.reordered.get();
        queued += record.requeued.get();
        queued_by_cpu[cpu].add(record.requeued.get());
        latency[WQLAB_LATENCY_WAIT].merge(record.wait);
        latency[WQLAB_LATENCY_RUN].merge(record.run);
        latency[WQLAB_LATENCY_TOTAL].merge(record.total);
        latency[WQLAB_LATENCY_QUEUE_CALL].merge(record.queue_call);
    }
}

void QueueSnapshot::add_issuers(const Run& run, uint32_t index, Array<Counter>& queued_by_cpu)
{
    bool all_finished = true;
    for (const Issuer& issuer : run.issuers()) {
        if (issuer.spec().workqueue != index)
            continue;
        const IssueRecord& record = issuer.record();
        queued += record.queued.get();
        refused += record.refused.get();
        cancelled += record.cancelled.get();
        flushed += record.flushed.get();
        modified += record.modified.get();
        late += record.late.get();
        if (record.late_max.get() > late_max)
            late_max = record.late_max.get();
        if (record.finished_ns.get() > elapsed)
            elapsed = record.finished_ns.get();
        all_finished &= issuer.finished();
        queued_by_cpu[issuer.home_cpu()].add(record.queued.get());
        latency[WQLAB_LATENCY_QUEUE_CALL].merge(record.queue_call);
    }
    if (!all_finished)
        elapsed = run.elapsed();
}

Result<void> QueueSnapshot::collect_flows(const LoadedQueue& queue, const Array<Counter>& queued_by_cpu)
{
    const uint32_t cpus = queue.cpus();
    // Counted first, then collected: a flow that appears between is left out.
    uint32_t sources = 0, flows = 0;
    for (uint32_t from = 0; from < cpus; from++) {
        sources += queued_by_cpu[from].get() != 0;
        for (uint32_t to = 0; to < cpus; to++)
            flows += queue.on(to).from[from].get() != 0;
    }
    queued_at = TRY(Array<wqlab_flow>::create(sources));
    executed_at = TRY(Array<wqlab_flow>::create(flows));
    sources = flows = 0;
    for (uint32_t from = 0; from < cpus; from++) {
        if (queued_by_cpu[from].get())
            queued_at[sources++] = {queued_by_cpu[from].get(), from, from};
        for (uint32_t to = 0; to < cpus; to++) {
            const uint64_t count = queue.on(to).from[from].get();
            if (count && flows < executed_at.size())
                executed_at[flows++] = {count, from, to};
        }
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

Result<void> QueueSnapshot::collect_workers(const LoadedQueue& queue)
{
    uint32_t sightings = 0;
    for (uint32_t cpu = 0; cpu < queue.cpus(); cpu++)
        queue.on(cpu).workers.for_each([&](WorkerSet::Worker) { sightings++; });

    Array<wqlab_worker> seen = TRY(Array<wqlab_worker>::create(sightings));
    uint32_t size = 0;
    for (uint32_t cpu = 0; cpu < queue.cpus(); cpu++) {
        queue.on(cpu).workers.for_each([&](WorkerSet::Worker worker) {
            if (size < sightings)
                seen[size++] = {worker.pid, worker.nice};
        });
    }
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
