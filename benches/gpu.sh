#!/bin/sh
# gpu.sh [FOLDER [OPTION...]]  tests every CUDA kernel on this machine, then measures; within eight minutes
# Writes gpu.json, gpu.md and the logs into FOLDER (default: ./gpu-results). Options are those of
# 'sphere bench gpu'. Lies in the archive of 'make gpu-bundle' beside what it runs; the machine needs
# NVIDIA's driver and glibc 2.35 or newer, and nothing else.
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd)
case ${1-} in
  -h | --help) sed -n '2,5p' "$0"; exit 0 ;;
esac
results=${1:-gpu-results}
[ $# = 0 ] || shift
mkdir -p "$results"
: >"$results/log.txt"
say() { printf '%s\n' "$*" | tee -a "$results/log.txt"; }

# Compiled kernels are found where a user's cache would be. NVRTC, where it is installed, adds those of
# other architectures.
XDG_CACHE_HOME=$here/cache
SPHERE_REQUIRE_CUDA=1
SPHERE_CUBINS=$here/cache/sphere
export XDG_CACHE_HOME SPHERE_REQUIRE_CUDA SPHERE_CUBINS

say '1 of 4: the device'
if ! "$here/bin/sphere" --version >>"$results/log.txt" 2>&1; then
  say "bin/sphere does not start here: $(tail -n 1 "$results/log.txt")"
  exit 1
fi
"$here/bin/sphere" engines --json >"$results/engines.json" 2>>"$results/log.txt"
"$here/bin/sphere" engines 2>>"$results/log.txt" | tee -a "$results/log.txt"
# A job that only CUDA may do: the reason why not is what there is to know.
if ! "$here/bin/sphere" sample fibonacci --count 10 --engine cuda --format csv \
  >"$results/points.csv" 2>"$results/why.txt"; then
  say "there is no CUDA engine here: $(cat "$results/why.txt")"
  exit 1
fi

say '2 of 4: every kernel, to the bit'
if ! timeout 90 "$here/bin/cuda-tests" --skip stand_in >"$results/tests.txt" 2>&1; then
  tail -n 40 "$results/tests.txt"
  say "the tests failed, or took over 90 s: $results/tests.txt"
  exit 1
fi
say "$(grep '^test result' "$results/tests.txt")"

say '3 of 4: measurements'
# The last row that was begun may take longer than the bench is given.
if ! timeout 270 "$here/bin/sphere" bench gpu --most-seconds 180 --output "$results" "$@" \
  2>"$results/bench.txt"; then
  tail -n 5 "$results/bench.txt"
  say "the measurements ended early: $results/bench.txt; what was measured is in $results/gpu.md"
  failed=1
fi
[ ! -e "$results/gpu.md" ] || cat "$results/gpu.md"

say '4 of 4: compute-sanitizer'
if command -v compute-sanitizer >/dev/null 2>&1; then
  for tool in memcheck initcheck; do
    if timeout 50 compute-sanitizer --tool "$tool" --error-exitcode 9 "$here/bin/cuda-tests" \
      every_kernel_is_trusted >"$results/$tool.txt" 2>&1; then
      say "$tool: nothing found"
    else
      say "$tool: something was found, or it took over 50 s: $results/$tool.txt"
      failed=1
    fi
  done
else
  say 'skipped: it is not installed'
fi
say "done: $results"
exit "${failed:-0}"
