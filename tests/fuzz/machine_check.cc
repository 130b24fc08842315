// SPDX-License-Identifier: GPL-2.0
// Edits machines, takes snapshots of them, and looks up every number in those.
#include "fuzz/machine_check.hh"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#include "fuzz/edits.hh"
#include "inspect/snapshot.hh"
#include "machine/small_machine.hh"

namespace {

// A whole machine takes 3000 to 5000. A pool may be read five times, and damage
// can make a list of everything that looks like one.
constexpr uint64_t kMostReads = 200'000;

constexpr uint64_t kHostile[] = {0,
                                 1,
                                 0x7f,
                                 0xff,
                                 0x7fff'ffff,
                                 0x8000'0000,
                                 0xffff'ffff,
                                 0x7fff'ffff'ffff'ffff,
                                 0x8000'0000'0000'0000,
                                 ~uint64_t{0},
                                 ~uint64_t{7},
                                 0xdead'0000'0000'0100,
                                 Machine::kBase - 8,
                                 Machine::kBase,
                                 Machine::kBase + 2,
                                 Machine::kFunctions};

// The machine of a release, and which of its words are pointers into it.
struct Original {
    explicit Original(unsigned release) : machine(release, 4, 2)
    {
        machine.add_flusher(machine.driver, 4, machine.add_task(90, "sync"));
        const wqlab::Span<const uint8_t> types = machine.image().btf;
        btf.assign(types.begin(), types.end());
        for (uint32_t at = 0; at + 8 <= machine.bytes().size(); at += 8)
            if (machine.load(Machine::kBase + at) - Machine::kBase < machine.bytes().size())
                pointers.push_back(at);
    }

    SmallMachine machine;
    std::vector<uint8_t> btf;
    std::vector<uint32_t> pointers;
};

// A copy of an original, with holes. One serves for all inputs, because making a machine takes longer than looking at
// it: each finds it mended.
class Damaged : public wqlab::Memory, public wqlab::SymbolTable {
public:
    explicit Damaged(unsigned release)
        : from_(release),
          bytes_(from_.machine.bytes()),
          size_(bytes_.size()),
          symbols_(from_.machine.symbols()),
          btf_(from_.btf)
    {
        learned_ = std::make_unique<wqlab::Kernel>(image());
        learned_->learn();
    }

    void mend()
    {
        const std::vector<uint8_t>& sound = from_.machine.bytes();
        for (const Range& range : touched_)
            std::copy(sound.begin() + range.begin, sound.begin() + range.end, bytes_.begin() + range.begin);
        touched_.clear();
        size_ = bytes_.size();
        hole_ = {};
        reads_ = 0;
        if (!is_other_)
            return;
        symbols_ = from_.machine.symbols();
        btf_ = from_.btf;
        is_other_ = false;
    }

    // What is known of it. Learning it takes half of the time, and comes out as it did before unless what it looks at
    // was edited; anew: it may have been.
    const wqlab::Kernel& kernel(bool anew)
    {
        if (!anew && !is_other_)
            return *learned_;
        damaged_ = std::make_unique<wqlab::Kernel>(image());
        damaged_->learn();
        return *damaged_;
    }

    static constexpr uint32_t kEdits = 14;

    void apply(const Edit& edit)
    {
        const auto [how, where, what] = edit;
        const auto words = static_cast<uint32_t>(size_ / 8);
        // Most of memory is never looked at, most pointers are.
        const uint32_t at = how & 0x100 ? where % words * 8 : from_.pointers[where % from_.pointers.size()];
        const uint32_t other = from_.pointers[what % from_.pointers.size()];
        switch (how % kEdits) {
        case 0: return store(at, load(at) ^ uint64_t{1} << what % 64);
        case 1: return store(at, Machine::kBase + what % size_);
        case 2: return store(at, load(other));
        case 3: return store(at, Machine::kBase + other);
        case 4: return store(at, what % 4096);
        case 5: return store(at, kHostile[what % std::size(kHostile)]);
        case 6: return store(at, load(at) + uint64_t{what % 33} * 8 - 128);
        case 7: {
            const auto half = static_cast<uint32_t>(kHostile[what % std::size(kHostile)]);
            return write(where % (words * 2) * 4, &half, sizeof(half));
        }
        case 8:
            if (at < size_) {
                const size_t size = std::min<size_t>(what % 4096, size_ - at);
                std::fill_n(bytes_.begin() + at, size, 0);
                touched_.push_back({at, at + size});
            }
            return;
        case 9: hole_ = {at, at + what % 8192}; return;
        case 10:
            btf_[where % btf_.size()] = static_cast<uint8_t>(what);
            is_other_ = true;
            return;
        case 11: {
            is_other_ = true;
            auto symbol = symbols_.begin();
            std::advance(symbol, where % symbols_.size());
            symbol->second = what % 4 ? Machine::kBase + other : 0;
            return;
        }
        case 12: {
            const uint64_t word = load(at);
            store(at, load(other));
            return store(other, word);
        }
        case 13: size_ = std::max<size_t>(64, size_ - what % (size_ / 8)); return;
        }
    }

