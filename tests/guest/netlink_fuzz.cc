// SPDX-License-Identifier: GPL-2.0
// Malformed requests, from several sockets at once: each is answered, with the reason if it is refused; what breaks the
// policy is refused; and the module goes on. WQLAB_FUZZ_MESSAGES and WQLAB_FUZZ_SEED say how many and which.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <thread>
#include <vector>

#include "lab.hh"
#include "netlink_damage.hh"
#include "netlink_talk.hh"
#include "report/runs.hh"
#include "text/error.hh"
#include "wire/lab.hh"

namespace {

constexpr unsigned kTalkers = 3;
constexpr unsigned kTogether = 8;       // messages at most in a datagram
constexpr unsigned kBetweenInfos = 20;  // datagrams, until one asks whether the module goes on
constexpr uint64_t kTold = 50'000;      // messages, until it is said how many there were
constexpr uint64_t kManyMessages = 100'000;
constexpr uint64_t kSlackKib = 8 << 10;  // of slabs, for what the kernel keeps for the next time

std::string hex(const Octets& octets)
{
    std::string text;
    for (const uint8_t octet : octets) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", octet);
        text += two;
        if (text.size() > 4000)
            return text + "...";
    }
    return text;
}

// What all talkers have seen.
struct Seen {
    std::mutex lock;
    std::map<int, uint64_t> by_error;
    uint64_t messages = 0, runs = 0, parts = 0, left = 0, floods = 0, must = 0;
    std::map<std::string, uint64_t> granted;  // by request
    std::set<std::string> damages;            // as messages name theirs, several in one too
    std::vector<std::string> complaints;
};

// What is wrong with the exception being handled.
std::string what_is_thrown()
{
    try {
        throw;
    } catch (const wqctl::Error& error) {
        return error.message;
    } catch (const std::exception& error) {
        return error.what();
    }
}

const char* complaint(const Made& made, const Answer& answer)
{
    static constexpr std::array kFit = {0, ENOENT, ENOMEM, EBUSY, EINVAL, ERANGE, EOPNOTSUPP};
    if (!made.whole)
        return nullptr;
    if (!answer.answered && !answer.parts)
        return "it is not answered";
    if (std::find(kFit.begin(), kFit.end(), answer.error) == kFit.end())
        return "no error that a request can make";
    if (answer.error && answer.words.empty())
        return "it is refused without a reason";
    if (answer.error && answer.parts)
        return "a dump that had begun has failed";
    if (made.must_refuse && !answer.error)
        return "it breaks the policy and is not refused";
    return nullptr;
}

// Sends messages of its own seed, and begins anew with another socket now and then, in the middle of a dump too.
class Talker {
public:
    Talker(uint64_t seed, uint16_t family, uint32_t thrift, Seen& seen)
        : seed_(seed), family_(family), thrift_(thrift), seen_(seen), maker_(seed, family, thrift)
    {
    }

    void go(uint64_t messages)
    {
        while (made_ < messages && !gives_up_) {
            if (!talk_)
                talk_ = std::make_unique<Talk>(family_);
            say_some(messages - made_);
            // Of what is never read there is enough, too.
            const bool flood = random().below(150 * thrift_) == 0;
            if (flood && talk_)
                talk_->flood(200);
            if (flood || random().below(30) == 0)
                talk_ = nullptr;
            const std::lock_guard guard(seen_.lock);
            seen_.floods += flood;
        }
    }

private:
    wqlab::Random& random() { return maker_.random(); }

    // At most so many, those in one datagram that may share one.
    void say_some(uint64_t most)
    {
        std::vector<Exchange> together;
        size_t octets = 0;
        for (uint64_t left = std::min<uint64_t>(most, 1 + random().below(kTogether)); left && octets < kMostOctets;
             left--) {
            Exchange next = {maker_.make(talk_->next_sequence()), talk_->sequence()};
            made_++;
            if (next.made.dump || !next.made.whole) {
                say_and_follow(together);
                if (talk_)
                    say_and_follow({&next, 1});
                return;
            }
            octets += next.made.octets.size();
            together.push_back(std::move(next));
        }
        say_and_follow(together);
    }

