package stack

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mattn/go-shellwords"
	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/lazyregexp"
)

// Build commands as people write them in Makefiles, scripts and CI files:
//
//	docker build -t app:latest -f docker/Dockerfile .
//	cd api && docker buildx build --tag "$(REGISTRY)/api" --push .
//	uses: docker/build-push-action, with context, file and tags
//
// and in Bake files and Jenkinsfiles.
// Variables are followed where the same file sets them to a plain value.

type buildCommand struct {
	path       string // of the file
	line       int
	dir        string // of a `cd` before it, "" if none
	context    string
	dockerfile string
	target     string
	contexts   []string // names given with --build-context
	args       map[string]*string
	inputs     BuildInputs // paths as written
	tags       []string
}

func (c buildCommand) place(rel func(string) string) string {
	return fmt.Sprintf("%s:%d", rel(c.path), c.line)
}

// buildCommands finds the build commands of a file.
func buildCommands(path, text string) []buildCommand {
	switch base := filepath.Base(path); {
	case strings.HasPrefix(base, "docker-bake."):
		return bakeCommands(path, text)
	case strings.HasPrefix(base, "Jenkinsfile"):
		return jenkinsCommands(path, text)
	}
	vars := assignments(text)
	if !strings.HasSuffix(path, ".yml") && !strings.HasSuffix(path, ".yaml") {
		return shellCommands(path, text, 1, vars)
	}
	var doc yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) != nil {
		return shellCommands(path, text, 1, vars)
	}
	ci := ciFile{path: path, vars: vars, left: 50_000}
	ci.variables(&doc, 0)
	ci.walk(&doc, 0)
	return ci.found
}

type ciFile struct {
	path  string
	vars  map[string]string
	left  int
	found []buildCommand
}

// variables reads the `env:` and `variables:` of the file.
func (c *ciFile) variables(n *yaml.Node, depth int) {
	if c.left--; c.left < 0 || depth > maxDepth {
		return
	}
	for _, key := range []string{"env", "variables", "vars"} {
		vars := child(n, key)
		if n.Kind != yaml.MappingNode || vars == nil || vars.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(vars.Content); i += 2 {
			if v := vars.Content[i+1]; v.Kind == yaml.ScalarNode {
				setOnce(c.vars, vars.Content[i].Value, v.Value)
			}
		}
	}
	for _, inner := range n.Content {
		c.variables(inner, depth+1)
	}
}

func (c *ciFile) walk(n *yaml.Node, depth int) {
	if c.left--; c.left < 0 || depth > maxDepth {
		return
	}
	if n.Kind == yaml.ScalarNode {
		line := n.Line
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			line++ // the text starts below the sign
		}
		c.found = append(c.found, shellCommands(c.path, n.Value, line, c.vars)...)
		return
	}
	if n.Kind == yaml.MappingNode {
		c.action(n)
	}
	for _, inner := range n.Content {
		c.walk(inner, depth+1)
	}
}

// action reads a step that uses the build action.
func (c *ciFile) action(n *yaml.Node) {
	uses, with := child(n, "uses"), child(n, "with")
	if uses == nil || with == nil || !strings.Contains(uses.Value, "build-push-action") {
		return
	}
	cmd := buildCommand{path: c.path, line: uses.Line, context: "."}
	value := func(key string) string {
		if v := child(with, key); v != nil {
			return expand(v.Value, c.vars)
		}
		return ""
	}
	if ctx := value("context"); ctx != "" {
		cmd.context = ctx
	}
	cmd.dockerfile, cmd.target = value("file"), value("target")
	for _, l := range strings.Split(value("build-args"), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			cmd.option("--build-arg", l)
		}
	}
	if p := strings.TrimSpace(value("platforms")); p != "" {
		cmd.option("--platform", p)
	}
	for _, key := range []string{"secrets", "secret-files", "secret-envs", "build-contexts", "ssh", "labels"} {
		if value(key) != "" {
			cmd.inputs.Beyond = append(cmd.inputs.Beyond, key)
		}
	}
	for _, t := range strings.FieldsFunc(value("tags"), func(r rune) bool { return r == '\n' || r == ',' || r == ' ' }) {
		cmd.tags = append(cmd.tags, strings.TrimSpace(t))
	}
	if cmd.usable() {
		c.found = append(c.found, cmd)
	}
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// usable reports whether a command names an image and local paths that are known.
func (c *buildCommand) usable() bool {
	c.tags = slices.DeleteFunc(c.tags, func(t string) bool {
		repository, _ := splitImage(t)
		last := repository[strings.LastIndexByte(repository, '/')+1:]
		return last == "" || strings.Contains(last, unknownPart)
	})
	known := !strings.Contains(c.context+c.dockerfile+c.dir, unknownPart)
	return len(c.tags) > 0 && known && !remote(c.context) && !strings.Contains(c.context, "://") && c.context != "-"
}

