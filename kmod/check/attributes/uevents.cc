// SPDX-License-Identifier: GPL-2.0
// What user space is told of workqueues that come to sysfs, and those that are put there by hand.
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/uevents.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace uevents {

constexpr const char* kRoot = "/sys/devices/virtual/workqueue";

// What was heard of one workqueue since the last look.
struct Heard {
    uint32_t adds = 0, removes = 0, others = 0;
    bool lost = false;  // some were, of whichever device

    bool is(uint32_t wanted_adds, uint32_t wanted_removes) const
    {
        return adds == wanted_adds && removes == wanted_removes && others == 0;
    }
};

// An event is there when the function returns that made it.
class Listener {
public:
    explicit Listener(Trial& trial) : trial_(trial), socket_(wqlab_uevents_open()) {}
    Listener(const Listener&) = delete;
    ~Listener()
    {
        if (socket_)
            wqlab_uevents_close(socket_);
    }

    bool attached() const { return socket_; }

    Heard of(const char* name)
    {
        Heard heard;
        constexpr int kNone = -11;
        constexpr uint32_t kErrors = 4;
        char text[512], wanted[96];
        wqlab_format(wanted, sizeof(wanted), "@/devices/virtual/workqueue/%s", name);
        for (uint32_t errors = 0; socket_ && errors < kErrors;) {
            if (const int error = wqlab_uevents_next(socket_, text, sizeof(text))) {
                if (error == kNone)
                    break;
                heard.lost = true;
                errors++;
                continue;
            }
            const char* path = text;
            while (*path && *path != '@')
                path++;
            if (!same_text(path, wanted))
                continue;
            const size_t action = static_cast<size_t>(path - text);
            const auto is = [&](const char* word) {
                return action == __builtin_strlen(word) && __builtin_memcmp(text, word, action) == 0;
            };
            (is("add") ? heard.adds : is("remove") ? heard.removes : heard.others)++;
        }
        trial_.goes_on();
        return heard;
    }

private:
    Trial& trial_;
    socket* const socket_;
};

inline bool is_ordered(uint32_t flags) { return flags & WQLAB_WQ_ORDERED; }

struct OneEventEach {
    static constexpr Promise kPromise = {
        224,
        "",
        "sysfs.tells-user-space",
        "Of a workqueue that comes to sysfs user space hears once, when its files are there, and once of one that "
        "goes; of what is written to its files, and of those that are not in sysfs, it hears nothing",
        "kernel/workqueue.c: workqueue_sysfs_register(), workqueue_sysfs_unregister()",
        0,
        Fault::kFlushReturnsEarly};

    // False: the trial has been decided, or too many others came for all to be heard.
    static bool is_heard(Trial& t, const Heard& heard, uint32_t adds, uint32_t removes, uint32_t flags,
                         const char* when)
    {
        if (heard.lost)
            return false;
        if (!heard.is(adds, removes))
            t.fail(
                "of one with flags %x user space heard %u times that it came, %u times that it went, and %u other "
                "events, %s",
                flags, heard.adds, heard.removes, heard.others, when);
        return !t.decided();
    }

    static bool judge(Trial& t, Listener& listener, uint32_t flags, const char* name)
    {
        const bool shown = flags & WQLAB_WQ_SYSFS;
        listener.of(name);
        Queue& wq = t.queue({.flags = flags, .is_private = !is_ordered(flags), .name = name});
        if (t.decided() || !is_heard(t, listener.of(name), shown, 0, flags, "when it was made"))
            return false;
        if (shown && !is_ordered(flags)) {
            char path[96];
            wqlab_format(path, sizeof(path), "%s/%s/max_active", kRoot, name);
            const int error = t.write(path, "3");
            if (is_closed(error))
                t.skip("%s can't be written now: error %d", path, error);
            else if (error)
                t.fail("%s can't be written: error %d", path, error);
            if (t.decided() || !is_heard(t, listener.of(name), 0, 0, flags, "when max_active was written"))
                return false;
        }
        wq.destroy();
        return is_heard(t, listener.of(name), 0, shown, flags, "when it was destroyed");
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 3;
        Listener listener(t);
        SKIP_UNLESS(t, listener.attached(), "uevents can't be heard here");
        const bool ordered = wqlab_features() & WQLAB_FEATURE_ORDERED_SYSFS;
        const uint32_t kinds[] = {0u, uint32_t{WQLAB_WQ_SYSFS}, uint32_t{WQLAB_WQ_SYSFS} | WQLAB_WQ_UNBOUND,
                                  uint32_t{WQLAB_WQ_SYSFS} | WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM,
                                  ordered ? uint32_t{WQLAB_WQ_SYSFS} | WQLAB_WQ_ORDERED : uint32_t{WQLAB_WQ_SYSFS}};
        uint32_t number = 0, unheard = 0;
        for (const uint32_t flags : kinds) {
            bool heard = false;
            for (uint32_t i = 0; i < kTries && !heard && !t.decided(); i++) {
                char* const name = t.own<char, 24>();
                if (!name)
                    return;
                wqlab_format(name, 24, "wqlab-c224-%u", number++);
                heard = judge(t, listener, flags, name);
            }
            unheard += !heard;
        }
        SKIP_UNLESS(t, !unheard, "so many other events came that some were lost");
    }
};

struct ShownByHand {
    static constexpr Promise kPromise = {
        225,
        "",
        "sysfs.shown-by-hand",
        "workqueue_sysfs_register() shows a workqueue that was made without WQ_SYSFS, with the attributes that it has "
        "by then, and max_active of ordered and BH ones can only be read; what is shown goes with it",
        "kernel/workqueue.c: workqueue_sysfs_register(), wq_sysfs_is_visible(), destroy_workqueue()",
        0,
        Fault::kStepLies};

    static void run(Trial& t)
    {
        const uintptr_t show = wqlab_symbol("workqueue_sysfs_register");
        SKIP_UNLESS(t, show, "this kernel does not show workqueue_sysfs_register()");
        Listener listener(t);
        const uint32_t bh = wqlab_lacks() & WQLAB_LACK_BH ? 0 : uint32_t{WQLAB_WQ_BH};
        // Before, an ordered one can't be shown, and that warns; of a BH one too the file could be written.
        const bool limited = wqlab_features() & WQLAB_FEATURE_ORDERED_SYSFS;
        const struct {
            uint32_t flags;
            const char *name, *per_cpu;
            bool fixed;
        } kinds[] = {{0, "wqlab-c225p", "1\n", false},
                     {WQLAB_WQ_UNBOUND, "wqlab-c225u", "0\n", false},
                     {WQLAB_WQ_ORDERED, "wqlab-c225o", "0\n", true},
                     {bh, "wqlab-c225b", "1\n", true}};
        for (const auto& kind : kinds) {
            if (kind.fixed && (!limited || !kind.flags))
                continue;
            char path[96];
            const auto file = [&](const char* name) {
                wqlab_format(path, sizeof(path), "%s/%s/%s", kRoot, kind.name, name);
                return path;
            };
            Queue& wq = t.queue({.flags = kind.flags, .is_private = !is_ordered(kind.flags), .name = kind.name});
            if (t.decided())
                return;
            WANT(t, t.read(file("max_active")) == number(Errno::kNoEntry), "%s was shown before", kind.name);
            listener.of(kind.name);
            unsigned long result = 1;
            SKIP_UNLESS(t, wqlab_call(show, reinterpret_cast<unsigned long>(wq.get()), 0, 0, &result),
                        "kprobes are disarmed, so the kernel can't be called");
            WANT(t, static_cast<int>(result) == 0, "of %s it gave error %d", kind.name, -static_cast<int>(result));
            const Heard came = listener.of(kind.name);
            WANT(t, came.lost || !listener.attached() || came.is(1, 0), "of %s user space heard %u times that it came",
                 kind.name, came.adds);
            WANT(t, t.read(file("per_cpu")) == 0 && same_text(t.text(), kind.per_cpu), "per_cpu of %s is %s", kind.name,
                 t.text());
            if (kind.flags & WQLAB_WQ_UNBOUND)
                WANT(t, t.read(file("nice")) == 0 && same_text(t.text(), "7\n"), "nice of %s is %s, not 7", kind.name,
                     t.text());
            const int error = t.write(file("max_active"), "2");
            constexpr int kAccess = 13;
            WANT(t, error == (kind.fixed ? kAccess : 0), "writing max_active of %s gave error %d", kind.name, error);
            const int unread = t.read(file("max_active"));
            WANT(t, unread == 0 && same_text(t.text(), "2\n") != kind.fixed, "max_active of %s is %s", kind.name,
                 t.text());
            wq.destroy();
            WANT(t, t.read(file("max_active")) == number(Errno::kNoEntry), "%s is still shown", kind.name);
            const Heard went = listener.of(kind.name);
            WANT(t, went.lost || !listener.attached() || went.is(0, 1), "of %s user space heard %u times that it went",
                 kind.name, went.removes);
        }
    }
};

constexpr Check kAll[] = {
    check_of<OneEventEach>(),
    check_of<ShownByHand>(),
};

}  // namespace uevents

constinit const Group kUeventChecks = group_of("attributes", uevents::kAll);

}  // namespace wqlab
