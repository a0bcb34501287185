package prove

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// libraries looks for programs that cannot be loaded in the new image although the original can load them, and for
// scripts whose interpreter is not there: what would otherwise show at start as "no such file or directory", or only
// when the module is first used.
func (p *prover) libraries(context.Context) error {
	if bad := missingInterpreters(p.fs[0], p.fs[1]); len(bad) > 0 {
		return p.refuse(Libraries, "%s", bad[0])
	}
	bad, lacks := missingLibraries(p.fs[0], p.fs[1])
	if len(bad) > 0 {
		p.res.Lacks = lacks
		return p.refuse(Libraries, "%s%s", bad[0], andMore(len(bad)-1))
	}
	if len(p.fs[1].elfs) == 0 {
		p.check("libraries", Skipped, "the new image holds no compiled program")
		return nil
	}
	p.check("libraries", Same, "all %d programs and libraries find what they are linked with", len(p.fs[1].elfs))
	return nil
}

func andMore(n int) string {
	switch {
	case n <= 0:
		return ""
	case n == 1:
		return " (and one more)"
	}
	return fmt.Sprintf(" (and %d more)", n)
}

// missingLibraries says for every program or library of the new image what it needs and does not find, leaving out
// what the original does not find either, and which packages of the original's distribution hold the libraries.
func missingLibraries(before, after *files) (bad, packages []string) {
	known := map[string]bool{} // what the original lacks: "file name needs library"
	for name, e := range before.elfs {
		for _, lib := range before.unresolved(name, e) {
			known[path.Base(name)+" "+lib] = true
		}
	}
	owners := map[string]string{}
	for name, e := range after.elfs {
		if after.owners[name] != "" {
			continue // the distribution's own, whose dependencies its packages name; what is optional may be missing
		}
		for _, lib := range after.unresolved(name, e) {
			if known[path.Base(name)+" "+lib] {
				continue
			}
			if strings.HasPrefix(lib, "/") {
				bad = append(bad, fmt.Sprintf("/%s is linked dynamically and its loader %s is not in the new image",
					name, lib))
			} else {
				bad = append(bad, fmt.Sprintf("/%s needs %s, which is not in the new image", name, lib))
				if pkg := before.owner(lib, before.loaderDirs(name, e)); pkg != "" {
					owners[pkg] = lib
				}
			}
		}
	}
	sort.Strings(bad)
	return bad, slices.Sorted(maps.Keys(owners))
}

var (
	namedLibrary = lazyregexp.New(`\blib[\w+.-]*?\.so(?:\.\d+)*\b`)
	namedProgram = lazyregexp.New(`No such file or directory: '([\w.+-]+)'|(?:sh|bash): (?:\d+: |` +
		`line \d+: )?([\w.+-]+): (?:command )?not found|exec: "([\w.+-]+)": executable file not found|` +
		`spawn ([\w.+-]+) ENOENT`)
)

// named are the packages of the original that hold the libraries and programs which a log names and the new image
// lacks: what is opened by name when a program runs shows nowhere else.
func (p *prover) named(log string) []string {
	if p.fs[0] == nil || p.fs[1] == nil {
		return nil
	}
	found := map[string]bool{}
	for _, lib := range namedLibrary.FindAllString(log, 50) {
		if p.fs[1].owner(lib, p.fs[1].loaderDirs("", &elfFile{})) == "" {
			found[p.fs[0].owner(lib, p.fs[0].loaderDirs("", &elfFile{}))] = true
		}
	}
	for _, m := range namedProgram.FindAllStringSubmatch(log, 50) {
		name := m[1] + m[2] + m[3] + m[4]
		real, was := p.fs[0].find(name, "/")
		if _, is := p.fs[1].find(name, "/"); was && !is {
			for _, path := range []string{real, strings.TrimPrefix(real, "usr/"), "usr/" + real} {
				found[p.fs[0].owners[path]] = true
			}
		}
	}
	delete(found, "")
	return slices.Sorted(maps.Keys(found))
}

// owner is the package of the distribution that a library belongs to, "" if none does.
func (f *files) owner(lib string, dirs []string) string {
	for _, d := range dirs {
		real, ok := f.resolve(path.Join(d, lib))
		if !ok {
			continue
		}
		for _, name := range []string{path.Join(d, lib), real, strings.TrimPrefix(real, "usr/"), "usr/" +
			path.Join(d, lib)} {
			if pkg := f.owners[name]; pkg != "" {
				return pkg
			}
		}
	}
	return ""
}

// unresolved lists the loader (a path) and the libraries (names) that a program does not find.
func (f *files) unresolved(name string, e *elfFile) []string {
	var out []string
	if e.interp != "" {
		if _, ok := f.resolve(e.interp); !ok {
			return []string{e.interp} // without its loader nothing else matters
		}
	}
	dirs := f.loaderDirs(name, e)
next:
	for _, lib := range e.needed {
		if strings.Contains(lib, "/") {
			if _, ok := f.resolve(lib); !ok {
				out = append(out, lib)
			}
			continue
		}
		for _, d := range dirs {
			if _, ok := f.resolve(path.Join(d, lib)); ok {
				continue next
			}
		}
		out = append(out, lib)
	}
	return out
}

// loaderDirs are the folders that the dynamic loader searches for a program: its own run path, then the usual ones,
// the folder of the machine's architecture among them.
func (f *files) loaderDirs(name string, e *elfFile) []string {
	origin := "/" + path.Dir(name)
	var dirs []string
	for _, d := range e.rpath {
		d = strings.NewReplacer("$ORIGIN", origin, "${ORIGIN}", origin).Replace(d)
		dirs = append(dirs, strings.Trim(path.Clean(d), "/"))
	}
	dirs = append(dirs, f.libDirs...)
	for _, arch := range []string{"x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf", "i386-linux-gnu"} {
		dirs = append(dirs, "lib/"+arch, "usr/lib/"+arch)
	}
	return dirs
}

// missingInterpreters are the scripts in the new image's PATH whose interpreter is not there, where a script of that
// name in the original's PATH finds its own.
func missingInterpreters(before, after *files) []string {
	var bad []string
	works := map[string]bool{}
	for name, line := range before.shebang {
		if before.inPath(name) && before.interpreterOf(line) == "" {
			works[path.Base(name)] = true
		}
	}
	for name, line := range after.shebang {
		if !works[path.Base(name)] || !after.inPath(name) {
			continue
		}
		if missing := after.interpreterOf(line); missing != "" {
			bad = append(bad, fmt.Sprintf("/%s runs under %s, which is not in the new image", name, missing))
		}
	}
	sort.Strings(bad)
	return bad
}

func (f *files) inPath(name string) bool {
	dir := path.Dir(name)
	for _, d := range f.path {
		if real, ok := f.resolve(d); ok && real == dir {
			return true
		}
	}
	return false
}

// interpreterOf returns the interpreter that a script's first line names if it is missing, else "".
func (f *files) interpreterOf(line string) string {
	words := strings.Fields(line)
	if len(words) == 0 {
		return ""
	}
	if _, ok := f.resolve(words[0]); !ok {
		return words[0]
	}
	if path.Base(words[0]) != "env" {
		return ""
	}
	for _, w := range words[1:] {
		if strings.HasPrefix(w, "-") || strings.Contains(w, "=") {
			continue
		}
		if _, ok := f.find(w, "/"); !ok {
			return w
		}
		return ""
	}
	return ""
}
