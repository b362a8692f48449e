# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What keeps a cgroup below its limit, for the benchmarks of watermarks: sourced
# with the limit in MB.
#   none     nothing
#   high     memory.high at 95 % of the limit
#   loop     memory.reclaim by an agent, every 100 ms
#   once     memory.reclaim once each time that 95 % are exceeded
#   kmemcgd  --ratio 95 --scale-factor 100

# shellcheck source-path=SCRIPTDIR/../vm/guest source=testlib.sh
. testlib.sh
app=$memcg_root/app
limit=$(($1 << 20))
high=$((limit * 95 / 100))
low=$((limit * 94 / 100))

# A workload is a stream, and what runs beside it behind a plus: read, pages,
# anon, dirty, udp, tcp; read, pages and dirty may be paced, with @MB_PER_S.

# rate_of WORK: MB/s; 0: as fast as it goes
rate_of() {
	case $1 in *@*) echo "${1#*@}" ;; *) echo 0 ;; esac
}

# A new cgroup that nothing is charged to.
start_over() {
	mkdir "$app"
	set_limit app $limit
	sync
	echo 3 >/proc/sys/vm/drop_caches
	helpers=()
}

begin_none() {
	:
}

begin_high() {
	[ "$cgroup_version" = 2 ] && echo $high >"$app/memory.high"
}

begin_agent() {
	[ -e "$app/memory.reclaim" ] || return 1
	agent "$@" &
	helpers=($!)
}

begin_loop() {
	begin_agent loop "$app" $high
}

begin_once() {
	begin_agent once "$app" $high $low
}

begin_kmemcgd() {
	modprobe kmemcgd
	kmemcgctl watermark set /app --ratio 95 --scale-factor 100 >/dev/null
	mapfile -t helpers < <(thread_pids kmemcgd)
}

end_method() {
	[ "$1" != kmemcgd ] || rmmod kmemcgd
	case $1 in loop | once) [ ${#helpers[@]} = 0 ] || kill "${helpers[@]}" ;; esac
	rmdir "$app"
}
