#!/bin/bash
# shellcheck disable=SC2317 # functions are run by check
# What the unit may do, tried in one that is confined like it, and what it is to do all the
# same: serve metrics.
# shellcheck source-path=SCRIPTDIR source=systemdlib.sh
. systemdlib.sh
plan 15

is_up() {
	scrape 9752 && grep -qx 'kmemcgd_up 1' /tmp/scraped && grep -qx 'kmemcgd_source_up{source="watermarks"} 1' /tmp/scraped &&
		! grep '^kmemcgd_source_up.* 0$' /tmp/scraped
}

watermark_is_counted() {
	scrape 9752 && grep -q '^kmemcgd_watermark_triggers_total{policy="shop"} ' /tmp/scraped
}

# As docs/metrics.md says.
admit_to_textfiles() {
	chgrp prometheus "$directory" && chmod g+w "$directory"
	drop_in textfile <<-END
		[Service]
		SupplementaryGroups=prometheus
		ReadWritePaths=$directory
	END
}

written() {
	grep -q '^kmemcgd_up 1$' "$textfile" && as-nobody cat "$textfile" >/dev/null
}

does_not_start() {
	mark
	! systemctl restart "$unit" 2>/dev/null && says "cannot write $textfile.*: "
}

modprobe kmemcgd
make_parent shop
mkdir "$memcg_root/shop/web"
write_policy 80 '[metrics]\nlisten = "127.0.0.1:9752"\n'
mark
check "what the unit may do can be tried" in_unit /usr/bin/probe
sed -n 's/^\(note\|cannot\)/# &/p' /tmp/probed
check "to the end" grep -qx end /tmp/probed
check "no file of /proc/sys, /sys or /proc can be written" only_writable '^$'
check "it can do what it has to, and nothing else" only "make files in its own directory" \
	"make files in /tmp" "ask the module" "read the policy file" "read cgroups"
check "its /tmp is its own" [ ! -e /tmp/probe-unit ]
note "$(systemd-analyze security --no-pager "$unit" | tail -n 1)"

systemctl start "$unit"
check "metrics are served" wait_until 20 is_up
check "with the policies" watermark_is_counted
check "by two threads and not many more" [ "$(of_daemon Threads)" -le 4 ]
show_journal

directory=/var/lib/prometheus/node-exporter
textfile=$directory/kmemcgd.prom
echo prometheus:x:990: >>/etc/group
mkdir -p $directory
write_policy 80 "[metrics]\ntextfile = \"$textfile\"\ninterval = \"1s\"\n"
check "a file of metrics that it may not write keeps it from starting" does_not_start
show_journal
systemctl stop "$unit"
admit_to_textfiles
mark
check "admitted by a group it starts" systemctl start "$unit"
check "still as a user of its own" is_dynamic
check "and the file is there, for everybody" wait_until 20 written
check "with its policies set" wait_until 20 ratio_is /shop/web 80
systemctl stop "$unit"
check "it goes with the daemon" [ ! -e "$textfile" ]
check "which ended well" property_is Result success
show_journal
rm -rf /var/lib/prometheus
sed -i /^prometheus:/d /etc/group
tidy_unit
finish
