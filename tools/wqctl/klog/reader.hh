// SPDX-License-Identifier: GPL-2.0
// Reads a kernel's log as a stream and keeps what it says of workqueues.
#pragma once

#include <string>
#include <string_view>

#include "klog/dump.hh"
#include "klog/lines.hh"
#include "klog/stacks.hh"
#include "klog/statement.hh"

namespace wqctl::klog {

class LogReader {
public:
    LogReader();
    LogReader(const LogReader&) = delete;
    LogReader& operator=(const LogReader&) = delete;

    void take(std::string_view piece) { lines_.take(piece); }
    // Behind the last piece.
    Log finish();

private:
    void line(LogLine&& line);
    void begin(Kind kind, LogLine&& line, std::string_view text);
    bool join_stray(const LogLine& line);
    // The message that was read is complete.
    void end_statement();
    void keep(Stack&& stack);
    void drop_copies();
    void count_executions();
    void not_understood(uint64_t line, std::string_view text);
    Dump& open_dump(uint64_t line);
    Dump& new_dump(DumpKind kind, uint64_t line);
    Workqueue& open_workqueue();

    LogLines lines_;
    StackReader stacks_;
    Log log_;
    std::vector<Lockup> lockups_;  // said before the dump that belongs to them
    bool is_open_ = false;         // the last dump
    bool has_pools_ = false;       // so no workqueue of the same dump follows
    unsigned strangers_ = 0;       // lines since the last one of the dump
    Kind kind_ = Kind::kOther;     // of the message that is being read
    LogLine first_;                // its first line
    std::string text_;
    unsigned gap_ = 0;  // lines of others since its last piece
    LogLine stray_;     // the last line that was of nothing; a mail may have folded a message behind its first words
};

}  // namespace wqctl::klog
