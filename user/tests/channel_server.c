// SPDX-License-Identifier: MIT
#include "tests/channel_common.h"
const struct test_case channel_server_cases[] = { END_OF_CASES };
