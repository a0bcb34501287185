package sbom

import (
	"path"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
)

// requirement is one line of a requirements file.
type requirement struct {
	name, spec string
	file       string
	line       int
}

// A requirement's name, its extras, and what follows; see PEP 508.
var requirementRE = lazyregexp.New(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$`)

// maxIncludes bounds the chain of requirements files that include one another.
const maxIncludes = 50

// readRequirements reads a pip requirements file with what it includes (-r) and constrains (-c). One version exactly
// ("==1.2.3") is what will be installed; everything else is a range, unless a constraint pins it.
func readRequirements(f *file) ([]inventory.Package, error) {
	data, err := f.bytes()
	if err != nil {
		return nil, err
	}
	r := requirementsReader{f: f, seen: map[string]bool{f.path: true}, pinned: map[string]string{}}
	r.read(f.path, data, false)
	var out []inventory.Package
	for _, q := range r.found {
		version, exact := exactVersion(q.spec)
		if !exact {
			if v := r.pinned[pypiName(q.name)]; v != "" {
				version, exact = v, true
			}
		}
		p := newPackage(ecoPyPI, q.name, version)
		if !exact {
			p = newPackage(ecoPyPI, q.name, "")
			p.Version, p.Range = q.spec, true
		}
		p.Line, p.Direct, p.Dev = q.line, true, devRequirements(f.path) || devRequirements(q.file)
		p.Paths = []string{q.file}
		out = append(out, p)
	}
	return out, nil
}

type requirementsReader struct {
	f      *file
	seen   map[string]bool
	found  []requirement
	pinned map[string]string // by constraint
}

func (r *requirementsReader) read(name string, data []byte, constraints bool) {
	lines := strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
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
			r.option(name, text, constraints)
			continue
		}
		q, ok := parseRequirement(text)
		if !ok {
			continue
		}
		q.file, q.line = name, at
		if constraints {
			if v, exact := exactVersion(q.spec); exact {
				r.pinned[pypiName(q.name)] = v
			}
			continue
		}
		r.found = append(r.found, q)
	}
}

// option follows -r and -c; the others say nothing about what is installed.
func (r *requirementsReader) option(from, text string, constraints bool) {
	for _, o := range []struct {
		flag        string
		constraints bool
	}{{"--requirement", constraints}, {"-r", constraints}, {"--constraint", true}, {"-c", true}} {
		arg, ok := strings.CutPrefix(text, o.flag)
		if !ok {
			continue
		}
		name := path.Join(path.Dir(from), strings.Trim(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(arg), "=")), `"'`))
		if r.seen[name] || len(r.seen) > maxIncludes {
			return
		}
		r.seen[name] = true
		r.read(name, r.f.around(name), o.constraints)
		return
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

// parseRequirement splits "name[extra] spec ; marker". Addresses and folders are no requirement by name.
func parseRequirement(text string) (requirement, bool) {
	text, _, _ = strings.Cut(text, ";")
	m := requirementRE.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil || strings.Contains(text, "${") {
		return requirement{}, false
	}
	spec := strings.TrimSpace(m[2])
	if spec != "" && !strings.ContainsAny(spec[:1], "=<>!~(@") {
		return requirement{}, false
	}
	if strings.HasPrefix(spec, "@") {
		return requirement{name: m[1]}, true // an address: installed, in a version that is not told
	}
	spec = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(spec, "("), ")"))
	return requirement{name: m[1], spec: spec}, true
}

// exactVersion is the version that a specifier allows alone.
func exactVersion(spec string) (string, bool) {
	v, ok := strings.CutPrefix(spec, "===")
	if !ok {
		v, ok = strings.CutPrefix(spec, "==")
	}
	v = strings.TrimSpace(v)
	if !ok || v == "" || strings.ContainsAny(v, "*,<>=!~ ") {
		return "", false
	}
	return v, true
}

// devRequirements tells by the customary names that a requirements file is not for production.
func devRequirements(name string) bool {
	base := strings.ToLower(path.Base(name))
	for _, w := range strings.FieldsFunc(strings.TrimSuffix(base, ".txt"), func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		switch w {
		case "dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "docs", "doc", "ci", "typing":
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
