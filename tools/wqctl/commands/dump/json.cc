// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/columns.hh"
#include "commands/dump/render.hh"

namespace wqctl {

namespace {

class DumpWriter {
public:
    explicit DumpWriter(const Dump& dump) : dump_(dump), s_(dump.snapshot), chosen_(dump.selection), context_(dump) {}

    std::string document()
    {
        j_.object([this] {
            write_row(j_, context_, dump_);
            section(WQLAB_SECTION_SCOPES, [this] { rows(real_scopes()); });
            section(WQLAB_SECTION_POOLS, [this] { rows(chosen_.pools); });
            section(WQLAB_SECTION_WORKQUEUES, [this] { rows(chosen_.workqueues); });
            section(WQLAB_SECTION_RESCUERS, [this] { rows(rescuers()); });
            section(WQLAB_SECTION_NODES, [this] {
                j_.object([this] {
                    rows("machine", s_.nodes);
                    rows("active", chosen_.node_active);
                });
            });
            section(WQLAB_SECTION_WORK, [this] {
                j_.object([this] {
                    rows("workers", chosen_.workers);
                    rows("items", chosen_.works);
                    rows("flushers", chosen_.flushers);
                    rows("tasks", chosen_.tasks);
                    if (dump_.stacks)
                        rows("stacks", dump_.stacks->groups);
                });
            });
            section(WQLAB_SECTION_TIMERS, [this] { rows(chosen_.timers); });
            section(WQLAB_SECTION_HOGS, [this] { rows(chosen_.hogs); });
            section(WQLAB_SECTION_CPUS, [this] { rows(chosen_.runqueues); });
            j_.line();
        });
        return j_.take();
    }

private:
    template <typename Write>
    void section(uint32_t which, Write write)
    {
        if (!(dump_.sections & which))
            return;
        j_.line();
        j_.key(section_name(which));
        write();
    }

    void row(const auto& row) { write_row(j_, context_, row); }
    template <typename Row>
    void row(const Row* row)
    {
        write_row(j_, context_, *row);
    }

    // A line for each, so that grep finds it.
    template <typename List>
    void rows(const List& list)
    {
        j_.array([&] {
            for (const auto& one : list) {
                j_.line();
                j_.object([&] { row(one); });
            }
            if (!std::empty(list))
                j_.line();
        });
    }
    template <typename List>
    void rows(std::string_view name, const List& list)
    {
        j_.key(name);
        rows(list);
    }

    // "default" stands for another one.
    std::vector<const wqlab_snap_scope*> real_scopes() const
    {
        std::vector<const wqlab_snap_scope*> real;
        for (const wqlab_snap_scope& scope : s_.scopes)
            if (scope.type != 0)
                real.push_back(&scope);
        return real;
    }

    std::vector<Rescuer> rescuers() const
    {
        std::vector<Rescuer> rescuers;
        for (const wqlab_snap_workqueue* wq : chosen_.workqueues)
            if (wq->rescuer_pid)
                rescuers.push_back({*wq});
        return rescuers;
    }

    const Dump& dump_;
    const Snapshot& s_;
    const Selection& chosen_;
    const RowContext context_;
    JsonWriter j_{JsonLayout::kRecords};
};

}  // namespace

std::string dump_to_json(const Dump& dump) { return DumpWriter(dump).document(); }

}  // namespace wqctl
