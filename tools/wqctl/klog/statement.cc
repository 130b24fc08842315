// SPDX-License-Identifier: GPL-2.0
#include "klog/statement.hh"

#include "text/scan.hh"

namespace wqctl::klog {

namespace {

constexpr size_t kMostItems = 4096;  // of a list; a kernel prints equal ones as one

// What a pool is; stops before what is none of it.
void take_pool_kind(Scan& scan, PoolKind& kind)
{
    for (;;) {
        scan.skip_spaces();
        if (scan.take("cpus=") || scan.take("cpu="))
            kind.cpus = scan.until_not("0123456789-,");
        else if (scan.take("node="))
            kind.node = scan.number<int>();
        else if (scan.take("flags="))
            kind.flags = scan.hex();
        else if (scan.take("nice="))
            kind.nice = scan.number<int>();
        else if (scan.take("bh-hi") || scan.take("bh"))
            kind.is_bh = true;
        else
            return;
    }
}

// "123", "123(RESCUER)", "bh", "bh-hi": what stands before ":func".
struct WorkerId {
    std::optional<int> pid;
    bool is_rescuer = false;
};

std::optional<WorkerId> take_worker_id(Scan& scan)
{
    Scan ahead = scan;
    WorkerId id;
    if (!ahead.take("bh-hi") && !ahead.take("bh")) {
        id.pid = ahead.number<int>();
        if (!id.pid)
            return {};
    }
    id.is_rescuer = ahead.take("(RESCUER)");
    scan = ahead;
    return id;
}

std::optional<Item> take_item(Scan& scan)
{
    Scan ahead = scan;
    Item item;
    if (ahead.take("BAR")) {
        if (!ahead.take("("))
            return {};
        item.waiter = ahead.number<int>();
        if (!item.waiter)
            return {};
        ahead.take(")");
        scan = ahead;
        return item;
    }
    Scan many = ahead;
    if (const auto count = many.number<uint64_t>(); count && many.take("*")) {
        item.count = *count;
        ahead = many;
    }
    std::string_view left = ahead.left();
    const std::optional<std::string> function = take_function(left);
    if (!function)
        return {};
    item.function = *function;
    scan = Scan(left);
    return item;
}

void skip_commas(Scan& scan)
{
    while (scan.peek() == ' ' || scan.peek() == ',')
        scan.skip(1);
}

// "-1" is no function: some kernels printed the end of their list of items so.
bool take_empty_item(Scan& scan)
{
    Scan ahead = scan;
    const std::string_view word = ahead.until(" ,");
    if (word != "0xffffffffffffffff" && word != "0x0" && word != "(null)")
        return false;
    scan = ahead;
    return true;
}

// Of what is not understood the first piece is told, and what is behind it read.
void skip_unknown(Scan& scan, std::string_view& unknown)
{
    const std::string_view word = scan.until(" ,");
    if (unknown.empty())
        unknown = word;
}

// "{1234}", "(12s)": what some patched kernels print right behind a function, of which only they know what it is.
void skip_patched(Scan& scan, std::string_view& unknown)
{
    const char open = scan.peek();
    if (open == '{' || open == '(' || open == '<')
        skip_unknown(scan, unknown);
}

}  // namespace

bool parse_workqueue(std::string_view text, Workqueue& workqueue)
{
    Scan scan(text);
    if (!scan.take("workqueue "))
        return false;
    // A name may have a colon in it: "kcryptd/254:0".
    const size_t end = scan.left().rfind(": flags=");
    workqueue.name = scan.left().substr(0, end == std::string_view::npos ? scan.left().rfind(':') : end);
    if (end == std::string_view::npos)
        return !workqueue.name.empty();
    scan.skip(end + 8);
    workqueue.flags = scan.hex();
    return true;
}

bool parse_pwq(std::string_view text, Pwq& pwq, std::string_view& left)
{
    Scan scan(text);
    if (!scan.take("pwq "))
        return false;
    const auto id = scan.number<int>();
    if (!id || !scan.take(":"))
        return false;
    pwq.pool = *id;
    for (;;) {
        take_pool_kind(scan, pwq.kind);
        if (scan.take("active=")) {
            pwq.active = scan.number<uint64_t>();
            if (scan.take("/"))
                pwq.max_active = scan.number<uint64_t>();
        } else if (scan.take("refcnt=")) {
            pwq.refcnt = scan.number<uint64_t>();
        } else if (scan.take("MAYDAY")) {
            pwq.mayday = true;
        } else if (scan.at_end()) {
            return true;
        } else if (scan.peek() == ',') {
            scan.skip(1);
        } else {
            skip_unknown(scan, left);
        }
    }
}

bool parse_in_flight(std::string_view text, std::vector<InFlight>& workers, std::string_view& left)
{
    Scan scan(text);
    if (!scan.take("in-flight:"))
        return false;
    for (skip_commas(scan); !scan.at_end() && workers.size() < kMostItems; skip_commas(scan)) {
        Scan ahead = scan;
        if (const std::optional<WorkerId> id = take_worker_id(ahead); id && ahead.take(":")) {
            std::string_view behind = ahead.left();
            // Cut short behind the colon: the worker is known, its function is not.
            const std::string function = take_function(behind).value_or("");
            scan = Scan(behind);
            skip_patched(scan, left);
            workers.push_back({id->pid, id->is_rescuer, function, {}, {}});
            continue;
        }
        if (ahead.take("for ")) {
            const auto seconds = ahead.number<uint64_t>();
            if (seconds && !workers.empty()) {
                ahead.take("s");
                workers.back().seconds = *seconds;
                scan = ahead;
                continue;
            }
        }
        if (take_empty_item(scan))
            continue;
        const std::optional<Item> item = take_item(scan);
        if (item)
            skip_patched(scan, left);
        if (item && !workers.empty())
            workers.back().scheduled.push_back(*item);
        else if (!item)
            skip_unknown(scan, left);
    }
    return true;
}

bool parse_items(std::string_view text, std::vector<Item>& items, std::string_view& left)
{
    Scan scan(text);
    if (!scan.take("pending:") && !scan.take("inactive:") && !scan.take("delayed:"))
        return false;
    for (skip_commas(scan); !scan.at_end() && items.size() < kMostItems; skip_commas(scan)) {
        if (take_empty_item(scan))
            continue;
        const std::optional<Item> item = take_item(scan);
        if (item) {
            skip_patched(scan, left);
            items.push_back(*item);
        } else {
            skip_unknown(scan, left);
        }
    }
    return true;
}

bool parse_pool(std::string_view text, Pool& pool, std::string_view& left)
{
    Scan scan(text);
    if (!scan.take("pool "))
        return false;
    const auto id = scan.number<int>();
    if (!id || !scan.take(":"))
        return false;
    pool.id = *id;
    for (;;) {
        take_pool_kind(scan, pool.kind);
        if (scan.take("hung=")) {
            pool.hung = scan.number<uint64_t>();
            scan.take("s");
        } else if (scan.take("workers=")) {
            pool.workers = scan.number<uint64_t>();
        } else if (scan.take("manager:")) {
            scan.skip_spaces();
            pool.manager = scan.number<int>();
        } else if (scan.take("idle:")) {
            for (;;) {
                skip_commas(scan);
                const std::optional<WorkerId> id_of_idle = take_worker_id(scan);
                if (!id_of_idle)
                    break;
                pool.idle.push_back(id_of_idle->pid.value_or(0));
            }
        } else if (scan.at_end()) {
            return true;
        } else if (scan.peek() == ',') {
            scan.skip(1);
        } else {
            skip_unknown(scan, left);
        }
    }
}

bool parse_nobody_runs(std::string_view text, NobodyRuns& nobody)
{
    Scan scan(text);
    if (!scan.take("pool "))
        return false;
    nobody.pool = scan.number<int>().value_or(-1);
    const size_t at = scan.left().find("cpu=");
    if (at == std::string_view::npos)
        return false;
    scan.skip(at + 4);
    nobody.cpu = scan.number<int>().value_or(-1);
    nobody.is_cpu_idle = scan.take(" is idle");
    return true;
}

bool parse_lockup(std::string_view text, Lockup& lockup)
{
    Scan scan(text);
    if (!scan.take("BUG: workqueue lockup"))
        return false;
    scan.skip_spaces();
    scan.take("-");
    scan.skip_spaces();
    scan.take("pool");
    take_pool_kind(scan, lockup.kind);
    if (scan.take("stuck for "))
        lockup.seconds = scan.number<uint64_t>().value_or(0);
    return true;
}

}  // namespace wqctl::klog
