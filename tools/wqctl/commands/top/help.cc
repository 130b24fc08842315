// SPDX-License-Identifier: GPL-2.0
#include "commands/top/screen.hh"

namespace wqctl {

const std::vector<std::string>& top_help()
{
    static const std::vector<std::string> lines = {
        "1 2 3 4 5, Tab  workqueues, workers, functions, pools, queuers",
        "r c b d w n   sort by rate, CPU time, busy workers, depth, wait, name",
        "< > R         sort by the column before or behind; in reverse",
        "/             show only what matches a regular expression; empty: all",
        "i             hide what is idle",
        "arrows, PageUp, PageDown, Home, End   scroll; left and right: columns",
        "space         pause",
        "+ -           sample less often, more often",
        "q             quit",
        "",
        "items/s  items begun a second          CPU%   of one CPU; BH: not counted",
        "busy     workers that execute items    depth  items waiting for a worker,",
        "inact    of which max_active holds back        or for max_active",
        "wait     how long a pool on which items of the workqueue are pending has",
        "         started none: at least so long waited the first on its list",
        "total    items begun, as far as seen   hogs   ran too long on a CPU",
        "mayday   calls of the rescuer          max    max_active",
        "for      busy or idle for so long      running  counted as runnable",
        "longest  the worker that is busy with the function for the longest time",
        "",
        "Times with a \">=\" are lower bounds: the kernel did not note the start.",
        "wqctl(8) says more.",
    };
    return lines;
}

}  // namespace wqctl
