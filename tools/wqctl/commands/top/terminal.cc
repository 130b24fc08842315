// SPDX-License-Identifier: GPL-2.0
#include "commands/top/terminal.hh"

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>

#define NCURSES_NOMACROS
#include <curses.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "term/style.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr short kRedPair = 1;
constexpr short kCyanPair = 2;

attr_t attributes_of(Look look)
{
    const bool colour = has_colors();
    switch (look) {
    case Look::kPlain: return A_NORMAL;
    case Look::kBold: return A_BOLD;
    case Look::kDim: return A_DIM;
    case Look::kTitle: return A_REVERSE;
    case Look::kSortedTitle: return A_REVERSE | A_BOLD | (colour ? COLOR_PAIR(kCyanPair) : A_UNDERLINE);
    case Look::kAlarm: return A_BOLD | (colour ? COLOR_PAIR(kRedPair) : A_NORMAL);
    }
    return A_NORMAL;
}

Key key_of(int code)
{
    switch (code) {
    case KEY_UP: return {Key::kUp, 0};
    case KEY_DOWN: return {Key::kDown, 0};
    case KEY_LEFT: return {Key::kLeft, 0};
    case KEY_RIGHT: return {Key::kRight, 0};
    case KEY_PPAGE: return {Key::kPageUp, 0};
    case KEY_NPAGE: return {Key::kPageDown, 0};
    case KEY_HOME: return {Key::kHome, 0};
    case KEY_END: return {Key::kEnd, 0};
    case '\r':
    case '\n':
    case KEY_ENTER: return {Key::kEnter, 0};
    case '\t': return {Key::kTab, 0};
    case '\x1b': return {Key::kEscape, 0};
    case '\b':
    case '\x7f':
    case KEY_BACKSPACE: return {Key::kBackspace, 0};
    default: break;
    }
    return code >= ' ' && code < 0x7f ? Key::of(static_cast<char>(code)) : Key();
}

// What is printed must be of the locale for ncurses to know its width, and the
// one that the environment names may not be installed.
Charset choose_locale()
{
    if (Style::of(STDOUT_FILENO).utf8())
        for (const char* name : {"", "C.UTF-8", "C.utf8", "en_US.UTF-8"})
            if (std::setlocale(LC_CTYPE, name) && std::string(nl_langinfo(CODESET)) == "UTF-8")
                return Charset::kUtf8;
    std::setlocale(LC_CTYPE, "C");
    return Charset::kAscii;
}

// That there is a handler is enough to interrupt a wait.
void on_resize(int) {}

}  // namespace

Terminal::Terminal()
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        throw Error::usage("wqctl top needs a terminal", "wqctl top --batch prints text instead");
    charset_ = choose_locale();
    // The size is the terminal's, not what the environment once said.
    use_env(FALSE);
    use_tioctl(TRUE);
    const char* type = std::getenv("TERM");
    SCREEN* screen = newterm(nullptr, stdout, stdin);
    if (!screen)
        throw Error::usage(std::string("the terminal type \"") + (type ? type : "") + "\" is not known here",
                           "set TERM, such as TERM=vt100; wqctl top --batch prints text instead");
    char cursor[] = "cup";
    const char* can_move = tigetstr(cursor);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): terminfo's own word for a capability that is no string.
    if (!can_move || can_move == reinterpret_cast<char*>(-1)) {
        endwin();
        delscreen(screen);
        throw Error::usage(std::string("a terminal of the type \"") + (type ? type : "") + "\" cannot move its cursor",
                           "wqctl top --batch prints text instead");
    }
    screen_ = screen;
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    if (has_colors() && Style::of(STDOUT_FILENO).colour) {
        start_color();
        use_default_colors();
        init_pair(kRedPair, COLOR_RED, -1);
        init_pair(kCyanPair, COLOR_CYAN, -1);
    }
    struct sigaction resize = {};
    resize.sa_handler = on_resize;
    sigaction(SIGWINCH, &resize, &old_resize_);
}

Terminal::~Terminal()
{
    sigaction(SIGWINCH, &old_resize_, nullptr);
    // A terminal that has no other screen to go back to keeps this one; what
    // comes next begins on a free line.
    wmove(stdscr, getmaxy(stdscr) - 1, 0);
    wclrtoeol(stdscr);
    wrefresh(stdscr);
    curs_set(1);
    endwin();
    delscreen(static_cast<SCREEN*>(screen_));
    std::fflush(stdout);
}

ScreenSize Terminal::size()
{
    winsize now{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) == 0 && now.ws_row && now.ws_col &&
        is_term_resized(now.ws_row, now.ws_col)) {
        resizeterm(now.ws_row, now.ws_col);
        // The terminal has folded or cut what it showed.
        clearok(curscr, TRUE);
    }
    return {static_cast<size_t>(std::max(getmaxx(stdscr), 0)), static_cast<size_t>(std::max(getmaxy(stdscr), 0))};
}

void Terminal::draw(const std::vector<ScreenLine>& lines)
{
    werase(stdscr);
    for (size_t y = 0; y < lines.size(); y++) {
        wmove(stdscr, static_cast<int>(y), 0);
        for (const Span& span : lines[y]) {
            wattrset(stdscr, static_cast<int>(attributes_of(span.look)));
            waddstr(stdscr, span.text.c_str());
        }
    }
    wrefresh(stdscr);
}

std::vector<Key> Terminal::keys()
{
    std::vector<Key> keys;
    for (int code; (code = wgetch(stdscr)) != ERR;)
        keys.push_back(key_of(code));
    return keys;
}

}  // namespace wqctl
