// SPDX-License-Identifier: GPL-2.0
// Stacks of tasks in a /proc that the test made.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "system/task_stacks.hh"
#include "system/wait.hh"

using namespace wqctl;
namespace fs = std::filesystem;

namespace {

class Proc {
public:
    Proc() : path_(fs::temp_directory_path() / ("wqctl-proc-" + std::to_string(getpid())))
    {
        fs::create_directories(path_ / "self/ns");
        fs::create_symlink("pid:[4026531836]", path_ / "self/ns/pid");
        write("self", "stack", "");
    }
    ~Proc() { fs::remove_all(path_); }
    Proc(const Proc&) = delete;
    Proc& operator=(const Proc&) = delete;

    void write(const std::string& task, const char* file, const std::string& text) const
    {
        fs::create_directories(path_ / task);
        std::ofstream(path_ / task / file) << text;
    }
    void add(int pid, const std::string& command, char state, uint64_t start_ticks, const std::string& stack) const
    {
        const std::string task = std::to_string(pid);
        write(task, "comm", command + "\n");
        write(task, "stat",
              task + " (" + command + ") " + state + " 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 20 0 1 0 " +
                  std::to_string(start_ticks) + " 0 0\n");
        write(task, "stack", stack);
    }
    TaskStacks at(uint64_t taken_ns) const { return TaskStacks(taken_ns, path_); }

    fs::path path_;
};

const char* const kAsleep =
    "[<0>] msleep+0x2d/0x40\n[<0>] doze+0x1/0x2 [mod]\n[<0>] process_one_work+0x1/0x2\n"
    "[<0>] worker_thread+0x1/0x2\n[<0>] kthread+0x1/0x2\n";
const char* const kIdle = "[<0>] worker_thread+0x1/0x2\n[<0>] kthread+0x1/0x2\n";

}  // namespace

TEST_CASE("the stack of a task that is still the one that was seen")
{
    const Proc proc;
    proc.add(71, "kworker/3:1+events", 'D', 100, kAsleep);
    proc.add(72, "a) b (c", 'S', 100, "[<0>] pipe_read+0x1/0x2\n[<0>] 0xffffffffffffffff");
    const TaskStacks stacks = proc.at(monotonic_ns());
    CHECK(stacks.lacking().empty());
    const auto worker = stacks.read({71, "kworker/3:1", true});
    REQUIRE(worker);
    CHECK(worker->state == 'D');
    CHECK(worker->frames == Frames{"msleep", "doze [mod]", "process_one_work", "worker_thread", "kthread"});
    const auto task = stacks.read({72, "a) b (c", false});
    REQUIRE(task);
    CHECK(task->frames == Frames{"pipe_read"});
}

TEST_CASE("a task that has ended, is another, or went on has no stack")
{
    const Proc proc;
    constexpr uint64_t kLater = 1'000'000'000;  // in ticks: months from now
    proc.add(71, "kworker/3:10", 'D', 100, kAsleep);
    proc.add(72, "kworker/3:1", 'D', kLater, kAsleep);
    proc.add(73, "kworker/3:1", 'I', 100, kIdle);
    proc.add(74, "kworker/3:1", 'R', 100, "");
    const TaskStacks stacks = proc.at(monotonic_ns());
    for (const int pid : {70, 71, 72, 73, 74}) {
        INFO(pid);
        CHECK_FALSE(stacks.read({pid, "kworker/3:1", true}));
    }
}

TEST_CASE("that stacks can't be read is said once, with what would be right")
{
    const Proc proc;
    fs::remove(proc.path_ / "self/stack");
    CHECK_THAT(proc.at(0).lacking(), Catch::Contains("CONFIG_STACKTRACE"));
    fs::remove(proc.path_ / "self/ns/pid");
    fs::create_symlink("pid:[4026532000]", proc.path_ / "self/ns/pid");
    CHECK_THAT(proc.at(0).lacking(), Catch::Contains("outside of the container"));
}

TEST_CASE("equal stacks are put together, the most first")
{
    const Frames one = {"a", "b"}, many = {"a", "c"};
    const auto groups = group_equal({{{1, "x"}, {one, 'D'}}, {{2, "y"}, {many, 'D'}}, {{3, "z"}, {many, 'S'}}});
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].frames == many);
    CHECK(groups[0].states == "DS");
    REQUIRE(groups[0].tasks.size() == 2);
    CHECK(groups[0].tasks[1].pid == 3);
    CHECK(groups[1].tasks.size() == 1);
}
