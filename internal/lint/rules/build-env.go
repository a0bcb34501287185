package rules

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lint"
)

// What one expansion may use and become: values made of values would double with every line.
const (
	maxUses     = 64
	maxExpanded = 4 << 10
)

// variables are those of a place in a stage, as the builder keeps them.
type variables struct {
	values map[string]string
	args   map[string]bool // declared in the stage or those below, with a value or without
	known  bool            // what the base image sets is known
}

func (v *variables) Get(name string) (string, bool) { s, ok := v.values[name]; return s, ok }

func (v *variables) Keys() []string {
	out := slices.Sorted(maps.Keys(v.values))
	return out
}

// visit is an instruction with its variables filled in.
type visit struct {
	in       *dockerfile.Instruction
	cmd      any      // BuildKit's instruction, expanded
	words    []string // of EXPOSE, expanded
	unset    []string // variables that nothing sets, in alphabetical order
	env      *variables
	workdirs int // how many stood before in the stage and those that it builds on
}

// replay goes through the instructions of all stages as the builder does, with the variables in force at each.
func replay(p *lint.Pass, see func(visit)) {
	f := p.File
	global := globalArgs(p, p.Context.Args)
	ends := make([]*variables, len(f.Stages))
	workdirs := make([]int, len(f.Stages))
	for i, st := range f.Stages {
		env := &variables{values: map[string]string{}, args: map[string]bool{}}
		if parent := builtOn(p, st, global); parent != nil {
			env = ends[parent.Index].clone()
			workdirs[i] = workdirs[parent.Index]
		} else {
			env.begin(p, st)
		}
		for _, in := range st.Instructions {
			v := visit{in: in, env: env, workdirs: workdirs[i]}
			v.expand(f, p.Context.Args, global)
			see(v)
			if in.Keyword == "WORKDIR" {
				workdirs[i]++
			}
		}
		ends[i] = env
	}
}

// builtOn is the stage that FROM names with the variables of the builder filled in, nil where it is an image.
func builtOn(p *lint.Pass, st *dockerfile.Stage, global *variables) *dockerfile.Stage {
	if st.Parent != nil || !st.Base.FromArg {
		return st.Parent
	}
	name, _, _ := process(shell.NewLex(rune(p.File.Escape)), st.Base.Raw, global)
	for i := st.Index - 1; i >= 0; i-- {
		if s := p.File.Stages[i]; s.Name != "" && s.Name == strings.ToLower(name) {
			return s
		}
	}
	return nil
}

// globalArgs are the arguments before the first FROM with what the builder sets by itself.
func globalArgs(p *lint.Pass, build map[string]string) *variables {
	v := &variables{values: map[string]string{}, args: map[string]bool{}}
	v.automatic(cmp.Or(p.Context.Platform, "linux/amd64"), p)
	for _, name := range dockerfile.AutomaticArgs() {
		if given, ok := build[name]; ok {
			v.values[name] = given
		}
	}
	lex := shell.NewLex(rune(p.File.Escape))
	for _, in := range p.File.MetaArgs {
		for _, pair := range in.Pairs {
			v.args[pair.Key] = true
			if given, ok := build[pair.Key]; ok {
				v.values[pair.Key] = given
			} else if pair.HasValue {
				v.values[pair.Key], _, _ = process(lex, p.File.Text(pair.ValueSpan), v)
			}
		}
	}
	return v
}

// automatic sets what the builder sets by itself.
func (v *variables) automatic(platform string, p *lint.Pass) {
	system, arch, _ := strings.Cut(platform, "/")
	arch, variant, _ := strings.Cut(arch, "/")
	for _, of := range []string{"BUILD", "TARGET"} {
		v.values[of+"PLATFORM"], v.values[of+"OS"], v.values[of+"ARCH"] = platform, system, arch
		v.values[of+"VARIANT"], v.values[of+"OSVERSION"] = variant, ""
	}
	v.values["TARGETSTAGE"] = "default"
	if p.Final != nil && p.Final.Name != "" {
		v.values["TARGETSTAGE"] = p.Final.Name
	}
}

