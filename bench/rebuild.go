package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/rebuild/compare"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/scan"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// rebuildRow is all of a rebuild but the build: both images judged, with a forecast for each finding, and compared.
// Neither scan uses what the other read.
func rebuildRow(b *bench) (*outcome, error) {
	dir, err := b.images()
	if err != nil {
		return nil, err
	}
	home, before := b.fresh()
	var out outcome
	out.ours, err = b.run(nil, before, nil, b.self, "-rebuild", home, filepath.Join(dir, "debian.tar"),
		filepath.Join(dir, "app.tar"))
	out.met = out.ours.wall < time.Second
	return &out, err
}

// compareImages scans two archives, each with a home of its own, and compares them.
func compareImages(home, before, after string) error {
	var reports []*report.Report
	for i, archive := range []string{before, after} {
		if err := os.Setenv("DRYDOCK_HOME", filepath.Join(home, fmt.Sprint(i))); err != nil {
			return err
		}
		ctx := context.Background()
		t := target.Resolve(ctx, target.Inputs{Args: []string{"docker-archive:" + archive}})
		r, err := scan.Run(ctx, t, scan.Gates, gate.Options{Gates: []finding.Gate{finding.GateImage}, Offline: true})
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	s := compare.Images(reports[0], reports[1], nil)
	if compare.SamePackages(reports[0], reports[1], nil) {
		same, _, err := compare.SameFiles(context.Background(), "docker-archive:"+before, "docker-archive:"+after,
			image.Options{})
		fmt.Println("same files:", same)
		if err != nil {
			return err
		}
	}
	fmt.Println(s.Verdict, s.Reason)
	return nil
}
