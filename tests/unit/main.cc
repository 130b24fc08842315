// SPDX-License-Identifier: GPL-2.0
#include "ktap.hh"

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
