.PHONY: bench slow fuzz

# Figures beside other tools, in one run: docs/benchmarks.md says what the rows are. Needs root, an engine, mmdebstrap,
# and .ci/peers syft osv-scanner hadolint semgrep sources.
bench:
	go run ./bench

# What is too slow for .ci/run: every shape of app converted, built and proved; images put live under load, again and
# again. Needs an engine, .ci/bases and .ci/peers traefik traefik-3.3.6 docker-compose.
slow:
	DRYDOCK_SLOW=1 go test -count=1 -timeout 90m -v ./internal/prove
	DRYDOCK_SLOW=1 go test -count=5 -timeout 90m -v -run 'LiveRolling|LiveServicesTogether' ./internal/rebuild/deploy

# Every fuzz target for a while: make fuzz TIME=10m
TIME ?= 1m
fuzz:
	.ci/fuzz $(TIME)