    wqlab::Image image() const { return {this, this, {btf_.data(), btf_.size()}, nullptr, 1}; }
    uint64_t reads() const { return reads_; }

    bool read(void* to, uint64_t address, size_t size) const override
    {
        reads_++;
        const uint64_t at = address - Machine::kBase;
        if (address < Machine::kBase || at > size_ || size > size_ - at || (at < hole_.end && at + size > hole_.begin))
            return false;
        std::copy_n(bytes_.data() + at, size, static_cast<uint8_t*>(to));
        return true;
    }
    uint64_t address_of(const std::string& name) const override
    {
        const auto at = symbols_.find(name);
        return at == symbols_.end() ? 0 : at->second;
    }
    std::string name_of(uint64_t address) const override { return from_.machine.name_of(address); }

private:
    uint64_t load(uint32_t at) const
    {
        uint64_t word = 0;
        if (at + sizeof(word) <= size_)
            std::memcpy(&word, &bytes_[at], sizeof(word));
        return word;
    }
    void store(uint32_t at, uint64_t word)
    {
        if (at + sizeof(word) <= size_)
            write(at, &word, sizeof(word));
    }
    void write(uint32_t at, const void* from, size_t size)
    {
        std::memcpy(&bytes_[at], from, size);
        touched_.push_back({at, at + size});
    }

    struct Range {
        uint64_t begin = 0, end = 0;
    };

    Original from_;
    std::vector<uint8_t> bytes_;
    uint64_t size_;  // what is there of them
    std::map<std::string, uint64_t> symbols_;
    std::vector<uint8_t> btf_;
    Range hole_;
    std::vector<Range> touched_;
    bool is_other_ = false;  // symbols_ or btf_ were edited
    std::unique_ptr<wqlab::Kernel> learned_, damaged_;
    mutable uint64_t reads_ = 0;
};

class Verdict {
public:
    explicit Verdict(const wqlab::Snapshot& snapshot) : s_(snapshot)
    {
        for (const char c : s_.strings.text())
            strings_ += c == '\0';
        if (!s_.strings.text().empty() && s_.strings.text().end()[-1] != '\0')
            wrong_ = "the last string has no end";
        masks_ = s_.masks.words_each() ? s_.masks.words().size() / s_.masks.words_each() : 0;
    }

