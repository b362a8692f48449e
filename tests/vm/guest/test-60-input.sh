#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# Bad input is refused with its own exit code, and changes nothing.
# shellcheck source-path=SCRIPTDIR source=testlib.sh
. testlib.sh
plan 9

unchanged() {
	[ "$(kmemcgctl config show --json)" = "$config_before" ]
}

check "without the module: 3" exits 3 kmemcgctl status
modprobe kmemcgd
config_before=$(kmemcgctl config show --json)
check "status: 0" exits 0 kmemcgctl status
check "an unknown command: 2" exits 2 kmemcgctl zombify
check "an unknown tunable: 2" exits 2 kmemcgctl config set cpu_cup=5
check "a value out of range: 1" exits 1 kmemcgctl config set cpu_cap_permille=1001
check "one bad value of two changes nothing" exits 1 kmemcgctl config set burst_us=20000 cpu_cap_permille=0
check "a cgroup id that nobody has: 1" exits 1 kmemcgctl memcg show 123456789
check "without privileges: 4" exits 4 as-nobody kmemcgctl config set cpu_cap_permille=60
check "the configuration is as it was" unchanged
tidy_up
finish