    void say_and_follow(std::span<Exchange> exchanges)
    {
        if (exchanges.empty())
            return;
        const Request* granted = say(exchanges, random().below(4) != 0);
        // What asks for more of what was granted, as long as that is granted too.
        while (granted && talk_) {
            const uint32_t sequence = talk_->next_sequence();
            std::optional<Made> next = maker_.sequel(*granted, sequence);
            if (!next)
                return;
            Exchange exchange = {std::move(*next), sequence};
            granted = say({&exchange, 1}, true);
        }
    }

    // The last that was granted. Nobody talks on here after a complaint or in the middle of a dump.
    const Request* say(std::span<Exchange> exchanges, bool patient)
    {
        std::string broken;
        try {
            talk_->say(exchanges, patient);
            if (random().below(kBetweenInfos) == 0)
                talk_->ask_info();
        } catch (const std::runtime_error& error) {
            broken = error.what();
        }
        const Request* granted = nullptr;
        const std::lock_guard guard(seen_.lock);
        const uint64_t before = seen_.messages;
        seen_.messages += exchanges.size();
        if (before / kTold != seen_.messages / kTold)
            std::cout << "# " << seen_.messages << " messages so far" << std::endl;
        for (const Exchange& exchange : exchanges) {
            if (note(exchange, broken))
                granted = exchange.made.request;
            broken.clear();
        }
        return granted;
    }

    // With the lock; true: it was granted.
    bool note(const Exchange& exchange, const std::string& broken)
    {
        const Made& made = exchange.made;
        const Answer& answer = exchange.answer;
        const char* what = broken.empty() ? complaint(made, answer) : broken.c_str();
        const bool cut = answer.parts && !answer.ended;
        const bool granted = made.whole && answer.answered && !answer.error;
        if (answer.run)
            maker_.remember_run(answer.run);
        if (what || cut)
            talk_ = nullptr;
        seen_.by_error[answer.error]++;
        seen_.runs += answer.run != 0;
        seen_.parts += answer.parts;
        seen_.left += cut;
        seen_.must += made.must_refuse;
        if (granted)
            seen_.granted[made.request->name]++;
        if (!made.damage.empty())
            seen_.damages.insert(made.damage);
        if (what)
            complain(made, answer, what);
        return granted;
    }

    // With the lock.
    void complain(const Made& made, const Answer& answer, const std::string& wrong)
    {
        std::ostringstream text;
        text << "among the first " << made_ << " messages of seed " << seed_ << ", " << made.request->name
             << (made.dump ? " dumped" : "") << " (" << (made.damage.empty() ? "undamaged" : made.damage)
             << "): " << wrong << "; error " << answer.error << " \"" << answer.words << "\"\n"
             << hex(made.octets);
        seen_.complaints.push_back(text.str());
        gives_up_ = seen_.complaints.size() >= 10;
    }

    const uint64_t seed_;
    const uint16_t family_;
    const uint32_t thrift_;
    Seen& seen_;
    Maker maker_;
    std::unique_ptr<Talk> talk_;
    uint64_t made_ = 0;
    bool gives_up_ = false;
};

// Of a thread: what act() throws is a complaint.
template <typename Act>
void guarded(Seen& seen, const std::string& who, Act act)
{
    try {
        act();
    } catch (...) {
        const std::lock_guard guard(seen.lock);
        seen.complaints.push_back(who + " gives up: " + what_is_thrown());
    }
}

// Those that were never granted, but for what waits for a step of a check that has one.
std::vector<std::string> never_granted(const Seen& seen)
{
    std::vector<std::string> names;
    for (const Request& request : requests())
        if (request.command != WQLAB_CMD_CHECK_ANSWER && !seen.granted.contains(request.name))
            names.emplace_back(request.name);
    return names;
}

std::vector<std::string> never_inflicted(const Seen& seen)
{
    std::vector<std::string> names;
    for (const Damage& damage : damages())
        if (std::ranges::none_of(seen.damages,
                                 [&](const std::string& text) { return text.find(damage.name) != text.npos; }))
            names.emplace_back(damage.name);
    return names;
}

// What the kernel's allocators have given out, in KiB, and cannot take back by themselves. With KASAN what is freed is
// kept for a while, but not in a cache that is shrunk.
uint64_t unreclaimable_kib()
{
    for (const auto& cache : std::filesystem::directory_iterator("/sys/kernel/slab"))
        write_file(cache.path() / "shrink", "1");
    std::istringstream lines(read_file("/proc/meminfo"));
    for (std::string name, rest; lines >> name && std::getline(lines, rest);)
        if (name == "SUnreclaim:")
            return std::stoull(rest);
    return 0;
}

