// SPDX-License-Identifier: GPL-2.0
#include "commands/check/user_steps.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "text/error.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

constexpr std::array<std::string_view, 6> kPlaces = {
    "/sys/devices/virtual/workqueue/",
    "/sys/module/workqueue/parameters/",
    "/sys/devices/system/cpu/",
    "/sys/power/",
    "/proc/",
    "/sys/kernel/debug/clear_warn_once",
};

int read_file(const std::string& path, std::string& text)
{
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    char buffer[WQLAB_STEP_TEXT_LEN];
    const ssize_t size = read(fd, buffer, sizeof buffer - 1);
    const int error = size < 0 ? errno : 0;
    close(fd);
    text.assign(buffer, size < 0 ? 0 : static_cast<size_t>(size));
    return error;
}

int write_file(const std::string& path, const std::string& text)
{
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const ssize_t written = write(fd, text.data(), text.size());
    // The kernel takes such values whole.
    const int error = written < 0 ? errno : static_cast<size_t>(written) == text.size() ? 0 : EIO;
    close(fd);
    return error;
}

int list_directory(const std::string& path, std::string& text)
{
    std::error_code error;
    text.clear();
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
        const std::string name = entry.path().filename().string();
        if (text.size() + name.size() + 2 > WQLAB_STEP_TEXT_LEN)
            return E2BIG;
        text += name + "\n";
    }
    return error.value();
}

}  // namespace

bool UserSteps::may_touch(const std::string& path)
{
    return path.find("/../") == std::string::npos &&
           std::any_of(kPlaces.begin(), kPlaces.end(), [&](std::string_view place) { return path.starts_with(place); });
}

int UserSteps::perform(uint32_t kind, const std::string& path, std::string& text)
{
    if (!may_touch(path))
        return EPERM;
    switch (kind) {
    case WQLAB_STEP_READ: return read_file(root_ + path, text);
    case WQLAB_STEP_LIST: return list_directory(root_ + path, text);
    case WQLAB_STEP_WRITE:
        if (const int error = keep(path))
            return error;
        return write_file(root_ + path, text);
    }
    return ENOSYS;
}

int UserSteps::keep(const std::string& path)
{
    std::string old;
    // What can't be read, or, as /sys/power/state, does not say what was written, can't be put back.
    if (kept_.contains(path) || path.starts_with("/sys/power/state") || read_file(root_ + path, old) != 0)
        return 0;
    try {
        kept_[path] = std::make_unique<KeptValue>(root_ + path);
    } catch (const Error&) {
        return EBUSY;  // another wqctl's
    }
    return 0;
}

}  // namespace wqctl
