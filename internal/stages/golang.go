package stages

import (
	"path"
	"regexp"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/lazyregexp"
)

type golang struct {
	*conversion
	build  *command     // the go build or go install that makes the program
	binary string       // its path in the builder
	others []string     // paths of the programs that are built beside it
	ends   *instruction // the last instruction that builds
	cgo    bool
	run    bool // the image starts it with `go run`
}

var (
	importC    = lazyregexp.New(`(?m)^\s*import\s+"C"`)
	cgoModules = lazyregexp.New(
		`mattn/go-sqlite3|confluentinc/confluent-kafka-go|DataDog/zstd|h2non/bimg|gographics/imagick|google/gopacket|rubenv/pygmentize|libgit2/git2go`)
	outFlag    = lazyregexp.New(`\s-o[= ]?(\S+)`)
	moduleLine = lazyregexp.New(`(?m)^module\s+"?(\S+?)"?\s*$`)
	timeZones  = lazyregexp.New(`time\.LoadLocation\(`)
)

// planGo builds a static program and puts it, with the files that it reads, on an image that holds nothing else.
func planGo(a *conversion) error {
	g := &golang{conversion: a}
	if err := g.look(); err != nil {
		return err
	}
	minimal := !g.cgo && !g.needsShell() && len(g.commandsNeeded()) == 0
	candidates := []string{"gcr.io/distroless/static-debian12:nonroot"}
	switch {
	case minimal:
	case g.cgo:
		candidates = a.linkedOn()
	case a.alpine():
		candidates = []string{"alpine:" + alpineTag(a.st.Base.Tag)}
	default:
		candidates = debianSlims(a.release())
	}
	if err := a.final(candidates...); err != nil {
		return err
	}
	scratch := a.res.Final == "scratch"
	minimal = minimal && (scratch || strings.Contains(a.res.Final, "distroless"))
	if g.cgo && (scratch || strings.Contains(a.res.Final, "distroless/static")) {
		return refuse(g.build.from.in, "the program is linked with C libraries (cgo), which %s does not have",
			a.res.Final)
	}
	bare := scratch || strings.Contains(a.res.Final, "distroless/static")
	if bare && (g.needsShell() || len(g.commandsNeeded()) > 0) {
		return refuse(a.last("CMD"), "it needs a shell or other programs when it runs, which %s does not have",
			a.res.Final)
	}
	if in := a.last("HEALTHCHECK"); in != nil && in.Script != nil && !minimal {
		for _, c := range in.Script.Commands {
			g.src().call(c.Name) // it stays, and so does what it asks with
		}
	}
	g.builder()
	return g.finalStage(minimal, scratch)
}

func alpineTag(tag string) string {
	if m := regexp.MustCompile(`alpine(3\.\d+)`).FindStringSubmatch(tag); m != nil {
		return m[1]
	}
	return "3"
}

// look finds the command that makes the program and where it lands.
func (g *golang) look() error {
	start := g.startWords()
	if len(start) == 0 {
		start = g.startedFirst()
	}
	g.run = len(start) > 1 && start[0] == "go" && start[1] == "run"
	g.parts(func(p *command) {
		for _, c := range p.step.Commands {
			name, w := c.Effective()
			if name == "go" && len(w) > 1 && (w[1].Text == "build" || w[1].Text == "install" &&
				g.startsBinary(start, w)) {
				g.build = p
			}
		}
		g.cgo = g.cgo || strings.Contains(p.text, "CGO_ENABLED=1")
	})
	if g.build == nil && !g.run {
		if p := g.make(); p != nil {
			return refuse(p.from.in, "what make builds could not be told; call go build in the Dockerfile")
		}
		return refuse(nil, "no go build was found, so which program ships could not be told")
	}
	for _, o := range g.instructions {
		for _, pair := range o.in.Pairs {
			g.cgo = g.cgo || pair.Key == "CGO_ENABLED" && pair.Value == "1"
		}
	}
	for _, text := range g.src().text {
		g.cgo = g.cgo || importC.MatchString(text)
	}
	g.cgo = g.cgo || cgoModules.MatchString(g.read("go.mod"))
	if err := g.locate(start); err != nil {
		return err
	}
	if g.binary == "" || g.build != nil && g.ends == nil {
		return refuse(g.build.from.in, "no go build makes the program that the image starts")
	}
	return nil
}

func (g *golang) make() (found *command) {
	g.parts(func(p *command) {
		if p.is("make") {
			found = p
		}
	})
	return found
}

