// SPDX-License-Identifier: GPL-2.0
// A snapshot of a machine of bytes, saved and read again.
#include <catch2/catch.hpp>

#include "commands/dump/render.hh"
#include "machine/small_machine.hh"
#include "source/read_source.hh"
#include "source/saved/saved.hh"
#include "system/gzip.hh"
#include "text/error.hh"

using namespace wqctl;

namespace {

class MachineKernel final : public ReadKernel {
public:
    wqlab::Image image() override { return machine_.image(); }
    void begin() override { begun_++; }
    std::vector<std::string> troubles() override { return {"a page is not in the dump"}; }
    std::string release() override { return "6.12-test"; }
    std::string origin() override { return "a machine of bytes"; }
    bool is_running() const override { return false; }
    SmallMachine& machine() { return machine_; }

private:
    SmallMachine machine_;
    unsigned begun_ = 0;
};

std::string json_of(Source& source)
{
    const Snapshot snapshot = source.snapshot(WQLAB_SECTIONS_ALL);
    const Selection selection = select(snapshot, {});
    Dump dump{.snapshot = snapshot, .selection = selection, .kernel = source.info().release};
    dump.sections = snapshot.sections;
    return dump_to_json(dump);
}

}  // namespace

TEST_CASE("a kernel that is read gives what its memory has")
{
    ReadSource source(std::make_unique<MachineKernel>());
    const Info& info = source.info();
    CHECK(info.release == "6.12-test");
    CHECK((info.wq_flags & WQLAB_WQ_UNBOUND) != 0);
    CHECK(info.system_workqueues == std::vector<std::string>{"system_wq"});
    REQUIRE(info.views.size() == 10);
    CHECK(info.views.back().lacks == std::vector<std::string>{"the module"});
    CHECK(info.views.front().lacks.empty());
    CHECK_FALSE(source.is_live());

    const Snapshot snapshot = source.snapshot(WQLAB_SECTIONS_ALL);
    CHECK(snapshot.sections == WQLAB_SECTIONS_ALL);
    CHECK(snapshot.troubles == std::vector<std::string>{"a page is not in the dump"});
    REQUIRE(snapshot.workqueues.size() == 2);
    CHECK(snapshot.string(snapshot.workqueues[0].name) == "events");
    CHECK(snapshot.string(snapshot.workqueues[0].symbol) == "system_wq");
    CHECK(snapshot.cpus(snapshot.head.possible_cpus) == CpuList{0, 1, 2, 3});
    CHECK(snapshot.head.longest_hold_pool == -1);
    CHECK(snapshot.works.size() == 4);
}

TEST_CASE("names of a kernel that is read are fit for a terminal, and those behind them stay what they are")
{
    auto kernel = std::make_unique<MachineKernel>();
    SmallMachine& machine = kernel->machine();
    machine.set_text(machine.events, "workqueue_struct", "name", "\x1b]0;ev\x07\xff");
    ReadSource source(std::move(kernel));
    const Snapshot snapshot = source.snapshot(WQLAB_SECTIONS_ALL);
    CHECK(snapshot.string(snapshot.workqueues.at(0).name) == "?]0;ev?\ufffd");
    CHECK(snapshot.string(snapshot.workqueues.at(1).name) == "driver");
}

TEST_CASE("what cannot be read of a kernel is lacking, and without its CPUs there is nothing")
{
    auto kernel = std::make_unique<MachineKernel>();
    kernel->machine().undefine("worker_pool_idr");
    ReadSource source(std::move(kernel));
    CHECK(source.snapshot(WQLAB_SECTIONS_ALL).sections ==
          (WQLAB_SECTION_SCOPES | WQLAB_SECTION_HOGS | WQLAB_SECTION_CPUS));

    auto blind = std::make_unique<MachineKernel>();
    blind->machine().define("__cpu_possible_mask", 0x10);
    ReadSource nothing(std::move(blind));
    CHECK_THROWS_WITH(nothing.snapshot(WQLAB_SECTIONS_ALL), Catch::Contains("which CPUs there are cannot be read"));
}