var (
	buildWord = lazyregexp.New(`\b(docker|podman|nerdctl)\s+(?:--?[\w-]+(?:[= ]\S+)?\s+)*?(?:(?:buildx|image)\s+)?build\s|\bbuildah\s+(?:bud|build)\s`)
	cdWord    = lazyregexp.New(`(?:^|[;&(\s])cd\s+([^\s;&|()]+)\s*(?:&&|;)`)
	assign    = lazyregexp.New(`(?m)^[ \t-]*(?:export[ \t]+|set[ \t]+|readonly[ \t]+|def[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*(?:[:?]?=|::=|:[ \t])[ \t]*(\S[^\n#]*?)[ \t]*\r?$`)
	variable  = lazyregexp.New(`\$\{\{\s*(?:env|vars|variables)\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}|\$\{\{[^}]*\}\}|\$\(([A-Za-z_][A-Za-z0-9_]*)\)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?\}|\$\([^)]*\)|\$\{[^}]*\}|\$([A-Za-z_][A-Za-z0-9_]*)`)
)

// assignments reads the plain variables of a file. One that is set twice to different values is not plain.
func assignments(text string) map[string]string {
	vars := map[string]string{}
	for _, m := range assign.FindAllStringSubmatch(text, -1) {
		setOnce(vars, m[1], strings.Trim(m[2], `"'`))
	}
	return vars
}

func setOnce(vars map[string]string, name, value string) {
	if old, ok := vars[name]; ok && old != value {
		value = unknownPart
	}
	vars[name] = value
}

// expand puts variables in; what is not known becomes unknownPart.
func expand(s string, vars map[string]string) string {
	left := 1 << 16 // bytes: variables that use variables multiply
	return expandWithin(s, vars, 0, &left)
}

func expandWithin(s string, vars map[string]string, depth int, left *int) string {
	if *left -= len(s); *left < 0 || depth > 5 {
		return unknownPart
	}
	s = strings.ReplaceAll(s, "$$", "$") // a Makefile's dollar sign for the shell
	return variable.ReplaceAllStringFunc(s, func(ref string) string {
		m := variable.FindStringSubmatch(ref)
		for _, i := range []int{1, 2, 3, 5} {
			if m[i] == "" {
				continue
			}
			if v, ok := vars[m[i]]; ok {
				return expandWithin(v, vars, depth+1, left)
			}
			if m[4] != "" {
				return expandWithin(m[4], vars, depth+1, left)
			}
		}
		return unknownPart
	})
}

// shellCommands finds the build commands in lines of shell.
func shellCommands(path, text string, first int, vars map[string]string) []buildCommand {
	if !strings.Contains(text, "build") && !strings.Contains(text, "bud") {
		return nil
	}
	var found []buildCommand
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		at := first + i
		logical := strings.TrimSuffix(lines[i], "\r")
		for strings.HasSuffix(logical, `\`) && i+1 < len(lines) {
			i++
			logical = strings.TrimSuffix(logical, `\`) + " " + strings.TrimSuffix(lines[i], "\r")
		}
		if strings.HasPrefix(strings.TrimSpace(logical), "#") {
			continue
		}
		for _, m := range buildWord.FindAllStringIndex(logical, -1) {
			if strings.Contains(logical[:m[0]], " #") {
				continue // a comment
			}
			cmd := buildCommand{path: path, line: at}
			if cds := cdWord.FindAllStringSubmatch(logical[:m[0]], -1); len(cds) > 0 {
				cmd.dir = expand(strings.Trim(cds[len(cds)-1][1], `"'`), vars)
			}
			if cmd.parse(expand(logical[m[1]:], vars)) && cmd.usable() {
				found = append(found, cmd)
			}
		}
	}
	return found
}

// untilEnd cuts a command line where the command ends.
func untilEnd(s string) string {
	var quote byte
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '\\' && quote != '\'':
			i++
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'':
			quote = ch
		case strings.IndexByte(";&|<>()\n", ch) >= 0:
			return s[:i]
		}
	}
	return s
}

// flagsWithValue are the options of a build command whose value is a word of its own.
var flagsWithValue = words(`-t --tag -f --file --target --build-arg --build-context --label --platform --cache-from --cache-to
	--network --secret --ssh --add-host --output -o --progress --iidfile --memory -m --memory-swap --shm-size --ulimit
	--isolation --builder --allow --annotation --attest --metadata-file --no-cache-filter --cgroup-parent --cpu-shares -c
	--cpu-period --cpu-quota --cpuset-cpus --cpuset-mems --security-opt --format --arch --os --variant --authfile --creds`)

// parse reads the words after "build".
func (c *buildCommand) parse(args string) bool {
	ws, err := shellwords.Parse(untilEnd(args))
	if err != nil {
		return false
	}
	for i := 0; i < len(ws); i++ {
		name, value, inline := strings.Cut(ws[i], "=")
		if !strings.HasPrefix(ws[i], "-") || ws[i] == "-" {
			if c.context == "" {
				c.context = ws[i]
			}
			continue
		}
		if len(name) > 2 && !strings.HasPrefix(name, "--") && (name[1] == 't' || name[1] == 'f') && !inline {
			name, value, inline = name[:2], name[2:], true // -tname
		}
		if !inline && slices.Contains(flagsWithValue, name) {
			if i++; i < len(ws) {
				value = ws[i]
			}
		}
		switch name {
		case "-t", "--tag":
			c.tags = append(c.tags, value)
		case "-f", "--file":
			c.dockerfile = value
		case "--target":
			c.target = value
		default:
			c.option(name, value)
		}
	}
	return c.context != ""
}
