# SPDX-License-Identifier: Apache-2.0
# `make demo` and `make test` are all the set-up there is.
.POSIX:
.SUFFIXES:
.PHONY: help demo install evidence evidence-quick reference test browser check lint thread-sanitizer address-sanitizer shellcheck format clean

SWIFT = swift
PYTHON = python3
SOURCES = Sources Tests Package.swift
# The parts with threads, pointers or hostile input; all without a database or another process.
SANITIZED = EngramBytesTests|EngramTensorsTests|EngramLearningTests|EngramWireTests|EngramFederationTests|EngramSocketsTests|EngramTLSTests|EngramTransportTests

help:
	@echo 'make demo    install what is missing, build, run a local federation on real data: build/demo'
	@echo 'make evidence        release build, every method on real data, within hours: docs/evidence.md (make evidence-quick: minutes)'
	@echo 'make test    install what is missing, build, run every test'
	@echo 'make browser what pages show, in a real browser (needs chromium and playwright)'
	@echo 'make check   what a change must pass besides: format, thread and address sanitizers, shell scripts'
	@echo 'make install release build, then programs, manual pages and completions below PREFIX (/usr/local)'
	@echo 'make deployment-trials   on a Docker engine: a federation of containers, killed, paused and partitioned in the middle of runs'
	@echo 'make reference       the libraries, described by DocC: build/reference'
	@echo 'make format  lay the Swift sources out'
	@echo 'make clean   remove everything that was built'

demo:
	@scripts/packages.sh demo
	$(SWIFT) build -c release
	.build/release/engram demo --output build/demo

# The manual pages are made of the commands, as the completions are.
install:
	@scripts/packages.sh
	$(SWIFT) build -c release
	$(SWIFT) package plugin generate-manual --multi-page >/dev/null
	scripts/install.sh

# Goes on where an interrupted one stopped; ENGRAM_DATA names the folder with the data, sections without theirs are skipped.
evidence:
	@scripts/packages.sh demo
	$(SWIFT) build -c release --product engram
	.build/release/engram evidence --output docs

# Of the comments in the sources, for those who change them.
reference:
	@scripts/packages.sh
	scripts/reference.sh

evidence-quick:
	@scripts/packages.sh demo
	$(SWIFT) build -c release --product engram
	.build/release/engram evidence --quick

# What failed stands once more at the end, where one looks for it.
test:
	@scripts/packages.sh
	@start=$$(date +%s); \
	$(SWIFT) build --build-tests || exit 1; \
	built=$$(date +%s); \
	{ $(SWIFT) test --skip-build --disable-xctest && echo 0 >.build/test.status || echo $$? >.build/test.status; } 2>&1 | tee .build/test.log; \
	grep '^✘' .build/test.log || true; \
	echo "make test: build $$((built - start)) s, tests $$(($$(date +%s) - built)) s"; \
	exit "$$(cat .build/test.status)"

# Skips, and says so, without a browser.
browser:
	@scripts/packages.sh
	$(SWIFT) build --product engram
	cd Tests/Browser && $(PYTHON) -m unittest -v

# Warnings are errors in the manifest already.
check: lint shellcheck deployment thread-sanitizer address-sanitizer

lint:
	$(SWIFT) format lint --strict --recursive --parallel --configuration .swift-format $(SOURCES)

thread-sanitizer:
	@scripts/packages.sh
	TSAN_OPTIONS=halt_on_error=1 $(SWIFT) test --disable-xctest --sanitize=thread --scratch-path .build-tsan --filter '$(SANITIZED)'

# The leak checker reports the test process itself.
address-sanitizer:
	@scripts/packages.sh
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --disable-xctest --sanitize=address --scratch-path .build-asan --filter '$(SANITIZED)'

shellcheck:
	@if command -v shellcheck >/dev/null; then shellcheck scripts/*.sh deploy/*.sh deploy/*/*.sh .ci/run; else echo 'shellcheck is not installed: skipped'; fi

.PHONY: deployment deployment-trials
# Manifests, units, the Dockerfile: what can be checked without deploying.
deployment:
	@deploy/check.sh

# On a Docker engine: builds the images, brings a federation up, kills, pauses and partitions its containers.
deployment-trials:
	@deploy/check-compose.sh

format:
	$(SWIFT) format --in-place --recursive --parallel --configuration .swift-format $(SOURCES)

clean:
	rm -rf .build .build-tsan .build-asan build
