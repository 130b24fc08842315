// SPDX-License-Identifier: GPL-2.0
#include "request.hh"

namespace wqlab {

int refuse(genl_info* info, Errno error)
{
    static constexpr struct {
        Errno error;
        const char* text;
    } kTexts[] = {
        {Errno::kNoMemory, "the kernel gave no workqueue, thread or memory"},
        {Errno::kNoDevice, "the module is being removed"},
        {Errno::kMessageSize, "the answer fits no message"},
        {Errno::kNotSupported, "this kernel lacks what that needs; wqctl info says what"},
    };
    for (const auto& known : kTexts)
        if (known.error == error)
            return refuse(info, kNoAttribute, error, "%s", known.text);
    return code(error);
}

}  // namespace wqlab
