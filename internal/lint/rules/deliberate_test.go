package rules

import (
	"fmt"
	"testing"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

// deliberate are places where hadolint reports something that is not so. They stand here and not in the fixtures, which
// are put before hadolint as well; docs/dockerfile.md has them under "Agreement with hadolint".
var deliberate = []struct{ code, src, fires string }{
	{"DL4006", "FROM a:1\nRUN <<EOF\nset -euo pipefail\na | b\nEOF\n", "[]"},
	{"DL4006", "FROM a:1\nRUN <<EOF\n#!/bin/bash -eo pipefail\na | b\nEOF\n", "[]"},
	{"DL4006", "FROM a:1\nRUN bash -eo pipefail <<EOF\na | b\nEOF\n", "[]"},
	{"DL4006", "FROM a:1\nRUN <<EOF\na | b\nset -o pipefail\nEOF\n", "[2]"},
	{"DL4006", "FROM a:1\nRUN cat <<EOF | sh\nset -o pipefail\nEOF\n", "[2]"},
	{"DL3006", "FROM a:1 AS base-amd64\nFROM a:2 AS base-arm64\nFROM base-${TARGETARCH}\n", "[]"},
	{"DL3006", "ARG KIND=slim\nFROM a:1 AS base-slim\nFROM base-$KIND\n", "[]"},
	{"DL3006", "ARG KIND\nFROM a:1 AS base-slim\nFROM other-$KIND\n", "[3]"},
	{"DL3020", "FROM a:1\nADD git@github.com:team/app.git /src\n", "[]"},
	{"DL3020", "FROM a:1\nADD git://example.com/app.git#v1 /src\n", "[]"},
	{"DL3020", "FROM a:1\nADD gitignore /src\n", "[2]"},
}

func TestOtherwiseThanHadolint(t *testing.T) {
	for _, c := range deliberate {
		f := dockerfile.Parse([]byte(c.src))
		found := lint.Run(f, "Dockerfile", All, nil, nil)
		got := lines(f, found, func(fi finding.Finding) bool { return contains(fi.Aliases, c.code) })
		if fmt.Sprint(sorted(got)) != c.fires {
			t.Errorf("%s fires on %v, not on %s:\n%s", c.code, sorted(got), c.fires, c.src)
		}
	}
}
