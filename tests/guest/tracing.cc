// SPDX-License-Identifier: GPL-2.0
#include "tracing.hh"

#include <map>
#include <sstream>

#include "lab.hh"

namespace {

const std::string kTracing = "/sys/kernel/tracing/";

// The word behind "key=".
std::string field(const std::string& line, const std::string& key)
{
    const size_t at = line.find(key + "=");
    if (at == std::string::npos)
        return "";
    const size_t begin = at + key.size() + 1;
    return line.substr(begin, line.find(' ', begin) - begin);
}

}  // namespace

Tracing::Tracing()
{
    write_file(kTracing + "tracing_on", "0");
    write_file(kTracing + "buffer_size_kb", "4096");
    write_file(kTracing + "trace", "");
    enable("1");
    write_file(kTracing + "tracing_on", "1");
}

Tracing::~Tracing()
{
    enable("0");
    write_file(kTracing + "trace", "");
}

void Tracing::enable(const char* value)
{
    for (const char* event :
         {"workqueue/workqueue_queue_work", "workqueue/workqueue_execute_start", "irq/softirq_entry"})
        write_file(kTracing + "events/" + event + "/enable", value);
}

// "  kworker/3:1-57  [003] d..1.  12.345678: workqueue_queue_work: work struct=… function=… workqueue=… req_cpu=8192
// cpu=3"
std::vector<TraceEvent> Tracing::take()
{
    write_file(kTracing + "tracing_on", "0");
    std::vector<TraceEvent> events;
    std::map<uint32_t, int> softirqs;
    std::stringstream lines(read_file(kTracing + "trace"));
    for (std::string line; std::getline(lines, line);) {
        const size_t bracket = line.find(" [");
        const size_t at = line.find(": ", bracket);
        if (line.starts_with("#") || bracket == std::string::npos || at == std::string::npos)
            continue;
        const size_t end = line.find(':', at + 2);
        TraceEvent event;
        event.name = line.substr(at + 2, end - at - 2);
        event.cpu = static_cast<uint32_t>(std::stoul(line.substr(bracket + 2)));
        const std::string task = line.substr(0, line.find_last_not_of(' ', bracket) + 1);
        event.pid = std::stoi(task.substr(task.rfind('-') + 1));
        if (event.name == "softirq_entry") {
            softirqs[event.cpu] = std::stoi(field(line, "vec"));
            continue;
        }
        if (line.find("[wqlab]") == std::string::npos)
            continue;
        // "work struct=…" or "work struct …:"
        event.work = std::stoull(line.substr(line.find("work struct") + 12), nullptr, 16);
        if (event.name == "workqueue_queue_work") {
            event.workqueue = field(line, "workqueue");
            event.req_cpu = static_cast<uint32_t>(std::stoul(field(line, "req_cpu")));
            event.pool_cpu = std::stoi(field(line, " cpu"));
        }
        if (softirqs.contains(event.cpu))
            event.softirq = softirqs[event.cpu];
        events.push_back(std::move(event));
    }
    return events;
}
