//go:build pin

// Package pin holds the chosen dependencies in go.mod while the packages that use them are being written.
package pin

import (
	_ "github.com/BobuSumisu/aho-corasick"
	_ "github.com/BurntSushi/toml"
	_ "github.com/CycloneDX/cyclonedx-go"
	_ "github.com/charmbracelet/lipgloss"
	_ "github.com/compose-spec/compose-go/v2/loader"
	_ "github.com/dlclark/regexp2"
	_ "github.com/goccy/go-yaml"
	_ "github.com/google/go-containerregistry/pkg/v1/remote"
	_ "github.com/google/osv-scalibr"
	_ "github.com/klauspost/compress/zstd"
	_ "github.com/mattn/go-isatty"
	_ "github.com/moby/buildkit/frontend/dockerfile/instructions"
	_ "github.com/moby/moby/client"
	_ "github.com/openvex/go-vex/pkg/vex"
	_ "github.com/owenrumney/go-sarif/v3/pkg/report"
	_ "github.com/package-url/packageurl-go"
	_ "github.com/pandatix/go-cvss/31"
	_ "github.com/pmezard/go-difflib/difflib"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/santhosh-tekuri/jsonschema/v6"
	_ "github.com/schollz/progressbar/v3"
	_ "github.com/smacker/go-tree-sitter"
	_ "github.com/spdx/tools-golang/json"
	_ "github.com/spf13/cobra"
	_ "go.etcd.io/bbolt"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/term"
	_ "gopkg.in/yaml.v3"
	_ "mvdan.cc/sh/v3/syntax"
)
