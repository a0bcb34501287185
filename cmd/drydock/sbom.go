package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/image"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/output"
	"github.com/drydock/drydock/internal/report"
	"github.com/drydock/drydock/internal/sbom"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/imagegate"
)

func newSBOMCmd(a *app) *cobra.Command {
	var format string
	var outputs []string
	var opt image.Options
	c := &cobra.Command{
		Use:   "sbom IMAGE|DIR",
		Short: "List what an image or a source tree holds, as CycloneDX or SPDX",
		Long: `Sbom lists the packages of an image or a source tree, each with the layer and the instruction that brought it. It judges
none of them and says so in every format; drydock vuln does. Formats that hold nothing but verdicts are refused.

The argument is a folder, an image archive (docker save, OCI layout), or the name of an image that the engine holds; docker:,
docker-archive:, oci-archive:, oci-dir:, registry: and dir: say it outright. Nothing of the image is run. What was read of a
layer is kept, so that the next image on the same base is read in no time.`,
		Example: `  drydock sbom app:latest -o cyclonedx-json=sbom.json -o spdx-json=sbom.spdx.json
  drydock sbom docker-archive:app.tar                  # CycloneDX on standard output
  drydock sbom registry:ghcr.io/owner/app:1.2 --platform linux/arm64`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format == "" && len(outputs) == 0 {
				format = "cyclonedx-json"
			}
			return a.sbom(cmd.Context(), args[0], opt, format, outputs)
		},
	}
	c.Flags().StringVar(&format, "format", "", "what to print: "+strings.Join(output.ListNames(), ", ")+
		"; cyclonedx-json where no -o is given")
	c.Flags().StringArrayVarP(&outputs, "output", "o", nil,
		"write to a file, as [FORMAT=]FILE; may be given several times")
	c.Flags().StringVar(&opt.Platform, "platform", "",
		"of an image for several platforms take this one, as linux/arm64")
	c.Flags().BoolVar(&opt.Verify, "verify", false, "check the digests of local image archives too")
	return c
}

// sbom reads ref and writes what it holds. What could be read of a damaged image is written all the same.
func (a *app) sbom(ctx context.Context, ref string, opt image.Options, format string, outputs []string) error {
	var print *output.Format
	if format != "" {
		f, err := output.Lookup(format)
		if err == nil {
			err = f.CheckList()
		}
		if err != nil {
			return err
		}
		print = &f
	}
	var targets []output.Target
	for _, o := range outputs {
		t, err := output.ParseTarget(o)
		if err == nil {
			err = t.Format.CheckList()
		}
		if err != nil {
			return err
		}
		targets = append(targets, t)
	}
	started := time.Now()
	listen, done := a.progress()
	inv, readErr := sbom.From(ctx, ref, opt,
		sbom.Options{CacheDir: imagegate.LayerCache(), Progress: func(done, total int64) {
			listen(gate.Event{Gate: finding.GateImage, Text: "reading " + ref, Done: done, Total: total})
		}})
	done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if inv == nil {
		return readErr
	}
	r := inventoryReport(inv, ref, started, readErr)
	for _, t := range targets {
		if err := t.WriteFile(r, report.WriteOptions{Now: stamp()}); err != nil {
			return err
		}
	}
	if print != nil {
		if err := print.Write(a.out, r, report.WriteOptions{Color: a.color(a.out), Width: a.width(),
			Now: stamp()}); err != nil {
			return err
		}
	}
	for _, p := range inv.Problems {
		if p.Path != "" {
			a.remark("drydock: %s: %s", p.Path, p.Reason)
		}
	}
	return readErr
}

// inventoryReport is a report that holds an inventory and nothing else: a list without a verdict.
func inventoryReport(inv *inventory.Inventory, ref string, started time.Time, readErr error) *report.Report {
	r := report.New(tool(), ref, started)
	r.Packages = inv.Packages
	r.Completeness = inv.Completeness
	if img := report.ImageOf(inv, nil); img != nil {
		r.Images = append(r.Images, *img)
	}
	in := report.Input{Path: ref, Status: report.Checked}
	switch {
	case readErr != nil:
		in.Status, in.Reason = report.Partial, readErr.Error()
	case len(inv.Problems) > 0:
		in.Status, in.Reason = report.Partial, inv.Problems[0].Path+": "+inv.Problems[0].Reason
	}
	inputs := []report.Input{in}
	if len(inv.Problems) > 1 {
		for _, p := range inv.Problems {
			inputs = append(inputs, report.Input{Path: p.Path, Status: report.Partial, Reason: p.Reason})
		}
		if readErr == nil {
			inputs[0].Reason = fmt.Sprintf("%d places of it could not be read", len(inv.Problems))
		}
	}
	if in.Status == report.Checked && len(inv.Packages) == 0 {
		inputs[0].Status, inputs[0].Reason = report.Partial, "no package was found in it"
	}
	const notJudged = "packages were listed and not judged"
	reason := notJudged
	if first := inputs[0].Reason; first != "" {
		reason = first + "; " + notJudged
	}
	r.Gates = []report.Gate{{
		Name: finding.GateImage, Status: report.Skipped, Reason: reason, Inputs: inputs,
		Read:   report.Read{Files: inv.Files, Packages: len(inv.Packages), Bytes: inv.Bytes},
		Remedy: "drydock vuln " + ref + " judges them.",
	}}
	r.Listing = true
	r.Policy = report.Policy{Breaches: []string{notJudged}} // what nobody judged passes no policy
	r.DurationMs = time.Since(started).Milliseconds()
	r.Finish()
	return r
}
