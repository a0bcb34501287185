package lockfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/ecosystem"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// requirement is one line of a requirements file.
type requirement struct {
	name, spec string
	address    string // where it comes from instead of the index, with whatever secrets stand in it
	file       string
	line       int
}

// A requirement's name, its extras, and what follows; see PEP 508.
var requirementRE = lazyregexp.New(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$`)

// maxIncludes bounds the chain of requirements files that include one another.
const maxIncludes = 50

// readRequirements reads a pip requirements file with what it includes (-r) and constrains (-c). One version exactly
// ("==1.2.3") is what will be installed; everything else is a range, unless a constraint pins it. The error names the
// first line that pip would not take either, or that leads to a file which is not there.
func readRequirements(f *extract.File) ([]inventory.Package, error) {
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	r := requirementsReader{f: f, seen: map[string]bool{f.Path: true}, pinned: map[string]string{}}
	r.read(f.Path, data, false)
	var out []inventory.Package
	for i := range r.found {
		q := &r.found[i]
		p := q.pkg(r.pinned)
		p.Line, p.Direct, p.Dev = q.line, true, devRequirements(f.Path) || devRequirements(q.file)
		p.Paths = []string{q.file}
		out = append(out, p)
	}
	return out, r.err
}

// pkg is the package that a requirement asks for; pinned are the versions that constraints pin.
func (q *requirement) pkg(pinned map[string]string) inventory.Package {
	if q.address != "" {
		return addressPackage(ecosystem.PyPI, q.name, q.address)
	}
	version, exact := exactVersion(q.spec)
	if !exact {
		if v := pinned[extract.PyPIName(q.name)]; v != "" {
			version, exact = v, true
		}
	}
	if !exact {
		return rangePackage(ecosystem.PyPI, q.name, q.spec)
	}
	return extract.NewPackage(ecosystem.PyPI, q.name, version)
}

type requirementsReader struct {
	f      *extract.File
	seen   map[string]bool
	found  []requirement
	pinned map[string]string // by constraint
	err    error             // the first
}

func (r *requirementsReader) failed(file string, line int, format string, args ...any) {
	if r.err != nil {
		return
	}
	where := ""
	if file != r.f.Path {
		where = file + ": "
	}
	r.err = fmt.Errorf("%sline %d: %s", where, line, fmt.Sprintf(format, args...))
}

func (r *requirementsReader) read(name string, data []byte, constraints bool) {
	lines := strings.Split(string(data), "\n")
	for i := 0; i < len(lines); i++ {
		at := i + 1
		text := strings.TrimRight(lines[i], "\r")
		for strings.HasSuffix(text, `\`) && i+1 < len(lines) {
			i++
			text = strings.TrimSuffix(text, `\`) + strings.TrimRight(lines[i], "\r")
		}
		text = stripComment(text)
		if text == "" {
			continue
		}
		if text[0] == '-' {
			editable, ok := cutOption(text, "--editable", "-e")
			if !ok {
				r.option(name, at, text, constraints)
				continue
			}
			text = editable
		}
		q, ok := parseRequirement(text)
		if !ok {
			q, ok = addressRequirement(text)
		}
		switch {
		case !ok && strings.HasPrefix(text, "${"):
			r.failed(name, at, "the package's name stands in a variable")
			continue
		case !ok:
			r.failed(name, at, "this is no requirement that pip would take")
			continue
		case q.name == "":
			continue // a folder, whose own manifest is read where it lies
		}
		q.file, q.line = name, at
		if constraints {
			if v, exact := exactVersion(q.spec); exact {
				r.pinned[extract.PyPIName(q.name)] = v
			}
			continue
		}
		r.found = append(r.found, q)
	}
}

// cutOption is the argument of an option that is written in one of the given ways.
func cutOption(text string, flags ...string) (string, bool) {
	for _, flag := range flags {
		arg, ok := strings.CutPrefix(text, flag)
		if !ok || len(flag) > 2 && arg != "" && arg[0] != ' ' && arg[0] != '=' && arg[0] != '\t' {
			continue
		}
		arg = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(arg), "="))
		return strings.Trim(arg, `"'`), true
	}
	return "", false
}

// option follows -r and -c; the others say nothing about what is installed.
func (r *requirementsReader) option(from string, line int, text string, constraints bool) {
	arg, ok := cutOption(text, "--requirement", "-r")
	if !ok {
		if arg, ok = cutOption(text, "--constraint", "-c"); !ok {
			return
		}
		constraints = true
	}
	if isAddress(arg) {
		r.failed(from, line, "it includes an address, which is not fetched")
		return
	}
	name := path.Join(path.Dir(from), arg)
	if r.seen[name] {
		return
	}
	if len(r.seen) > maxIncludes {
		r.failed(from, line, "more than %d files that include one another", maxIncludes)
		return
	}
	r.seen[name] = true
	data, err := plainText(r.f.Around(name))
	switch {
	case data == nil:
		r.failed(from, line, "%s, which it includes, is not in this folder or cannot be read", path.Clean(arg))
	case err != nil:
		r.failed(from, line, "%s: %v", path.Clean(arg), err)
	default:
		r.read(name, data, constraints)
	}
}

