package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Bake files say what `docker buildx bake` builds, in HCL or JSON:
//
//	variable "REGISTRY" { default = "ghcr.io/acme" }
//	target "app" {
//	  inherits   = ["_common"]
//	  context    = "./app"
//	  dockerfile = "Dockerfile"
//	  tags       = ["${REGISTRY}/app:latest"]
//	}
//
// Only what a target is named and built from is of interest. A value that is computed by a function or a condition is
// not known.

// bakeTarget is a target as its file states it; what it does not state may be inherited.
type bakeTarget struct {
	line                                 int
	inherits, context, dockerfile, stage []string // values with variables; nil where not stated
	tags                                 []string
}

type bakeFile struct {
	vars    map[string]string
	targets map[string]*bakeTarget
	order   []string
	left    int // steps of inheritance that may still be taken
}

// Bounds on one file; targets that inherit from themselves multiply.
const (
	maxBakeTargets = 1000
	maxBakeSteps   = 10_000
)

// bakeCommands finds what a Bake file builds.
func bakeCommands(path, text string) []buildCommand {
	f := &bakeFile{vars: map[string]string{}, targets: map[string]*bakeTarget{}, left: maxBakeSteps}
	if strings.HasSuffix(path, ".json") {
		f.readJSON(text)
	} else {
		p := hclParser{text: text, line: 1}
		p.next()
		f.readHCL(&p)
	}
	var out []buildCommand
	for _, name := range f.order {
		t := f.resolve(name, 0)
		c := buildCommand{path: path, line: t.line, context: f.one(t.context, "."), dockerfile: f.one(t.dockerfile, ""), target: f.one(t.stage, "")}
		for _, tag := range t.tags {
			c.tags = append(c.tags, expand(tag, f.vars))
		}
		// The Dockerfile's path is relative to the context, where a build command's is to the working folder.
		if c.dockerfile != "" && !strings.HasPrefix(c.dockerfile, "/") {
			c.dockerfile = c.context + "/" + c.dockerfile
		}
		if c.usable() {
			out = append(out, c)
		}
	}
	return out
}

func (f *bakeFile) one(values []string, other string) string {
	if len(values) == 0 {
		return other
	}
	return expand(values[0], f.vars)
}

// resolve lays a target over those that it inherits from; of these the last one counts most.
func (f *bakeFile) resolve(name string, depth int) bakeTarget {
	t := f.targets[name]
	if f.left--; t == nil || f.left < 0 || depth > maxChain {
		return bakeTarget{}
	}
	var base bakeTarget
	for _, parent := range t.inherits {
		base = laidOver(base, f.resolve(expand(parent, f.vars), depth+1))
	}
	return laidOver(base, *t)
}

func laidOver(base, over bakeTarget) bakeTarget {
	for _, v := range []struct{ to, from *[]string }{{&over.context, &base.context}, {&over.dockerfile, &base.dockerfile}, {&over.stage, &base.stage}, {&over.tags, &base.tags}} {
		if *v.to == nil {
			*v.to = *v.from
		}
	}
	return over
}

func (f *bakeFile) add(name string, t *bakeTarget) {
	if len(f.order) < maxBakeTargets && f.targets[name] == nil {
		f.order = append(f.order, name)
		f.targets[name] = t
	}
}

func (f *bakeFile) readJSON(text string) {
	var doc struct {
		Variable map[string]struct {
			Default any `json:"default"`
		} `json:"variable"`
		Target map[string]struct {
			Inherits   []string `json:"inherits"`
			Context    *string  `json:"context"`
			Dockerfile *string  `json:"dockerfile"`
			Target     *string  `json:"target"`
			Tags       []string `json:"tags"`
		} `json:"target"`
	}
	if json.Unmarshal([]byte(text), &doc) != nil {
		return
	}
	for name, v := range doc.Variable {
		if s, ok := v.Default.(string); ok {
			f.vars[name] = s
		}
	}
	list := func(s *string) []string {
		if s == nil {
			return nil
		}
		return []string{*s}
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Target)) {
		t := doc.Target[name]
		line := 1
		if at := regexp.MustCompile(regexp.QuoteMeta(fmt.Sprintf("%q", name)) + `\s*:`).FindStringIndex(text); at != nil {
			line += strings.Count(text[:at[0]], "\n")
		}
		f.add(name, &bakeTarget{line: line, inherits: t.Inherits, context: list(t.Context), dockerfile: list(t.Dockerfile), stage: list(t.Target), tags: t.Tags})
	}
}

func (f *bakeFile) readHCL(p *hclParser) {
	for p.kind != hclEnd {
		word, line := p.value, p.line
		if p.kind != hclWord {
			p.next()
			continue
		}
		p.next()
		if p.kind == hclSign && p.value == "=" { // an older way to state a variable
			p.next()
			if v := p.expression(0); len(v) == 1 {
				f.vars[word] = v[0]
			}
			continue
		}
		name := ""
		for p.kind == hclText || p.kind == hclWord {
			name = p.value
			p.next()
		}
		if p.kind != hclSign || p.value != "{" {
			continue
		}
		values := p.block()
		switch word {
		case "variable":
			if v := values["default"]; len(v) == 1 {
				f.vars[name] = v[0]
			}
		case "target":
			f.add(name, &bakeTarget{line: line, inherits: values["inherits"], context: values["context"], dockerfile: values["dockerfile"],
				stage: values["target"], tags: values["tags"]})
		}
	}
}
