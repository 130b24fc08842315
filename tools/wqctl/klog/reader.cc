// SPDX-License-Identifier: GPL-2.0
#include "klog/reader.hh"

#include <algorithm>
#include <set>
#include <utility>

namespace wqctl::klog {

namespace {

// A log may be endless, or made to be.
constexpr size_t kMostDumps = 1000, kMostRows = 20'000, kMostStacks = 10'000, kMostKept = 200, kMostText = 65536;
// So many lines of others may stand between the pieces of one message.
constexpr unsigned kMostBetween = 4;
// So many lines of something else, and the dump is over.
constexpr unsigned kMostStrangers = 400;

template <typename T>
void add(std::vector<T>& to, T one, size_t most = kMostRows)
{
    if (to.size() < most)
        to.push_back(std::move(one));
}

bool is_of_a_dump(Kind kind)
{
    switch (kind) {
    case Kind::kWorkqueue:
    case Kind::kPwq:
    case Kind::kInFlight:
    case Kind::kPending:
    case Kind::kInactive:
    case Kind::kPool: return true;
    default: return false;
    }
}

}  // namespace

LogReader::LogReader() : lines_([this](LogLine&& one) { line(std::move(one)); }) {}

Log LogReader::finish()
{
    lines_.finish();
    end_statement();
    stacks_.finish();
    if (std::optional<Stack> stack = stacks_.done())
        keep(std::move(*stack));
    // A log that ends there may have been cut before it shows who runs; not if it was so in another round.
    const auto found_nobody = [](const Dump& dump) { return dump.backtraces_line && dump.running_pools.empty(); };
    if (!log_.dumps.empty() && log_.dumps.back().backtraces_line == lines_.count() &&
        std::none_of(log_.dumps.begin(), log_.dumps.end() - 1, found_nobody))
        log_.dumps.back().backtraces_line = 0;
    if (!lockups_.empty()) {
        const std::optional<Stamp> time = lockups_.back().time;
        new_dump(DumpKind::kNoTitle, lockups_.front().line).time = time;
    }
    drop_copies();
    count_executions();
    log_.lines = lines_.count();
    return std::move(log_);
}

// What a console, a file and another console have written is one dump, though their lines are not side by side.
void LogReader::drop_copies()
{
    const auto names = [](const Dump& dump) {
        std::vector<std::string_view> all;
        for (const Workqueue& workqueue : dump.workqueues)
            all.push_back(workqueue.name);
        return all;
    };
    std::vector<Dump> kept;
    for (Dump& dump : log_.dumps) {
        const auto is_same = [&](const Dump& other) {
            return dump.time && other.time == dump.time && other.kind == dump.kind && names(other) == names(dump);
        };
        // Copies are near each other.
        constexpr ptrdiff_t kNear = 16;
        if (std::none_of(kept.end() - std::min(kNear, std::ssize(kept)), kept.end(), is_same))
            kept.push_back(std::move(dump));
    }
    log_.dumps = std::move(kept);
}

void LogReader::count_executions()
{
    for (const Dump& dump : log_.dumps) {
        std::set<std::pair<int, std::string>> seen;
        for (const Workqueue& workqueue : dump.workqueues)
            for (const Pwq& pwq : workqueue.pwqs)
                for (const InFlight& worker : pwq.in_flight)
                    if (worker.pid)
                        seen.emplace(*worker.pid, worker.function);
        for (const auto& one : seen)
            log_.executions[one]++;
    }
}

void LogReader::line(LogLine&& line)
{
    std::string_view text = line.text;
    const Kind kind = kind_of(text);
    if (kind != Kind::kOther) {
        end_statement();
        strangers_ = 0;
        begin(kind, std::move(line), text);
        return;
    }
    const bool is_adjacent = gap_ == 0 || begins_as_rest(text);
    if (kind_ != Kind::kOther && text_.size() < kMostText && is_adjacent &&
        (is_rest_of(kind_, text_, text) || (!line.is_stamped && !text.empty() && is_cut(kind_, text_)))) {
        text_.append(" ").append(text);
        gap_ = 0;
        return;
    }
    if (join_stray(line))
        return;
    const bool was_of_a_stack = stacks_.take(line);
    // A message that the kernel prints in pieces may go on behind those of another CPU.
    if (was_of_a_stack || ((line.is_stamped || !first_.is_stamped) && ++gap_ > kMostBetween))
        end_statement();
    if (std::optional<Stack> stack = stacks_.done())
        keep(std::move(*stack));
    if (!was_of_a_stack)
        stray_ = line;
    if (was_of_a_stack)
        strangers_ = 0;
    else if (is_open_ && ++strangers_ > kMostStrangers)
        is_open_ = false;
}

bool LogReader::join_stray(const LogLine& line)
{
    // A stamp is the beginning of another message; and what is folded is long.
    constexpr size_t kFolded = 40;
    if (line.is_stamped || stray_.text.size() < kFolded || stray_.number + 1 != line.number)
        return false;
    LogLine joined = stray_;
    joined.text.append(" ").append(line.text);
    std::string_view text = joined.text;
    const Kind kind = kind_of(text);
    if (kind != Kind::kHog && kind != Kind::kFlushDependency && kind != Kind::kUnfinished)
        return false;
    end_statement();
    begin(kind, std::move(joined), text);
    return true;
}

void LogReader::begin(Kind kind, LogLine&& line, std::string_view text)
{
    kind_ = kind;
    gap_ = 0;
    text_ = text;
    first_ = std::move(line);
}

Dump& LogReader::new_dump(DumpKind kind, uint64_t line)
{
    // The last one is written over where there are too many: what is newest says most.
    if (log_.dumps.size() >= kMostDumps)
        log_.dumps.pop_back();
    Dump& dump = log_.dumps.emplace_back();
    dump.line = dump.last_line = line;
    dump.time = first_.time;
    dump.kind = kind;
    for (Lockup& lockup : std::exchange(lockups_, {})) {
        // Two consoles say them twice.
        const auto is_same = [&](const Lockup& other) {
            return other.seconds == lockup.seconds && other.kind == lockup.kind;
        };
        if (std::ranges::none_of(dump.lockups, is_same))
            dump.lockups.push_back(std::move(lockup));
    }
    if (!dump.lockups.empty()) {
        dump.line = std::min(line, dump.lockups.front().line);
        if (!dump.time)
            dump.time = dump.lockups.front().time;
    }
    is_open_ = true;
    has_pools_ = false;
    return dump;
}

Dump& LogReader::open_dump(uint64_t line)
{
    return is_open_ && !log_.dumps.empty() ? log_.dumps.back() : new_dump(DumpKind::kNoTitle, line);
}

Workqueue& LogReader::open_workqueue()
{
    Dump& dump = open_dump(first_.number);
    // A dump that begins in the middle has a pwq of nobody knows which.
    if (dump.workqueues.empty())
        dump.workqueues.push_back({first_.number, "", {}, {}});
    return dump.workqueues.back();
}

void LogReader::not_understood(uint64_t line, std::string_view text)
{
    log_.not_understood_count++;
    if (log_.not_understood.size() < kMostKept)
        log_.not_understood.emplace_back(line, std::string(text.substr(0, 200)));
}

void LogReader::keep(Stack&& stack)
{
    // sysrq-t prints all tasks; of most a workqueue never hears.
    constexpr std::string_view kWaits[] = {
        "flush_work",          "flush_workqueue",   "drain_workqueue",        "cancel_work",
        "cancel_delayed_work", "destroy_workqueue", "kthread_create_on_node", "__kthread_create_on_node"};
    const auto waits = [&](const std::string& frame) {
        return std::ranges::any_of(kWaits, [&](std::string_view wait) { return frame.find(wait) != frame.npos; });
    };
    if (!stack.command.starts_with("kworker") && !stack.is_running && !std::ranges::any_of(stack.frames, waits))
        return;
    if (is_open_ && !log_.dumps.empty())
        log_.dumps.back().last_line = std::max(log_.dumps.back().last_line, stack.line);
    if (stack.pid && log_.stacks.size() < kMostStacks)
        log_.stacks_of.emplace(*stack.pid, log_.stacks.size());
    add(log_.stacks, std::move(stack), kMostStacks);
}

void LogReader::end_statement()
{
    const Kind kind = std::exchange(kind_, Kind::kOther);
    if (kind == Kind::kOther)
        return;
    if (std::optional<Stack> stack = stacks_.done())
        keep(std::move(*stack));
    const std::string_view text = text_;
    const uint64_t number = first_.number;
    std::string_view left;
    bool ok = true;
    switch (kind) {
    case Kind::kTitle:
        new_dump(text.find("freezable") != std::string_view::npos ? DumpKind::kFreezable : DumpKind::kBusy, number);
        break;
    case Kind::kWorkqueue: {
        Workqueue workqueue{number, {}, {}, {}};
        ok = parse_workqueue(text, workqueue);
        if (!ok)
            break;
        // Pools are printed behind all workqueues. Names are no keys, each ext4 has an "ext4-rsv-conversion": only
        // where titles lack do they tell of another dump.
        const auto is_same = [&](const Workqueue& other) { return other.name == workqueue.name; };
        if (is_open_ && !log_.dumps.empty() &&
            (has_pools_ || (log_.dumps.back().kind == DumpKind::kNoTitle &&
                            std::ranges::count_if(log_.dumps.back().workqueues, is_same) > 3)))
            is_open_ = false;
        add(open_dump(number).workqueues, std::move(workqueue));
        break;
    }
    case Kind::kPwq: {
        Pwq pwq;
        pwq.line = number;
        ok = parse_pwq(text, pwq, left);
        if (ok)
            add(open_workqueue().pwqs, std::move(pwq));
        break;
    }
    case Kind::kInFlight:
    case Kind::kPending:
    case Kind::kInactive: {
        Workqueue& workqueue = open_workqueue();
        if (workqueue.pwqs.empty())
            workqueue.pwqs.emplace_back().line = number;
        Pwq& pwq = workqueue.pwqs.back();
        if (kind == Kind::kInFlight) {
            pwq.in_flight_line = number;
            ok = parse_in_flight(text, pwq.in_flight, left);
        } else if (kind == Kind::kPending) {
            pwq.pending_line = number;
            ok = parse_items(text, pwq.pending, left);
        } else {
            pwq.inactive_line = number;
            ok = parse_items(text, pwq.inactive, left);
        }
        break;
    }
    case Kind::kPool: {
        Pool pool;
        pool.line = number;
        ok = parse_pool(text, pool, left);
        // "pool 7:" before the stacks of its workers
        if (ok && text.find('=') == std::string_view::npos) {
            if (is_open_ && !log_.dumps.empty())
                add(log_.dumps.back().running_pools, pool.id);
        } else if (ok) {
            add(open_dump(number).pools, std::move(pool));
            has_pools_ = true;
        }
        break;
    }
    case Kind::kNobodyRuns: {
        NobodyRuns nobody{number, -1, -1, false};
        ok = parse_nobody_runs(text, nobody);
        if (ok && is_open_)
            add(log_.dumps.back().nobody_runs, nobody);
        break;
    }
    case Kind::kLockup: {
        Lockup lockup{number, first_.time, {}, 0};
        ok = parse_lockup(text, lockup);
        is_open_ = false;
        add(lockups_, std::move(lockup));
        break;
    }
    case Kind::kHog: {
        Hog hog{number, {}, 0, 0};
        ok = parse_hog(text, hog);
        if (ok)
            add(log_.hogs, std::move(hog));
        break;
    }
    case Kind::kFlushDependency: {
        FlushDependency dependency{number, {}, false, {}};
        ok = parse_flush_dependency(text, dependency);
        if (ok)
            add(log_.flush_dependencies, std::move(dependency));
        break;
    }
    case Kind::kRefusedFreeze: {
        RefusedFreeze freeze{number, {}, 0, false};
        // "Freezing user space processes ..." is none.
        if (parse_refused_freeze(text, freeze))
            add(log_.refused_freezes, std::move(freeze));
        break;
    }
    case Kind::kHungTask: {
        HungTask task;
        task.line = number;
        if (!parse_hung_task(text, task))
            break;
        if (task.owner.empty()) {
            add(log_.hung_tasks, std::move(task));
        } else if (!log_.hung_tasks.empty() && log_.hung_tasks.back().pid == task.pid) {
            log_.hung_tasks.back().owner = task.owner;  // it is said right behind
            log_.hung_tasks.back().owner_pid = task.owner_pid;
        }
        break;
    }
    case Kind::kUnfinished: {
        Unfinished unfinished{number, {}, {}};
        ok = parse_unfinished(text, unfinished);
        if (ok) {
            if (text.find("busy pwq") != std::string_view::npos)
                new_dump(DumpKind::kDestroyed, number);
            add(log_.unfinished, std::move(unfinished));
        }
        break;
    }
    case Kind::kSoftLockup: {
        SoftLockup lockup;
        lockup.line = number;
        lockup.time = first_.time;
        if (parse_soft_lockup(text, lockup))
            add(log_.soft_lockups, std::move(lockup));
        break;
    }
    case Kind::kBacktraces:
        if (is_open_ && !log_.dumps.empty() && text.find(" running workers") != std::string_view::npos)
            log_.dumps.back().backtraces_line = number;
        break;
    case Kind::kOther: break;
    }
    if (is_of_a_dump(kind) && is_open_ && !log_.dumps.empty())
        log_.dumps.back().last_line = std::max(log_.dumps.back().last_line, number);
    if (!ok)
        not_understood(number, text);
    else if (!left.empty())
        not_understood(number, left);
}

}  // namespace wqctl::klog
