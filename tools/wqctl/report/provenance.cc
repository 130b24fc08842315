// SPDX-License-Identifier: GPL-2.0
#include "report/provenance.hh"

#include "term/json_writer.hh"

namespace wqctl {

void write_provenance(JsonWriter& j, const std::optional<Provenance>& provenance)
{
    if (!provenance)
        return;
    j.member("command", provenance->command);
    j.object("machine", [&] {
        const Machine& machine = provenance->machine;
        j.member_if(!machine.model.empty(), "model", machine.model);
        j.member("cpus", machine.cpus);
        j.member("cores", machine.cores);
        j.member("caches", machine.caches);
        j.member("nodes", machine.nodes);
        j.member("guest", machine.is_a_guest);
        j.objects("parameters", machine.parameters, [&](const auto& parameter) {
            j.member("name", parameter.first);
            j.member("value", parameter.second);
        });
    });
}

}  // namespace wqctl
