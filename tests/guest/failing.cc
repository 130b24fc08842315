// SPDX-License-Identifier: GPL-2.0
#include "failing.hh"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <unistd.h>
#include <vector>

#include "lab.hh"

namespace {

// Which ones of so many.
std::vector<unsigned> chosen(unsigned all, unsigned most)
{
    const unsigned last = all <= most ? all : most / 2, spread = std::min(most, all) - last;
    std::vector<unsigned> numbers;
    for (unsigned i = 0; i < spread; i++)
        numbers.push_back(static_cast<unsigned>(uint64_t{i} * (all - last) / spread) + 1);
    for (unsigned n = all - last + 1; n <= all; n++)
        numbers.push_back(n);
    return numbers;
}

unsigned allocations_of(const std::function<void()>& act)
{
    constexpr unsigned kNever = 1'000'000'000;
    FailNth fail;
    fail.arm(kNever);
    act();
    return kNever - fail.left();
}

}  // namespace

bool cannot_fail_allocations()
{
    const bool cannot = !std::filesystem::exists(kFailslab);
    if (cannot)
        WARN("SKIP this kernel injects no failures of allocations (CONFIG_FAILSLAB)");
    return cannot;
}

FailNth::FailNth(const std::string& task) : file_(::open(("/proc/" + task + "/fail-nth").c_str(), O_RDWR | O_CLOEXEC))
{
    REQUIRE(file_ >= 0);
}

FailNth::~FailNth()
{
    disarm();
    ::close(file_);
}

void FailNth::arm(unsigned n)
{
    const std::string text = std::to_string(n);
    REQUIRE(::pwrite(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
}

unsigned FailNth::left() const
{
    char text[16] = {};
    REQUIRE(::pread(file_, text, sizeof text - 1, 0) > 0);
    return static_cast<unsigned>(std::stoul(text));
}

bool FailNth::disarm()
{
    char text[16] = {};
    const ssize_t length = ::pread(file_, text, sizeof text - 1, 0);
    return ::pwrite(file_, "0", 1, 0) == 1 && length > 0 && std::stoul(text) == 0;
}

bool is_for_want_of_memory(const std::string& said)
{
    return said.find("memory") != std::string::npos || said.find("buffer space") != std::string::npos ||
           said.starts_with("cannot open a netlink socket");  // "Unspecific failure", says libnl
}

unsigned with_each_failing(const std::function<void()>& act, const std::function<void(bool refused)>& judge,
                           unsigned most)
{
    act();  // what the kernel keeps from the first time on is not asked for again
    judge(false);
    const unsigned all = allocations_of(act);
    judge(false);
    unsigned failed = 0, refused = 0;
    {
        FailNth fail;
        for (const unsigned n : chosen(all, static_cast<unsigned>(from_environment("WQLAB_FAILURES", most)))) {
            fail.arm(n);
            const std::string said = refusal(act);
            const bool has_failed = fail.disarm();
            INFO("with allocation " << n << " of " << all << " failing: " << said);
            CHECK((said.empty() || (has_failed && is_for_want_of_memory(said))));
            failed += has_failed;
            refused += !said.empty();
            judge(!said.empty());
        }
    }
    std::cout << "# of " << all << " allocations " << failed << " have failed, and were noticed " << refused
              << " times\n";
    CHECK(refused > 0);
    CHECK(refusal(act).empty());
    judge(false);
    return failed;
}