TEST_CASE("a saved snapshot is shown as the one that was saved")
{
    ReadSource source(std::make_unique<MachineKernel>());
    const std::string file = save(source.info(), source.snapshot(WQLAB_SECTIONS_ALL), source.origin(), 1'790'000'000);
    CHECK(SavedSource::is_one(file));
    CHECK_FALSE(
        SavedSource::is_one("\x7f"
                            "ELF"));
    SavedSource saved(file, "x.wqctl");
    CHECK(json_of(saved) == json_of(source));
    CHECK(saved.origin() == "x.wqctl, taken 2026-09-21 14:13:20 UTC from a machine of bytes");
    CHECK(saved.info().views.size() == source.info().views.size());
    CHECK(saved.info().views.back().lacks == source.info().views.back().lacks);
    CHECK(saved.info().system_workqueues == source.info().system_workqueues);
    CHECK(saved.snapshot(WQLAB_SECTION_POOLS).sections == WQLAB_SECTION_POOLS);
    // People can read what it is.
    CHECK_THAT(*gunzip(file, 1 << 20), Catch::StartsWith("wqctl snapshot 1\nkernel: 6.12-test\ntaken: 2026-09-21"));
}

TEST_CASE("what a saved file says of itself is no more than a line, and what a kernel lacks is kept")
{
    ReadSource source(std::make_unique<MachineKernel>());
    Info info = source.info();
    CHECK(info.lacks == 0);
    info.release = "6.12\x1b[2J\n";
    info.lacks = WQLAB_LACK_SCOPES | WQLAB_LACK_DISABLE;
    info.sub_bits = UINT32_MAX;
    info.system_workqueues = {"\x1b]0;owned\x07"};
    Snapshot snapshot = source.snapshot(WQLAB_SECTIONS_ALL);
    SavedSource saved(save(info, snapshot, "a \x1b[31mmachine", 0), "x");
    CHECK(saved.origin() == "x, taken 1970-01-01 00:00:00 UTC from a ?[31mmachine");
    CHECK(saved.info().release == "6.12?[2J?");
    CHECK(saved.info().system_workqueues == std::vector<std::string>{"?]0;owned?"});
    CHECK(saved.info().lacks == info.lacks);
    CHECK(saved.info().sub_bits < 32);
}

TEST_CASE("a table of more rows than one attribute holds is saved whole")
{
    ReadSource source(std::make_unique<MachineKernel>());
    Snapshot large = source.snapshot(WQLAB_SECTIONS_ALL);
    for (uint32_t i = 0; large.workers.size() < 5000; i++) {
        large.workers.push_back(large.workers[0]);
        large.workers.back().pid = static_cast<int32_t>(i);
        large.strings.push_back("string " + std::to_string(i));
    }
    SavedSource saved(save(source.info(), large, "", 0), "x");
    const Snapshot read = saved.snapshot(WQLAB_SECTIONS_ALL);
    CHECK(read.strings == large.strings);
    REQUIRE(read.workers.size() == 5000);
    CHECK(read.workers.back().pid == large.workers.back().pid);
}

TEST_CASE("what is no whole snapshot of this version is refused")
{
    ReadSource source(std::make_unique<MachineKernel>());
    const std::string file = save(source.info(), source.snapshot(WQLAB_SECTIONS_ALL), "", 0);
    for (size_t size = 0; size < file.size(); size += 37)
        CHECK_THROWS_WITH(SavedSource(file.substr(0, size), "x"),
                          Catch::Contains("is damaged, cut short, or no saved snapshot"));
    std::string damaged = file;
    damaged[damaged.size() / 2] ^= 0x10;
    CHECK_THROWS_AS(SavedSource(damaged, "x"), Error);
    CHECK_THROWS_WITH(SavedSource(gzip("wqctl snapshot 2\n\n"), "x"), Catch::Contains("of version 2"));
    CHECK_THROWS_WITH(SavedSource(gzip("anything"), "x"), Catch::Contains("is no snapshot"));
    // Attributes that lie about their lengths end it, and what is shown refers to nothing that is not there.
    std::string plain = *gunzip(file, 1 << 24);
    for (size_t at = plain.find("\n\n") + 2; at < plain.size(); at += 13) {
        std::string bad = plain;
        bad[at] = '\xff';
        SavedSource saved(gzip(bad), "x");
        json_of(saved);
    }
}
