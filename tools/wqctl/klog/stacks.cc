// SPDX-License-Identifier: GPL-2.0
#include "klog/stacks.hh"

#include <utility>

#include "text/scan.hh"
#include "klog/statement.hh"

namespace wqctl::klog {

namespace {

constexpr size_t kMostFrames = 32;
// Other messages may stand between two frames of one stack, and before the first its registers.
constexpr unsigned kMostStrangers = 8, kMostRegisters = 40;

std::string_view trimmed(std::string_view text)
{
    while (text.ends_with(' '))
        text.remove_suffix(1);
    while (text.starts_with(' '))
        text.remove_prefix(1);
    return text;
}

std::optional<int> number_behind(std::string_view text, std::string_view word)
{
    const size_t at = text.find(word);
    if (at == std::string_view::npos)
        return {};
    Scan scan(text.substr(at + word.size()));
    scan.skip_spaces();
    return scan.number<int>();
}

bool is_address(std::string_view word)
{
    return (word.size() == 8 || word.size() == 16) &&
           word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "RIP: 0010:func+0x15/0x20", of old kernels with addresses in front; of user space it is an address only.
std::optional<std::string> function_at_rip(std::string_view text)
{
    Scan scan(text);
    if (!scan.take("RIP: "))
        return {};
    scan.until(":");
    scan.take(":");
    return function_of_frame(scan.left());
}

// A row of the stack itself, as old kernels print it: addresses only.
bool is_raw_stack(std::string_view text)
{
    Scan scan(text);
    for (scan.skip_spaces(); !scan.at_end(); scan.skip_spaces())
        if (!is_address(scan.until(" ")))
            return false;
    return !text.empty();
}

// "events foo [mod] (description)": the function is the last word but for these, and a workqueue's name may have
// spaces.
void take_workqueue(std::string_view text, Stack& stack)
{
    if (text.ends_with(')'))
        text = trimmed(text.substr(0, text.find(" (")));
    // An idle worker has a description at most, of its last item.
    if (text == "0x0" || text == "(null)")
        return;
    size_t end = text.size();
    if (text.ends_with(']'))
        end = std::min(text.find(" ["), end);
    const size_t space = text.substr(0, end).rfind(' ');
    if (space == std::string_view::npos) {
        stack.workqueue = text;
        return;
    }
    stack.workqueue = trimmed(text.substr(0, space));
    std::string_view function = text.substr(space + 1);
    stack.function = take_function(function).value_or("");
}

// "task:kworker/0:1     state:D stack:0     pid:123   tgid:123 …" (5.10 and newer)
std::optional<Stack> new_task_line(std::string_view text)
{
    const size_t state = text.find(" state:");
    if (!text.starts_with("task:") || state == std::string_view::npos || state + 7 >= text.size())
        return {};
    Stack stack;
    stack.command = trimmed(text.substr(5, state - 5));
    stack.state = text[state + 7];
    stack.is_running = text.find("running task") != std::string_view::npos;
    stack.pid = number_behind(text, " pid:");
    return stack;
}

// "kworker/0:1     D    0   123      2 0x80000000", "kworker/0:1     R  running task        0   123 …" (before); until
// 4.13 an address stood behind the state.
std::optional<Stack> old_task_line(std::string_view text)
{
    constexpr std::string_view kStates = "RSDTtXZPIKWN";
    constexpr size_t kName = 15;
    const auto is_state_at = [&](size_t at) {
        return at > 1 && at < text.size() && text.size() - at > 1 && text[at - 1] == ' ' && text[at + 1] == ' ' &&
               kStates.find(text[at]) != std::string_view::npos;
    };
    // Of a name with a space the columns are right, and where those are not the name has none.
    size_t at = kName + 1;
    if (!is_state_at(at))
        at = text.find_first_not_of(' ', text.find(' '));
    if (!is_state_at(at))
        return {};
    Scan scan(text.substr(at + 1));
    scan.skip_spaces();
    Stack stack;
    stack.command = trimmed(text.substr(0, at));
    stack.state = text[at];
    stack.is_running = scan.take("running task") || scan.take("running ");
    scan.skip_spaces();
    if (Scan ahead = scan; is_address(ahead.until(" "))) {
        scan = ahead;
        scan.skip_spaces();
    }
    const auto free = scan.number<unsigned>();
    scan.skip_spaces();
    const auto pid = scan.number<int>();
    scan.skip_spaces();
    const auto parent = scan.number<int>();
    scan.skip_spaces();
    if (!free || !pid || !parent || !scan.hex())
        return {};
    stack.pid = pid;
    return stack;
}

// "CPU: 3 PID: 123 Comm: kworker/3:1 Tainted: …", with "UID: 0" between since 6.12
std::optional<Stack> cpu_line(std::string_view text)
{
    const size_t comm = text.find(" Comm: ");
    if (!text.starts_with("CPU: ") || comm == std::string_view::npos)
        return {};
    Stack stack;
    stack.cpu = number_behind(text, "CPU:");
    stack.pid = number_behind(text, " PID:");
    std::string_view command = text.substr(comm + 7);
    for (const std::string_view end : {" Not tainted", " Tainted:", " Kdump:"})
        command = command.substr(0, command.find(end));
    stack.command = trimmed(command);
    stack.is_running = true;
    return stack.pid ? std::optional(stack) : std::nullopt;
}

// "x28: ffff…" of arm64, "GPR04: c000…" of powerpc, "r7 : 0000…" of arm
bool is_register(std::string_view text)
{
    Scan scan(text);
    if (!scan.take("x") && !scan.take("GPR") && !scan.take("r"))
        return false;
    if (scan.digits().empty())
        return false;
    scan.skip_spaces();
    return scan.take(":");
}

bool is_in_between(std::string_view text)
{
    return text.empty() || text.starts_with("<") || text.starts_with("RIP: ") || text.starts_with("Code: ") ||
           text.starts_with("RSP: ") || text.starts_with("RAX: ") || text.starts_with("RDX: ") ||
           text.starts_with("RBP: ") || text.starts_with("R10: ") || text.starts_with("R13: ") ||
           text.starts_with("FS: ") || text.starts_with("CS: ") || text.starts_with("CR2: ") ||
           text.starts_with("DR0: ") || text.starts_with("Hardware name:") || text.starts_with("Stopper:") ||
           text.starts_with("Sched_ext:") || text.starts_with("pc : ") || text.starts_with("lr : ") ||
           text.starts_with("sp : ") || text.starts_with("pstate: ") || text.starts_with("Stack:") ||
           is_register(text) || is_raw_stack(text);
}

}  // namespace

void StackReader::open(const LogLine& line, Stack&& stack)
{
    close();
    stack_ = std::move(stack);
    stack_.line = line.number;
    stack_.time = line.time;
    is_open_ = true;
    in_frames_ = false;
    strangers_ = 0;
}

void StackReader::close()
{
    if (is_open_ && (!stack_.frames.empty() || stack_.state))
        done_ = std::exchange(stack_, {});
    is_open_ = in_frames_ = false;
}

std::optional<Stack> StackReader::done() { return std::exchange(done_, {}); }

bool StackReader::take(const LogLine& line)
{
    const std::string_view text = line.text;
    // Only these begin with such words; the rest of the test is dear.
    if (std::optional<Stack> stack = new_task_line(text)) {
        open(line, std::move(*stack));
        return true;
    }
    if (std::optional<Stack> stack = cpu_line(text)) {
        open(line, std::move(*stack));
        return true;
    }
    if (text.find("0x") != std::string_view::npos)
        if (std::optional<Stack> stack = old_task_line(text)) {
            open(line, std::move(*stack));
            return true;
        }
    if (!is_open_)
        return false;
    constexpr std::string_view kWorkqueue = "Workqueue: ";
    if (text.starts_with(kWorkqueue)) {
        take_workqueue(trimmed(text.substr(kWorkqueue.size())), stack_);
        return true;
    }
    if (text.starts_with("Call Trace:") || text == "Call trace:" || text.starts_with("Backtrace:")) {
        // Of another, whose head is not in the log.
        if (in_frames_ && !stack_.frames.empty()) {
            close();
            return true;
        }
        in_frames_ = true;
        strangers_ = 0;
        return true;
    }
    // x86 has the function that runs here, and in the trace only its callers.
    if (const std::optional<std::string> frame = function_at_rip(text); frame && stack_.frames.empty()) {
        stack_.frames.push_back(*frame);
        return true;
    }
    if (const std::optional<std::string> frame = function_of_frame(text)) {
        in_frames_ = true;
        strangers_ = 0;
        if (!frame->empty() && stack_.frames.size() < kMostFrames)
            stack_.frames.push_back(*frame);
        return true;
    }
    if (is_in_between(text))
        return true;
    if (++strangers_ > (in_frames_ ? kMostStrangers : kMostRegisters))
        close();
    return false;
}

}  // namespace wqctl::klog
