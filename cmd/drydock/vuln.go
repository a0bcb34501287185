package main

import (
	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/scan/gate"
)

func newVulnCmd(a *app) *cobra.Command {
	var rep reportFlags
	var st stackFlags
	var opt gate.Options
	c := &cobra.Command{
		Use:   "vuln [IMAGE|sbom:FILE|PATH...]",
		Short: "Known vulnerabilities of images, SBOMs and source folders",
		Long: `Vuln is the image gate alone: it reads packages from images, from SBOMs (CycloneDX and SPDX, as drydock, syft, trivy
and cdxgen write them), or from the lockfiles of a folder, and reports which of them are known to be vulnerable.`,
		Example: `  drydock vuln python:3.11-slim              # an image that the engine holds
  drydock vuln docker-archive:app.tar        # saved by docker save
  drydock vuln sbom:sbom.json --fail-on high
  drydock vuln .                             # lockfiles`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, cfg, err := st.resolve(args)
			if err != nil {
				return err
			}
			p, err := rep.check(policyOf(cfg))
			if err != nil {
				return err
			}
			opt.Gates = []finding.Gate{finding.GateImage}
			opt.MaxAge = cfg.Advisories.MaxAge
			return a.scan(cmd.Context(), in, opt, p)
		},
	}
	rep.add(c)
	rep.addAgainst(c)
	st.add(c)
	addImageFlags(c, &opt)
	addTagFlag(c, &opt)
	return c
}

// addImageFlags adds what every command that reads images knows.
func addImageFlags(c *cobra.Command, opt *gate.Options) {
	c.Flags().StringVar(&opt.Platform, "platform", "",
		"of an image for several platforms take this one, as linux/arm64")
	c.Flags().BoolVar(&opt.Verify, "verify", false, "check the digests of local image archives too")
}

// addTagFlag adds the one flag by which a scan connects to a registry that no argument names.
func addTagFlag(c *cobra.Command, opt *gate.Options) {
	c.Flags().BoolVar(&opt.RegistryTags, "registry-tags", false,
		"ask the registries of base images which newer and slimmer tags there are, and read those")
}
