// Package settings reads the values that configuration files of a project give: `.properties`, `.ini` and `.cfg` by
// section, and the texts that modules of Python named for settings assign. Rules with interfile see them where code asks
// for them. What two files say differently is not known.
package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Bounds on what is read: files, bytes of one, and keys in all.
const (
	MaxFiles = 200
	MaxFile  = 1 << 20
	maxKeys  = 20_000
)

// Values are the settings of a project.
type Values struct {
	of     map[string]string
	differ map[string]bool // keys that files give different values
	any    bool            // a file of properties was read
}

// Wanted reports whether a file may hold settings.
func Wanted(name string) bool {
	base := path.Base(name)
	switch path.Ext(base) {
	case ".properties", ".ini", ".cfg":
		return true
	}
	return moduleOf(base) != ""
}

// moduleOf is the name of a module of Python that holds settings, "" for other files.
func moduleOf(base string) string {
	name, ok := strings.CutSuffix(base, ".py")
	if ok && (strings.Contains(name, "settings") || name == "config" || name == "conf" || name == "constants") {
		return name
	}
	return ""
}

// Add reads a file.
func (v *Values) Add(name string, src []byte) {
	if v.of == nil {
		v.of, v.differ = map[string]string{}, map[string]bool{}
	}
	base := path.Base(name)
	switch path.Ext(base) {
	case ".properties":
		v.any = true
		v.properties(string(src))
	case ".ini", ".cfg":
		v.sections(string(src))
	default:
		for _, m := range assigned.FindAllSubmatch(src, -1) {
			text := m[2]
			if text == nil {
				text = m[3]
			}
			v.set(moduleOf(base)+"\x00"+string(m[1]), string(text))
		}
	}
}

// assigned is a text that a module gives a name of its own.
var assigned = regexp.MustCompile(`(?m)^([A-Z][A-Z0-9_]*)[ \t]*=[ \t]*(?:"([^"\\\n]*)"|'([^'\\\n]*)')[ \t]*(?:#.*)?\r?$`)

func (v *Values) set(key, text string) {
	if old, ok := v.of[key]; ok && old != text {
		v.differ[key] = true
	}
	if len(v.of) < maxKeys && len(text) < 1000 {
		v.of[key] = text
	}
}

// properties reads a file in Java's form: key=value, key: value, key value; # and ! begin a comment.
func (v *Values) properties(src string) {
	var whole string
	for _, line := range strings.Split(strings.ReplaceAll(src, "\r\n", "\n"), "\n") {
		line = strings.TrimLeft(line, " \t\f")
		if whole == "" && (line == "" || line[0] == '#' || line[0] == '!') {
			continue
		}
		whole += line
		if n := len(whole) - len(strings.TrimRight(whole, `\`)); n%2 == 1 && len(whole) < MaxFile {
			whole = whole[:len(whole)-1]
			continue
		}
		end := strings.IndexAny(whole, "=: \t")
		if end < 0 {
			end = len(whole)
		}
		text := strings.TrimLeft(whole[end:], " \t")
		if text != "" && (text[0] == '=' || text[0] == ':') {
			text = strings.TrimLeft(text[1:], " \t")
		}
		if !strings.Contains(whole, `\`) { // escapes are rare, and no names of algorithms
			v.set("\x00"+whole[:end], text)
		}
		whole = ""
	}
}

// sections reads a file of [sections] with key = value.
func (v *Values) sections(src string) {
	section := ""
	for _, line := range strings.Split(src, "\n") {
		line = strings.TrimRight(line, " \t\r")
		switch {
		case line == "" || strings.IndexByte("#; \t", line[0]) >= 0:
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section = line[1 : len(line)-1]
		default:
			if end := strings.IndexAny(line, "=:"); end > 0 && !strings.Contains(line, "%(") {
				key := strings.ToLower(strings.TrimSpace(line[:end]))
				v.set(section+"\x00\x00"+key, strings.TrimSpace(line[end+1:]))
			}
		}
	}
}

func (v *Values) get(key string) (string, bool) {
	if v == nil || v.differ[key] {
		return "", false
	}
	text, ok := v.of[key]
	return text, ok
}

// Property is the value of a key of the project's properties, or what stands for one that no file has: missing.
func (v *Values) Property(key string, missing *string) (string, bool) {
	if text, ok := v.get("\x00" + key); ok {
		return text, true
	}
	if v == nil || !v.any || v.differ["\x00"+key] || missing == nil {
		return "", false
	}
	return *missing, true
}

// Option is the value of a key of a section.
func (v *Values) Option(section, key string) (string, bool) {
	return v.get(section + "\x00\x00" + strings.ToLower(key))
}

// Constant is the text that a module of settings gives a name.
func (v *Values) Constant(module, name string) (string, bool) { return v.get(module + "\x00" + name) }

// Sum tells settings apart, "" for none.
func (v *Values) Sum() string {
	if v == nil || len(v.of) == 0 {
		return ""
	}
	h := sha256.New()
	for _, k := range slices.Sorted(maps.Keys(v.of)) {
		fmt.Fprintf(h, "%q=%q %v\n", k, v.of[k], v.differ[k])
	}
	_, _ = io.WriteString(h, fmt.Sprint(v.any))
	return hex.EncodeToString(h.Sum(nil))
}
