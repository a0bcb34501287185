package prove

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/engine"
)

//go:embed modules.py
var pythonModules string

//go:embed modules.js
var nodeModules string

//go:embed modules.rb
var rubyModules string

const loadTime = 4 * time.Minute

// loader loads every top-level module of a language's installed packages inside an image.
type loader struct {
	language string
	programs []string // interpreters, the first that the image has in PATH is taken
	script   string
	flag     string // that takes a script's text
	applies  func(*files) bool
}

var loaders = []loader{
	{"Python", []string{"python3", "python"}, pythonModules, "-c",
		func(f *files) bool { return f.packages["pip"] > 0 }},
	{"Node", []string{"node"}, nodeModules, "-e", func(f *files) bool {
		return f.packages["npm"] > 0 &&
			len(f.manifest) > 0
	}},
	{"Ruby", []string{"ruby"}, rubyModules, "-e", func(f *files) bool { return f.packages["gem"] > 0 }},
	{"PHP", []string{"php"}, "foreach (get_loaded_extensions() as $e) echo json_encode([$e, '']), \"\\n\";", "-r",
		func(f *files) bool {
			_, ok := f.find("php", "/")
			return ok
		}},
}

// modules loads every top-level module in the new image. One that does not load is held against the original: what
// does not load there either is no loss.
func (p *prover) modules(ctx context.Context) error {
	if lost := p.lostDistributions(); lost != "" {
		return p.refuse(Modules, "%s", lost)
	}
	looked := false
	for _, l := range loaders {
		if !l.applies(p.fs[1]) && !(l.language == "PHP" && l.applies(p.fs[0])) {
			continue
		}
		program := ""
		for _, name := range l.programs {
			if _, ok := p.fs[1].find(name, "/"); ok && program == "" {
				program = name
			}
		}
		if program == "" {
			continue
		}
		looked = true
		if err := p.load(ctx, l, program); err != nil {
			return err
		}
	}
	if !looked {
		p.check("modules", Skipped, "the new image holds no modules of an interpreter")
	}
	return nil
}

func (p *prover) load(ctx context.Context, l loader, program string) error {
	p.say("loading every %s module in the new image", l.language)
	after, err := p.loadIn(ctx, 1, l, program)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.check("modules", Skipped, "%s modules could not be listed: %v", l.language, err)
		return nil
	}
	if l.language == "PHP" {
		return p.comparePHP(ctx, l, program, after)
	}
	var failed []string
	for m, problem := range after {
		if problem != "" {
			failed = append(failed, m)
		}
	}
	if len(failed) > 0 {
		before, err := p.loadIn(ctx, 0, l, program)
		if err != nil {
			before = nil
		}
		for _, m := range slices.Sorted(maps.Keys(after)) {
			if problem, known := before[m]; after[m] != "" && known && problem == "" {
				p.res.Lacks = p.named(after[m])
				return p.refuse(Modules, "%s module %s loads in the original and not in the new image: %s", l.language,
					m, cut(after[m], 200))
			}
		}
	}
	text := fmt.Sprintf("%d %s modules load", len(after)-len(failed), l.language)
	if len(failed) > 0 {
		text += fmt.Sprintf("; %d do not load in the original either", len(failed))
	}
	p.check("modules", Same, "%s", text)
	return nil
}

func (p *prover) comparePHP(ctx context.Context, l loader, program string, after map[string]string) error {
	before, err := p.loadIn(ctx, 0, l, program)
	if err != nil {
		p.check("modules", Skipped, "the original's PHP extensions could not be listed: %v", err)
		return nil
	}
	for _, m := range slices.Sorted(maps.Keys(before)) {
		if !set(after, m) {
			return p.refuse(Modules, "the PHP extension %s is not in the new image", m)
		}
	}
	p.check("modules", Same, "all %d PHP extensions are there", len(before))
	return nil
}

// loadIn runs the loader's script in an image without any network and returns what each module said: "" when it
// loaded.
func (p *prover) loadIn(ctx context.Context, side int, l loader, program string) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	exit, stdout, stderr, err := p.run.Output(ctx, engine.Spec{
		Role: p.role(fmt.Sprintf("load-%d-%s", side,
			strings.ToLower(l.language))), Image: p.refs[side], Caps: p.orig.caps,
		Entrypoint: []string{program, l.flag, l.script}, Env: p.Env, Memory: 2 << 30,
	})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, line := range strings.Split(stdout, "\n") {
		var pair []string
		if json.Unmarshal([]byte(line), &pair) == nil && len(pair) == 2 {
			out[pair[0]] = pair[1]
		}
	}
	if exit != 0 && len(out) == 0 {
		return nil, errors.New(engine.Reason(stderr))
	}
	return out, nil
}

// lostDistributions: nothing that the original's Python has, and that something in the new image asks for, may be
// missing. It is only a look at names; loading the modules follows.
func (p *prover) lostDistributions() string {
	if len(p.fs[1].dists) == 0 && len(p.fs[0].dists) > len(buildDists) && !p.droppedLanguage("python3") {
		return "the new image holds none of the original's Python packages"
	}
	return ""
}

// buildDists come with any Python.
var buildDists = []string{"pip", "setuptools", "wheel"}

// droppedLanguage: the interpreter itself was left behind, which is as it should be when it only built.
func (p *prover) droppedLanguage(program string) bool {
	_, ok := p.fs[1].find(program, "/")
	return !ok
}

func cut(s string, n int) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\n", " "))
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