// Ends and forgets what it can of all runs; true: there were none.
bool sweep(wqctl::Runs& asked)
{
    const auto left = asked.states();
    for (const auto& run : left) {
        try {
            asked.stop(run.id);
            asked.forget(run.id);
        } catch (const wqctl::Error&) {
            // It has not ended yet, or somebody else has forgotten it.
        }
    }
    return left.empty();
}

}  // namespace

TEST_CASE("what makes requests knows them by names that they have", "[netlink-fuzz]")
{
    CHECK(unknown_names() == std::vector<std::string_view>());
    CHECK(tool({"check", "--list"}).out.find(quick_check()) != std::string::npos);
}

TEST_CASE("each malformed request is answered, and the module goes on", "[netlink-fuzz]")
{
    const uint64_t messages = from_environment("WQLAB_FUZZ_MESSAGES", 6000);
    const uint64_t seed = from_environment("WQLAB_FUZZ_SEED", 1);
    const auto family = static_cast<uint16_t>(wqctl::Lab().family().id);
    // Of what is granted there is enough, however many messages there are.
    const auto thrift = static_cast<uint32_t>(std::clamp<uint64_t>(messages / 6000, 1, 16));
    const uint64_t memory = unreclaimable_kib();
    Seen seen;
    const auto begin = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> talkers;
        for (unsigned i = 0; i < kTalkers; i++)
            talkers.emplace_back([&, own = seed * kTalkers + i] {
                guarded(seen, "the talker of seed " + std::to_string(own),
                        [&] { Talker(own, family, thrift, seen).go(messages / kTalkers); });
            });
        // Where there is room for no run, nobody gets further than that.
        std::jthread broom([&](const std::stop_token& stop) {
            guarded(seen, "the broom", [&] {
                wqctl::Lab lab;
                wqctl::Runs asked(lab);
                for (; !stop.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(100)))
                    sweep(asked);
            });
        });
        for (std::jthread& talker : talkers)
            talker.join();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::cout << "# " << messages << " messages, seed " << seed << ", in " << took.count() << " s; runs " << seen.runs
              << ", parts of dumps " << seen.parts << ", dumps left in the middle " << seen.left << ", floods "
              << seen.floods << ", sure to be refused " << seen.must << "; answers:";
    for (const auto& [error, count] : seen.by_error)
        std::cout << " " << (error ? std::strerror(error) : "done or none") << " " << count << ",";
    std::cout << "\n# granted:";
    for (const auto& [request, count] : seen.granted)
        std::cout << " " << request << " " << count << ",";
    std::cout << std::endl;
    for (const std::string& complaint : seen.complaints) {
        UNSCOPED_INFO(complaint);
    }
    CHECK(seen.complaints.empty());
    // It came through the door, and it was what it should be. Few messages, sent to repeat a complaint, may be
    // anything.
    if (messages >= 3000) {
        CHECK(seen.runs > 0);
        CHECK(seen.by_error[EINVAL] > messages / 10);
        CHECK(seen.must > messages / 20);
        CHECK(seen.parts > 0);
        CHECK(seen.left > 0);
        CHECK(seen.floods > 0);
        // Some are granted by luck only: of a check one must hit upon its id.
        INFO("never granted: " << Catch::Detail::stringify(never_granted(seen)));
        CHECK(seen.granted.size() >= requests().size() / 2);
        if (messages >= kManyMessages)
            CHECK(never_granted(seen) == std::vector<std::string>());
        CHECK(never_inflicted(seen) == std::vector<std::string>());
    }
    wqctl::Lab lab;
    wqctl::Runs asked(lab);
    CHECK(eventually([&] { return sweep(asked); }));
    CHECK(tool({"run", "--items", "10"}).status == 0);
    // What was lost in one message of ten would be more, and so it is seen where nobody looks for leaks.
    uint64_t now = 0;
    const bool kept = eventually([&] { return (now = unreclaimable_kib()) <= memory + kSlackKib; });
    std::cout << "# " << memory << " KiB of slabs before, " << now << " after" << std::endl;
    CHECK((kept || messages < kManyMessages));
    unload_module();
    load_module();
    CHECK(tool({"info"}).status == 0);
}
