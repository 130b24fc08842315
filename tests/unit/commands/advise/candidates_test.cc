// SPDX-License-Identifier: GPL-2.0
// Which candidates are sound, and how they are made.
#include <catch2/catch.hpp>

#include "unit/commands/advise/candidates.hh"

using namespace wqctl;

TEST_CASE("what sleeps, may sleep, is long, or is for reclaim is never tried on BH")
{
    Profile profile = made_up_profile(0, 10'000);
    CHECK(any(candidates(profile), is_softirq));

    profile.functions[0].asleep = 1;
    CHECK_FALSE(any(candidates(profile), is_softirq));
    CHECK(reason(candidates(profile), "BH") == "its items sleep");

    profile = made_up_profile(0, 10'000);
    profile.functions[0].seen = 3;
    CHECK_FALSE(any(candidates(profile), is_softirq));
    CHECK_THAT(reason(candidates(profile), "BH"), Catch::Contains("--sleeps no"));
    profile.told = Sleeps::kNever;
    CHECK(any(candidates(profile), is_softirq));
    profile.told = Sleeps::kSometimes;
    CHECK_FALSE(any(candidates(profile), is_softirq));

    CHECK_THAT(reason(candidates(made_up_profile(0, 3'000'000)), "BH"), Catch::Contains("holds up its whole CPU"));
    CHECK_THAT(reason(candidates(made_up_profile(WQLAB_WQ_MEM_RECLAIM, 10'000)), "BH"), Catch::Contains("mem_reclaim"));
}

TEST_CASE("what is ordered or one at a time stays so, reclaim stays, and max_active is never lowered")
{
    for (const uint32_t kept : {0u, uint32_t{WQLAB_WQ_MEM_RECLAIM}, uint32_t{WQLAB_WQ_FREEZABLE}}) {
        const Candidates ordered = candidates(made_up_profile(WQLAB_WQ_ORDERED | WQLAB_WQ_UNBOUND | kept, 10'000));
        CHECK(ordered.tried.size() > 1);
        CHECK_FALSE(any(ordered, [](const Candidate& one) { return !one.is(WQLAB_WQ_ORDERED); }));
        for (const uint32_t kind : {0u, uint32_t{WQLAB_WQ_UNBOUND}})
            CHECK_FALSE(any(candidates(made_up_profile(kind | kept, 10'000)),
                            [&](const Candidate& one) { return (one.spec.flags & kept) != kept; }));
    }

    Profile serial = made_up_profile(0, 10'000);
    serial.subject.max_active = 1;
    // One at a time on each CPU: by max_active, or in its softirq.
    CHECK_FALSE(any(candidates(serial), [](const Candidate& one) {
        return one.is_unbound() || (one.spec.max_active != 1u && !one.is(WQLAB_WQ_BH));
    }));
    serial.subject.flags = WQLAB_WQ_UNBOUND;
    serial.subject.scope = "cache";
    CHECK(any(candidates(serial), [](const Candidate& one) { return one.spec.scope == "cpu"; }));
    CHECK_FALSE(any(candidates(serial), [](const Candidate& one) { return one.spec.max_active != 1u; }));

    Profile few = made_up_profile(WQLAB_WQ_UNBOUND, 10'000);
    few.subject.max_active = 8;
    CHECK_THAT(reason(candidates(few), "max_active above 8"), Catch::Contains("hardly"));
    few.inactive = few.run;
    CHECK(named(candidates(few), "unbound max_active 32").changes == 1);
    CHECK_FALSE(any(candidates(few), [](const Candidate& one) { return one.spec.max_active.value_or(99) < 8; }));
}

TEST_CASE("what a softirq has one at a time stays so")
{
    const Profile profile = made_up_profile(WQLAB_WQ_BH, 10'000);
    const Candidates all = candidates(profile);
    CHECK_FALSE(any(all, [](const Candidate& one) { return !is_softirq(one) && one.spec.max_active != 1u; }));
    CHECK_FALSE(any(all, [](const Candidate& one) { return one.is_unbound(); }));
    CHECK_THAT(conditions(profile, named(all, "per-CPU max_active 1")), Catch::Contains("softirq"));
}

TEST_CASE("a limit of each CPU is not taken for one of all, and what changes of it is said")
{
    Profile profile = made_up_profile(0, 10'000);
    profile.subject.max_active = 4;
    const Candidates all = candidates(profile);
    CHECK_FALSE(any(all, [](const Candidate& one) { return one.is_unbound() && one.spec.max_active != 32u; }));
    CHECK_THAT(conditions(profile, named(all, "unbound max_active 32")), Catch::Contains("of the whole workqueue"));
    CHECK_THAT(conditions(profile, named(all, "unbound max_active 32")), Catch::Contains("32 of its items"));
    CHECK(conditions(profile, all.tried.front()).empty());

    // Its removal is the largest raise.
    profile.inactive = profile.run;
    CHECK_THAT(conditions(profile, named(candidates(profile), "per-CPU")), Catch::Contains("any number of its items"));

    Profile unbound = made_up_profile(WQLAB_WQ_UNBOUND, 10'000);
    unbound.subject.max_active = 8;
    CHECK_THAT(conditions(unbound, named(candidates(unbound), "per-CPU max_active 8")), Catch::Contains("on each CPU"));

    // 256 is the default of some kernels only.
    Profile told = made_up_profile(0, 10'000);
    CHECK_FALSE(told.subject.limit());
    told.subject.default_max_active = 1024;
    CHECK(told.subject.limit() == 256u);
}

TEST_CASE("cpumask and strictness stay, and are set where the call can't say them")
{
    Profile profile = made_up_profile(WQLAB_WQ_UNBOUND, 10'000);
    profile.subject.cpumask = CpuList{0, 1, 99};
    profile.subject.strict = true;
    const Candidates all = candidates(profile);
    CHECK_FALSE(any(all, [](const Candidate& one) {
        return one.is_unbound() && (one.spec.cpumask != CpuList{0, 1} || !one.spec.strict);
    }));
    const Candidate& smt = named(all, "unbound smt strict on CPUs 0-1");
    CHECK(attributes_for(profile.subject, smt).size() == 3);
    profile.subject.in_sysfs = true;
    CHECK(is_settable(profile.subject, smt));
    CHECK(attributes_for(profile.subject, smt).size() == 1);
    CHECK_THAT(conditions(profile, named(all, "per-CPU")), Catch::Contains("outside of its cpumask"));
}

TEST_CASE("of scopes that divide the machine alike one is tried")
{
    const Candidates all = candidates(made_up_profile(WQLAB_WQ_UNBOUND, 10'000));
    for (const char* scope : {"cpu", "smt", "system"})
        CHECK(named(all, std::string("unbound ") + scope).spec.scope == scope);
    CHECK_FALSE(reason(all, "unbound numa").empty());
}

TEST_CASE("the call to write")
{
    const auto call = [](uint32_t flags, const std::string& name) {
        const Profile profile = made_up_profile(flags, 10'000);
        return call_for(profile.subject, named(candidates(profile), name), info_612());
    };
    CHECK(call(0, "unbound") == "alloc_workqueue(\"mine\", WQ_UNBOUND, 0)");
    CHECK(call(0, "BH") == "alloc_workqueue(\"mine\", WQ_BH, 0)");
    CHECK(call(0, "unbound smt") == "alloc_workqueue(\"mine\", WQ_UNBOUND | WQ_SYSFS, 0)");
    CHECK(call(WQLAB_WQ_UNBOUND, "per-CPU") == "alloc_workqueue(\"mine\", 0, 0)");
    CHECK(call(WQLAB_WQ_ORDERED | WQLAB_WQ_MEM_RECLAIM, "ordered highpri") ==
          "alloc_ordered_workqueue(\"mine\", WQ_HIGHPRI | WQ_MEM_RECLAIM)");

    // Kernels that have WQ_PERCPU warn where neither it nor WQ_UNBOUND is said.
    Info with_percpu = info_612();
    with_percpu.wq_flags = WQLAB_WQ_FLAGS_ALL;
    const Profile mine = made_up_profile(0, 10'000);
    for (const Candidate& one : candidates_for(mine, with_percpu, two_sockets()).tried) {
        const std::string text = call_for(mine.subject, one, with_percpu);
        INFO(text);
        CHECK((text.find("WQ_PERCPU") == std::string::npos) == one.is_unbound());
    }

    Profile odd = made_up_profile(WQLAB_WQ_UNBOUND, 10'000);
    odd.subject.kernel_name = "a\"b%/c";
    odd.subject.in_sysfs = true;
    const Candidate odd_smt = named(candidates(odd), "unbound smt");
    CHECK(call_for(odd.subject, odd_smt, info_612()) == "alloc_workqueue(\"a\\\"b%%/c\", WQ_UNBOUND | WQ_SYSFS, 0)");
    CHECK(attributes_for(odd.subject, odd_smt)[0].path == "/sys/devices/virtual/workqueue/a\"b%!c/affinity_scope");
    odd.subject.symbol = "system_unbound_wq";
    CHECK_THAT(call_for(odd.subject, odd_smt, info_612()), Catch::StartsWith("alloc_workqueue(\"my_wq\""));
    CHECK_THAT(conditions(odd, odd_smt), Catch::Contains("a workqueue of your own"));

    Profile live = made_up_profile(WQLAB_WQ_UNBOUND, 10'000);
    const Candidates all = candidates(live);
    CHECK_FALSE(is_settable(live.subject, named(all, "unbound smt")));
    live.subject.in_sysfs = true;
    CHECK(is_settable(live.subject, named(all, "unbound smt")));
    CHECK_FALSE(is_settable(live.subject, named(all, "unbound highpri")));
    const auto files = attributes_for(live.subject, named(all, "unbound smt"));
    REQUIRE(files.size() == 1);
    CHECK(files[0].path == "/sys/devices/virtual/workqueue/mine/affinity_scope");
    CHECK(files[0].value == "smt");
}
