// SPDX-License-Identifier: GPL-2.0
// kmod/core/warnings.hh, on reports as kernels print them.
#include <catch2/catch.hpp>
#include <sstream>

#include "core/warnings.hh"

using wqlab::LogLine;
using wqlab::Warnings;

namespace {

struct Writer {
    uintptr_t id;
    std::string command;
    bool in_interrupt = false;
};

const Writer kCheck = {0x1000, "wqlab_check"};
const Writer kWorker = {0x2000, "kworker/1:2"};
const Writer kOther = {0x3000, "modprobe"};
const Writer kInterrupt = {0x1001, "wqlab_check", true};

void print(Warnings& warnings, const Writer& writer, const std::string& text)
{
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        // Of exactly its size: the kernel's has no NUL.
        const std::vector<char> bytes(line.begin(), line.end());
        warnings.see({bytes.data(), bytes.size(), writer.id, writer.command.c_str(), writer.in_interrupt});
    }
}

const std::string kBegin = "------------[ cut here ]------------\n";
const std::string kWarning = "WARNING: CPU: 1 PID: 299 at kernel/workqueue.c:4195 __flush_work+0x2ad/0x3a0\n";
const std::string kModules = "Modules linked in: wqlab(OE) [last unloaded: wqlab]\n";
const std::string kEnd = "---[ end trace 0000000000000000 ]---\n";

// What one writer prints alone: how many of its warnings are ours, of how many.
std::pair<uint32_t, uint32_t> judged(const Writer& writer, const std::string& text)
{
    Warnings warnings;
    print(warnings, writer, text);
    return {warnings.ours(), warnings.all()};
}

constexpr std::pair<uint32_t, uint32_t> kOurs = {1, 1}, kAnothers = {0, 1}, kNone = {0, 0};

}  // namespace

TEST_CASE("a warning is the workqueue code's by its file or its function", "[warnings]")
{
    CHECK(judged(kOther, kBegin + kWarning + kEnd) == kAnothers);
    // Without DEBUG_BUGVERBOSE, and a part that the compiler made.
    CHECK(judged(kOther, kBegin + "WARNING: CPU: 1 PID: 9 at __queue_work+0x3b1/0x580\n" + kEnd) == kAnothers);
    CHECK(judged(kOther, kBegin + "WARNING: CPU: 1 PID: 9 at check_flush_dependency.part.0+0x1/0x2\n" + kEnd) ==
          kAnothers);
    // 7.x
    CHECK(judged(kOther, kBegin + "WARNING: kernel/workqueue.c:2352 at __queue_work+0x1/0x2, CPU#1: rmmod/9\n" +
                             kEnd) == kAnothers);
    CHECK(judged(kOther, kBegin + "WARNING: CPU: 1 PID: 9 at __queue_works_of_art+0x1/0x2\n" + kEnd) == kNone);
    CHECK(judged(kCheck, kBegin + "WARNING: CPU: 1 PID: 9 at kernel/rcu/tree.c:1 call_rcu+0x1/0x2\n" + kEnd) == kNone);
    CHECK(judged(kCheck, "workqueue: a line that is no warning\n") == kNone);
}

TEST_CASE("a warning is ours if our thread prints it, or if it names a function of ours", "[warnings]")
{
    CHECK(judged(kCheck, kBegin + kWarning + kEnd) == kOurs);
    CHECK(judged({7, "kworker/R-wqlab_"}, kBegin + kWarning + kEnd) == kOurs);
    CHECK(judged({7, "wqctl"}, kWarning) == kOurs);
    CHECK(judged(kWorker, kBegin + kWarning + kModules + "Workqueue: wqlab-c50 wqlab_test_item [wqlab]\n" + kEnd) ==
          kOurs);
    CHECK(judged(kWorker, kBegin + kWarning + " wqlab_test_item+0x12/0x30 [wqlab]\n" + kEnd) == kOurs);
    CHECK(judged(kWorker, kBegin + kWarning + " wqlab_test_item+0x12/0x30 [wqlab 0123abcd]\n" + kEnd) == kOurs);
    // WARN() prints its message first.
    CHECK(judged(kWorker, kBegin + "workqueue: wq:wqlab_test_item [wqlab] is flushing …\n" + kWarning + kEnd) == kOurs);
    // A report counts once.
    CHECK(judged(kCheck, kBegin + kWarning + " a+0x1/0x2 [wqlab]\n b+0x1/0x2 [wqlab]\n" + kEnd) == kOurs);
}

TEST_CASE("that our module is loaded, or another has our name in its own, makes no warning ours", "[warnings]")
{
    CHECK(judged(kOther, kBegin + kWarning + kModules + kEnd) == kAnothers);
    CHECK(judged(kWorker, kBegin + kWarning + "Workqueue: wqlab_hold hold_func [wqlab_hold]\n" + kEnd) == kAnothers);
    // Left on the stack by an item that ran before.
    CHECK(judged(kWorker, kBegin + kWarning + " ? wqlab_test_item+0x12/0x30 [wqlab]\n" + kEnd) == kAnothers);
    // Behind the report.
    CHECK(judged(kWorker, kBegin + kWarning + kEnd + " wqlab_test_item+0x12/0x30 [wqlab]\n") == kAnothers);
}

TEST_CASE("an interrupt's warning is not the task's that it came upon", "[warnings]")
{
    const std::string report = kBegin + kWarning +
                               "Workqueue: wqlab-c50 wqlab_test_item [wqlab]\nCall Trace:\n <IRQ>\n";
    CHECK(judged(kInterrupt, report + " </IRQ>\n <TASK>\n main+0x1/0x2 [wqlab]\n </TASK>\n" + kEnd) == kAnothers);
    CHECK(judged(kInterrupt, report + " bh_item+0x1/0x2 [wqlab]\n </IRQ>\n <TASK>\n" + kEnd) == kOurs);
    // The next report begins anew.
    Warnings warnings;
    print(warnings, kInterrupt, report + " <TASK>\n" + kEnd + kBegin + kWarning + " bh_item+0x1/0x2 [wqlab]\n" + kEnd);
    CHECK(warnings.all() == 2);
    CHECK(warnings.ours() == 1);
}

TEST_CASE("reports are told apart though their lines come mixed", "[warnings]")
{
    Warnings warnings;
    print(warnings, kOther, kBegin + kWarning);
    print(warnings, kWorker, kBegin + kWarning);
    print(warnings, kCheck, kBegin);
    print(warnings, kWorker, " wqlab_test_item+0x12/0x30 [wqlab]\n");
    print(warnings, kCheck, kWarning + kEnd);
    print(warnings, kOther, kModules + kEnd);
    print(warnings, kWorker, kEnd);
    CHECK(warnings.all() == 3);
    CHECK(warnings.ours() == 2);
}

TEST_CASE("reports that never end do not keep later ones from being told apart", "[warnings]")
{
    Warnings warnings;
    // One writer's, again and again, is one.
    for (int i = 0; i < 1000; i++)
        print(warnings, kOther, kBegin + kWarning);
    print(warnings, kWorker, kBegin + kWarning + " wqlab_test_item+0x12/0x30 [wqlab]\n" + kEnd);
    CHECK(warnings.ours() == 1);
    // With none to be had, a warning is still seen.
    for (uintptr_t writer = 1; writer < 200; writer += 2)
        print(warnings, {writer, "oops"}, kBegin);
    print(warnings, kWorker, kBegin + kWarning + kEnd);
    CHECK(warnings.all() == 1002);
}