// startsBinary: `go install` makes the program that the image starts, rather than a tool for the build.
func (g *golang) startsBinary(start []string, w []dockerfile.Word) bool {
	if len(start) == 0 {
		return false
	}
	for _, x := range w[2:] {
		if strings.HasPrefix(x.Text, ".") {
			return true
		}
	}
	return false
}

// startWords are the words of ENTRYPOINT and CMD together.
func (a *conversion) startWords() []string {
	var out []string
	for _, k := range []string{"ENTRYPOINT", "CMD"} {
		if in := a.last(k); in != nil {
			if w, ok := argv(in); ok {
				out = append(out, w...)
			}
		}
	}
	return out
}

// startedFirst are the words of the first command of the script that the image starts by, as far as they are literal.
func (a *conversion) startedFirst() []string {
	for _, s := range a.startedScripts() {
		for _, c := range s.script.Commands {
			if _, words := c.Effective(); c.Name != "" && c.Name != "cd" && len(words) > 0 {
				return texts(words)
			}
		}
	}
	return nil
}

func (g *golang) moduleName() string {
	if m := moduleLine.FindStringSubmatch(g.read("go.mod")); m != nil {
		return path.Base(versionSuffix.ReplaceAllString(m[1], ""))
	}
	return path.Base(g.workDir())
}

var versionSuffix = lazyregexp.New(`/v\d+$`)

// locate finds the path of the program in the builder, and of those that are built beside it.
func (g *golang) locate(start []string) error {
	if g.run {
		g.binary = path.Join(g.workDir(), g.moduleName())
		return nil
	}
	var err error
	g.parts(func(p *command) {
		if !p.is("go") || !strings.Contains(p.text, "go build") && !strings.Contains(p.text, "go install") ||
			err != nil {
			return
		}
		var made string
		if made, err = g.makes(p, start); err != nil || made == "" {
			return
		}
		var ends *instruction
		if made, ends = g.movedTo(made, p.from); g.ends == nil || ends.in.Line > g.ends.in.Line {
			g.ends = ends
		}
		if p == g.build || len(start) > 0 && path.Base(made) == path.Base(start[0]) &&
			path.Base(g.binary) != path.Base(start[0]) {
			if g.binary != "" && g.binary != made {
				g.others = append(g.others, g.binary)
			}
			g.build, g.binary = p, made
			return
		}
		if strings.Contains(p.text, "go build") {
			g.others = append(g.others, made)
		}
	})
	return err
}

// makes is the path of what a go build or go install makes; "" for one that only checks.
func (g *golang) makes(p *command, start []string) (string, error) {
	dir := p.dir
	name := g.packageName(p)
	if len(start) > 0 && strings.Contains(p.text, "...") {
		name = path.Base(start[0]) // several programs, of which the image starts one
	}
	if strings.Contains(p.text, "go install") {
		return path.Join(g.goBin(p.from), name), nil
	}
	m := outFlag.FindStringSubmatch(p.text)
	if m == nil {
		return join(dir, name), nil
	}
	out := g.expand(p.from, strings.Trim(m[1], `"'`))
	switch {
	case strings.Contains(out, "$"):
		return "", refuse(p.from.in, "the program's name is left to a variable")
	case out == "/dev/null":
		return "", nil
	case strings.HasSuffix(out, "/") || out == ".":
		return join(join(dir, out), name), nil
	}
	return join(dir, out), nil
}

// goBin is where go install puts programs.
func (g *golang) goBin(o *instruction) string {
	if dir := o.env["GOBIN"]; dir != "" {
		return dir
	}
	if dir, _, _ := strings.Cut(o.env["GOPATH"], ":"); dir != "" {
		return path.Join(dir, "bin")
	}
	return "/root/go/bin"
}

// startsByName reports whether the program is called by its bare name, so that PATH has to hold its folder.
func (g *golang) startsByName() bool {
	for _, s := range g.startedScripts() {
		for _, c := range s.script.Commands {
			if _, words := c.Effective(); len(words) > 0 && words[0].Text == path.Base(g.binary) {
				return true
			}
		}
	}
	return false
}

// packageName is what `go build` calls the program: the last element of the package's path.
func (g *golang) packageName(p *command) string {
	fields := strings.Fields(p.text)
	last := fields[len(fields)-1]
	if strings.HasPrefix(last, "./") && last != "./" && !strings.HasSuffix(last, "...") {
		return path.Base(last)
	}
	if strings.HasSuffix(last, ".go") {
		return strings.TrimSuffix(path.Base(last), ".go")
	}
	return g.moduleName()
}

