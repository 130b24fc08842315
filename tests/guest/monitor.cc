// SPDX-License-Identifier: GPL-2.0
// What monitor and top say, against what the test itself has queued.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <signal.h>
#include <sstream>
#include <utility>

#include "lab.hh"

namespace {

// A detached run, and with it its workqueue, that lives as long as this.
class Load {
public:
    explicit Load(Words flags)
    {
        flags.insert(flags.begin(), {"run", "--detach", "--json", "--duration", "60m"});
        const Outcome outcome = tool(flags);
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        id_ = std::to_string(json::parse(outcome.out)["id"].get<unsigned>());
    }
    ~Load() { tool({"stop", id_, "--no-progress"}); }
    Load(const Load&) = delete;

    json report() const { return json::parse(tool({"show", id_, "--json"}).out)["workqueues"][0]; }
    uint64_t executed() const { return report()["executed"]; }
    // Of its only workqueue.
    std::string name() const { return report()["kernel_name"]; }

private:
    std::string id_;
};

std::vector<json> lines_of(const std::string& text)
{
    std::vector<json> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(json::parse(line));
    return lines;
}

std::vector<json> monitor(Words flags)
{
    flags.insert(flags.begin(), {"monitor", "-j"});
    const Outcome outcome = tool(flags);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return lines_of(outcome.out);
}

json only_workqueue(const json& sample)
{
    REQUIRE(sample["workqueues"].size() == 1);
    return sample["workqueues"][0];
}

// 500 items at once, and the next 500 after ten seconds.
const Words kBurst = {"--name", "ground", "--burst", "500", "--every", "10s", "--depth", "500"};

Words with(Words words, const Words& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

// Each sample once, as "name{labels}"; no line that is none.
std::map<std::string, double> parse_metrics(const std::string& text)
{
    std::map<std::string, double> metrics;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (line.empty() || line[0] == '#')
            continue;
        const size_t space = line.rfind(' ');
        REQUIRE(space != std::string::npos);
        INFO(line);
        CHECK(metrics.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second);
    }
    return metrics;
}

}  // namespace

TEST_CASE("monitor counts what was queued, on every kind of workqueue", "[inspect]")
{
    if (left_out("counters"))
        return;
    for (const Words& kind : std::vector<Words>{{"--flags", "percpu"},
                                                {"--flags", "unbound"},
                                                {"--flags", "bh"},
                                                {"--ordered"},
                                                {"--flags", "highpri,mem_reclaim"}}) {
        INFO(kind.back());
        const Load load(with(kBurst, kind));
        const std::string name = load.name();
        REQUIRE(eventually([&] { return load.executed() == 500; }));
        const json wq = only_workqueue(monitor({"-i", "0", "^" + name + "$"})[0]);
        // Between two looks at the truth, should the next burst be due.
        if (load.executed() == 500) {
            CHECK(wq["started"] == 500);
            CHECK(wq["in_flight"] == 0);
            CHECK(wq["inactive"] == 0);
        }
        CHECK(wq["unbound"] == (kind.back() == "unbound" || kind.back() == "--ordered"));
    }
}

TEST_CASE("monitor's totals do not fall when pwqs are replaced", "[inspect]")
{
    if (left_out("counters"))
        return;
    const Load load(with(kBurst, {"--flags", "unbound,sysfs"}));
    const std::string name = load.name();
    REQUIRE(eventually([&] { return load.executed() == 500; }));
    Process watch({"wqctl", "monitor", "-j", "-i", "0.2", "^" + name + "$"});
    ptrdiff_t seen = 0;
    const auto another_sample = [&] {
        const std::string output = watch.output();
        const auto lines = std::count(output.begin(), output.end(), '\n');
        return lines > std::exchange(seen, lines);
    };
    const std::string scope = "/sys/devices/virtual/workqueue/" + name + "/affinity_scope";
    for (const char* value : {"cpu", "system", "numa", "cache"}) {
        REQUIRE(eventually(another_sample));
        write_file(scope, value);
    }
    REQUIRE(eventually(another_sample));
    watch.signal(SIGINT);
    const Outcome outcome = watch.wait();
    REQUIRE(outcome.status == 0);
    const auto samples = lines_of(outcome.out);
    REQUIRE(samples.size() >= 5);
    uint64_t last = 500;
    for (const json& sample : samples) {
        const uint64_t started = only_workqueue(sample)["started"];
        CHECK(started >= last);
        last = started;
    }
    // Who looks for the first time now has only the new pwqs: this is what the memory is for.
    const uint64_t remembered_by_none = only_workqueue(monitor({"-i", "0", "^" + name + "$"})[0])["started"];
    if (load.executed() == last)
        CHECK(remembered_by_none < last);
}

