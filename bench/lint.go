package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// lintRow lints the same 160 files with both. They are put together from the rules' fixtures, eight stages a file, so
// that every rule has work.
func lintRow(b *bench) (*outcome, error) {
	hadolint, err := b.peer("hadolint")
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.tmp, "dockerfiles")
	files, err := makeDockerfiles(dir, 160, 8)
	if err != nil {
		return nil, err
	}
	var out outcome
	var ours, theirs bytes.Buffer
	if out.ours, err = b.run(&ours, nil, nil, b.drydock, "dockerfile", "lint", "-q", "--format", "json",
		dir); err != nil {
		return nil, err
	}
	if out.peer, err = b.run(&theirs, nil, nil, hadolint,
		append([]string{"--no-fail", "-f", "json"}, files...)...); err != nil {
		return nil, err
	}
	out.met = out.peer.wall >= 5*out.ours.wall
	var report struct{ Findings []json.RawMessage }
	var found []json.RawMessage
	if json.Unmarshal(ours.Bytes(), &report) != nil || json.Unmarshal(theirs.Bytes(), &found) != nil ||
		len(found) == 0 {
		return nil, fmt.Errorf("one of the two printed no report")
	}
	out.notes = []string{fmt.Sprintf("%d findings, hadolint %d (ShellCheck's among them)", len(report.Findings),
		len(found))}
	return &out, nil
}

// makeDockerfiles writes n files of the given number of fixtures each.
func makeDockerfiles(dir string, n, each int) ([]string, error) {
	names, err := filepath.Glob(filepath.Join("internal", "lint", "rules", "testdata", "*.txt"))
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for _, part := range strings.Split(string(text), "---\n") {
			// Heredocs and single-letter WORKDIRs are left out: hadolint rejects what follows the first, and fails on
			// the second.
			if !strings.HasPrefix(part, "FROM ") && !strings.HasPrefix(part, "> FROM ") ||
				strings.Contains(part, "<<") || strings.Contains(part, "WORKDIR x\n") {
				continue
			}
			parts = append(parts, strings.ReplaceAll("\n"+part, "\n> ", "\n")[1:])
		}
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("the rules have no fixtures here")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var files []string
	for i := range n {
		var text strings.Builder
		for j := range each {
			text.WriteString(parts[(i*each+j)%len(parts)])
		}
		path := filepath.Join(dir, fmt.Sprintf("%d.Dockerfile", i))
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			return nil, err
		}
		files = append(files, path)
	}
	return files, nil
}
