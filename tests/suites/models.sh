#!/bin/bash
# SPDX-License-Identifier: MIT
# The Promela models in tests/models: spin searches every order of events. What docs/spec.md and the
# device do holds, and each order that they avoid fails for the reason that the specification gives.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=scripts/results.sh
. "$ROOT/scripts/results.sh"

WORK=$BUILD/models
LEAST_STATES=100000 # a search that proves something visits more

# expect NAME MODEL OUTCOME [-Dmacro...]: `holds`, or the name of the property that must fail.
expect() {
    local name=$1 model=$2 outcome=$3 folder=$WORK/$1 report found optimise=-O0
    shift 3
    [ "$outcome" != holds ] || optimise=-O2 # a failure is found soon
    report=$folder/report.txt
    rm -rf "$folder"
    mkdir -p "$folder"
    # A model with a mistake can make spin itself or the search grow without end.
    if ! (
        ulimit -v 4000000
        cd "$folder"
        timeout 60 spin -a "$@" "$ROOT/tests/models/$model.pml" >spin.txt 2>&1 &&
            gcc "$optimise" -w -DSAFETY -o pan pan.c >>spin.txt 2>&1 &&
            timeout 300 ./pan -m100000 -w22 >report.txt 2>&1
    ); then
        fail "models/$name" "spin, gcc or the search failed"
        tail -n 20 "$folder"/*.txt
        return
    fi
    if found=$(verdict "$report") && [ "$found" = "$outcome" ]; then
        pass "models/$name"
    else
        fail "models/$name" "expected $outcome, found $found"
        cat "$report"
        return
    fi
    sed -n 's/^ *\([0-9]*\) states, stored.*/# \1 states/p' "$report"
    rm -f "$folder"/pan*
}

# What a search found: `holds` only if it was complete and large enough to mean something.
verdict() {
    local violated states
    violated=$(sed -n 's/^pan:[0-9]*: assertion violated  *!(\([a-z_]*\)).*/\1/p' "$1")
    states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$1")
    if [ -n "$violated" ]; then
        echo "$violated"
    elif ! grep -q 'errors: 0$' "$1" ||
        grep -qiE '^pan:[0-9]+:|not completed|too small|out of memory|interrupted' "$1"; then
        echo "no complete search"
    elif [ "${states:-0}" -lt "$LEAST_STATES" ]; then
        echo "only ${states:-0} states"
    else
        echo holds
    fi
}

# docs/spec.md, section 8: the orders that it gives or allows
expect clear-then-read delivery holds
expect read-then-clear delivery holds -DREAD_THEN_CLEAR
expect deactivate-oneself delivery holds -DDEACTIVATIONS=1 -DPREEMPTIONS=0
expect reuse-slot delivery holds -DREUSES=1 -DPREEMPTIONS=0
expect block-kn-then-active delivery holds -DKN_BEFORE_ACTIVE -DPREEMPTIONS=0
expect block-active-then-kn-then-look delivery holds -DKN_AFTER_ACTIVE -DPREEMPTIONS=0
expect block-claims-noted delivery holds -DCLAIMS_NOTED -DPREEMPTIONS=0
expect switch-in-suirs-last delivery holds -DSELECT_LAST -DPREEMPTIONS=0

# 8.3: step 4 after step 2, KN and Active together, HIGH written back, the lock
expect block-without-look delivery lost_wakeup -DNO_LOOK
expect block-look-first delivery lost_wakeup -DLOOK_FIRST
expect block-kn-after-look delivery lost_wakeup -DKN_AFTER_LOOK
expect block-without-write-back delivery lost_wakeup -DNO_WRITE_BACK
expect block-claims-without-lock delivery lost_wakeup -DCLAIMS_WITHOUT_LOCK

# 8.2: the latch is cleared, and only after Active; 8.1: hartid and Active in one write
expect switch-out-latch-kept delivery foreign_interrupt -DLATCH_KEPT
expect switch-out-latch-first delivery foreign_interrupt -DLATCH_CLEARED_FIRST
expect switch-in-active-before-hartid delivery foreign_interrupt -DACTIVE_BEFORE_HARTID

# 8.5: the Tag changes, HIGH is dropped, and only after the Tag has changed
expect reuse-same-tag delivery stale_vector -DREUSES=1 -DSAME_TAG
expect reuse-without-drop delivery stale_vector -DREUSES=1 -DNO_DROP
expect reuse-drop-before-tag delivery stale_vector -DREUSES=1 -DDROP_BEFORE_TAG

# 5.2: devices that break a rule, UDLV-16, UDLV-1, UDLV-4
expect device-suirs-not-evaluated delivery missed_interrupt -DSELECT_LAST -DDEVICE_DOES_NOT_REEVALUATE
expect device-without-level delivery missed_interrupt -DDEVICE_WITHOUT_LEVEL
expect device-latches-masked delivery masked_interrupt -DDEVICE_LATCHES_MASKED

