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
	text, e, ok := Raise(at, s.manifestLine(at), s.p.PURL, s.p.Name, s.fixed)
	if !ok {
		return at, fmt.Sprintf("raise %s to %s", s.p.Name, s.fixed), nil
	}
	return e.Location, text, []finding.Edit{e}
}

// Raise is the edit of a manifest's line, and what it does in words, that lets a version of a package in: as loose as
// what stood there. The line's text is that of the place, without its end. ok is false where the line is not
// understood, or the file is none that people write.
func Raise(at finding.Location, line, purl, name, version string) (text string, e finding.Edit, ok bool) {
	var m []int
	write := npmRange
	base := path.Base(at.Path)
	switch kind := kindOf(purl); {
	case line == "":
	case kind == "pypi" && strings.HasSuffix(base, ".txt"):
		m, write = requirementSpec.FindStringSubmatchIndex(line), pipRange
	case kind == "pypi" && (base == "pyproject.toml" || base == "Pipfile"):
		if m, write = quotedSpec(line, name), pipRange; m == nil {
			m, write = tomlSpec(line, name), poetryRange
		}
	case kind == "npm" && base == "package.json":
		m = jsonMember.FindStringSubmatchIndex(line)
	case kind == "golang" && base == "go.mod":
		m, write = goRequire.FindStringSubmatchIndex(line), goVersion
	}
	if m == nil {
		return "", e, false
	}
	from, to := m[2], m[3]
	at.Column = 1 + utf8.RuneCountInString(line[:from])
	at.EndLine, at.EndColumn = at.Line, 1+utf8.RuneCountInString(line[:to])
	e = finding.Edit{Location: at, NewText: write(line[from:to], version)}
	if e.NewText == "" || e.NewText == line[from:to] {
		return "", finding.Edit{}, false
	}
	return fmt.Sprintf("write %s%s", strings.TrimLeft(line[:from], " \t"), closed(e.NewText, line[:from])), e, true
}

// closed closes a quotation mark that the text before has left open.
func closed(text, before string) string {
	for _, quote := range []string{`"`, "'"} {
		if strings.Count(before, quote)%2 == 1 {
			return text + quote
		}
	}
	return text
}

// quotedSpec finds what a quoted requirement says of a package's version, as pyproject.toml's lists hold them.
func quotedSpec(line, name string) []int {
	for _, m := range quotedRequirement.FindAllStringSubmatchIndex(line, -1) {
		if strings.EqualFold(dashes(line[m[4]:m[5]]), dashes(name)) {
			return []int{m[0], m[1], m[6], m[7]}
		}
	}
	return nil
}

// tomlSpec finds what a key's value says of a package's version, as Poetry and Pipenv write it: a text, or a table
// with a version.
func tomlSpec(line, name string) []int {
	m := tomlRequirement.FindStringSubmatchIndex(line)
	if m == nil || !strings.EqualFold(dashes(line[m[4]:m[5]]), dashes(name)) {
		return nil
	}
	return []int{m[0], m[1], m[6], m[7]}
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
	// group 1 is all, 2 the name, 3 what is asked for
	quotedRequirement = lazyregexp.New(`["'](([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*([=<>!~][^;"']*?)\s*(?:;[^"']*)?)["']`)
	tomlRequirement   = lazyregexp.New(
		`^\s*(["']?([A-Za-z0-9][A-Za-z0-9._-]*)["']?\s*=\s*(?:\{[^}]*\bversion\s*=\s*)?["']([^"']*)["'])`)
	goRequire = lazyregexp.New(`^\s*(?:require\s+)?[^\s()/]+(?:/[^\s()]+)*\s+(v[0-9][^\s]*)`)
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

// poetryRange is a range like the given one that lets a version in: Poetry knows pip's signs and npm's.
func poetryRange(spec, version string) string {
	switch {
	case strings.HasPrefix(spec, "~="), strings.HasPrefix(spec, "="), strings.HasPrefix(spec, ">"), strings.HasPrefix(spec, "<"),
		strings.HasPrefix(spec, "!"):
		return pipRange(spec, version)
	}
	return npmRange(spec, version)
}

// goVersion is a version as go.mod writes it.
func goVersion(_, version string) string { return "v" + strings.TrimPrefix(version, "v") }
