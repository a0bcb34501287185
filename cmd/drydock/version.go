package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/report"
)

// version is set at release by -ldflags "-X main.version=1.2.3".
var version = ""

// tool is how drydock names itself in reports.
func tool() report.Tool { return report.Tool{Name: "drydock", Version: versionString()} }

// versionString is the release's number, else what the Go toolchain recorded of the commit, else "dev".
func versionString() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	rev, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			rev = "+" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "-dirty"
		}
	}
	return "dev" + rev + dirty
}

func newVersionCmd(a *app) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch format {
			case "table":
				fmt.Fprintf(a.out, "drydock %s (%s, %s/%s)\n", versionString(), runtime.Version(), runtime.GOOS,
					runtime.GOARCH)
				return nil
			case "json":
				return json.NewEncoder(a.out).Encode(map[string]string{
					"name": "drydock", "version": versionString(), "go": runtime.Version(), "platform": runtime.GOOS +
						"/" + runtime.GOARCH,
				})
			}
			return clierr.Usage("--format %s: version knows table and json", format)
		},
	}
	c.Flags().StringVar(&format, "format", "table", "table or json")
	return c
}
