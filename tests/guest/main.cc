// SPDX-License-Identifier: GPL-2.0
#include "ktap.hh"

int main(int argc, char** argv)
{
    std::vector<const char*> arguments = {argv[0], "--reporter", "ktap"};
    // What matches nothing has tested nothing: the third version fails of itself.
    if (CATCH_VERSION_MAJOR < 3)
        arguments.insert(arguments.end(), {"--warn", "NoTests"});
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    Catch::Session session;
    if (const int bad = session.applyCommandLine(static_cast<int>(arguments.size()), arguments.data()))
        return bad;
    return session.run() ? 1 : 0;
}
