// SPDX-License-Identifier: GPL-2.0
#include "klog/envelope.hh"

#include <algorithm>
#include <array>

#include "klog/plain_spaces.hh"
#include "text/scan.hh"

namespace wqctl {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 12> kFacilities = {"kern", "user", "mail", "daemon", "auth",     "syslog",
                                                          "lpr",  "news", "uucp", "cron",   "authpriv", "ftp"};
constexpr std::array<std::string_view, 8> kLevels = {"emerg", "alert",  "crit", "err",
                                                     "warn",  "notice", "info", "debug"};

bool is_one_of(std::string_view word, auto& words) { return std::ranges::find(words, word) != words.end(); }

// month: 0 is January. Of a year without a 29th of February.
double day_of_year(unsigned month, unsigned day)
{
    constexpr unsigned kBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return kBefore[std::min<size_t>(month, 11)] + day;
}

// "13:17:39", "13:17:39.123456", with a comma for the point, too.
std::optional<double> clock(Scan& scan)
{
    Scan ahead = scan;
    double parts[3];
    for (int i = 0; i < 3; i++) {
        const std::string_view digits = ahead.digits();
        if (digits.size() != 2 || (i < 2 && !ahead.take(":")))
            return {};
        parts[i] = (digits[0] - '0') * 10 + (digits[1] - '0');
    }
    double fraction = 0, worth = 1;
    if ((ahead.peek() == '.' || ahead.peek() == ',') && ahead.peek(1) >= '0' && ahead.peek(1) <= '9') {
        ahead.skip(1);
        for (const char digit : ahead.digits())
            fraction += (digit - '0') * (worth /= 10);
    }
    scan = ahead;
    return parts[0] * 3600 + parts[1] * 60 + parts[2] + fraction;
}

// "2026-11-28T13:17:39.123+00:00", or with a space in the middle; what it gives counts days, too.
std::optional<double> iso_time(Scan& scan)
{
    Scan ahead = scan;
    const std::string_view year = ahead.digits();
    if (year.size() != 4 || !ahead.take("-"))
        return {};
    const auto month = ahead.number<unsigned>();
    if (!month || !ahead.take("-"))
        return {};
    const auto day = ahead.number<unsigned>();
    if (!day || (!ahead.take("T") && !ahead.take(" ")))
        return {};
    const std::optional<double> time = clock(ahead);
    if (!time)
        return {};
    if (ahead.peek() == 'Z')
        ahead.skip(1);
    else if ((ahead.peek() == '+' || ahead.peek() == '-') && ahead.peek(1) >= '0' && ahead.peek(1) <= '9')
        ahead.until_not("+-0123456789:");
    scan = ahead;
    return day_of_year(*month - 1, *day) * kDaySeconds + *time;
}

// "Nov 28 13:17:39", as syslog has it, and "Sat Nov 28 13:17:39 2026", as `dmesg -T` has it.
std::optional<double> month_time(Scan& scan)
{
    Scan ahead = scan;
    if (is_one_of(ahead.left().substr(0, 3), kDays)) {
        ahead.skip(3);
        ahead.skip_spaces();
        // "Sat 2026-11-28 13:17:39 UTC" of journalctl -o short-full; the zone is left to what reads the host.
        if (const std::optional<double> time = iso_time(ahead)) {
            scan = ahead;
            return time;
        }
    }
    const auto month = std::ranges::find(kMonths, ahead.left().substr(0, 3));
    if (month == kMonths.end())
        return {};
    ahead.skip(3);
    ahead.skip_spaces();
    const auto day = ahead.number<unsigned>();
    if (!day || ahead.peek() != ' ')
        return {};
    ahead.skip_spaces();
    std::optional<double> time = clock(ahead);
    // "Nov28 13:17" of `dmesg -e`, which says the seconds of the lines behind
    if (!time && ahead.peek(2) == ':' && ahead.peek(5) == ']') {
        const auto hours = ahead.number<unsigned>();
        ahead.skip(1);
        const auto minutes = ahead.number<unsigned>();
        if (hours && minutes)
            time = *hours * 3600.0 + *minutes * 60.0;
    }
    if (!time)
        return {};
    Scan year = ahead;
    year.skip_spaces();
    if (year.digits().size() == 4)
        ahead = year;
    scan = ahead;
    return day_of_year(static_cast<unsigned>(month - kMonths.begin()), *day) * kDaySeconds + *time;
}

// The kernel's own stamp says more than the date of who kept the line.
void set_time(LogLine& line, double seconds, bool is_date)
{
    if (!line.time || (line.time->is_date && !is_date))
        line.time = Stamp{seconds, is_date};
}

// What stands between brackets: "   12.345678", "<    0.000012>", "Sat Nov 28 13:17:39 2026", "  T123".
bool open_bracket(Scan& scan, LogLine& line)
{
    Scan ahead = scan;
    if (!ahead.take("["))
        return false;
    ahead.skip_spaces();
    const char first = ahead.peek();
    if (first == 'T' || first == 'C') {
        const std::string_view word = ahead.left().substr(0, ahead.left().find_first_of("] "));
        if (word.size() > 1 && word.find_first_not_of("0123456789", 1) == std::string_view::npos) {
            ahead.skip(word.size());
            ahead.skip_spaces();
            if (!ahead.take("]"))
                return false;
            line.caller = word;
            line.is_stamped = true;
            scan = ahead;
            return true;
        }
    }
    std::optional<double> time;
    bool is_date = true;
    const bool is_relative = ahead.take("<") || ahead.take("+");
    ahead.skip_spaces();
    if (first >= '0' && first <= '9' && ahead.left().find('-') == 4) {
        time = iso_time(ahead);
    } else if (ahead.peek(2) == ':' && ahead.peek(5) == ':') {
        time = clock(ahead);
    } else if (is_relative || (first >= '0' && first <= '9')) {
        time = ahead.number<double>();
        is_date = false;
        ahead.take(">");
    } else {
        time = month_time(ahead);
    }
    // `dmesg -d` has the difference behind the time.
    ahead.skip_spaces();
    if (ahead.take("<")) {
        ahead.skip_spaces();
        ahead.number<double>();
        ahead.take(">");
    }
    // "[  12.345678,3]" and "[   12.345678@0]" are some vendors'.
    if (time && (ahead.peek() == ',' || ahead.peek() == '@')) {
        ahead.skip(1);
        ahead.digits();
    }
    ahead.skip_spaces();
    // The caller may stand within, too: "[   12.345678][  T123]" and "[   12.345678 T123]".
    if (time && (ahead.peek() == 'T' || ahead.peek() == 'C')) {
        line.caller = ahead.until("] ");
        ahead.skip_spaces();
    }
    if (!time || !ahead.take("]"))
        return false;
    if (is_relative && (line.since_last || line.time))  // "[<80012345>] func", of older stacks
        return false;
    if (is_relative)
        line.since_last = time;
    else
        set_time(line, *time, is_date);
    line.is_stamped = true;
    scan = ahead;
    return true;
}

// "[1:  kworker/1:2:  123]" and "(1)[123:kworker/1:2]", which some vendors have behind the stamp.
bool open_task(Scan& scan, const LogLine& line)
{
    Scan ahead = scan;
    if (!line.is_stamped)
        return false;
    if (ahead.take("(") && (ahead.digits().empty() || !ahead.take(")")))
        return false;
    if (!ahead.take("["))
        return false;
    ahead.skip_spaces();
    if (ahead.digits().empty() || !ahead.take(":"))
        return false;
    ahead.until("]");
    if (!ahead.take("]"))
        return false;
    scan = ahead;
    return true;
}

// "1764335859.123456 " of journalctl -o short-unix.
bool open_unix_time(Scan& scan, LogLine& line)
{
    Scan ahead = scan;
    constexpr size_t kDigits = 10;
    if (line.is_stamped || ahead.digits().size() != kDigits || !ahead.take("."))
        return false;
    const std::string_view fraction = ahead.digits();
    if (fraction.empty() || !ahead.take(" "))
        return false;
    set_time(line, Scan(scan).number<double>().value_or(0), false);
    line.is_stamped = true;
    scan = ahead;
    return true;
}

// "kern  :warn  : " of `dmesg -x`, "kern.warn: " of some syslogs.
bool open_level(Scan& scan, LogLine& line)
{
    Scan ahead = scan;
    const std::string_view facility = ahead.until(" :.");
    if (!is_one_of(facility, kFacilities))
        return false;
    ahead.skip_spaces();
    if (!ahead.take(":") && !ahead.take("."))
        return false;
    ahead.skip_spaces();
    if (!is_one_of(ahead.until(" :"), kLevels))
        return false;
    ahead.skip_spaces();
    ahead.take(":");
    line.is_stamped = true;
    scan = ahead;
    return true;
}

// "6,1234,5678901,-;text" of netconsole and /dev/kmsg, perhaps with "ncfrag=" or "caller=" before the semicolon. "+" in
// the place of "-" and a fragment that begins behind the first byte continue what came before. netconsole may have
// the release in front: "6.12.117-amd64,".
bool open_kmsg(Scan& scan, LogLine& line)
{
    Scan ahead = scan;
    if (Scan release = scan; !release.digits().empty() && release.take(".")) {
        release.until(",");
        release.take(",");
        ahead = release;
    }
    const auto level = ahead.number<unsigned>();
    if (!level || !ahead.take(",") || !ahead.number<uint64_t>() || !ahead.take(","))
        return false;
    const auto microseconds = ahead.number<uint64_t>();
    if (!microseconds || ahead.peek() != ',')
        return false;
    const std::string_view flags = ahead.until(";");
    if (!ahead.take(";"))
        return false;
    const size_t fragment = flags.find("ncfrag=");
    line.is_continued = flags.starts_with(",+") ||
                        (fragment != std::string_view::npos && !flags.substr(fragment + 7).starts_with("0/"));
    set_time(line, static_cast<double>(*microseconds) / 1e6, false);
    line.is_stamped = true;
    scan = ahead;
    return true;
}

// "<6>", and "<4>[   12.345678]" behind it is a bracket.
bool open_priority(Scan& scan, LogLine& line)
{
    Scan ahead = scan;
    if (!ahead.take("<") || ahead.digits().empty() || !ahead.take(">"))
        return false;
    line.is_stamped = true;
    scan = ahead;
    return true;
}

// "host kernel: ", "kernel: ", "host kernel[0]: "
bool open_host(Scan& scan, LogLine& line)
{
    Scan ahead = scan;
    // "MESSAGE=" of journalctl -o export and -o verbose
    if (ahead.take("MESSAGE=")) {
        line.is_stamped = true;
        scan = ahead;
        return true;
    }
    for (int words = 0; words < 3; words++) {
        const std::string_view word = ahead.until(" ");
        if (word == "kernel:" || (word.starts_with("kernel[") && word.ends_with("]:"))) {
            line.is_stamped = true;
            scan = ahead;
            return true;
        }
        ahead.skip_spaces();
    }
    return false;
}

bool open_date(Scan& scan, LogLine& line)
{
    std::optional<double> time = iso_time(scan);
    if (!time)
        time = month_time(scan);
    if (!time)
        time = clock(scan);
    if (!time)
        return false;
    set_time(line, *time, true);
    line.is_stamped = true;
    return true;
}

// "> ", "> > ", ">>", "| "; one that is drawn by some mailers before each line.
bool open_quote(Scan& scan, LogLine& line)
{
    // ">10000us" is what a mail folded behind "hogged CPU for".
    const bool is_number = scan.peek() == '>' && scan.peek(1) >= '0' && scan.peek(1) <= '9';
    if (line.is_stamped || is_number || !(scan.take("> ") || scan.take(">") || scan.take("| ")))
        return false;
    return true;
}

}  // namespace

LogLine open_envelope(std::string_view raw, uint64_t number)
{
    LogLine line{.number = number, .time = {}, .since_last = {}, .caller = {}, .text = {}};
    const std::string plain = plain_spaces(raw);
    Scan scan(plain);
    constexpr int kMostLayers = 24;  // mails that quote mails
    for (int layer = 0; layer < kMostLayers && !line.is_continued; layer++) {
        scan.skip_spaces();
        if (!(open_quote(scan, line) || open_bracket(scan, line) || open_priority(scan, line) ||
              open_kmsg(scan, line) || open_task(scan, line) || open_unix_time(scan, line) || open_date(scan, line) ||
              open_level(scan, line) || open_host(scan, line)))
            break;
    }
    std::string_view text = scan.left();
    // "message repeated 3 times: [ text]" of rsyslog: it was there before
    if (text.starts_with("message repeated ") && text.find(" times: [") != std::string_view::npos)
        text = {};
    const bool is_fragment = plain.find(",ncfrag=") != std::string::npos;
    while (text.ends_with(' ') && !is_fragment)
        text.remove_suffix(1);
    line.text = text;
    return line;
}

}  // namespace wqctl
