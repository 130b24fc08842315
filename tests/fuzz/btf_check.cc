// SPDX-License-Identifier: GPL-2.0
#include "btf_check.hh"

#include <cstring>

#include "core/btf.hh"
#include "core/layout.hh"

using namespace wqlab;

namespace {

enum class Field { kPool, kPoolId, kPoolSince, kNode, kDeep, kBits, kWorker, kStarted, kMode, kCount };

// The names are those of the seeds.
constexpr FieldTable<Field> kSpecs({
    {Field::kPool, field::whole("pool", 1)},
    {Field::kPoolId, field::member("pool", "id", 1, 4)},
    {Field::kPoolSince, field::member("pool", "progress_ts|watchdog_ts", 2, 8)},
    {Field::kNode, field::member("node", "nr.counter", 2, 4 | 8)},
    {Field::kDeep, field::member("pool", "deep.in.x", 4)},
    {Field::kBits, field::member("pool", "one|three|wide")},
    {Field::kWorker, field::member("worker", "entry.next|hentry.next", 1)},
    {Field::kStarted, field::constant("STAT_STARTED", 4)},
    {Field::kMode, field::constant("OLD_MODE|MODE", 0, "modes")},
});

class Check {
public:
    explicit Check(const Btf& btf) : btf_(btf) {}

    std::string nonsense()
    {
        uint32_t ids = 0;
        btf_.for_each_type([&](const BtfType& type) {
            if (type.id != ++ids || !type.name)
                complain("a type's number or name");
            else if (type.is_struct())
                look_into(type);
            else if (type.is_enum())
                for (uint32_t i = 0; i < type.count; i++)
                    touch(btf_.constant(type, i).name);
            return nonsense_.empty();
        });
        if (nonsense_.empty() && ids != btf_.types())
            complain("the number of types");
        locate();
        return nonsense_;
    }

private:
    void complain(const char* what)
    {
        if (nonsense_.empty())
            nonsense_ = what;
    }

    // Strings may be as long as the input, and everybody's: their ends are left to the sanitizer.
    static void touch(const char* text) { static_cast<void>(*const_cast<const volatile char*>(text)); }

    void look_into(const BtfType& type)
    {
        auto again = btf_.type(type.id);
        if (!again.ok() || again.take().at != type.at)
            complain("a type found again");
        for (uint32_t i = 0; i < type.count && steps_; i++) {
            touch(btf_.member_name(type, i));
            auto member = btf_.member(type, btf_.member_name(type, i), steps_);
            if (member.ok())
                see(member.take(), type.word);
        }
        for (const char* path : {"deep.in", "deep.in.x", "entry.next", "none"}) {
            auto member = btf_.member(type, path, steps_);
            if (member.ok())
                see(member.take(), type.word);
        }
    }

    void see(const BtfMember& member, uint64_t size_of_struct)
    {
        touch(member.type);
        if (uint64_t{member.offset} + member.size > size_of_struct)
            complain("a member outside of its struct");
        if (uint64_t{member.elements} * member.element_size != member.size)
            complain("the size of an array");
        if (!member.is_array && member.elements != 1)
            complain("elements of no array");
        if (!member.bits)
            return;
        if (member.size > 8 || member.shift > 7 || uint32_t{member.shift} + member.bits > member.size * 8)
            complain("a bitfield outside of its bytes");
        if (member.bits < 64 && !member.is_signed && member.extract(UINT64_MAX) >> member.bits)
            complain("a bitfield's value");
    }

    void locate()
    {
        Layout<Field> layout(kSpecs);
        if (!layout.locate(btf_).ok())
            return;
        layout.for_each_absent([](const FieldSpec&) { return true; }, [](const char*) {});
        if (layout.has(Field::kPoolId) && !layout.has(Field::kPool))
            complain("a member without its struct");
        if (layout.has(Field::kPoolId) && uint64_t{layout.offset(Field::kPoolId)} + 4 > layout.size(Field::kPool))
            complain("a field outside of its struct");
        if (layout.has(Field::kPoolSince) && layout.size(Field::kPoolSince) % 8)
            complain("a field of a size that is not spec");
    }

    const Btf& btf_;
    std::string nonsense_;
    uint32_t steps_ = 20'000;
};

}  // namespace

std::string nonsense_in_btf(const uint8_t* bytes, size_t size)
{
    uint32_t marks[64];
    BtfProblem problem;
    auto opened = Btf::open({bytes, size}, marks, problem);
    if (opened.ok())
        return Check(opened.take()).nonsense();
    char text[128];
    Text out(text);
    problem.describe(out);
    return std::strlen(text) ? "" : "refused without a reason";
}
