// SPDX-License-Identifier: GPL-2.0
#include "trace_log.hh"

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <sys/mount.h>

#include "lab.hh"

namespace {

const std::string kTracing = "/sys/kernel/tracing/";
const char* const kEvents[] = {"workqueue", "task/task_newtask"};

// The word behind "key=" or "key ".
std::string word_behind(const std::string& line, const std::string& key)
{
    const size_t at = line.find(key);
    if (at == std::string::npos)
        return "";
    const size_t begin = at + key.size();
    return line.substr(begin, line.find_first_of(" :\n", begin) - begin);
}

}  // namespace

TraceLog::TraceLog()
{
    if (!std::filesystem::exists(kTracing + "tracing_on"))
        mount("tracefs", kTracing.c_str(), "tracefs", 0, nullptr);
    write_file(kTracing + "tracing_on", "0");
    write_file(kTracing + "trace_clock", "counter");  // orders events of all CPUs
    write_file(kTracing + "buffer_size_kb", "8192");
    write_file(kTracing + "trace", "");
    for (const char* event : kEvents)
        write_file(kTracing + "events/" + event + "/enable", "1");
    write_file(kTracing + "tracing_on", "1");
}

TraceLog::~TraceLog()
{
    for (const char* event : kEvents)
        write_file(kTracing + "events/" + event + "/enable", "0");
    write_file(kTracing + "trace", "");
    write_file(kTracing + "trace_clock", "local");
}

void TraceLog::stop()
{
    write_file(kTracing + "tracing_on", "0");
    std::stringstream lines(read_file(kTracing + "trace"));
    for (std::string line; std::getline(lines, line);)
        if (!line.empty() && line[0] != '#')
            read(line);
}

// "  kworker/3:1-57  [003] d..1.  12345: workqueue_queue_work: work struct=… function=… workqueue=… req_cpu=8192 cpu=3"
void TraceLog::read(const std::string& line)
{
    const size_t bracket = line.find(" [");
    const size_t colon = line.find(": ", bracket);
    const size_t end = line.find(": ", colon + 2);
    if (bracket == std::string::npos || end == std::string::npos)
        return;
    events_++;
    const std::string event = line.substr(colon + 2, end - colon - 2), text = line.substr(end + 2);
    std::string task = line.substr(0, line.find_last_not_of(' ', bracket) + 1);
    task.erase(0, task.find_first_not_of(' '));
    const int cpu = std::stoi(line.substr(bracket + 2));
    const std::string flags = line.substr(line.find(']') + 2, 5);

    if (event == "task_newtask") {
        const size_t name = text.find("comm=") + 5;
        names_.insert(text.substr(name, text.find(' ', name) - name));
        return;
    }
    std::string work = word_behind(text, "work struct=");
    if (work.empty())
        work = word_behind(text, "work struct ");
    const auto latest = std::find_if(items_.rbegin(), items_.rend(),
                                     [&](const TracedItem& item) { return item.work == work && !item.ended; });
    if (event == "workqueue_queue_work") {
        const std::string name = word_behind(text, "workqueue=");
        if (name.compare(0, 5, "wqlab") != 0)
            return;
        TracedItem item;
        item.run = name.substr(0, name.find('-'));
        item.workqueue = name.substr(name.find('-') + 1);
        item.work = work;
        item.queued_on = cpu;
        item.pool_cpu = std::stoi(word_behind(text, " cpu="));
        item.queued = events_;
        items_.push_back(item);
    } else if (event == "workqueue_execute_start" && latest == items_.rend()) {
        if (word_behind(text, "function ") != "wq_barrier_func")
            return;
        TracedItem barrier;
        barrier.work = work;
        barrier.workqueue = "barrier";
        barrier.pid = std::stoi(task.substr(task.rfind('-') + 1));
        barrier.began = events_;
        items_.push_back(barrier);
    } else if (latest == items_.rend()) {
        return;
    } else if (event == "workqueue_activate_work") {
        latest->activated = events_;
    } else if (event == "workqueue_execute_start") {
        latest->began = events_;
        latest->began_on = cpu;
        latest->task = task.substr(0, task.rfind('-'));
        latest->pid = std::stoi(task.substr(task.rfind('-') + 1));
        latest->softirq = flags.size() > 2 && (flags[2] == 's' || flags[2] == 'S');
    } else if (event == "workqueue_execute_end") {
        latest->ended = events_;
        latest->ended_on = cpu;
    }
}

std::vector<TracedItem> TraceLog::items(const std::string& workqueue) const
{
    std::vector<TracedItem> found;
    std::copy_if(items_.begin(), items_.end(), std::back_inserter(found),
                 [&](const TracedItem& item) { return item.workqueue == workqueue; });
    return found;
}

std::set<int> TraceLog::workers_of(const std::string& pool) const
{
    const std::string prefix = "kworker/" + pool + ":";
    std::set<int> ids;
    for (const std::string& name : names_)
        if (name.compare(0, prefix.size(), prefix) == 0)
            ids.insert(std::stoi(name.substr(prefix.size())));
    return ids;
}

bool TraceLog::some_pool_got(const std::set<int>& ids, bool exactly) const
{
    for (const std::string& name : names_) {
        if (name.compare(0, 9, "kworker/u") != 0)
            continue;
        const std::set<int> got = workers_of(name.substr(8, name.find(':') - 8));
        if (exactly ? got == ids : std::includes(got.begin(), got.end(), ids.begin(), ids.end()))
            return true;
    }
    return false;
}

unsigned most_at_once(const std::vector<TracedItem>& items, unsigned TracedItem::*from, unsigned TracedItem::*to)
{
    std::map<unsigned, int> changes;
    for (const TracedItem& item : items) {
        if (!(item.*from) || !(item.*to))
            continue;
        changes[item.*from]++;
        changes[item.*to]--;
    }
    int now = 0, most = 0;
    for (const auto& [event, change] : changes)
        most = std::max(most, now += change);
    return static_cast<unsigned>(most);
}