// needsShell: the command is a shell's work, or a script starts it.
func (g *golang) needsShell() bool {
	for _, k := range []string{"ENTRYPOINT", "CMD"} {
		in := g.last(k)
		if in == nil {
			continue
		}
		words, ok := argv(in)
		if !ok || len(words) > 0 && (strings.HasSuffix(words[0], ".sh") || path.Base(words[0]) == "sh" ||
			path.Base(words[0]) == "bash") {
			return true
		}
	}
	return false
}

// commandsNeeded are programs that the app starts as child processes.
func (g *golang) commandsNeeded() []string {
	var out []string
	for name := range g.src().calls {
		if name != path.Base(g.binary) && name != "go" && !strings.HasPrefix(name, "-") && baseTools[name] != "" {
			out = append(out, name)
		}
	}
	return out
}

// builder keeps the original's commands, downloads modules before the source is copied, and strips the program.
func (g *golang) builder() {
	b := g.stage("The builder has the compiler.", g.from(), "builder")
	modules := g.conversion.has("go.mod") && !g.copiesModules()
	last := len(g.instructions) - 1
	for i, o := range g.instructions {
		if o == g.ends {
			last = i
		}
	}
	for i, o := range g.instructions {
		if i > last {
			break
		}
		switch o.in.Keyword {
		case "WORKDIR", "ARG", "SHELL":
			b.add(g.text(o))
		case "ENV":
			if !onlyServes(o.in) {
				b.add(g.text(o))
			}
		case "COPY", "ADD":
			if modules && o.fromContext() {
				modules = false
				files := "go.mod"
				if g.conversion.has("go.sum") {
					files += " go.sum"
				}
				if !g.conversion.has("vendor") && g.copiesAll() && !strings.Contains(g.read("go.mod"), "=> .") {
					b.add("COPY "+files+" ./", g.cached(nil, "/go/pkg/mod", "go mod download"))
				}
			}
			b.keep(o, g.text(o))
		case "RUN":
			if !g.buildPackages(b, o) {
				g.builderRun(b, o)
			}
		}
	}
	if g.run {
		b.add(g.goRun(nil, goBuild("go build -o "+g.binary+" "+g.runPackage(), g)))
	}
}

// runPackage is what `go run` was told to run.
func (g *golang) runPackage() string {
	w := g.startWords()
	var out []string
	for _, x := range w[2:] {
		if strings.HasPrefix(x, "-") {
			continue
		}
		out = append(out, x)
		if !strings.HasSuffix(x, ".go") {
			break
		}
	}
	if len(out) == 0 {
		return "."
	}
	return strings.Join(out, " ")
}

func (g *golang) copiesModules() bool {
	for _, c := range g.copies(0) {
		if path.Base(c.from) == "go.mod" {
			return true
		}
	}
	return false
}

func (g *golang) builderRun(b *stage, o *instruction) {
	goes := false
	list := g.pick(o, builds, func(c *command) string {
		goes = goes || c.is("go")
		if !c.is("go") || !strings.Contains(c.text, "go build") && !strings.Contains(c.text, "go install") ||
			strings.Contains(c.text, "/dev/null") {
			return c.text
		}
		return goBuild(c.text, g)
	})
	if len(list) > 0 && goes {
		b.keep(o, g.goRun(o, list...))
		return
	}
	b.keep(o, g.runOf(o, list))
}

// goRun is a RUN with the module and the build cache.
func (g *golang) goRun(o *instruction, texts ...string) string {
	caches := []string{"/go/pkg/mod", "/root/.cache/go-build"}
	if len(texts) == 1 && strings.HasPrefix(texts[0], "go mod download") {
		caches = caches[:1]
	}
	return g.mounted(o, caches, texts...)
}

var ldflags = lazyregexp.New(`-ldflags[= ]("[^"]*"|'[^']*'|\S+)`)

// goBuild adds to a go build what makes the program static and small, without what it has already.
func goBuild(t string, g *golang) string {
	verb := "go build"
	if strings.Contains(t, "go install") {
		verb = "go install"
	}
	add := ""
	if !strings.Contains(t, "-trimpath") {
		add += " -trimpath"
	}
	if m := ldflags.FindStringSubmatchIndex(t); m == nil {
		add += ` -ldflags="-s -w"`
	} else if v := t[m[2]:m[3]]; !strings.Contains(v, "-s") {
		if v[0] == '"' || v[0] == '\'' {
			t = t[:m[2]+1] + "-s -w " + t[m[2]+1:]
		} else {
			t = t[:m[2]] + `"-s -w ` + v + `"` + t[m[3]:]
		}
	}
	if g.usesTimeZones() && !strings.Contains(t, "-tags") {
		add += " -tags timetzdata"
	}
	t = strings.Replace(t, verb, verb+add, 1)
	if !g.cgo && !strings.Contains(t, "CGO_ENABLED") && !g.setsEnv("CGO_ENABLED") {
		t = "CGO_ENABLED=0 " + t
	}
	return t
}

