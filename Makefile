# Sphere's commands. `make` alone lists them. All work is done by cargo and the scripts in tools/.

target := $(or $(CARGO_TARGET_DIR),target)
sphere := $(target)/release/sphere
pictures := $(target)/demo

export STAGES_BEGAN := $(shell date +%s)
stage := @tools/stage

# What tools/setup --tests installs: a test that lacks it fails here, where alone it would be skipped.
required := env SPHERE_REQUIRE_WGPU=1 SPHERE_REQUIRE_BROWSER=1 SPHERE_REQUIRE_NATS=1

# The stages build on one another, and cargo uses every core by itself.
.NOTPARALLEL:
.PHONY: help setup setup-tests serve demo test test-long format tidy lint unit browser emulated cuda-texts doc portable \
  release deny ignored torture models fuzz reproducible counts flames bench bench-ladder bench-queue bench-peers gpu-bundle golden fmt clean

help: ## list these commands (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: ## install what the build needs, where it is missing
	$(stage) 'setup: what the build needs is installed' tools/setup

setup-tests: ## and what the tests need
	$(stage) 'setup: what the build and the tests need is installed' tools/setup --tests

serve: setup ## build, then serve on http://127.0.0.1:8080 until interrupted
	$(stage) 'build: the release binary' cargo build --release --locked --package sphere-cli
	$(stage) 'serve: stop with Ctrl-C' "$(sphere)" serve

demo: setup ## build, then draw five sampling schemes into pictures
	$(stage) 'build: the release binary' cargo build --release --locked --package sphere-cli
	$(stage) 'demo: points by each scheme, as tables and pictures' tools/demo "$(sphere)" "$(pictures)"

test: setup-tests format tidy lint unit emulated cuda-texts doc portable release counts deny ## every check a change has to pass
	$(stage) 'all passed' true

test-long: setup-tests ignored torture models fuzz reproducible ## the slow checks: ignored tests, requests at random, two equal builds
	$(stage) 'all passed' true

format: ## check the formatting
	$(stage) 'format: the code is formatted' cargo fmt --all --check

tidy: ## check imports, file lengths, machine paths, manifests
	$(stage) 'tidy: imports run downhill, files are short, no machine paths' cargo xtask tidy

lint: ## run clippy; a warning is an error
	$(stage) 'lint: clippy finds nothing' cargo clippy --workspace --all-targets --locked -- -D warnings

unit: ## run the tests and the examples of the documentation
	$(stage) 'unit: the tests pass' $(required) cargo test --workspace --locked

browser: setup-tests ## run the WGSL kernels in a headless browser, on a device in software (part of unit)
	$(stage) 'browser: the kernels compute the same in a browser' \
	  $(required) cargo test --package sphere-cli --locked --test webgpu

emulated: ## test the instruction sets of processors that this machine has not
	$(stage) 'emulated: the points are the same on x86-64 without AVX and on Arm' tools/emulated

cuda-texts: ## compile the CUDA kernels with NVIDIA's compiler, which needs no GPU
	$(stage) 'cuda-texts: the CUDA kernels compile, and round as they are written' tools/nvrtc

doc: ## build the documentation; a broken link is an error
	$(stage) 'doc: the documentation builds without a warning' \
	  env RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --locked

portable: ## check the code for the browser, Windows and macOS
	$(stage) 'portable: the code compiles for the other platforms' tools/portable

release: ## build the release binary and look for machine paths in it
	$(stage) 'build: the release binaries' cargo build --release --locked
	$(stage) 'private: no machine path in the release binary' cargo xtask private

counts: ## count instructions and compare with the committed counts; see docs/instructions.md
	$(stage) 'counts: no case takes over 5 % more instructions than committed' cargo xtask counts

flames: ## draw where the instructions of each scheme go, into target/bench/flames/
	$(stage) 'flames: a picture for each scheme' cargo xtask flames

bench: setup ## measure all schemes and compare them on one page, target/bench/report.html; QUICK=1 for less
	$(stage) 'build: the release binary' cargo build --release --locked --package sphere-cli
	$(if $(QUICK),,-$(stage) 'counts: instructions a point, where valgrind is' cargo xtask counts)
	$(if $(QUICK),,-$(stage) 'flames: where they go' cargo xtask flames)
	$(stage) 'bench: every scheme, some minutes' cargo xtask bench $(if $(QUICK),--quick)

bench-ladder: setup ## measure what the ladder costs, and how soon it goes on when a worker ends
	$(stage) 'bench-ladder: tables for docs/offload.md' cargo bench --package sphere-offload --locked --bench ladder

bench-queue: setup-tests release ## measure what a queue takes, in a file and at brokers, and how it grows with workers
	$(stage) 'bench-queue: in a file' cargo bench --package sphere-offload --locked --bench queue
	$(stage) 'bench-queue: at three brokers' cargo bench --package sphere-offload --locked --bench queue_nats
	$(stage) 'bench-queue: until a request without an engine is accepted' \
	  cargo bench --package sphere-cli --locked --bench acceptance
	$(stage) 'bench-queue: 1, 2 and 4 workers, each a host of its own (needs root)' \
	  tools/bench-workers "$(sphere)" "$(target)/nats/bin/nats-server"

bench-peers: setup ## measure other libraries beside this one; takes them from crates.io and PyPI
	$(stage) 'peers: rates beside those of other libraries' tools/bench-peers "$(target)/bench/peers.json"

gpu-bundle: setup ## pack what tests and measures the CUDA engine on a bare machine; see docs/gpu
	$(stage) 'gpu-bundle: tests, bench and compiled kernels in one archive' tools/gpu-bundle "$(target)/gpu/sphere-gpu.tar.gz"

deny: ## check licences, advisories and sources of the dependencies
	$(stage) 'deny: licences, advisories and sources of the dependencies' tools/deny

ignored: ## run the tests marked as slow
	$(stage) 'ignored: the slow tests pass' cargo test --workspace --locked --release -- --ignored

torture: setup-tests ## kill engines, workers, servers and brokers under load, and count what became of every job
	$(stage) 'torture: no job is lost or wrong, and nothing of a worker is left' \
	  env SPHERE_TORTURE=full cargo test --package sphere-offload --locked --test torture -- --nocapture
	$(stage) 'torture: what a queue has acknowledged is there after 1,000 kills' \
	  cargo test --package sphere-offload --locked --test queue_kill -- 500
	$(stage) 'torture: every job that was acknowledged ends once' \
	  env SPHERE_TORTURE=full SPHERE_REQUIRE_NATS=1 cargo test --package sphere-cli --locked --test torture_jobs

models: ## check the shared state of the ladder in many more orders than make test does
	$(stage) 'models: no order is wrong' \
	  env SPHERE_MODEL_ROUNDS=400000 cargo test --package sphere-offload --locked --test model

fuzz: ## ask the service at random whatever its description allows
	$(stage) 'build: the release binary' cargo build --release --locked --package sphere-cli
	$(stage) 'fuzz: no server error, no answer that is not described' tools/fuzz-http "$(sphere)"

reproducible: ## build twice in different folders and compare
	$(stage) 'reproducible: two folders give the same binary' cargo xtask reproducible

golden: ## write the golden files anew; see CONTRIBUTING.md first
	SPHERE_GOLDEN=write cargo test --package sphere-math --locked --test golden

fmt: ## format the code
	cargo fmt --all

clean: ## remove everything that was built
	cargo clean
