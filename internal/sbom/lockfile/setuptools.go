package lockfile

import (
	"errors"
	"strings"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/sbom/extract"
)

// pythonLocks are the files beside a setup.py or setup.cfg that say better what is installed.
var pythonLocks = []string{"poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "requirements.txt"}

var (
	setupListRE   = lazyregexp.New(`\b(install_requires|tests_require)\s*=\s*(\S)?`)
	setupExtrasRE = lazyregexp.New(`\bextras_require\s*=\s*\{`)
	pyStringRE    = lazyregexp.New(`^[rRuU]?(?:"([^"\\\n]*)"|'([^'\\\n]*)')`)
)

// readSetupPy reads the lists of requirements that a setup.py writes out. It is a program, and is not run: a list that
// it makes otherwise is told as not known.
func readSetupPy(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(false, pythonLocks...) {
		return nil, nil
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	text := string(data)
	if !strings.Contains(text, "setup(") && strings.TrimSpace(text) != "" {
		return nil, errors.New("it calls no setup(...): what the project wants is not known without running it")
	}
	ix := extract.NewLineIndex(data)
	var out []inventory.Package
	var made error
	add := func(from int, closing byte, dev bool) {
		whole := pyStrings(text, from, closing, func(at int, s string) {
			if q, ok := parseRequirement(s); ok {
				p := q.pkg(nil)
				p.Direct, p.Dev, p.Line = true, dev, ix.Line(int64(at))
				out = append(out, p)
			}
		})
		if !whole {
			made = errors.New("the requirements are not written out: what the project wants is not known without " +
				"running it")
		}
	}
	for _, m := range setupListRE.FindAllStringSubmatchIndex(text, -1) {
		open := byte(0)
		if m[4] >= 0 {
			open = text[m[4]]
		}
		dev := text[m[2]:m[3]] == "tests_require"
		switch open {
		case '[':
			add(m[4]+1, ']', dev)
		case '(':
			add(m[4]+1, ')', dev)
		default:
			made = errors.New("the requirements are not written out: what the project wants is not known without " +
				"running it")
		}
	}
	for _, m := range setupExtrasRE.FindAllStringIndex(text, -1) {
		add(m[1], '}', false)
	}
	return out, made
}

// pyStrings calls fn for each string in a list, tuple or dictionary, keys apart, and reports whether it holds nothing
// else.
func pyStrings(text string, from int, closing byte, fn func(at int, s string)) bool {
	depth, whole := 0, true
	for i := from; i < len(text); {
		c := text[i]
		switch {
		case c == closing && depth == 0:
			return whole
		case c == '[' || c == '(' || c == '{':
			depth++
		case c == ']' || c == ')' || c == '}':
			depth--
		case c == '#':
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				return false
			}
			i += end
			continue
		case strings.IndexByte(" \t\r\n,:", c) >= 0:
		default:
			m := pyStringRE.FindStringSubmatch(text[i:])
			if m == nil {
				whole = false
				break
			}
			if rest := strings.TrimLeft(text[i+len(m[0]):], " \t"); !strings.HasPrefix(rest, ":") {
				fn(i, m[1]+m[2])
			}
			i += len(m[0])
			continue
		}
		i++
	}
	return false
}

// readSetupCfg reads setuptools' sections of a setup.cfg.
func readSetupCfg(f *extract.File) ([]inventory.Package, error) {
	if f.Locked(false, pythonLocks...) {
		return nil, nil
	}
	data, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	var out []inventory.Package
	section, key := "", ""
	for n, line := range strings.Split(string(data), "\n") {
		line = strings.TrimRight(line, " \t\r")
		text := strings.TrimSpace(line)
		switch {
		case text == "" || text[0] == '#' || text[0] == ';':
			continue
		case line[0] == '[':
			section, key = strings.Trim(line, "[]"), ""
			continue
		case line[0] != ' ' && line[0] != '\t':
			key, text, _ = strings.Cut(line, "=")
			key, text = strings.TrimSpace(key), strings.TrimSpace(text)
		}
		dev := section == "options" && key == "tests_require"
		if !(section == "options" && key == "install_requires" || dev || section == "options.extras_require") {
			continue
		}
		for _, s := range strings.Split(stripComment(text), ";;") {
			if q, ok := parseRequirement(s); ok && s != "" {
				p := q.pkg(nil)
				p.Direct, p.Dev, p.Line = true, dev, n+1
				out = append(out, p)
			}
		}
	}
	if section == "" && strings.TrimSpace(string(data)) != "" {
		return nil, errors.New("no [section]: this is no setup.cfg")
	}
	return out, nil
}