# uintc_post() in qemu/hw/intc/riscv_uintc_delivery.c, and what it must not do
expect post-locking post holds
expect post-latch-read-before-lock post lost_wakeup -DLATCH_BEFORE_LOCK
expect post-without-look-at-pending post lost_wakeup -DDEVICE_LOOKS_AT_LATCH_ONLY
expect post-without-look-at-bell post lost_wakeup -DNO_BELL
expect post-pending-before-bql post latch_differs -DPENDING_BEFORE_BQL
expect post-not-decided-again post bell_differs -DNOT_DECIDED_AGAIN
expect post-tag-not-checked-again post stale_vector -DTAG_NOT_CHECKED_AGAIN

# guest-kernel/ipc/uintr_receiver.c: more receivers than slots
expect slots-shared slots holds
expect slots-evict-same-tag slots wrong_receiver -DSAME_TAG
expect slots-evict-drop-before-tag slots wrong_receiver -DDROP_BEFORE_TAG
expect slots-evicted-not-woken slots lost_wakeup -DEVICTED_NOT_WOKEN
expect slots-relay-without-lock slots wrong_vector -DRELAY_WITHOUT_LOCK
expect slots-entries-kept-when-tags-come-round slots wrong_receiver -DENTRIES_KEPT

# user/lib/peer.h and guest-kernel/ipc/uintr_handover.c: more in flight than a ring holds, one, two;
# each publication is notified at once, on going to sleep (LAZY), or either (MIXED)
expect channel channel holds
expect channel-one-in-flight channel holds -DIN_FLIGHT=1
expect channel-early-looks channel holds -DMESSAGES=2 -DEARLY=1
expect channel-room-bit channel holds -DROOM_BIT -DSIZE=1 -DMESSAGES=2
expect channel-lazy channel holds -DLAZY
expect channel-lazy-two-in-flight channel holds -DLAZY -DIN_FLIGHT=2
expect channel-lazy-early-looks channel holds -DLAZY -DMESSAGES=2 -DEARLY=1
expect channel-lazy-or-not channel holds -DLAZY -DMIXED -DMESSAGES=2
# A flag that the notifier clears is right only if the send comes last
expect channel-cleared-before-send channel holds -DCLEARED_BEFORE_SEND -DMESSAGES=2 -DEARLY=1
# One side dies
expect channel-death channel holds -DMESSAGES=2 -DDEATHS=1
expect channel-death-lazy channel holds -DLAZY -DMESSAGES=2 -DDEATHS=1
expect channel-death-has-a-vector channel holds -DHANGUP_VECTOR -DMESSAGES=2 -DDEATHS=1
expect channel-death-seen-by-wait channel holds -DWAIT_LOOKS -DMESSAGES=2 -DDEATHS=1

# Fences, acquire and release, each needed
expect channel-no-fence-before-notify channel lost_wakeup -DNO_PRODUCER_FENCE
expect channel-no-fence-before-look channel lost_wakeup -DNO_CONSUMER_FENCE
expect channel-lazy-no-fence-before-look channel lost_wakeup -DLAZY -DNO_CONSUMER_FENCE
expect channel-tail-without-release channel wrong_item -DTAIL_BEFORE_ITEM
expect channel-tail-without-acquire channel wrong_item -DNO_ACQUIRE
expect channel-head-without-release channel wrong_item -DHEAD_BEFORE_ITEM

# Going to sleep: the second look, interrupts off, all that can be waited for
expect channel-no-second-look channel lost_wakeup -DNO_SECOND_LOOK
expect channel-lazy-no-second-look channel lost_wakeup -DLAZY -DNO_SECOND_LOOK
expect channel-interrupts-on channel lost_wakeup -DINTERRUPTS_ON
expect channel-waits-for-room-only channel lost_wakeup -DROOM_ONLY -DSIZE=1 -DMESSAGES=4

# Notifying: a counter that does not come round, room known after the fence, one for each sleep
expect channel-flag-not-counter channel lost_wakeup -DFLAG_NOT_COUNTER
expect channel-counter-wraps channel lost_wakeup -DCOUNTER_WRAPS
expect channel-cleared-after-send channel lost_wakeup -DCLEARED_AFTER_SEND
expect channel-room-by-old-tail channel lost_wakeup -DROOM_BY_OLD_TAIL
expect channel-without-rung channel second_notification -DNO_RUNG
expect channel-lazy-peer-read-first channel lost_wakeup -DLAZY -DLAZY_PEER_READ_FIRST
expect channel-lazy-room-not-owed channel lost_wakeup -DLAZY -DROOM_NOT_OWED

# Death: a post, the question at each vector, a last look afterwards
expect channel-death-not-posted channel unnoticed_death -DNO_HANGUP
expect channel-death-asked-late channel unnoticed_death -DHANGUP_ASKED_LATE -DMESSAGES=2 -DDEATHS=1
expect channel-death-no-last-look channel lost_message -DNO_LAST_LOOK -DMESSAGES=2 -DDEATHS=1