func (g *golang) usesTimeZones() bool {
	named := g.setsEnv("TZ")
	g.parts(func(p *command) {
		if p.install != nil {
			for _, pk := range p.install.Packages {
				named = named || pk.Name == "tzdata"
			}
		}
	})
	if named {
		return true
	}
	for _, text := range g.src().text {
		if timeZones.MatchString(text) {
			return true
		}
	}
	return false
}

// goEnv are variables that the go command reads. GOMAXPROCS, GOGC and the like are the program's.
var goEnv = words("GO111MODULE GOOS GOARCH GOPROXY GOPRIVATE GONOSUMDB GONOSUMCHECK GONOPROXY GOSUMDB GOFLAGS GOPATH " +
	"GOBIN GOCACHE GOMODCACHE GOTOOLCHAIN GOEXPERIMENT GOAMD64 GOINSECURE GOWORK")

func (g *golang) finalStage(minimal, scratch bool) error {
	built, dir := g.instructions[len(g.instructions)-1], g.workDir()
	if g.build != nil {
		built, dir = g.ends, g.build.dir
	}
	covered := append([]string{dir, g.binary, "/go/pkg", g.goBin(built)}, g.others...)
	inBuilder := func(c *command) bool { return c.from.in.Line <= built.in.Line && !c.is("go") }
	if err := g.leftBehind(inBuilder, covered...); err != nil {
		return err
	}
	g.leaves("start the program that was built", "go", "make", "air", "reflex", "dlv")
	f := g.stage("The final stage holds the program and what it reads.", g.res.Final, "")
	w := g.finalWriter(f)
	w.shell = !minimal
	w.install = func() {
		if scratch {
			f.add("COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt")
		} else if !minimal && len(g.o.Extra) == 0 && !g.alpine() {
			f.add("COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt")
		}
		for _, program := range append([]string{g.binary}, g.others...) {
			f.add("COPY --from=builder " + program + " " + program)
		}
		f.add(g.assets(built)...)
		if dir := path.Dir(g.binary); g.startsByName() && !g.pathHolds(dir) &&
			!strings.Contains(":"+systemPath+":", ":"+dir+":") {
			f.add("ENV PATH=" + dir + ":$PATH")
		}
	}
	w.drop = func(o *instruction) bool { return g.onlyBuilt(o, built, dir) && !startsWithIt(g.conversion, o) }
	w.runs = func(p *command) bool { return p.kind == account || aroundProgram(p, built) }
	w.start = func(words []string) ([]string, string) {
		if g.run {
			return []string{g.binary}, "the program is built before it runs"
		}
		return words, ""
	}
	if minimal {
		if g.last("USER") == nil {
			_, w.user = g.user("", "65532:65532", nil)
			if w.user == "" && strings.HasSuffix(g.res.Final, ":nonroot") {
				w.user = "USER 0:0"
			}
		}
		w.hasUser = true
	}
	w.replace = func(o *instruction) (string, bool) {
		if minimal {
			if text, done := g.withoutShell(o); done {
				return text, true
			}
		}
		if o.in.Keyword != "ENV" {
			return "", false
		}
		return g.withoutEnv(o, func(_ *instruction, key string) bool {
			return strings.HasPrefix(key, "CGO_") || goEnv[key]
		}), true
	}
	w.write()
	return nil
}

// withoutShell is what becomes of instructions that an image without a shell and accounts cannot follow.
func (g *golang) withoutShell(o *instruction) (string, bool) {
	switch o.in.Keyword {
	case "HEALTHCHECK":
		if s := o.in.Script; s != nil &&
			(len(s.Commands) == 0 || !o.in.JSON || path.Base(s.Commands[0].Words[0].Text) != path.Base(g.binary)) {
			g.change("healthcheck", "the final stage has no shell to run it in")
			g.note("The HEALTHCHECK is gone: the final stage holds nothing that could ask. Let the program check " +
				"itself, or Traefik.")
			return "", true
		}
	case "USER":
		if u := o.in.Args[0].Text; !startsWithDigit.MatchString(u) && u != "root" && u != "nonroot" {
			g.change("user", "the final stage has no account of that name")
			return "USER 65532:65532", true
		}
	}
	return "", false
}

var startsWithDigit = lazyregexp.New(`^\d`)
