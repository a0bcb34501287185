package rules

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var buildToolsShipped = lint.Rule{
	Rule: finding.Rule{
		ID: "build-tools-shipped", Severity: finding.Low, CWE: []string{"CWE-1104"},
		Title: "Compilers and development packages are in the image",
		Description: "They are needed to build and never again. They make the image several times as large, every " +
			"one of them has to be kept patched, and whoever gets in finds a compiler.",
		Remedy: "Build in a stage of its own and copy the result; keep the run-time half of a -dev package " +
			"(libpq5 for libpq-dev).",
		References: []string{"https://docs.docker.com/build/building/multi-stage/"},
	},
	Check: func(p *lint.Pass) {
		if p.Final == nil || development(p.Final) {
			return
		}
		shipped(p, func(in *dockerfile.Instruction) {
			if in.Keyword != "RUN" || in.Script == nil {
				return
			}
			var left []string
			var at dockerfile.Span
			for i, c := range in.Script.Commands {
				inst := c.Install()
				if inst == nil || !systemManagers[inst.Manager] || removedLater(inst, in.Script.Commands[i+1:]) {
					continue
				}
				for _, pk := range inst.Packages {
					if buildOnly(pk.Name) && !purged(pk.Name, in.Script.Commands[i+1:]) {
						left, at = append(left, pk.Name), c.Span
					}
				}
			}
			if len(left) > 0 {
				p.ReportAt(in, at, "build tools stay in the image"+list(left))
			}
		})
	},
}

var systemManagers = map[string]bool{"apt": true, "apk": true, "dnf": true, "zypper": true, "pacman": true}

var buildPackages = map[string]bool{
	"gcc": true, "g++": true, "cpp": true, "make": true, "cmake": true, "ninja-build": true, "meson": true,
	"build-essential": true, "build-base": true,
	"base-devel": true, "alpine-sdk": true, "pkg-config": true, "pkgconf": true, "pkgconfig": true, "autoconf": true,
	"automake": true, "libtool": true,
	"clang": true, "llvm": true, "rustc": true, "cargo": true, "golang": true, "golang-go": true, "gcc-c++": true,
	"gfortran": true, "bison": true, "flex": true,
	"nasm": true, "yasm": true, "maven": true, "gradle": true, "patch": true, "gdb": true, "strace": true,
	"linux-headers": true,
}

// buildOnly reports whether a distribution's package serves to build only: a compiler, or headers.
func buildOnly(name string) bool {
	name, _, _ = strings.Cut(name, ":")
	return buildPackages[name] || strings.HasSuffix(name, "-dev") || strings.HasSuffix(name, "-devel") ||
		strings.HasSuffix(name, "-headers")
}

// removedLater reports whether a virtual package of apk is deleted in the same RUN.
func removedLater(in *dockerfile.Install, later []*dockerfile.Command) bool {
	for _, o := range in.Options {
		if o.Name != "-t" && o.Name != "--virtual" {
			continue
		}
		if purged(o.Value, later) {
			return true
		}
	}
	return false
}

// purged reports whether a later command of the same RUN removes a package, or all that nothing needs any more.
func purged(name string, later []*dockerfile.Command) bool {
	for _, c := range later {
		program, words := c.Effective()
		remover := program == "apt-get" && c.HasArg("purge", "remove", "autoremove") || program == "apt" &&
			c.HasArg("purge", "remove") ||
			program == "apk" && c.HasArg("del") || (program == "dnf" || program == "yum" || program == "microdnf") &&
			c.HasArg("remove", "erase") ||
			program == "zypper" && c.HasArg("remove", "rm")
		if !remover {
			continue
		}
		for _, w := range words {
			if w.Text == name || !w.Literal { // a variable holds a list that nobody knows
				return true
			}
		}
	}
	return false
}
