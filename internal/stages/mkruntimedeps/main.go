// Mkruntimedeps makes internal/stages/runtimedeps.txt: which libraries stand behind Debian's development packages, a
// release at a time, oldest first, as the distribution's own indexes of packages tell. .ci/runtimedeps runs it:
//
//	mkruntimedeps bookworm=Packages trixie=Packages … >internal/stages/runtimedeps.txt
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"sort"
	"strings"

	"github.com/drydock/drydock/internal/stages"
)

type release struct {
	*stages.Index
	name string
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("mkruntimedeps: ")
	var all []release
	for _, arg := range os.Args[1:] {
		name, file, ok := strings.Cut(arg, "=")
		if !ok {
			log.Fatalf("%q is not RELEASE=FILE", arg)
		}
		f, err := os.Open(file)
		if err != nil {
			log.Fatal(err)
		}
		r := release{stages.NewIndex(), name}
		if err := r.Read(f); err != nil {
			log.Fatal(file, ": ", err)
		}
		f.Close()
		all = append(all, r)
	}
	if len(all) == 0 {
		log.Fatal("no index is given")
	}
	if err := write(os.Stdout, all); err != nil {
		log.Fatal(err)
	}
}

// sourceCode are packages of other languages' sources, whose names end in -dev too.
var sourceCode = []string{"librust-", "golang-", "libghc-", "node-", "ruby-", "python"}

func write(w io.Writer, all []release) error {
	names := map[string]bool{}
	for _, r := range all {
		for _, n := range r.Names() {
			if !slices.ContainsFunc(sourceCode, func(s string) bool { return strings.HasPrefix(n, s) }) {
				names[n] = true
			}
		}
	}
	var lines []string
	for n := range names {
		lines = append(lines, entries(n, all)...)
	}
	sort.Slice(lines, func(i, j int) bool { return key(lines[i]) < key(lines[j]) })
	b := bufio.NewWriter(w)
	for _, l := range lines {
		fmt.Fprintln(b, l)
	}
	return b.Flush()
}

func key(line string) string {
	name, _, _ := strings.Cut(line, " ")
	return name
}

// entries are the lines of one development package: "name libraries" with names that hold in the last two releases
// that have it (a later release provides the earlier's name where only its ending has changed), and
// "name@release libraries" where a release wants others.
func entries(name string, all []release) []string {
	var have []release
	libraries := map[string][]string{}
	for _, r := range all {
		if h, ok := r.RuntimeDependencies(name); ok {
			have, libraries[r.name] = append(have, r), h
		}
	}
	last := have[max(0, len(have)-2):]
	var common []string
	known := false
	for _, c := range last {
		if h := libraries[c.name]; (!known || len(h) > len(common)) && hold(last, h) {
			common, known = h, true
		}
	}
	for _, r := range last { // one that has more libraries than the common names cover
		known = known && len(libraries[r.name]) <= len(common)
	}
	var out []string
	if known {
		out = append(out, strings.TrimSpace(name+" "+strings.Join(common, " ")))
	}
	for _, r := range have {
		if h := libraries[r.name]; !known || len(h) != len(common) || !hold([]release{r}, common) {
			out = append(out, strings.TrimSpace(name+"@"+r.name+" "+strings.Join(h, " ")))
		}
	}
	return out
}

func hold(rs []release, names []string) bool {
	for _, r := range rs {
		for _, n := range names {
			if !r.Has(n) {
				return false
			}
		}
	}
	return true
}
