// SPDX-License-Identifier: GPL-2.0
// Probes of the glue's that are attached and detached.
#pragma once

namespace wqlab {

// One, attached as long as it lives, if it can be. Whatever it writes to is to be there before it.
template <typename Probe, int (&kAttach)(Probe*), void (&kDetach)(Probe*)>
class Attached {
public:
    explicit Attached(const Probe& probe) : probe_(probe), is_attached_(kAttach(&probe_) == 0) {}
    Attached(const Attached&) = delete;
    ~Attached()
    {
        if (is_attached_)
            kDetach(&probe_);
    }

    bool is_attached() const { return is_attached_; }
    Probe& probe() { return probe_; }

private:
    Probe probe_;
    const bool is_attached_;
};

}  // namespace wqlab
