package forecast

import (
	"fmt"
	"slices"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
)

// install is a command of a RUN that brings packages in or renews them.
type install struct {
	*dockerfile.Install // nil for an upgrade of everything, and for a file that is installed
	at                  *dockerfile.Instruction
	stage               *dockerfile.Stage
	upgrades            string // the type of the package URLs of which everything is renewed, "" for none
	local               bool   // dpkg -i, rpm -i: from a file
}

// upgradeVerbs renew everything that is installed, by the command's name.
var upgradeVerbs = map[string]struct {
	kind  string
	verbs []string
}{
	"apt-get":  {"deb", []string{"upgrade", "dist-upgrade", "full-upgrade"}},
	"apt":      {"deb", []string{"upgrade", "dist-upgrade", "full-upgrade"}},
	"aptitude": {"deb", []string{"upgrade", "safe-upgrade", "full-upgrade", "dist-upgrade"}},
	"apk":      {"apk", []string{"upgrade"}},
	"dnf":      {"rpm", []string{"upgrade", "update", "distro-sync"}},
	"yum":      {"rpm", []string{"upgrade", "update"}},
	"microdnf": {"rpm", []string{"upgrade", "update"}},
	"tdnf":     {"rpm", []string{"upgrade", "update"}},
	"zypper":   {"rpm", []string{"update", "up", "patch", "dup", "dist-upgrade"}},
}

// commands lists what the Dockerfile's RUN instructions install and renew, in order.
func (b *Build) commands() []install {
	if b.read || b.File == nil {
		return b.installs
	}
	b.read = true
	for _, st := range b.File.Stages {
		for _, in := range st.Instructions {
			if in.Keyword != "RUN" || in.Script == nil {
				continue
			}
			for _, c := range in.Script.Commands {
				if one := readCommand(c); one != nil {
					one.at, one.stage = in, st
					b.installs = append(b.installs, *one)
				}
			}
		}
	}
	return b.installs
}

func readCommand(c *dockerfile.Command) *install {
	if in := c.Install(); in != nil {
		return &install{Install: in}
	}
	name, words := c.Effective()
	switch name {
	case "dpkg", "rpm":
		for _, w := range words[min(1, len(words)):] {
			if slices.Contains([]string{"-i", "--install", "-U", "-Uvh", "-ivh", "--upgrade"}, w.Text) {
				return &install{local: true}
			}
		}
		return nil
	}
	u, ok := upgradeVerbs[name]
	if !ok {
		return nil
	}
	verb, named := "", false
	for _, w := range words[1:] {
		switch {
		case w.Text == "" || w.Text[0] == '-':
		case verb == "":
			verb = w.Text
		default:
			named = true
		}
	}
	if !slices.Contains(u.verbs, verb) || named {
		return nil
	}
	return &install{upgrades: u.kind}
}

// manages reports whether the command's manager is that of a package URL's type.
func (in *install) manages(kind string) bool {
	return in.Install != nil && slices.Contains(managerOf[kind], in.Manager)
}

// renews reports whether the command brings the package to the newest of its release: it upgrades everything, or asks
// for the package and for no version of it. apk leaves a package alone that is there, unless it is told to upgrade.
func (in *install) renews(kind, name string) bool {
	if in.upgrades != "" {
		return in.upgrades == kind
	}
	if !in.manages(kind) || in.Manager == "apk" && !in.Has("-U", "--upgrade", "-u") {
		return false
	}
	return slices.ContainsFunc(in.Packages, func(p dockerfile.Package) bool { return p.Word.Text == name })
}

// line names an instruction by its place.
func (b *Build) line(in *dockerfile.Instruction) string { return fmt.Sprintf("%s:%d", b.Path, in.Line) }

// at is a span of the Dockerfile as a place of the report.
func (b *Build) at(s dockerfile.Span) finding.Location {
	line, column := b.File.Position(s.Start)
	endLine, endColumn := b.File.Position(s.End)
	return finding.Location{Path: b.Path, Line: line, Column: column, EndLine: endLine, EndColumn: endColumn}
}
