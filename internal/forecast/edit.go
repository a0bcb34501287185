package forecast

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// edit is what to do about a line of a manifest or lockfile: a manifest's line can be edited by itself, a lockfile is
// written by its tool.
func (s *subject) edit(d *inventory.Package) (at finding.Location, text string, edits []finding.Edit) {
	at = placeOf(d)
	text = fmt.Sprintf("raise %s to %s", s.p.Name, s.fixed)
	line := s.manifestLine(at)
	from, to := -1, -1
	write := ""
	switch base := path.Base(at.Path); {
	case line == "":
	case kindOf(s.p.PURL) == "pypi" && strings.HasSuffix(base, ".txt"):
		if m := requirementSpec.FindStringSubmatchIndex(line); m != nil {
			from, to = m[2], m[3]
			write = pipRange(line[from:to], s.fixed)
		}
	case base == "package.json":
		if m := jsonMember.FindStringSubmatchIndex(line); m != nil {
			from, to = m[2], m[3]
			write = npmRange(line[from:to], s.fixed)
		}
	}
	if from < 0 {
		return at, text, nil
	}
	at.Column = 1 + utf8.RuneCountInString(line[:from])
	at.EndLine, at.EndColumn = at.Line, 1+utf8.RuneCountInString(line[:to])
	text = fmt.Sprintf("write %s%s", strings.TrimLeft(line[:from], " \t"), write)
	if path.Base(at.Path) == "package.json" {
		text = fmt.Sprintf("write %q: %q", s.p.Name, write)
	}
	return at, text, []finding.Edit{{Location: at, NewText: write}}
}

// manifestLine is the text of a line, "" where it cannot be read or goes on in the next.
func (b *Build) manifestLine(at finding.Location) string {
	if b.Text == nil || at.Line == 0 {
		return ""
	}
	lines := strings.Split(string(b.Text(at.Path)), "\n")
	if at.Line > len(lines) {
		return ""
	}
	line := strings.TrimRight(lines[at.Line-1], "\r")
	if strings.HasSuffix(line, `\`) {
		return ""
	}
	return line
}

var (
	// what a requirement says of the version: after its name and extras, up to a marker, an option or a comment
	requirementSpec = lazyregexp.New(`^\s*[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?\s*([=<>!~][^;#]*?)\s*(?:;.*|\s--.*|\s#.*)?$`)
	jsonMember      = lazyregexp.New(`^\s*"[^"]*"\s*:\s*"([^"]*)"`)
)

// pipRange is a range like the given one that lets a version in: as loose as it was.
func pipRange(spec, version string) string {
	spec = strings.TrimSpace(spec)
	space := ""
	if rest := strings.TrimLeft(spec, "=<>!~"); strings.HasPrefix(rest, " ") {
		space = " "
	}
	sign := spec[:len(spec)-len(strings.TrimLeft(spec, "=<>!~"))]
	old := strings.TrimSpace(spec[len(sign):])
	switch {
	case strings.Contains(spec, ","):
	case sign == "==" && strings.HasSuffix(old, ".*"):
		return "==" + space + sameDepth(version, strings.Count(old, ".")) + ".*"
	case sign == "==" || sign == "===":
		return sign + space + version
	case sign == "~=":
		return "~=" + space + sameDepth(version, strings.Count(old, ".")+1)
	}
	return ">=" + space + version
}

// sameDepth is a version cut to n components.
func sameDepth(version string, n int) string {
	parts := strings.Split(version, ".")
	return strings.Join(parts[:min(max(n, 1), len(parts))], ".")
}

// npmRange is a range like the given one that lets a version in.
func npmRange(spec, version string) string {
	switch {
	case strings.HasPrefix(spec, "~"):
		return "~" + version
	case spec != "" && spec[0] >= '0' && spec[0] <= '9' && !strings.ContainsAny(spec, "x*|- "):
		return version
	}
	return "^" + version
}
