# SPDX-License-Identifier: GPL-2.0
# CMake's toolchain file for wqctl on arm64: make tool ARCH=arm64. Debian's cross compiler finds the libraries' headers
# among this machine's, which are the same; the libraries themselves are in scripts/lib/sysroot's directory.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
find_program(CMAKE_CXX_COMPILER NAMES aarch64-linux-gnu-g++ aarch64-linux-gnu-g++-14 aarch64-linux-gnu-g++-13
             aarch64-linux-gnu-g++-12)
if(NOT CMAKE_CXX_COMPILER)
    message(FATAL_ERROR "there is no aarch64-linux-gnu-g++: run scripts/setup arm64")
endif()

execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/sysroot arm64 OUTPUT_VARIABLE sysroot
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(CMAKE_FIND_ROOT_PATH ${sysroot})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${sysroot})
set(ENV{PKG_CONFIG_LIBDIR} ${sysroot}/usr/lib/aarch64-linux-gnu/pkgconfig:${sysroot}/usr/share/pkgconfig)
