// SPDX-License-Identifier: GPL-2.0
#include "klog/lines.hh"

#include <utility>

#include "klog/journal.hh"
#include "text/scan.hh"

namespace wqctl {

namespace {

// Longer ones are no messages of a kernel; what is behind that is left out.
constexpr size_t kLongest = 32768;
// Where encoders of mails fold, the sign included.
constexpr size_t kLeastFolded = 70, kMostFolded = 76;

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

std::string unquote_printable(std::string_view raw)
{
    std::string plain;
    for (size_t i = 0; i < raw.size(); i++) {
        if (raw[i] == '=' && i + 2 < raw.size() && hex_digit(raw[i + 1]) >= 0 && hex_digit(raw[i + 2]) >= 0) {
            plain += static_cast<char>(hex_digit(raw[i + 1]) * 16 + hex_digit(raw[i + 2]));
            i += 2;
        } else {
            plain += raw[i];
        }
    }
    return plain;
}

// Where in the text a further stamp "[  123.456789]" stands, because two messages share a line.
size_t find_stamp(std::string_view text)
{
    for (size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
        Scan scan(text.substr(at + 1));
        scan.skip_spaces();
        if (!scan.digits().empty() && scan.take(".") && scan.digits().size() == 6 && scan.take("]"))
            return at;
    }
    return std::string_view::npos;
}

std::string_view without_end(std::string_view raw)
{
    // A fragment may end with a space between two words.
    const bool is_fragment = raw.find(",ncfrag=") != std::string_view::npos;
    while (raw.ends_with('\r') || (raw.ends_with(' ') && !is_fragment))
        raw.remove_suffix(1);
    return raw;
}

}  // namespace

void LogLines::take(std::string_view piece)
{
    for (;;) {
        const size_t end = piece.find('\n');
        const std::string_view part = piece.substr(0, end);
        if (rest_.size() < kLongest)
            rest_ += part.substr(0, kLongest - rest_.size());
        if (end == std::string_view::npos)
            return;
        raw_line(rest_);
        rest_.clear();
        piece.remove_prefix(end + 1);
    }
}

void LogLines::finish()
{
    if (!rest_.empty())
        raw_line(rest_);
    rest_.clear();
    if (!folded_.empty())
        whole_line(std::exchange(folded_, {}));
    give();
}

void LogLines::raw_line(std::string_view raw)
{
    // What journalctl says of an empty log is none of its lines.
    if (!number_ && raw == "-- No entries --")
        return;
    number_++;
    const bool has_sign = raw.find("=3D") != std::string_view::npos;
    is_quoted_printable_ |= has_sign;
    const std::string_view line = without_end(raw);
    // What begins a message of its own was not folded behind the last one: that was cut.
    if (!folded_.empty() && open_envelope(line, number_).is_stamped)
        whole_line(std::exchange(folded_, {}) + "=");
    // "=" at the end folds, in mails only, of which others are seen in the line, or it has their length: a kernel's
    // command line may end so, too.
    const bool is_fold = is_quoted_printable_ || (line.size() >= kLeastFolded && line.size() <= kMostFolded);
    if (line.ends_with('=') && is_fold && folded_.size() < kLongest) {
        if (folded_.empty())
            folded_number_ = number_;
        folded_ += line.substr(0, line.size() - 1);
        return;
    }
    if (folded_.empty()) {
        folded_number_ = number_;
        if (!has_sign && !(is_quoted_printable_ && line.ends_with("=20"))) {
            whole_line(line);
            return;
        }
    }
    folded_ += line;
    whole_line(unquote_printable(std::exchange(folded_, {})));
}

void LogLines::whole_line(std::string_view raw)
{
    if (raw.starts_with('{')) {
        if (const std::optional<JournalEntry> entry = read_journal_entry(raw)) {
            LogLine line = open_envelope(entry->message, folded_number_);
            line.is_stamped = true;
            if (entry->time && (!line.time || line.time->is_date))
                line.time = Stamp{*entry->time, false};
            emit(std::move(line));
            return;
        }
    }
    std::string pretty;  // of journalctl -o json-pretty
    if (const std::optional<std::string> message = read_journal_member(raw)) {
        pretty = "MESSAGE=" + *message;
        raw = pretty;
    }
    LogLine line = open_envelope(raw, folded_number_);
    for (size_t at; (at = find_stamp(line.text)) != std::string_view::npos;) {
        LogLine behind = open_envelope(std::string_view(line.text).substr(at), folded_number_);
        line.text.resize(at);
        emit(std::move(line));
        line = std::move(behind);
    }
    emit(std::move(line));
}

void LogLines::give()
{
    if (std::exchange(has_held_, false))
        sink_(std::move(held_));
}

void LogLines::emit(LogLine&& line)
{
    if (line.is_continued && has_held_) {
        if (held_.text.size() < kLongest)
            held_.text += line.text;
        return;
    }
    // Where only differences are said they are summed, of some beginning.
    if (!line.time && line.since_last)
        line.time = Stamp{now_.seconds + *line.since_last, now_.is_date};
    now_ = line.time.value_or(now_);
    const bool is_doubled = !line.text.empty() && line.text == last_.text &&
                            (line.time == last_.time || !line.time || !last_.time);
    if (is_doubled)
        return;
    give();
    last_ = line;
    held_ = std::move(line);
    has_held_ = true;
}

}  // namespace wqctl
