# Everything this project does is a target here; `make help` lists them.
PREFIX ?= $(HOME)/.local
CONFIGURATION ?= Release
RID ?= linux-x64
ARTIFACTS := artifacts
PROGRAM := $(ARTIFACTS)/sshpod
SHELL := bash

.DEFAULT_GOAL := help
.PHONY: help build bundles demo test faults soak lint bench install cluster cluster-down clean

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

soak: build ## 4 GiB each way, 200 sessions in a row and an hour with idle gaps, through each tunnel and transport (hours)
	@SSHPOD_SOAK_MIB=4096 SSHPOD_SOAK_SESSIONS=200 SSHPOD_SOAK_IDLE=3600 tests/run.sh '*EnduranceTests*'

lint: bundles ## check format, analyzers and shell scripts
	@build/lint.sh

install: build ## copy program and manual below PREFIX (default ~/.local) and configure ssh
	install -D -m 755 $(PROGRAM) "$(PREFIX)/bin/sshpod"
	install -D -m 644 docs/sshpod.1 "$(PREFIX)/share/man/man1/sshpod.1"
	"$(PREFIX)/bin/sshpod" configure

cluster: ## bring up a local single-node Kubernetes for tests (needs root)
	@tests/cluster/cluster up

cluster-down: ## stop it
	@tests/cluster/cluster down

clean: ## remove what was built here
	rm -rf $(ARTIFACTS) src/*/bin src/*/obj tests/*/bin tests/*/obj
