// SPDX-License-Identifier: GPL-2.0
// wq_pod_types[] with their pods, the masks that all unbound workqueues have in common, and the nodes.
#include "scopes.hh"

#include "nodes.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostScopes = 64;  // the kernel has 6 or 7

// wq_affn_names[]: pointers to strings.
Result<uint32_t> scope_name(const Kernel& kernel, uint32_t type, Snapshot& snapshot)
{
    char name[24] = {};
    Address text;
    if (kernel.has(Symbol::kScopeNames) &&
        kernel.read(&text, kernel[Symbol::kScopeNames] + type * sizeof(Address), sizeof(text)))
        for (uint32_t i = 0; i + 1 < sizeof(name) && kernel.read(&name[i], text + i, 1) && name[i]; i++)
            ;
    return snapshot.strings.add(name);
}

Result<void> copy_scope(const Kernel& kernel, uint32_t type, Snapshot& snapshot)
{
    const Struct pods(kernel, kernel[Symbol::kPodTypes] + type * kernel.size(Field::kPodType), Field::kPodType);
    const uint32_t nr_pods = pods.get<uint32_t>(Field::kPodTypeNrPods);
    uint32_t default_scope = 0;
    kernel.read(default_scope, Symbol::kDefaultScope);
    // "default" itself has none, nor has a kernel that is still booting.
    if (nr_pods == 0)
        return {};
    if (nr_pods > kernel.nr_cpus()) {
        snapshot.troubles.add(Trouble::Where::kMasks, Trouble::Why::kStranger, static_cast<int32_t>(type));
        return {};
    }
    wqlab_snap_scope* scope = TRY(snapshot.scopes.append());
    *scope = {type, TRY(scope_name(kernel, type, snapshot)), type == default_scope, nr_pods};

    const Address pod_cpus = pods.get<Address>(Field::kPodTypeCpus);
    const Address pod_node = pods.get<Address>(Field::kPodTypeNode);
    const Address cpu_pod = pods.get<Address>(Field::kPodTypeCpuPod);
    const uint32_t mask_size = kernel.size(Field::kAttrsCpus);
    for (uint32_t pod = 0; pod < nr_pods; pod++) {
        int32_t node = -1;
        kernel.read(&node, pod_node + pod * sizeof(node), sizeof(node));
        const Address cpus = mask_of_variable(kernel, pod_cpus + uint64_t{pod} * mask_size);
        const uint32_t mask = TRY(snapshot.masks.add(kernel, cpus));
        *TRY(snapshot.pods.append()) = {type, pod, node, mask};
    }
    for (uint32_t cpu = 0; cpu < kernel.nr_cpus(); cpu++) {
        int32_t pod = -1;
        if (snapshot.masks.has(snapshot.head.possible_cpus, cpu) &&
            kernel.read(&pod, cpu_pod + cpu * sizeof(pod), sizeof(pod)))
            *TRY(snapshot.cpu_pods.append()) = {type, cpu, pod, 0};
    }
    return {};
}

// A variable that is a cpumask_var_t; WQLAB_NONE: this kernel has no such.
Result<uint32_t> mask_of(const Kernel& kernel, Symbol symbol, Snapshot& snapshot)
{
    if (!kernel.has(symbol))
        return WQLAB_NONE;
    return snapshot.masks.add(kernel, mask_of_variable(kernel, kernel[symbol]));
}

}  // namespace

Result<void> copy_scopes(const Kernel& kernel, Snapshot& snapshot)
{
    snapshot.head.unbound_cpus = TRY(mask_of(kernel, Symbol::kUnboundCpus, snapshot));
    snapshot.head.requested_cpus = TRY(mask_of(kernel, Symbol::kRequestedCpus, snapshot));
    snapshot.head.isolated_cpus = TRY(mask_of(kernel, Symbol::kIsolatedCpus, snapshot));
    kernel.read(snapshot.head.shard_size, Symbol::kShardSize);

    // Before 6.6 there are none.
    if (kernel.has(Symbol::kPodTypes) && kernel.has(Field::kPodTypeNrPods))
        for (uint32_t type = 0; type < kernel.constant(Field::kNrScopes) && type < kMostScopes; type++)
            TRY(copy_scope(kernel, type, snapshot));
    const Nodes nodes(kernel);
    for (uint32_t node = 0; node < nodes.end(); node++)
        if (nodes.is_possible(node))
            *TRY(snapshot.nodes.append()) = {node, TRY(snapshot.masks.add(kernel, nodes.cpus(node)))};
    return {};
}

}  // namespace wqlab
