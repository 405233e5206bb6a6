// SPDX-License-Identifier: MIT
#include "endpoint_cases.h"

int main(int count, char **names)
{
    call_slowly = true;
    return unit_main("endpoint", endpoint_cases, endpoint_case_count, count, names);
}
