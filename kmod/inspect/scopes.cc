// SPDX-License-Identifier: GPL-2.0
#include "scopes.hh"

#include "../glue/cpu.h"
#include "../glue/inspect.h"
#include "cpumask.hh"
#include "walk.hh"

namespace wqlab {

namespace {

// wq_affn_names[]: pointers to strings.
Result<uint32_t> scope_name(const Kernel& kernel, uint32_t type, Snapshot& snapshot)
{
    char name[24] = {};
    Address text;
    if (wqlab_peek(&text, kernel[Symbol::kScopeNames] + type * sizeof(Address), sizeof(text)))
        for (uint32_t i = 0; i + 1 < sizeof(name) && wqlab_peek(&name[i], text + i, 1) && name[i]; i++)
            ;
    return snapshot.strings.add(name);
}

Result<void> copy_scope(const Kernel& kernel, uint32_t type, Snapshot& snapshot)
{
    const Address pod_type = kernel[Symbol::kPodTypes] + type * kernel.member(Field::kPodType).size;
    const uint32_t nr_pods = kernel.load<uint32_t>(pod_type, Field::kPodTypeNrPods);
    const uint32_t cpus = wqlab_nr_cpus();
    Address default_scope_type = 0;
    wqlab_peek(&default_scope_type, kernel[Symbol::kDefaultScope], sizeof(uint32_t));
    // "default" itself has none, nor has a kernel that is still booting.
    if (nr_pods == 0)
        return {};
    if (nr_pods > cpus) {
        snapshot.troubles.add(Trouble::Where::kMasks, Trouble::Why::kStranger, static_cast<int32_t>(type));
        return {};
    }
    wqlab_snap_scope* scope = TRY(snapshot.scopes.append());
    *scope = {type, TRY(scope_name(kernel, type, snapshot)), type == default_scope_type, nr_pods};

    const Address pod_cpus = kernel.load<Address>(pod_type, Field::kPodTypeCpus);
    const Address pod_node = kernel.load<Address>(pod_type, Field::kPodTypeNode);
    const Address cpu_pod = kernel.load<Address>(pod_type, Field::kPodTypeCpuPod);
    const uint32_t mask_size = kernel.member(Field::kAttrsCpus).size;
    for (uint32_t pod = 0; pod < nr_pods; pod++) {
        int32_t node = -1;
        wqlab_peek(&node, pod_node + pod * sizeof(node), sizeof(node));
        const uint32_t mask = TRY(snapshot.masks.add(mask_of_variable(kernel, pod_cpus + pod * mask_size)));
        *TRY(snapshot.pods.append()) = {type, pod, node, mask};
    }
    for (uint32_t cpu = 0; cpu < cpus; cpu++) {
        int32_t pod = -1;
        if (snapshot.masks.has(snapshot.head.possible_cpus, cpu) && wqlab_peek(&pod, cpu_pod + cpu * sizeof(pod), sizeof(pod)))
            *TRY(snapshot.cpu_pods.append()) = {type, cpu, pod, 0};
    }
    return {};
}

}  // namespace

Result<void> copy_scopes(const Kernel& kernel, Snapshot& snapshot)
{
    const Address unbound = kernel[Symbol::kUnboundCpus];
    snapshot.head.unbound_cpus = TRY(snapshot.masks.add(mask_of_variable(kernel, unbound)));
    if (const Address requested = kernel[Symbol::kRequestedCpus])
        snapshot.head.requested_cpus = TRY(snapshot.masks.add(mask_of_variable(kernel, requested)));
    if (const Address isolated = kernel[Symbol::kIsolatedCpus])
        snapshot.head.isolated_cpus = TRY(snapshot.masks.add(mask_of_variable(kernel, isolated)));
    if (const Address shard_size = kernel[Symbol::kShardSize])
        wqlab_peek(&snapshot.head.shard_size, shard_size, sizeof(snapshot.head.shard_size));

    for (uint32_t type = 0; type < kernel.constant(Field::kNrScopes); type++)
        TRY(copy_scope(kernel, type, snapshot));
    for (uint32_t node = 0; node < wqlab_nr_nodes(); node++)
        if (wqlab_node_possible(node))
            *TRY(snapshot.nodes.append()) = {node, TRY(snapshot.masks.add(wqlab_node_cpus(node)))};
    return {};
}

}  // namespace wqlab
