.PHONY: bench slow fuzz

# Figures beside other tools, in one run: docs/benchmarks.md says what the rows are. Needs root, an engine, mmdebstrap,
# and .ci/peers syft osv-scanner hadolint semgrep sources.
bench:
	go run ./bench

# What is too slow for .ci/run: every shape of app converted, built and proved. Needs an engine and .ci/bases.
slow:
	DRYDOCK_SLOW=1 go test -count=1 -timeout 90m -v ./internal/prove

# Every fuzz target for a while: make fuzz TIME=10m
TIME ?= 1m
fuzz:
	.ci/fuzz $(TIME)
