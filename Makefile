.PHONY: bench

# Figures beside other tools, in one run: docs/benchmarks.md says what the rows are. Needs root, an engine, mmdebstrap,
# and .ci/peers syft osv-scanner hadolint semgrep sources.
bench:
	go run ./bench
