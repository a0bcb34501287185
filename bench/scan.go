package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/report"
)

// shop makes a copy of the example host whose images are built under names of the bench's own.
func (b *bench) shop() (string, error) {
	dir := filepath.Join(b.tmp, "shop")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("examples", "shop"))); err != nil {
		return "", err
	}
	file := filepath.Join(dir, "docker-compose.yml")
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	named := strings.NewReplacer("shop-insights:latest", "drydock-bench-insights",
		"build: ./storefront\n", "build: ./storefront\n    image: drydock-bench-storefront\n").Replace(string(text))
	if err := os.WriteFile(file, []byte(named), 0o644); err != nil {
		return "", err
	}
	for _, name := range []string{"insights", "storefront"} {
		image := "drydock-bench-" + name
		if exec.CommandContext(b.ctx, "docker", "image", "inspect", image).Run() == nil {
			continue
		}
		out, err := exec.CommandContext(b.ctx, "docker", "build", "-t", image, filepath.Join(dir, name)).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("docker build %s: %v: %s", name, err, tail(string(out)))
		}
	}
	return dir, nil
}

// scanRow is all gates on the example host with its images in the engine, and what share of it each gate has. The gates
// run side by side.
func scanRow(b *bench) (*outcome, error) {
	dir, err := b.shop()
	if err != nil {
		return nil, err
	}
	home, before := b.fresh()
	var text bytes.Buffer
	var out outcome
	out.ours, err = b.run(&text, before, []string{"DRYDOCK_HOME=" + home}, b.drydock, "scan", dir, "-q", "--format", "json")
	if err != nil {
		return nil, err
	}
	r, err := report.Decode(&text)
	if err != nil {
		return nil, err
	}
	var shares []string
	for _, g := range r.Gates {
		shares = append(shares, fmt.Sprintf("%s %d ms", g.Name, g.DurationMs))
	}
	out.met = out.ours.wall < time.Second
	out.notes = []string{"side by side, in the last run: " + strings.Join(shares, ", ")}
	return &out, nil
}
