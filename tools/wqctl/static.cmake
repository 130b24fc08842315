# SPDX-License-Identifier: GPL-2.0
# A static wqctl starts in a third of the time: no library is looked for or relocated, and its code is always at the
# same address, by which emulators know what they have translated. Where something has no static library it is linked as
# ever.
#
# Sets FMT, the library, and STATIC_OPTIONS for the link.
set(FMT fmt::fmt)
set(STATIC_OPTIONS)
if(NOT WQLAB_STATIC OR WQLAB_SANITIZE)
    return()
endif()

# The start file of static programs registers the table of all functions, which the first exception then sorts, in 30
# million instructions. The linker makes a sorted one, and that is used if nobody registers anything.
# The warnings would be of what libnl resolves host names with; nobody asks it to here.
set(options -static LINKER:--eh-frame-hdr LINKER:--wrap=__register_frame_info LINKER:--wrap=__deregister_frame_info
            LINKER:--no-warnings)

include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_INCLUDES ${CMAKE_CURRENT_SOURCE_DIR})
set(CMAKE_REQUIRED_LINK_OPTIONS ${options})
set(CMAKE_REQUIRED_LIBRARIES PkgConfig::LIBNL PkgConfig::LIBNCURSES)
check_cxx_source_compiles("#include \"static/fmt.cc\"\nint main() {}" WQLAB_STATIC_WORKS)
if(WQLAB_STATIC_WORKS)
    set(STATIC_OPTIONS ${options})
    add_library(wqctl_fmt STATIC static/fmt.cc)
    set(FMT wqctl_fmt)
endif()
