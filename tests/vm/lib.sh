# shellcheck shell=bash
# What the test VM's scripts share: where things are, which kernels there are,
# and how to say what went wrong. Sourced, never run.

# Read by the scripts that source this file.
# shellcheck disable=SC2034
{
	vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
	top_dir=$(cd "$vm_dir/../.." && pwd)
	build_dir=${KMEMCGD_BUILD_DIR:-$top_dir/build}
	default_kernel=6.1
}

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$@"
	exit "${die_status:-1}"
}

# The Debian suite that this kernel is from.
kernel_suite() {
	awk -v version="$1" '!/^#/ && $1 == version { print $2; found = 1 }
		END { exit !found }' "$vm_dir/kernels"
}

# The cgroup versions whose memory controller this kernel has, one per line.
kernel_cgroups() {
	awk -v version="$1" '!/^#/ && $1 == version { print $3 }' "$vm_dir/kernels" | tr , '\n'
}

# The stock kernels, oldest first.
kernel_versions() {
	awk '!/^#/ && NF && $1 !~ /-debug$/ { print $1 }' "$vm_dir/kernels"
}

debug_kernel_versions() {
	awk '!/^#/ && $1 ~ /-debug$/ { print $1 }' "$vm_dir/kernels"
}

is_debug_kernel() {
	debug_kernel_versions | grep -qxF "$1"
}

# The tree that a kernel's modules are built in: the host itself when it runs
# that suite, for then it has the right compiler and libc already.
kernel_tree() {
	local suite
	suite=$(kernel_suite "$1")
	# shellcheck source=/dev/null
	if [[ $(. /etc/os-release && echo "${VERSION_CODENAME:-}") == "$suite" ]]; then
		echo /
	else
		echo "$build_dir/tree/$suite"
	fi
}

# Several runs may find the same thing missing at the same time: one makes it,
# the others wait and then find it made. Held until the script ends, however it
# ends.
take_lock() {
	mkdir -p "$build_dir/lock"
	exec {lock_fd}>"$build_dir/lock/$1"
	flock "$lock_fd"
}

# True when target is missing or anything under the other paths is newer.
is_stale() {
	local target=$1 path
	shift
	[[ -e $target ]] || return 0
	for path in "$@"; do
		[[ -e $path ]] || continue
		if [[ -n $(find "$path" -newer "$target" -print -quit) ]]; then
			return 0
		fi
	done
	return 1
}

# past_emulator_faults LOG COMMAND...: runs a VM that keeps its log there, and once
# more when the emulator broke it: that says nothing about the module.
past_emulator_faults() {
	local log=$1 status=0
	shift
	"$@" || status=$?
	if [[ $status -ge 124 ]] && "$vm_dir/emulator-fault" "$log"; then
		say "the emulator ran code that the kernel had rewritten; once more: $*"
		status=0
		"$@" || status=$?
	fi
	return "$status"
}

# where_of LOG SPLAT: the functions that a splat names, the interrupted one first.
where_of() {
	grep -a -m 1 -A 80 -F "$2" "$1" | tr -d '\r' |
		awk '{ lines[NR] = $0 }
			/RIP: 0010:/ && !from { from = NR }
			END { for (i = from; i <= NR; i++) print lines[i] }' |
		grep -o -E '[a-zA-Z0-9_.]+\+0x[0-9a-f]+' | head -n 12
}

# why STATUS LOG: what a boot ended with, in one line, for the counts at the end of
# all steps may be all that is kept of it. timeout_s is what its command was given.
why() {
	local splat
	case $1 in
	124) echo "the tests took longer than ${timeout_s:?} s" ;;
	125) echo "the guest died or never answered" ;;
	126)
		splat=$("$vm_dir/splats" "$2" | sed -n '/cut here/!{p;q}')
		tr -d '\r' <<<"$splat"
		# How long a CPU was at it, which a host that stood still is not.
		grep -a -m 1 -o -E '[0-9]+ ticks this GP' "$2" || true
		where_of "$2" "$splat"
		;;
	esac | tr '\n' ' '
}

# ktap_of_boot LOG OUTPUT COMMAND...: the same, and prints the KTAP that the command
# leaves in OUTPUT, which says so if the boot ended otherwise
ktap_of_boot() {
	local log=$1 output=$2 status=0
	shift 2
	past_emulator_faults "$log" "$@" || status=$?
	cat "$output"
	[[ $status -lt 124 ]] || echo "Bail out! $(why "$status" "$log")"
	return "$status"
}