// stripComment removes a comment and the options after a requirement (--hash=...).
func stripComment(s string) string {
	for i := range s {
		if s[i] == '#' && (i == 0 || s[i-1] == ' ' || s[i-1] == '\t') {
			s = s[:i]
			break
		}
	}
	if i := strings.Index(s, " --"); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSpace(s)
}

// parseRequirement splits "name[extra] spec ; marker" and "name @ address ; marker".
func parseRequirement(text string) (requirement, bool) {
	m := requirementRE.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return requirement{}, false
	}
	if address, ok := strings.CutPrefix(m[2], "@"); ok {
		address, _, _ = strings.Cut(strings.TrimSpace(address), " ;")
		if address == "" {
			return requirement{}, false
		}
		return requirement{name: m[1], address: address}, true
	}
	spec, _, _ := strings.Cut(m[2], ";")
	spec = strings.TrimSpace(spec)
	if spec != "" && !strings.ContainsAny(spec[:1], "=<>!~(") {
		return requirement{}, false
	}
	spec = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(spec, "("), ")"))
	return requirement{name: m[1], spec: spec}, true
}

// addressRequirement reads a requirement that is an address or a file: its name stands in the fragment (#egg=name), in
// the archive's name or, of a repository, in the address's last element. A folder has no name here.
func addressRequirement(text string) (requirement, bool) {
	text, _, _ = strings.Cut(text, " ;")
	text = strings.TrimSpace(text)
	base := addressBase(text)
	stem, archive := cutArchiveExt(strings.TrimSuffix(base, ".whl"))
	archive = archive || strings.HasSuffix(base, ".whl")
	scheme, _, remote := strings.Cut(text, "://")
	local := !remote || scheme == "file"
	switch {
	case local && !archive:
		return requirement{}, text == "." || strings.HasPrefix(text, ".[") || strings.ContainsAny(text, `/\`)
	case strings.ContainsAny(text, " \t"):
		return requirement{}, false
	}
	if _, fragment, ok := strings.Cut(text, "#"); ok {
		for _, part := range strings.Split(fragment, "&") {
			if q, ok := strings.CutPrefix(part, "egg="); ok {
				if m := requirementRE.FindStringSubmatch(q); m != nil {
					return requirement{name: m[1], address: text}, true
				}
			}
		}
	}
	name := stem
	switch {
	case strings.HasSuffix(base, ".whl"):
		name, _, _ = strings.Cut(stem, "-")
	case archive:
		if i := strings.LastIndexByte(stem, '-'); i > 0 {
			name = stem[:i]
		}
	default:
		name, _, _ = strings.Cut(base, "@") // repository.git@tag
		name = strings.TrimSuffix(name, ".git")
	}
	m := requirementRE.FindStringSubmatch(name)
	if m == nil {
		return requirement{}, false
	}
	return requirement{name: m[1], address: text}, true
}

// exactVersion is the version that a specifier allows alone.
func exactVersion(spec string) (string, bool) {
	v, ok := strings.CutPrefix(spec, "===")
	if !ok {
		v, ok = strings.CutPrefix(spec, "==")
	}
	v = strings.TrimSpace(v)
	if !ok || v == "" || strings.ContainsAny(v, "*,<>=!~ ${}") {
		return "", false
	}
	return v, true
}

// devRequirements tells by the customary names that a requirements file is not for production.
func devRequirements(name string) bool {
	base := strings.ToLower(path.Base(name))
	for _, w := range strings.FieldsFunc(strings.TrimSuffix(base, ".txt"),
		func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		switch w {
		case "dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "docs", "doc", "ci",
			"typing":
			return true
		}
	}
	return false
}

// isRequirements tells a pip requirements file by name: requirements*.txt, *requirements.txt, requirements/*.txt.
func isRequirements(name string) bool {
	base := path.Base(name)
	if !strings.HasSuffix(base, ".txt") {
		return false
	}
	if path.Base(path.Dir(name)) == "requirements" {
		return !strings.HasPrefix(base, "constraints")
	}
	return strings.HasPrefix(base, "requirements") || strings.HasSuffix(base, "requirements.txt")
}

// isCompiled tells what pip-compile makes requirements of: requirements.in, requirements-dev.in.
func isCompiled(base string) bool {
	return strings.HasPrefix(base, "requirements") && strings.HasSuffix(base, ".in")
}

// readCompiled reads such a file where what was made of it is not at hand.
func readCompiled(f *extract.File) ([]inventory.Package, error) {
	if compiled(f) {
		return nil, nil
	}
	return readRequirements(f)
}

func compiled(f *extract.File) bool {
	return f.Locked(false, strings.TrimSuffix(path.Base(f.Path), ".in")+".txt")
}
