# SPDX-License-Identifier: GPL-2.0
# "make help" tells what there is. Every target installs by apt what it needs.

# One step at a time, for VMs share this machine's CPUs, unless LANES says otherwise:
# a guest of the matrix waits for half of its time.
ifndef LANES
.NOTPARALLEL:
endif
SHELL := /bin/bash
KERNEL ?= 6.1
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
SECONDS_EACH ?= 600
export KMEMCGD_RESULTS := $(CURDIR)/build/results

ktap := tests/ktap
deps := tests/vm/install-deps

# The steps that a result is summed from. A step is run once, however many of the
# targets below want it.
test_steps := ktap unit unit-asan vm-selftest demo guest-6.1-v2
matrix_steps := guest-6.1-v2 guest-5.10-v2 guest-6.12-v2 guest-7.2-v2 \
	guest-5.10-v1 guest-6.1-v1 dkms-5.10 dkms-6.1 dkms-6.12 dkms-7.2
debug_steps := vm-selftest-6.1-debug guest-6.1-debug-v2 guest-6.1-debug-v1 guest-6.12-debug-v2
selftests_steps := selftests-6.1-v2 selftests-6.12-v2
systemd_steps := systemd
steps := style $(filter-out guest-6.1-v2,$(test_steps)) $(matrix_steps)
step_targets := $(addprefix step-,$(steps) $(debug_steps) $(selftests_steps) $(systemd_steps))

help: ## print this
	@echo 'usage: make TARGET'
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1|/p' Makefile | \
		while IFS='|' read -r name text; do printf '  %-14s %s\n' "$$name" "$$text"; done

all: ctl module ## build the controller and the module for the default kernel

module: ## build the module for a test kernel (KERNEL=5.10|6.1|6.12|7.2|6.1-debug|6.12-debug)
	@$(deps) vm
	@tests/vm/fetch-kernel $(KERNEL)
	@tests/vm/build-module $(KERNEL)

ctl: ## build the controller and its unit tests
asan: ## build them with AddressSanitizer and UndefinedBehaviorSanitizer
ctl asan:
	@$(deps) ctl
	@mkdir -p build/lock && flock build/lock/$@ $(MAKE) -s build-$@

build-asan: cmake_options := -DKMEMCGD_SANITIZE=ON

build-fuzz: cmake_options := -DKMEMCGD_FUZZ=ON -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++

# Several VMs that start at once may all find it out of date.
build-ctl build-asan build-fuzz: build-%:
	@[ -e build/$*/CMakeCache.txt ] || cmake -S . -B build/$* $(cmake_options) >/dev/null
	@cmake --build build/$* -j$(JOBS) >build/$*/build.log 2>&1 || \
		{ cat build/$*/build.log; exit 1; }

test: $(addprefix step-,$(test_steps)) ## unit tests, also with sanitizers, the VM's own, the demo, guest tests on the default kernel
	@$(ktap) sum $(test_steps)

test-matrix: $(addprefix step-,$(matrix_steps)) ## guest tests on all kernels and cgroup versions, DKMS in each suite
	@$(ktap) sum $(matrix_steps)

test-debug: $(addprefix step-,$(debug_steps)) ## guest tests on kernels with KASAN, lockdep, kmemleak, built once from source
	@$(ktap) sum $(debug_steps)

test-selftests: $(addprefix step-,$(selftests_steps)) ## the kernel's own cgroup selftests, without the module and with it
	@$(ktap) sum $(selftests_steps)

test-systemd: $(addprefix step-,$(systemd_steps)) ## the daemon's unit under a real systemd on the default kernel
	@$(ktap) sum $(systemd_steps)

style: step-style ## checkpatch, sparse, clang-format, shellcheck, house rules
	@$(ktap) sum style

tidy: ctl ## clang-tidy on the controller; minutes, so it is not part of style
	@$(deps) style
	@run-clang-tidy -quiet -p build/ctl -j $(JOBS) '/(ctl|tests)/.*\.cpp$$'

fuzz: ## fuzz the controller's parsers with libFuzzer (SECONDS_EACH=600 for each target)
	@$(deps) ctl fuzz
	@mkdir -p build/lock && flock build/lock/$@ $(MAKE) -s build-$@
	@$(ktap) run fuzz tests/fuzz/run $(SECONDS_EACH)
	@$(ktap) sum fuzz

demo: all ## watch a stock kernel collect zombies and kmemcgd free them
	@tests/vm/demo.sh

bench: all ## measure CPU per zombie and the rest on all kernels
	@tests/bench/run

install: ## install the module with DKMS and the controller (as root)
	@dkms/install
	@$(deps) ctl-build
	@cmake -S . -B build/install -DKMEMCGD_TESTS=OFF \
		-DCMAKE_INSTALL_PREFIX=$(PREFIX) >/dev/null
	@cmake --build build/install -j$(JOBS)
	@cmake --install build/install

uninstall: ## take both away again
	@dkms/uninstall
	@rm -f $(PREFIX)/sbin/kmemcgctl $(PREFIX)/lib/systemd/system/kmemcgctl-controller.service
	@rm -rf $(PREFIX)/share/kmemcgd

clean: ## remove what was built; what was fetched stays (rm -rf build takes all)
	@cd build 2>/dev/null && rm -rf asan coverage ctl fuzz guest guest-dyn initramfs install module results || true

# What .ci/run sums up.
print-steps:
	@echo $(sort $(steps))

step-style:
	@$(deps) style
	@$(ktap) run style tests/style

step-ktap:
	@$(deps) vm
	@$(ktap) run ktap tests/ktap-test

step-unit:
	@$(deps) ctl
	@$(ktap) run unit tests/unit-tests

step-unit-asan:
	@$(deps) ctl
	@$(ktap) run unit-asan tests/unit-tests asan

step-vm-selftest:
	@$(ktap) run vm-selftest tests/vm/selftest

step-vm-selftest-6.1-debug:
	@$(ktap) run vm-selftest-6.1-debug tests/vm/selftest 6.1-debug

step-demo:
	@$(ktap) run demo tests/vm/demo-test

$(filter step-guest-%,$(step_targets)): step-guest-%:
	@kernel=$*; $(ktap) run guest-$* tests/vm/guest-tests "$${kernel%-*}" "$${kernel##*-}"

$(filter step-selftests-%,$(step_targets)): step-selftests-%:
	@kernel=$*; $(ktap) run selftests-$* tests/kernel-selftests "$${kernel%-*}"

step-systemd:
	@$(ktap) run systemd tests/systemd-test

$(filter step-dkms-%,$(step_targets)): step-dkms-%:
	@$(ktap) run dkms-$* tests/dkms-test $*

.PHONY: help all module ctl asan build-ctl build-asan build-fuzz test test-matrix test-debug \
	test-selftests test-systemd style tidy fuzz demo bench install uninstall clean print-steps $(step_targets)
.DEFAULT_GOAL := help
