# shellcheck shell=bash
# What the DKMS scripts share. Sourced, never run.

top_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

version=$(sed -n 's/^#define KMEMCGD_VERSION "\(.*\)"$/\1/p' \
	"$top_dir/include/kmemcgd/version.h")
[[ -n $version ]] || { echo "no version in include/kmemcgd/version.h" >&2 && exit 1; }
# Read by the scripts that source this file.
# shellcheck disable=SC2034
source_dir=/usr/src/kmemcgd-$version

# The oldest kernel as an expression over its name, which is all that the dkms of
# older suites knows: 5.10 becomes ^(5\.(10|11|...)|6|7|...)[.-].
kernels_expression() {
	local min major minor
	min=$(sed -n 's/^KERNEL_MIN=//p' "$top_dir/dkms/kernel-range")
	major=${min%%.*} minor=${min#*.}
	printf '^(%s\\.(%s)|%s)[.-]' "$major" "$(seq -s '|' "$minor" 99)" \
		"$(seq -s '|' $((major + 1)) 99)"
}

# Lays the sources out the way that dkms wants to find them.
lay_out_sources() {
	local to=$1
	mkdir -p "$to/dkms"
	cp -R "$top_dir/kmod" "$top_dir/include" "$to/"
	# What somebody built by hand belongs to another kernel.
	find "$to/kmod" '(' -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name Module.symvers -o -name modules.order ')' -delete
	cp "$top_dir/dkms/kernel-range" "$to/dkms/"
	sed -e "s/@VERSION@/$version/" -e "s/@KERNELS@/$(kernels_expression | sed 's/[\\&/]/\\&/g')/" \
		"$top_dir/dkms/dkms.conf.in" >"$to/dkms.conf"
}
