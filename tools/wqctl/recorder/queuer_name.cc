// SPDX-License-Identifier: GPL-2.0
#include "recorder/queuer_name.hh"

#include "trace/naming.hh"

namespace wqctl {

std::string queuer_name(const Queuer& queuer, const Tables& tables)
{
    const Naming naming(tables);
    Story story;
    story.context = queuer.context;
    story.by_comm = queuer.comm;
    story.caller = queuer.caller;
    const std::string name = naming.queuers(story);
    return queuer.context == EventContext::kTask && queuer.caller ? name + ", " + naming.caller(story) : name;
}

}  // namespace wqctl
