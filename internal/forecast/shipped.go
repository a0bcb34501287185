package forecast

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/inventory"
)

// unshipped says why a package that a manifest names never gets into the image, "" where it may.
func (b *Build) unshipped(p *inventory.Package) string {
	if len(p.Paths) == 0 || b.Stage == nil {
		return ""
	}
	why := ""
	for _, in := range b.commands() {
		if in.Install == nil || !uses(in.Install, p.Paths[0]) {
			continue
		}
		switch {
		case p.Dev && b.production(&in):
			why = fmt.Sprintf("it is for development, which %s leaves out", b.line(in.at))
		case b.ships(&in):
			return ""
		default:
			why = fmt.Sprintf("only the stage %s installs it (%s), and nothing of that reaches the image",
				in.stage.Label(), b.line(in.at))
		}
	}
	return why
}

// uses reports whether a command installs what a manifest lists.
func uses(in *dockerfile.Install, manifest string) bool {
	base := path.Base(manifest)
	switch in.Manager {
	case "pip":
		return slices.ContainsFunc(in.Requirements, func(w dockerfile.Word) bool { return path.Base(w.Text) == base })
	case "npm", "yarn", "pnpm":
		return len(in.Packages) == 0 && slices.Contains([]string{"package.json", "package-lock.json",
			"npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"}, base)
	case "composer":
		return len(in.Packages) == 0 && (base == "composer.lock" || base == "composer.json")
	}
	return false
}

// production reports whether a command leaves out what is for development only.
func (b *Build) production(in *install) bool {
	if in.Has("--production", "--prod", "--no-dev") {
		return true
	}
	for _, o := range in.Options {
		if o.Name == "--omit" && o.Value == "dev" || o.Name == "--only" && strings.HasPrefix(o.Value, "prod") {
			return true
		}
	}
	if in.Manager != "npm" && in.Manager != "yarn" {
		return false
	}
	for _, st := range b.File.Lineage(in.stage) {
		for _, i := range st.Instructions {
			if i.Keyword != "ENV" || i.Line > in.at.Line {
				continue
			}
			for _, p := range i.Pairs {
				if p.Key == "NODE_ENV" && p.Value == "production" {
					return true
				}
			}
		}
	}
	return false
}

// ships reports whether what a command installs may reach the image: its stage's layers are in it, or a COPY takes a
// folder that may hold it.
func (b *Build) ships(in *install) bool {
	if b.inLineage(in.stage, b.Stage) {
		return true
	}
	needed := b.File.Needed(b.Stage)
	for _, st := range b.File.Stages {
		if !needed[st.Index] {
			continue
		}
		for _, i := range st.Instructions {
			for _, m := range i.Mounts() {
				if m.From != "" && needed[in.stage.Index] {
					return true
				}
			}
			from := b.File.CopiedFrom(i)
			if from == nil || !b.inLineage(in.stage, from) {
				continue
			}
			if in.Manager != "pip" { // a bundler may have put it into any file
				return true
			}
			for _, w := range i.Args[:max(0, len(i.Args)-1)] {
				if mayHold(w.Text, in) {
					return true
				}
			}
		}
	}
	return false
}

// mayHold reports whether a folder of a stage may hold what pip installs there.
func mayHold(source string, in *install) bool {
	if !path.IsAbs(source) || strings.ContainsAny(source, "$*?[") || in.Verb != "install" {
		return true
	}
	source = path.Clean(source)
	for _, o := range in.Options {
		if slices.Contains([]string{"-t", "--target", "--prefix", "--root"}, o.Name) {
			return true
		}
	}
	for _, dir := range []string{"/usr", "/opt", "/root", "/home", "/venv", "/var"} {
		if source == "/" || source == dir || strings.HasPrefix(source, dir+"/") {
			return true
		}
	}
	return strings.Contains(source, "venv") || strings.Contains(source, "site-packages")
}
