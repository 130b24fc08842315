// SPDX-License-Identifier: GPL-2.0
#include "system/files.hh"

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace wqctl {

std::optional<std::string> read_line(const std::string& path)
{
    std::ifstream stream(path);
    std::string line;
    if (!std::getline(stream, line))
        return {};
    return line;
}

int write_line(const std::string& path, const std::string& text)
{
    // One write(): sysfs takes each as a whole.
    const int fd = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const int error = write(fd, text.data(), text.size()) < 0 ? errno : 0;
    close(fd);
    return error;
}

}  // namespace wqctl
