#!/usr/bin/env bash
# Shows the main job on real zombies, in a throwaway VM: see demo-guest for what
# runs there. usage: demo.sh [ZOMBIES [OPTION-OF-RUN...]]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

echo "Booting a stock Debian kernel $default_kernel in QEMU ..."
exec "$vm_dir/run" --kernel "$default_kernel" --timeout 300 \
	--copy "$vm_dir/demo-guest:/usr/local/bin/demo-guest" \
	"${@:2}" -- demo-guest "${1:-1600}"
