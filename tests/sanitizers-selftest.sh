# SPDX-License-Identifier: MIT
# The sanitizers and the way to a verdict, on a QEMU with two faults. Sourced by
# tests/suites/sanitizers.sh, whose functions and variables these are.
# shellcheck shell=bash disable=SC2034

broken=$QEMU_BUILD/broken/qemu-system-riscv64

# caught REPORT COMMAND...: the command's only verdict is FAIL, and a report says this.
# Its reports and its verdict are not those of the suite.
caught() {
    local pattern=$1 folder
    shift
    folder=$SANITIZER_REPORTS/broken-$1
    mkdir -p "$folder"
    (
        export ASAN_OPTIONS+=:log_path=$folder/report UBSAN_OPTIONS+=:log_path=$folder/report
        SANITIZER_REPORTS=$folder
        TESTS_TXT=$folder/results.txt
        "$@"
    ) >"$folder/output.txt" 2>&1 || true
    sed "s/^/# as it should: /" "$folder/results.txt"
    if grep -q '^PASS' "$folder/results.txt" || ! grep -q '^FAIL' "$folder/results.txt" ||
        ! grep -rqs -- "$pattern" "$folder"; then
        tail -n 50 "$folder/output.txt"
        return 1
    fi
}

broken_slot() {
    qtests --qemu "$broken" --case riscv-uintc-access-test /uintc/reserved/receivers
}

broken_shift() {
    qtests --qemu "$broken" --case riscv-uintc-bad-test /uintc/bad/harts
}

broken_shift_tcg() {
    check broken make -rR -C "$QEMU_BUILD/tests/tcg/riscv64-softmmu" QEMU="$broken" run-test-uintc-regs
}

check broken-controller-builds "$PYTHON" "$ROOT/tests/break-uintc.py" "$QEMU_BUILD" "$broken"
check address-report-fails-a-qtest caught "AddressSanitizer: heap-buffer-overflow" broken_slot
check undefined-report-fails-a-qtest caught "runtime error: shift exponent" broken_shift
check undefined-report-fails-a-tcg-run caught "runtime error: shift exponent" broken_shift_tcg