TEST_CASE("monitor tells rates, and takes its samples on time", "[inspect]")
{
    if (left_out("counters"))
        return;
    const Load load({"--name", "rate", "--rate", "200"});
    const auto samples = monitor({"-i", "0.5", "-n", "9", "^" + load.name() + "$"});
    REQUIRE(samples.size() == 9);
    CHECK(samples[0]["interval_ns"].is_null());
    CHECK(only_workqueue(samples[0])["rates"].is_null());
    const double seconds = (samples[8]["time_ns"].get<double>() - samples[0]["time_ns"].get<double>()) / 1e9;
    const double items = only_workqueue(samples[8])["started"].get<double>() -
                         only_workqueue(samples[0])["started"].get<double>();
    // An open loop keeps its rate whatever the machine does, but for what is under way.
    CHECK(items / seconds == Approx(200).epsilon(0.25));
    CHECK(only_workqueue(samples[8])["rates"]["started_per_s"].get<double>() > 0);
    // Due eight intervals after the first, or a whole number of them more where the machine was late; and of the first
    // it may have been late by all but an interval.
    CHECK(seconds > 3.5);
}

TEST_CASE("the two workqueues called events are apart", "[inspect]")
{
    const auto samples = monitor({"-i", "0", "^events$"});
    const json& workqueues = samples[0]["workqueues"];
    REQUIRE_FALSE(workqueues.empty());
    std::vector<std::string> identities;
    for (const json& wq : workqueues)
        identities.push_back(wq["identity"]);
    std::sort(identities.begin(), identities.end());
    CHECK(std::adjacent_find(identities.begin(), identities.end()) == identities.end());
    for (const json& wq : workqueues)
        CHECK(wq["symbol"].is_string());
}

TEST_CASE("a file for node_exporter is whole at any moment", "[inspect]")
{
    const Load load(kBurst);
    const std::string directory = "/tmp/collector", path = directory + "/wqlab.prom";
    std::filesystem::create_directory(directory);
    Process writer({"wqctl", "monitor", "-i", "0.01", "--openmetrics", path});
    REQUIRE(eventually([&] { return std::filesystem::exists(path); }));
    unsigned reads = 0;
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
         std::chrono::steady_clock::now() < end; reads++) {
        const std::string text = read_file(path);
        REQUIRE(text.starts_with("# HELP "));
        REQUIRE(text.ends_with("\n# EOF\n"));
    }
    CHECK(reads > 10);
    REQUIRE(eventually([&] { return load.executed() >= 500; }));
    writer.signal(SIGINT);
    CHECK(writer.wait().status == 0);
    // Nothing but the file is left.
    CHECK(std::distance(std::filesystem::directory_iterator(directory), {}) == 1);
    REQUIRE(tool({"monitor", "-i", "0", "--openmetrics", path}).status == 0);
    const auto metrics = parse_metrics(read_file(path));
    const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const auto& metric) {
        return metric.first.starts_with("wqlab_items_started_total{workqueue=\"" + load.name() + "\"");
    });
    CHECK((found == metrics.end()) == kernel_lacks("counters"));
    if (found != metrics.end())
        CHECK(found->second >= 500);
    CHECK(std::any_of(metrics.begin(), metrics.end(),
                      [](const auto& m) { return m.first.starts_with("wqlab_pool_idle_workers{"); }));
}

TEST_CASE("SIGINT ends monitor with status 0, and a lost reader ends it, too", "[inspect]")
{
    for (const int signal : {SIGINT, SIGTERM}) {
        Process watch({"wqctl", "monitor", "-i", "60"});
        REQUIRE(eventually([&] { return watch.catches(signal); }));
        watch.signal(signal);
        CHECK(watch.wait().status == 0);
    }
    CHECK(execute({"sh", "-c", "wqctl monitor -i 0.01 | head -n 1 >/dev/null"}).status == 0);
}

TEST_CASE("top --batch shows who is busy, with what, and what waits", "[inspect]")
{
    // One item at a time, and three that wait for their turn.
    const Load load({"--name", "sleepers", "--ordered", "--issuers", "1", "--depth", "4", "--sleep", "5s"});
    const std::string name = load.name();
    REQUIRE(eventually([&] { return load.report()["queued"].get<uint64_t>() >= 4; }));
    // One that sleeps wakes up now and then to see whether it shall go on.
    Outcome workers;
    const bool sleeps = eventually([&] {
        workers = tool({"top", "-b", "-n", "1", "-d", "0.3", "--view", "workers", "-i", name});
        return workers.out.find("sleeping") != std::string::npos;
    });
    INFO(workers.out << workers.err);
    CHECK(sleeps);
    REQUIRE(workers.status == 0);
    CHECK_THAT(workers.out, Catch::Contains(name) && Catch::Contains("[wqlab]"));
    const Outcome workqueues = tool({"top", "-b", "-n", "1", "-d", "0.3", "^" + name + "$"});
    std::istringstream lines(workqueues.out);
    std::string line;
    while (std::getline(lines, line) && !line.starts_with(name))
        ;
    std::istringstream cells(line);
    std::string label, rate, cpu, busy, depth, inactive;
    cells >> label >> rate >> cpu >> busy >> depth >> inactive;
    INFO(workqueues.out);
    CHECK(busy == "1");
    CHECK(depth == "3");
    CHECK(inactive == "3");
}

TEST_CASE("top says what it needs", "[inspect]")
{
    const Outcome outcome = tool({"top"});
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, Catch::Contains("needs a terminal") && Catch::Contains("--batch"));
    CHECK(tool({"monitor", "("}).status == 2);
}
