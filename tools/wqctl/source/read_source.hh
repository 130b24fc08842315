// SPDX-License-Identifier: GPL-2.0
// The machine as the walkers of kmod/inspect find it in a kernel's memory, with no lock held.
#pragma once

#include <memory>
#include <optional>

#include "source/read_kernel.hh"
#include "source/source.hh"

namespace wqlab {
class Kernel;
}

namespace wqctl {

class ReadSource final : public Source {
public:
    explicit ReadSource(std::unique_ptr<ReadKernel> read);
    ~ReadSource() override;
    ReadSource(const ReadSource&) = delete;
    ReadSource& operator=(const ReadSource&) = delete;

    const Info& info() override;
    Snapshot snapshot(uint32_t sections) override;
    std::string origin() override { return read_->origin(); }
    bool is_live() const override { return read_->is_running(); }

private:
    // What does not change from snapshot to snapshot is learnt once.
    const wqlab::Kernel& kernel();

    std::unique_ptr<ReadKernel> read_;
    bool has_begun_ = false;  // and no snapshot was taken since
    std::unique_ptr<wqlab::Kernel> kernel_;
    std::optional<Info> info_;
};

}  // namespace wqctl
