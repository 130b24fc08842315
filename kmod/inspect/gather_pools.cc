// SPDX-License-Identifier: GPL-2.0
// Which pools there are, and what of them stands still under wq_pool_mutex.
#include "idr.hh"
#include "masks.hh"
#include "walk_state.hh"

namespace wqlab {

namespace {

constexpr uint32_t kMostPools = 1u << 16;

class PoolGathering {
public:
    PoolGathering(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
        : kernel_(kernel), snapshot_(snapshot), state_(state)
    {
    }

    Result<void> run()
    {
        IdrWalk idr(kernel_);
        const bool whole = TRY(
            idr.run(kernel_[Symbol::kPoolIdr], [this](uint32_t id, Address pool) { return add(id, pool); }));
        if (!whole)
            snapshot_.troubles.add(Trouble::Where::kPools, Trouble::Why::kBroken, -1);
        return {};
    }

private:
    Result<void> add(uint32_t id, Address address)
    {
        const uint32_t number = state_.pools.size();
        int32_t own_id;
        Address attrs_address;
        if (!kernel_.peek(own_id, address, Field::kPoolId) || own_id != static_cast<int32_t>(id) ||
            !kernel_.peek(attrs_address, address, Field::kPoolAttrs) || !attrs_address || number == kMostPools ||
            state_.pool_numbers.get(address) != AddressMap::kNone)
            return stranger(id);
        const Struct pool(kernel_, address, Field::kPool), attrs(kernel_, attrs_address, Field::kAttrs);
        if (!pool.there() || !attrs.there())
            return stranger(id);
        wqlab_snap_pool row{};
        row.id = own_id;
        row.cpu = pool.get<int32_t>(Field::kPoolCpu);
        row.node = pool.get<int32_t>(Field::kPoolNode);
        row.refcnt = pool.get<int32_t>(Field::kPoolRefcnt);
        row.nice = attrs.get<int32_t>(Field::kAttrsNice);
        row.scope = attrs.get_or<uint32_t>(Field::kAttrsScope, WQLAB_NONE);
        row.cpus = TRY(snapshot_.masks.add(kernel_, mask_of_attrs(kernel_, attrs_address, Field::kAttrsCpus)));
        row.pod_cpus = TRY(snapshot_.masks.add(kernel_, mask_of_attrs(kernel_, attrs_address, Field::kAttrsPodCpus)));
        if (attrs.get_or<uint8_t>(Field::kAttrsStrict, 0))
            row.flags |= WQLAB_POOL_STRICT;

        *TRY(state_.pools.append()) = {address, attrs_address, 0, 0};
        *TRY(snapshot_.pools.append()) = row;
        TRY(state_.pool_numbers.reserve(number + 1));
        state_.pool_numbers.put(address, number);
        return {};
    }

    Result<void> stranger(uint32_t id)
    {
        snapshot_.troubles.add(Trouble::Where::kPools, Trouble::Why::kStranger, static_cast<int32_t>(id));
        return {};
    }

    const Kernel& kernel_;
    Snapshot& snapshot_;
    WalkState& state_;
};

}  // namespace

Result<void> gather_pools(const Kernel& kernel, Snapshot& snapshot, WalkState& state)
{
    return PoolGathering(kernel, snapshot, state).run();
}

}  // namespace wqlab
