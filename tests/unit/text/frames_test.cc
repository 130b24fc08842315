// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "text/frames.hh"

using namespace wqctl;

TEST_CASE("a frame is known with and without what is before and behind it")
{
    CHECK(function_of_frame("[<0>] msleep+0x2d/0x40") == "msleep");
    CHECK(function_of_frame("[<ffffffff810a1b2c>] worker_thread+0x2d/0x40") == "worker_thread");
    CHECK(function_of_frame("  [c000000012345678] [c0000000000b2a1c] doze.isra.0+0x2d/0x40 [driver]") ==
          "doze.isra.0 [driver]");
    CHECK(function_of_frame(" ? left_over+0x2d/0x40") == "");
    CHECK_FALSE(function_of_frame("[<0>] 0xffffffffffffffff"));
    CHECK_FALSE(function_of_frame("Call Trace:"));
    CHECK_FALSE(function_of_frame(""));
}

TEST_CASE("a task sleeps in the first frame that is not the scheduler's, on behalf of the item's function")
{
    const Frames worker = {"__schedule", "schedule",         "schedule_timeout", "msleep",
                           "doze [mod]", "process_one_work", "worker_thread",    "kthread"};
    CHECK(place_of(worker) == "msleep");
    CHECK(path_text(worker, Charset::kAscii) == "msleep <- doze [mod]");
    CHECK(is_at_an_item(worker));
    const Frames rescuer = {"mutex_lock", "doze [mod]", "process_one_work", "rescuer_thread", "kthread"};
    CHECK(is_at_an_item(rescuer));
    CHECK(path_text(rescuer, Charset::kUtf8) == "mutex_lock ← doze [mod]");
    const Frames task = {"schedule", "__flush_work", "ksys_write"};
    CHECK(is_at_an_item(task));
    CHECK(path_text(task, Charset::kAscii) == "__flush_work <- ksys_write");
}

TEST_CASE("functions of C++ are shown as they are written, without arguments")
{
    CHECK(shown_function("_ZN5wqlab4Item12perform_bodyERKNS_4NoteEj [wqlab]") == "wqlab::Item::perform_body [wqlab]");
    CHECK(shown_function("_Znothing") == "_Znothing");
    CHECK(shown_function("mutex_lock [mod]") == "mutex_lock [mod]");
}

TEST_CASE("a worker that waits for work is at no item")
{
    CHECK_FALSE(is_at_an_item({"schedule", "worker_thread", "kthread"}));
    CHECK_FALSE(is_at_an_item({"rescuer_thread", "kthread"}));
    CHECK(place_of({"__schedule", "schedule"}).empty());
    CHECK(path_text({"__schedule", "schedule"}, Charset::kAscii).empty());
}