    std::string see()
    {
        for (const auto& row : s_.scopes)
            string("scope name", row.name);
        for (const auto& row : s_.pods)
            mask("pod", row.cpus);
        for (const auto& row : s_.nodes)
            mask("node", row.cpus);
        for (const auto& row : s_.pools) {
            mask("pool", row.cpus);
            mask("pool's pod", row.pod_cpus);
        }
        for (const auto& row : s_.workqueues)
            see_workqueue(row);
        for (const auto& row : s_.pwqs) {
            below("pwq's workqueue", row.workqueue, s_.workqueues.size());
            pool("pwq's pool", row.pool);
        }
        for (const auto& row : s_.cpu_pwqs) {
            below("CPU's pwq", row.pwq, s_.pwqs.size());
            below("CPU's workqueue", row.workqueue, s_.workqueues.size());
            below("CPU", row.cpu, s_.head.nr_cpu_ids);
        }
        for (const auto& row : s_.node_active)
            below("node's workqueue", row.workqueue, s_.workqueues.size());
        for (const auto& row : s_.workers)
            see_worker(row);
        for (const auto& row : s_.works) {
            string("work's function", row.function);
            string("waiter", row.waiter_command);
            below_or_none("work's pwq", row.pwq, s_.pwqs.size());
            below_or_none("work's workqueue", row.workqueue, s_.workqueues.size());
            pool("work's pool", row.pool);
        }
        for (const auto& row : s_.flushers) {
            string("flusher", row.command);
            below("flusher's workqueue", row.workqueue, s_.workqueues.size());
        }
        for (const auto& row : s_.timers) {
            string("timer's function", row.function);
            below_or_none("timer's workqueue", row.workqueue, s_.workqueues.size());
        }
        for (const auto& row : s_.hogs)
            string("hog", row.function);
        for (const auto& row : s_.tasks)
            string("task", row.command);
        for (const auto& row : s_.runqueues)
            below("runqueue's CPU", row.cpu, s_.head.nr_cpu_ids);
        return wrong_;
    }

private:
    void see_workqueue(const wqlab_snap_workqueue& row)
    {
        string("workqueue's name", row.name);
        string("workqueue's symbol", row.symbol);
        mask("workqueue", row.cpus);
        mask("workqueue's pool", row.effective_cpus);
        mask("rescuer", row.rescuer_cpus);
        below_or_none("default pwq", row.dfl_pwq, s_.pwqs.size());
        below("pwqs", row.first_pwq + row.nr_pwqs, s_.pwqs.size() + 1);
        if (row.rescuer_pool != -1)
            pool("rescuer's pool", row.rescuer_pool);
    }

    void see_worker(const wqlab_snap_worker& row)
    {
        string("worker's function", row.function);
        string("worker's description", row.description);
        string("worker's command", row.command);
        mask("worker", row.cpus);
        below_or_none("worker's pwq", row.pwq, s_.pwqs.size());
        below_or_none("worker's workqueue", row.workqueue, s_.workqueues.size());
        pool("worker's pool", row.pool);
    }

    void below(const char* what, uint64_t number, uint64_t end)
    {
        if (number >= end && wrong_.empty())
            wrong_ = std::string(what) + " " + std::to_string(number) + " of " + std::to_string(end);
    }
    void below_or_none(const char* what, uint32_t number, uint64_t end)
    {
        if (number != WQLAB_NONE)
            below(what, number, end);
    }
    void string(const char* what, uint32_t number) { below_or_none(what, number, strings_); }
    void mask(const char* what, uint32_t number) { below_or_none(what, number, masks_); }
    void pool(const char* what, int32_t id)
    {
        const bool known = std::any_of(s_.pools.begin(), s_.pools.end(), [&](const auto& row) { return row.id == id; });
        if (!known && wrong_.empty())
            wrong_ = std::string(what) + " " + std::to_string(id) + " is none";
    }

    const wqlab::Snapshot& s_;
    uint64_t strings_ = 0, masks_ = 0;
    std::string wrong_;
};

constexpr uint32_t kMachines = 3;

Damaged& machine_of(uint32_t which)
{
    static Damaged machines[kMachines] = {Damaged(601), Damaged(612), Damaged(703)};
    return machines[which % kMachines];
}

}  // namespace

std::string nonsense_in_machine(const uint8_t* data, size_t size)
{
    const uint32_t which = original_of(data, size);
    Damaged& machine = machine_of(which);
    machine.mend();
    for_each_edit(data, size, [&](const Edit& edit) { machine.apply(edit); });

    const wqlab::Kernel& kernel = machine.kernel(which / kMachines % 4 == 0);
    wqlab::Snapshot snapshot;
    const bool taken = snapshot.take(kernel, WQLAB_SECTIONS_ALL).ok();
    if (machine.reads() > kMostReads)
        return "it was read " + std::to_string(machine.reads()) + " times";
    return taken ? Verdict(snapshot).see() : "";
}

std::string nonsense_in_snapshot(const wqlab::Snapshot& snapshot) { return Verdict(snapshot).see(); }

std::vector<Seed> machine_seeds() { return edit_seeds(kMachines, Damaged::kEdits); }