// begin sets what the base image sets.
func (v *variables) begin(p *lint.Pass, st *dockerfile.Stage) {
	ref := p.Base(st)
	v.known = ref.Scratch()
	if !st.Windows() {
		v.values["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	}
	if p.Context.Base != nil && ref.Known && !v.known {
		if base, ok := p.Context.Base(ref.Text); ok {
			v.known = true
			maps.Copy(v.values, base.Env)
			return
		}
	}
	for _, name := range baseVariables[ref.Name()] {
		if ref.Official() {
			v.values[name] = ""
		}
	}
	v.known = v.known || ref.Official() && baseVariables[ref.Name()] != nil
}

func (v *variables) clone() *variables {
	out := &variables{values: make(map[string]string, len(v.values)), args: make(map[string]bool, len(v.args)),
		known: v.known}
	maps.Copy(out.values, v.values)
	for name := range v.args {
		out.args[name] = true
	}
	return out
}

// expand fills the variables into the instruction, notes those that nothing sets, and takes over what it sets itself.
func (v *visit) expand(f *dockerfile.File, build map[string]string, global *variables) {
	if !strings.ContainsAny(f.Text(v.in.Span), "$'\"\\`") && v.in.Keyword != "ENV" && v.in.Keyword != "ARG" {
		v.cmd = v.in.Cmd
		if c, ok := v.cmd.(*instructions.ExposeCommand); ok {
			v.words = c.Ports
		}
		return
	}
	v.cmd = f.Fresh(v.in)
	unset := map[string]bool{}
	fill := func(lex *shell.Lex) instructions.SingleWordExpander {
		return func(word string) (string, error) {
			text, missing, err := process(lex, word, v.env)
			for name := range missing {
				if !v.env.args[name] && !strings.HasPrefix(name, "BUILDKIT_SBOM_SCAN_") {
					unset[name] = true
				}
			}
			return text, err
		}
	}
	lex := shell.NewLex(rune(f.Escape))
	arg, isArg := v.cmd.(*instructions.ArgCommand)
	if c, ok := v.cmd.(instructions.SupportsSingleWordExpansion); ok && !isArg {
		_ = c.Expand(fill(lex)) // what cannot be expanded is a finding of its own
	}
	if c, ok := v.cmd.(instructions.SupportsSingleWordExpansionRaw); ok {
		raw := shell.NewLex('\\')
		raw.SkipProcessQuotes = true
		_ = c.ExpandRaw(fill(raw))
	}
	switch c := v.cmd.(type) {
	case *instructions.EnvCommand:
		for _, pair := range c.Env {
			v.env.values[pair.Key] = pair.Value
		}
	case *instructions.ArgCommand:
		for _, a := range arg.Args {
			v.env.declare(a, build, global, fill(lex))
		}
	case *instructions.ExposeCommand:
		for _, port := range c.Ports {
			if strings.Count(port, "$") <= maxUses {
				words, _ := lex.ProcessWords(port, v.env)
				v.words = append(v.words, words...)
			}
		}
	}
	for name := range unset {
		v.unset = append(v.unset, name)
	}
	slices.Sort(v.unset)
}

// declare takes over an ARG of a stage: its value is the one given to the build, else the default, else the global one.
func (v *variables) declare(a instructions.KeyValuePairOptional, build map[string]string, global *variables,
	fill instructions.SingleWordExpander) {
	if given, ok := build[a.Key]; ok {
		v.values[a.Key] = given
	} else if a.Value != nil {
		v.values[a.Key], _ = fill(*a.Value)
	} else if value, ok := global.values[a.Key]; ok {
		v.values[a.Key] = value
	}
	v.args[a.Key] = true
}

// process fills in the variables of a word within bounds.
func process(lex *shell.Lex, word string, env shell.EnvGetter) (string, map[string]struct{}, error) {
	if strings.Count(word, "$") > maxUses {
		return word, nil, nil
	}
	text, unset, err := lex.ProcessWord(word, env)
	if len(text) > max(maxExpanded, 2*len(word)) {
		text = text[:maxExpanded]
	}
	return text, unset, err
}

// baseVariables are the variables that official images set, by the images' own Dockerfiles; PATH goes without saying.
var baseVariables = map[string][]string{
	"debian": {}, "ubuntu": {}, "alpine": {}, "busybox": {}, "buildpack-deps": {}, "rockylinux": {}, "almalinux": {},
	"python": {"LANG", "GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256", "PYTHON_PIP_VERSION", "PYTHON_SETUPTOOLS_VERSION",
		"PYTHON_GET_PIP_URL",
		"PYTHON_GET_PIP_SHA256"},
	"node":   {"NODE_VERSION", "YARN_VERSION"},
	"golang": {"GOLANG_VERSION", "GOTOOLCHAIN", "GOPATH"},
	"rust":   {"RUSTUP_HOME", "CARGO_HOME", "RUST_VERSION"},
	"ruby": {"LANG", "RUBY_VERSION", "RUBY_MAJOR", "RUBY_DOWNLOAD_URL", "RUBY_DOWNLOAD_SHA256", "RUBYGEMS_VERSION",
		"GEM_HOME",
		"BUNDLE_SILENCE_ROOT_WARNING", "BUNDLE_APP_CONFIG", "BUNDLE_PATH"},
	"php": {"PHPIZE_DEPS", "PHP_INI_DIR", "PHP_CFLAGS", "PHP_CPPFLAGS", "PHP_LDFLAGS", "PHP_EXTRA_CONFIGURE_ARGS",
		"GPG_KEYS", "PHP_VERSION", "PHP_URL",
		"PHP_ASC_URL", "PHP_SHA256", "APACHE_CONFDIR", "APACHE_ENVVARS"},
	"nginx":           {"NGINX_VERSION", "NJS_VERSION", "NJS_RELEASE", "PKG_RELEASE", "DYNPKG_RELEASE", "ACME_VERSION"},
	"eclipse-temurin": {"JAVA_HOME", "JAVA_VERSION", "LANG", "LANGUAGE", "LC_ALL"},
}
