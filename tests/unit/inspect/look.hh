// SPDX-License-Identifier: GPL-2.0
// A snapshot of a machine that a test made, and the words for what is in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "inspect/snapshot.hh"
#include "machine/small_machine.hh"

class Look {
public:
    explicit Look(Machine& machine, uint32_t sections = WQLAB_SECTIONS_ALL)
        : kernel_(std::make_unique<wqlab::Kernel>(machine.image())), snapshot_(std::make_unique<wqlab::Snapshot>())
    {
        kernel_->learn();
        taken_ = snapshot_->take(*kernel_, sections).ok();
    }

    bool taken() const { return taken_; }
    const wqlab::Snapshot& operator*() const { return *snapshot_; }
    const wqlab::Snapshot* operator->() const { return snapshot_.get(); }
    const wqlab::Kernel& kernel() const { return *kernel_; }

    std::string string(uint32_t number) const
    {
        const char* text = snapshot_->strings.text().begin();
        if (number == WQLAB_NONE)
            return "-";
        for (; number; number--)
            text += std::string(text).size() + 1;
        return text;
    }
    uint64_t mask(uint32_t number) const
    {
        return number == WQLAB_NONE ? 0 : snapshot_->masks.words()[number * snapshot_->masks.words_each()];
    }
    // By name; there must be one.
    const wqlab_snap_workqueue& workqueue(const std::string& name) const
    {
        for (const wqlab_snap_workqueue& row : snapshot_->workqueues)
            if (string(row.name) == name)
                return row;
        FAIL("no workqueue " << name);
        return snapshot_->workqueues[0];
    }
    const wqlab_snap_worker& worker(int pid) const
    {
        for (const wqlab_snap_worker& row : snapshot_->workers)
            if (row.pid == pid)
                return row;
        FAIL("no worker of pid " << pid);
        return snapshot_->workers[0];
    }
    const wqlab_snap_task& task(int pid) const
    {
        for (const wqlab_snap_task& row : snapshot_->tasks)
            if (row.pid == pid)
                return row;
        FAIL("no task of pid " << pid);
        return snapshot_->tasks[0];
    }
    std::vector<std::string> troubles() const
    {
        std::vector<std::string> texts;
        for (const wqlab::Trouble& trouble : snapshot_->troubles.rows()) {
            char text[160];
            wqlab::Text out(text);
            trouble.describe(out);
            texts.push_back(text);
        }
        return texts;
    }
    std::vector<std::string> lacks(uint32_t view) const
    {
        std::vector<std::string> texts;
        kernel_->for_each_lack(view, [&](const char* text) { texts.push_back(text); });
        return texts;
    }
    std::vector<std::string> missing_columns(uint32_t view) const
    {
        std::vector<std::string> texts;
        kernel_->for_each_missing_column(view, [&](const char* text) { texts.push_back(text); });
        return texts;
    }
    // As the snapshot tells of an address.
    uint64_t identity(uint64_t address) const { return kernel_->target().identity(address); }

private:
    std::unique_ptr<wqlab::Kernel> kernel_;
    std::unique_ptr<wqlab::Snapshot> snapshot_;
    bool taken_ = false;
};
