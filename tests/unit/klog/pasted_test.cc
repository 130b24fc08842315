// SPDX-License-Identifier: GPL-2.0
// One log in each of the forms in which people paste it: what is read of it is the same.
#include <functional>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "commands/doctor/render.hh"
#include "klog/reader.hh"

using namespace wqctl;
using nlohmann::json;

namespace {

// What the kernel printed: the stamp is added by each form in its own way.
const std::vector<std::string> kMessages = {
    "BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 43s!",
    "Showing busy workqueues and worker pools:",
    "workqueue events: flags=0x0",
    "  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=5/256 refcnt=6",
    "    in-flight: 212:stor_reset_work [hv_thing] BAR(880), 213:stor_scan_fn, 999(RESCUER):stor_rescue_fn",
    "    pending: vmstat_shepherd, 2*cache_reap, kfree_rcu_monitor, drain_local_pages_wq BAR(881), mix_pool_bytes_fn",
    "workqueue kcryptd/254:0: flags=0x2a",
    "  pwq 16: cpus=0-7 flags=0x4 nice=0 active=2/2 refcnt=4",
    "    in-flight: 301:crypt_one [dm_crypt], 302:crypt_one [dm_crypt]",
    "    inactive: 7*crypt_one [dm_crypt], crypt_two [dm_crypt] BAR(882)",
    "pool 6: cpus=1 node=0 flags=0x0 nice=0 hung=43s workers=4 idle: 15 16 17",
    "pool 16: cpus=0-7 flags=0x4 nice=0 hung=0s workers=5 manager: 303 idle: 304 305",
    "task:kworker/1:2     state:D stack:0     pid:212   tgid:212   ppid:2      flags:0x00004000",
    "Workqueue: events stor_reset_work [hv_thing]",
    "Call Trace:",
    " <TASK>",
    " __schedule+0x3c1/0x1390",
    " schedule+0x5e/0xd0",
    " wait_for_completion+0x8a/0x160",
    " stor_reset_work+0x5c/0x120 [hv_thing]",
    " process_one_work+0x1c5/0x360",
    " worker_thread+0x52/0x3a0",
    " kthread+0xe6/0x120",
    " </TASK>",
    "workqueue: stor_poll_registers [hv_thing] hogged CPU for >10000us 35 times, consider switching to WQ_UNBOUND",
    "workqueue: WQ_MEM_RECLAIM writeback:wb_workfn is flushing !WQ_MEM_RECLAIM events_unbound:quota_release_fn",
    "Freezing of tasks failed after 20.005 seconds (0 tasks refusing to freeze, wq_busy=1):",
    "INFO: task jbd2/sda1-8:880 blocked for more than 120 seconds.",
    "unrelated: that is all",
};

using Form = std::function<std::string(const std::string& message, int index)>;

std::string stamp(int index) { return fmt::format("[  843.{:06}] ", 900'000 + index); }

std::string in_form(const Form& form)
{
    std::string text;
    for (size_t i = 0; i < kMessages.size(); i++)
        text += form(kMessages[i], static_cast<int>(i));
    return text;
}

// All that was read, without where and when.
json essence(const std::string& text)
{
    klog::LogReader reader;
    reader.take(text);
    const klog::Log log = reader.finish();
    json document = json::parse(doctor_to_json({}, {.log = &log}));
    const std::function<void(json&)> strip = [&](json& value) {
        if (value.is_object())
            for (const char* key : {"line", "last_line", "time", "lines"})
                value.erase(key);
        for (auto& one : value)
            if (one.is_structured())
                strip(one);
    };
    strip(document);
    for (const klog::Hog& hog : log.hogs)
        document["hogs"].push_back(fmt::format("{} {} {}", hog.function, hog.microseconds, hog.times));
    for (const klog::FlushDependency& one : log.flush_dependencies)
        document["flushes"].push_back(one.waiter + " " + one.flushed);
    for (const klog::RefusedFreeze& one : log.refused_freezes)
        document["freezes"].push_back(one.is_workqueue_busy);
    for (const klog::HungTask& one : log.hung_tasks)
        document["hung"].push_back(fmt::format("{} {} {}", one.command, one.pid, one.seconds));
    return document;
}

// As a mailer folds at a column, between words.
std::string wrapped(const std::string& line, size_t column, const std::string& quote, const std::string& end)
{
    std::string text, current = quote;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
        if (current.size() > quote.size() && current.size() + 1 + word.size() > column) {
            text += current + end + "\n";
            current = quote;
        }
        current += (current.size() > quote.size() ? " " : "") + word;
    }
    return text + current + "\n";
}

std::string quoted_printable(const std::string& line)
{
    std::string text, current;
    const auto put = [&](const std::string& piece) {
        if (current.size() + piece.size() > 75) {
            text += current + "=\n";
            current.clear();
        }
        current += piece;
    };
    for (size_t i = 0; i < line.size(); i++)
        put(line[i] == '=' ? "=3D" : i + 1 == line.size() && line[i] == ' ' ? "=20" : std::string(1, line[i]));
    return text + current + "\n";
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

struct Pasted {
    const char* name;
    Form form;
};

const std::vector<Pasted> kForms = {
    {"plain", [](auto& m, int) { return m + "\n"; }},
    {"stamps", [](auto& m, int i) { return stamp(i) + m + "\n"; }},
    {"CR LF", [](auto& m, int i) { return stamp(i) + m + "\r\n"; }},
    {"caller", [](auto& m, int i) { return fmt::format("[  843.{:06}][  T123] {}\n", 900'000 + i, m); }},
    {"caller apart", [](auto& m, int i) { return fmt::format("[  843.{:06}] [    C1] {}\n", 900'000 + i, m); }},
    {"priority", [](auto& m, int i) { return "<4>" + stamp(i) + m + "\n"; }},
    {"dmesg -x", [](auto& m, int i) { return "kern  :warn  : " + stamp(i) + m + "\n"; }},
    {"dmesg -T", [](auto& m, int) { return "[Sat Nov 28 13:17:39 2026] " + m + "\n"; }},
    {"dmesg -T -d", [](auto& m, int) { return "[Sat Nov 28 13:17:39 2026 <    0.000012>] " + m + "\n"; }},
    {"dmesg -d", [](auto& m, int) { return "[<    0.000012>] " + m + "\n"; }},
    {"dmesg -e", [](auto& m, int i) { return (i % 5 ? "[  +0.000012] " : "[Nov28 13:17] ") + m + "\n"; }},
    {"a host before the stamp", [](auto& m, int i) { return "192.168.1.5 " + stamp(i) + m + "\n"; }},
    {"numbered lines", [](auto& m, int i) { return std::to_string(i + 1) + ": " + stamp(i) + m + "\n"; }},
    {"syslog, repeated",
     [](auto& m, int) {
         return "Nov 28 13:17:39 box kernel: " + m + "\nNov 28 13:17:41 box kernel: message repeated 2 times: [ " + m +
                "]\n";
     }},
    {"syslog", [](auto& m, int i) { return "Nov 28 13:17:39 box kernel: " + stamp(i) + m + "\n"; }},
    {"ISO", [](auto& m, int) { return "2026-11-28T13:17:39.123456+01:00 box kernel: " + m + "\n"; }},
    {"short-full", [](auto& m, int) { return "Sat 2026-11-28 13:17:39 UTC box kernel: " + m + "\n"; }},
    {"short-unix", [](auto& m, int i) { return fmt::format("1764335859.{:06} box kernel: {}\n", i, m); }},
    {"short-monotonic", [](auto& m, int i) { return stamp(i) + "box kernel: " + m + "\n"; }},
    {"console of a CI", [](auto& m, int i) { return "[13:17:39] " + stamp(i) + m + "\n"; }},
    {"a vendor's task", [](auto& m, int i) { return stamp(i) + "[1:    kworker/1:2:  212] " + m + "\n"; }},
    {"another vendor's", [](auto& m, int i) { return stamp(i) + "(1)[212:kworker/1:2]" + m + "\n"; }},
    {"json",
     [](auto& m, int i) {
         return json{{"MESSAGE", m}, {"_SOURCE_MONOTONIC_TIMESTAMP", std::to_string(843'900'000 + i)}}.dump() + "\n";
     }},
    {"json of containers",
     [](auto& m, int i) {
         return json{{"log", stamp(i) + m + "\n"}, {"stream", "x"}}.dump() + "\n";
     }},
    {"json of bytes",
     [](auto& m, int i) {
         json bytes = json::array();
         for (const char c : m)
             bytes.push_back(static_cast<unsigned char>(c));
         return json{{"MESSAGE", bytes}, {"__MONOTONIC_TIMESTAMP", std::to_string(843'900'000 + i)}}.dump() + "\n";
     }},
    {"json-pretty",
     [](auto& m, int) { return "{\n\t\"PRIORITY\" : \"4\",\n\t\"MESSAGE\" : " + json(m).dump() + ",\n}\n"; }},
    {"dmesg -J",
     [](auto& m, int i) {
         return fmt::format("{}         \"pri\": 4,\n         \"time\":   843.{},\n         \"msg\": {}\n",
                            i ? "      },{\n" : "{\n   \"dmesg\": [\n      {\n", 900'000 + i, json(m).dump());
     }},
    {"export", [](auto& m, int) { return "PRIORITY=4\nMESSAGE=" + m + "\n_TRANSPORT=kernel\n\n"; }},
    {"/dev/kmsg", [](auto& m, int i) { return fmt::format("4,{},{},-;{}\n", 77 + i, 843'900'000 + i, m); }},
    {"/dev/kmsg, caller",
     [](auto& m, int i) {
         return fmt::format("4,{},{},-,caller=T212;{}\n SUBSYSTEM=x\n", 77 + i, 843'900'000 + i, m);
     }},
    {"netconsole, release",
     [](auto& m, int i) { return fmt::format("6.12.117-amd64,4,{},{},-;{}\n", 77 + i, 843'900'000 + i, m); }},
    {"netconsole in fragments",
     [](auto& m, int i) {
         std::string text;
         for (size_t at = 0; at < m.size(); at += 24)
             text += fmt::format("4,{},{},-,ncfrag={}/{};{}\n", 77 + i, 843'900'000 + i, at, m.size(),
                                 m.substr(at, 24));
         return text;
     }},
    {"netconsole in fragments, release",
     [](auto& m, int i) {
         std::string text;
         for (size_t at = 0; at < m.size(); at += 24)
             text += fmt::format("6.12.117-rc1+,4,{},{},-,ncfrag={}/{};{}\n", 77 + i, 843'900'000 + i, at, m.size(),
                                 m.substr(at, 24));
         return text;
     }},
    {"continued records",
     [](auto& m, int i) {
         const size_t half = m.size() / 2;
         return fmt::format("4,{0},{1},c;{2}\n4,{0},{1},+;{3}\n", 77 + i, 843'900'000 + i, m.substr(0, half),
                            m.substr(half));
     }},
    {"two consoles", [](auto& m, int i) { return stamp(i) + m + "\n" + stamp(i) + m + "\n"; }},
    {"a stamp behind a message",
     [](auto& m, int i) { return stamp(i) + m + (i % 4 == 1 ? stamp(i) + "usb 1-2: new device\n" : "\n"); }},
    {"others between", [](auto& m, int i) { return stamp(i) + m + "\n" + stamp(i) + "usb 1-2: new device\n"; }},
    {"quoted", [](auto& m, int i) { return "> > > " + stamp(i) + m + "\n"; }},
    {"quoted tightly", [](auto& m, int) { return ">>> " + m + "\n"; }},
    {"tabs", [](auto& m, int i) { return "\t" + replaced(stamp(i) + m, "    ", "\t") + "\n"; }},
    {"no-break spaces", [](auto& m, int i) { return replaced(stamp(i) + m, "  ", "\xc2\xa0 ") + "\n"; }},
    {"only no-break spaces", [](auto& m, int i) { return replaced(stamp(i) + m, " ", "\xc2\xa0") + "\n"; }},
    {"Latin-1", [](auto& m, int i) { return replaced(stamp(i) + m, "  ", "\xa0 ") + "\n"; }},
    {"a saved page",
     [](auto& m, int i) { return "&gt; &gt; " + replaced(replaced(stamp(i) + m, "<", "&lt;"), ">", "&gt;") + "\n"; }},
    {"colours", [](auto& m, int i) { return "\033[32m" + stamp(i) + "\033[0m\033[1m" + m + "\033[0m\n"; }},
    {"indented by hand", [](auto& m, int) { return "      " + m.substr(m.find_first_not_of(' ')) + "\n"; }},
    {"a blank line behind each", [](auto& m, int i) { return stamp(i) + m + "\n\n"; }},
    {"wrapped", [](auto& m, int) { return wrapped(m, 72, "", ""); }},
    {"wrapped with stamps", [](auto& m, int i) { return wrapped(stamp(i) + m, 72, "", ""); }},
    {"wrapped and quoted", [](auto& m, int i) { return wrapped(stamp(i) + m, 74, "> ", ""); }},
    {"wrapped, quoted deep", [](auto& m, int i) { return wrapped(stamp(i) + m, 72, "> > > > ", ""); }},
    {"format=flowed", [](auto& m, int i) { return wrapped(stamp(i) + m, 72, "", " "); }},
    {"quoted-printable", [](auto& m, int i) { return quoted_printable(stamp(i) + m); }},
    {"quoted-printable, quoted", [](auto& m, int i) { return quoted_printable("> > " + stamp(i) + m + " "); }},
};

}  // namespace

TEST_CASE("a log is read alike in each form that people paste")
{
    const json truth = essence(in_form(kForms[0].form));
    REQUIRE(truth["dumps"].size() == 1);
    REQUIRE(truth["dumps"][0]["workqueues"].size() == 2);
    REQUIRE(truth["stacks"].size() == 1);
    REQUIRE(truth["hogs"].size() == 1);
    REQUIRE(truth["flushes"].size() == 1);
    REQUIRE(truth["freezes"].size() == 1);
    REQUIRE(truth["hung"].size() == 1);
    REQUIRE(truth["not_understood"] == 0);
    for (const Pasted& pasted : kForms) {
        INFO(pasted.name);
        INFO(in_form(pasted.form).substr(0, 3000));
        CHECK(json::diff(truth, essence(in_form(pasted.form))) == json::array());
    }
}

TEST_CASE("a log is read alike behind a preface, and with an end that is cut off")
{
    const std::string whole = in_form(kForms[1].form);
    const json truth = essence(whole);
    CHECK(essence("Hi all,\n\nmy box hangs, see below:\n\n```\n" + whole + "```\n") == truth);
    // Wherever it ends, what is before stays as it is, and nothing is made up.
    for (size_t end = whole.size() - 1; end; end -= std::min<size_t>(end, 7)) {
        const json part = essence(whole.substr(0, end));
        CHECK(part["dumps"].size() <= 1);
        for (const json& dump : part["dumps"])
            CHECK(dump["workqueues"].size() <= 2);
        CHECK(part["stacks"].size() <= 1);
    }
}

TEST_CASE("two consoles that are out of step show one dump")
{
    const std::string whole = in_form(kForms[1].form);
    CHECK(essence(whole + whole)["dumps"].size() == 1);
}
