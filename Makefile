# Everything this project does is a target here; `make help` lists them.
PREFIX ?= $(HOME)/.local/bin
CONFIGURATION ?= Release
RID ?= $(if $(filter Darwin,$(shell uname -s)),osx,linux)-$(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x64)
ARTIFACTS := artifacts
PROGRAM := $(ARTIFACTS)/sshpod
SHELL := bash

.DEFAULT_GOAL := help
.PHONY: help build bundles demo test faults soak lint bench install release cluster cluster-down clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: bundles ## build the program for this machine: artifacts/sshpod
	@build/publish.sh $(RID) $(ARTIFACTS)

bundles: ## build the OpenSSH servers that the program carries (cached)
	@sshd/build.sh

demo: build ## bring up what is missing, and connect to a pod with ssh and scp
	@demo/demo.sh

test: build ## run every test, those on a real cluster included
	@tests/run.sh

faults: build ## cause every fault on a cluster and print what came of it
	@tests/faults.sh

soak: build ## 4 GiB each way, 200 sessions in a row and at once, an hour with idle gaps, through each tunnel and transport (hours)
	@SSHPOD_SOAK_MIB=4096 SSHPOD_SOAK_SESSIONS=200 SSHPOD_SOAK_IDLE=3600 SSHPOD_SOAK_CROWD=200 \
		SSHPOD_SOAK_CUTS=250 SSHPOD_SOAK_CUT_MIB=5120 SSHPOD_SOAK_SLEEP=300 SSHPOD_SOAK_SILENCE=60 \
		tests/run.sh '*EnduranceTests*' '*CrowdTests*' '*SilenceTests*' '*RestartTests*' '*DistrolessTests*'

bench: build ## measure sshpod against kubectl on a cluster, and write docs/performance.md
	@bench/run.sh

lint: bundles ## check format, analyzers and shell scripts
	@build/lint.sh

install: build ## copy the program to PREFIX (default ~/.local/bin) and configure ssh, as install.sh does
	@./install.sh --yes --prefix "$(PREFIX)" --program $(PROGRAM)
	@prefix="$(PREFIX)" && manual="$${prefix%/bin}/share/man/man1" && mkdir -p "$$manual" && install -m 644 docs/sshpod.1 "$$manual"

release: export SSHPOD_RELEASE = 1
release: bundles ## make artifacts/release for this machine (SSHPOD_RELEASES: where it will be; SSHPOD_SIGNING_KEY)
	@build/release.sh $(RID)

cluster: ## bring up a local single-node Kubernetes for tests (needs root)
	@tests/cluster/cluster up

cluster-down: ## stop it
	@tests/cluster/cluster down

clean: ## remove what was built here
	rm -rf $(ARTIFACTS) src/*/bin src/*/obj tests/*/bin tests/*/obj
