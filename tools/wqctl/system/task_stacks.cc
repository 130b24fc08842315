// SPDX-License-Identifier: GPL-2.0
#include "system/task_stacks.hh"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>

#include "text/scan.hh"

namespace wqctl {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor()
    {
        if (fd_ >= 0)
            close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

uint64_t clock_ns(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// As a whole; errno says why not.
std::optional<std::string> read_at(int directory, const char* name)
{
    const Descriptor file(openat(directory, name, O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        return {};
    std::string text;
    char piece[4096];
    for (;;) {
        const ssize_t got = read(file.get(), piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return {};
        if (got == 0)
            return text;
        text.append(piece, static_cast<size_t>(got));
    }
}

// A task's directory stays that task's: if it ends, nothing can be read there, whoever gets the pid.
int open_task(const std::string& proc, const std::string& task)
{
    return open((proc + "/" + task).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

// /proc says more of a kthread than task->comm has: the workqueue behind "kworker/3:1", and what did not fit into it.
bool is_same_command(std::string_view now, std::string_view command)
{
    constexpr size_t kComm = 15;
    while (now.ends_with('\n'))
        now.remove_suffix(1);
    if (!now.starts_with(command))
        return false;
    return now.size() == command.size() || command.size() >= kComm ||
           (command.starts_with("kworker/") && (now[command.size()] == '-' || now[command.size()] == '+'));
}

struct Stat {
    char state = 0;
    uint64_t start_ns = 0;  // since boot
};

// "pid (command) state …", where the command may have brackets of its own. The start is the 22nd.
std::optional<Stat> parse_stat(std::string_view text)
{
    const size_t end = text.rfind(')');
    if (end == std::string_view::npos)
        return {};
    Scan scan(text.substr(end + 1));
    scan.skip_spaces();
    Stat stat;
    stat.state = scan.peek();
    constexpr int kFromStateToStart = 19;
    for (int field = 0; field < kFromStateToStart; field++) {
        scan.until(" ");
        scan.skip_spaces();
    }
    const auto ticks = scan.number<uint64_t>();
    if (!ticks)
        return {};
    stat.start_ns = *ticks * (1'000'000'000 / static_cast<uint64_t>(sysconf(_SC_CLK_TCK)));
    return stat;
}

std::string why_not(const std::string& proc)
{
    char ns[64];
    const ssize_t size = readlink((proc + "/self/ns/pid").c_str(), ns, sizeof ns);
    // The kernel's PROC_PID_INIT_INO.
    if (size > 0 && std::string_view(ns, static_cast<size_t>(size)) != "pid:[4026531836]")
        return "pids are others here: run wqctl outside of the container";
    const Descriptor self(open_task(proc, "self"));
    if (self.get() < 0)
        return "there is no " + proc;
    if (read_at(self.get(), "stack"))
        return {};
    if (errno == ENOENT)
        return "this kernel has no /proc/PID/stack (CONFIG_STACKTRACE)";
    return "/proc/PID/stack is for root, with CAP_SYS_ADMIN";
}

}  // namespace

TaskStacks::TaskStacks(uint64_t taken_ns, std::string proc)
    : proc_(std::move(proc)),
      taken_since_boot_ns_(taken_ns + clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC)),
      lacking_(why_not(proc_))
{
}

std::optional<TaskStack> TaskStacks::read(const Task& task) const
{
    const Descriptor directory(open_task(proc_, std::to_string(task.pid)));
    if (directory.get() < 0)
        return {};
    const auto command = read_at(directory.get(), "comm");
    const auto stat_text = read_at(directory.get(), "stat");
    const auto text = read_at(directory.get(), "stack");
    if (!command || !stat_text || !text || !is_same_command(*command, task.command))
        return {};
    const std::optional<Stat> stat = parse_stat(*stat_text);
    if (!stat || stat->start_ns > taken_since_boot_ns_)
        return {};
    TaskStack stack{{}, stat->state};
    for (std::string_view left = *text; !left.empty();) {
        const size_t end = std::min(left.find('\n'), left.size() - 1);
        if (auto function = function_of_frame(left.substr(0, end)); function && !function->empty())
            stack.frames.push_back(std::move(*function));
        left.remove_prefix(end + 1);
    }
    if (stack.frames.empty() || (task.is_worker && !is_at_an_item(stack.frames)))
        return {};
    return stack;
}

std::vector<StackGroup> group_equal(const std::vector<std::pair<Task, TaskStack>>& stacks)
{
    std::vector<StackGroup> groups;
    for (const auto& [task, stack] : stacks) {
        auto group = std::ranges::find(groups, stack.frames, &StackGroup::frames);
        if (group == groups.end())
            group = groups.insert(group, {stack.frames, "", {}});
        if (group->states.find(stack.state) == std::string::npos)
            group->states += stack.state;
        group->tasks.push_back(task);
    }
    std::ranges::stable_sort(groups, [](const auto& a, const auto& b) { return a.tasks.size() > b.tasks.size(); });
    return groups;
}

}  // namespace wqctl
