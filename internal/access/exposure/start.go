package exposure

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/stack"
	"github.com/drydock/drydock/internal/traefik"
)

// How a Traefik is started: the program's flags and variables, from the compose file and from the image's own.

// start is what a service runs.
type start struct {
	args    []string          // flags of Traefik's, without the program's name
	env     map[string]string // variables whose values are known
	hidden  string            // why part of the variables is not known, "" if all are
	open    string            // why part of the flags is not known, "" if all are
	wrapper string            // what runs before Traefik and may write its configuration, "" if nothing does
}

// startOf reads how a service is started.
func (c *builder) startOf(st *stack.Stack, s *stack.Service) start {
	img := c.image(s)
	words := slices.Clone(s.Entrypoint)
	if len(words) == 0 {
		words = slices.Clone(img.entrypoint)
	}
	switch {
	case len(s.Command) > 0:
		words = append(words, s.Command...)
	case len(s.Entrypoint) == 0: // an entrypoint of the compose file's drops the image's command
		words = append(words, img.command...)
	}
	run := start{env: map[string]string{}}
	for name, value := range img.env {
		run.env[name] = value
	}
	for _, name := range img.hidden {
		if strings.HasPrefix(strings.ToUpper(name), "TRAEFIK_") {
			run.hidden = "the variable " + name + " of its Dockerfile has no value here"
		}
	}
	for _, e := range s.Environment {
		delete(run.env, e.Name)
		if e.Known {
			run.env[e.Name] = e.Value
		} else if strings.HasPrefix(strings.ToUpper(e.Name), "TRAEFIK_") {
			run.hidden = "the variable " + e.Name + " has no value here"
		}
	}
	if len(s.EnvUnread) > 0 {
		run.hidden = "its env file " + s.EnvUnread[0] + " is not here"
	}
	for _, word := range s.CommandOpen {
		flag, _, _ := strings.Cut(strings.ToLower(strings.Trim(word, `"'`)), "=")
		if strings.Contains(flag, "$") || strings.HasPrefix(flag, "--providers.") ||
			strings.HasPrefix(flag, "--entrypoints.") {
			run.open = "the word " + word + " of its command depends on a variable that has no value here"
		}
	}
	run.args, run.wrapper = c.commandLine(st, s, words)
	return run
}

// starters are the programs that start Traefik and do nothing else, by their last path element: the program itself, the
// official image's entrypoint, and what only hands signals on.
var starters = map[string]bool{
	"traefik": true, "entrypoint.sh": true, "docker-entrypoint.sh": true, "tini": true, "dumb-init": true, "init": true,
	"exec": true, "env": true,
}

// quiet are commands of a shell wrapper's that change nothing of what Traefik reads.
var quiet = map[string]bool{
	"": true, "set": true, "echo": true, "printf": true, "sleep": true, "true": true, ":": true, "test": true,
	"[": true, "[[": true,
	"mkdir": true, "touch": true, "chmod": true, "chown": true, "wait": true, "trap": true, "until": true, "nc": true,
	"ls": true, "cd": true,
	"export": true, "exec": true, "traefik": true, "exit": true, "shift": true, "date": true, "id": true, "umask": true,
}

// commandLine finds Traefik's flags among the words of a command line. Through a shell only literal words count.
func (c *builder) commandLine(st *stack.Stack, s *stack.Service, words []string) (args []string, wrapper string) {
	for i, w := range words {
		script := shellScript(words[i:])
		at := found{}
		if strings.Contains(w, "/") {
			at = c.find(st, s, path.Clean("/"+w))
		}
		switch {
		case strings.HasPrefix(w, "-"):
			return append(args, flagsOf(words[i:])...), wrapper
		case script == nil && at.state == seen: // a script of the user's own
			if text, err := at.file.read(c.Options.ReadFile); err == nil {
				script = shellScript([]string{"sh", "-c", string(text)})
			}
			more, does := readScript(script)
			if args = append(args, more...); does != "" {
				wrapper = w
			}
		case script != nil:
			more, does := readScript(script)
			if does != "" {
				wrapper = does
			}
			return append(args, more...), wrapper
		case !starters[path.Base(w)] || at.state == hidden:
			return append(args, flagsOf(words[i:])...), w
		}
	}
	return args, wrapper
}

// readScript finds Traefik's flags in a shell script. does is what else the script may do to Traefik's configuration.
func readScript(script *dockerfile.Script) (args []string, does string) {
	const unknown = "a shell script"
	if script == nil || script.Err != nil {
		return nil, unknown
	}
	for _, command := range script.Commands {
		flags := traefikCommand(command)
		args = append(args, flags...)
		if !quiet[command.Name] || slices.ContainsFunc(flags, func(f string) bool { return strings.Contains(f, "$") }) {
			does = unknown
		}
	}
	if strings.Contains(writesNothing.Replace(script.Source), ">") {
		does = unknown
	}
	return args, does
}

// writesNothing takes out the redirections that write no file.
var writesNothing = strings.NewReplacer("2>&1", "", ">&2", "", "1>&2", "", ">/dev/null", "", "> /dev/null", "")

func flagsOf(words []string) []string {
	for i, w := range words {
		if strings.HasPrefix(w, "--") {
			return words[i:]
		}
	}
	return nil
}

// shellScript is what a command line hands to a shell, nil if its program is none.
func shellScript(words []string) *dockerfile.Script {
	list, err := json.Marshal(words)
	if err != nil {
		return nil
	}
	f := dockerfile.Parse(append([]byte("FROM scratch\nENTRYPOINT "), list...))
	for _, in := range f.Instructions {
		if in.Keyword == "ENTRYPOINT" && in.Script != nil && in.Script.Parsed() && in.Script.Dialect != "exec" {
			return in.Script
		}
	}
	return nil
}

// traefikCommand are the flags of one command of a shell script's, if it starts Traefik.
func traefikCommand(command *dockerfile.Command) []string {
	isTraefik := false
	for i, w := range command.Words {
		if !strings.HasPrefix(w.Text, "--") {
			isTraefik = isTraefik || path.Base(w.Text) == "traefik"
			continue
		}
		if !isTraefik {
			return nil
		}
		var args []string
		for _, a := range command.Words[i:] {
			args = append(args, a.Text)
		}
		return args
	}
	return nil
}

// isTraefik tells Traefik by its image, by the one that its Dockerfile starts from or the program that it starts, or by
// flags and variables that only a Traefik has.
func (c *builder) isTraefik(st *stack.Stack, s *stack.Service) bool {
	if _, ok := traefik.ImageVersion(s.Image); ok {
		return true
	}
	img := c.image(s)
	if _, ok := traefik.ImageVersion(img.base); ok || img.traefik || img.unread != "" && looksLikeTraefik(s) {
		return true
	}
	words := append(slices.Clone(s.Entrypoint), s.Command...)
	if len(words) == 0 {
		words = append(slices.Clone(img.entrypoint), img.command...)
	}
	if len(words) > 0 && path.Base(words[0]) == "traefik" {
		return true
	}
	run := c.startOf(st, s)
	for _, a := range run.args {
		l := strings.ToLower(a)
		if strings.HasPrefix(l, "--entrypoints.") || strings.HasPrefix(l, "--providers.docker") ||
			strings.HasPrefix(l, "--providers.swarm") || strings.HasPrefix(l, "--providers.file.") {
			return true
		}
	}
	for name := range run.env {
		upper := strings.ToUpper(name)
		if strings.HasPrefix(upper, "TRAEFIK_ENTRYPOINTS_") || strings.HasPrefix(upper, "TRAEFIK_PROVIDERS_") {
			return true
		}
	}
	return false
}

// looksLikeTraefik reports whether a service whose Dockerfile cannot be read may be a Traefik: its name says so, or it
// serves the web's ports and sees the engine.
func looksLikeTraefik(s *stack.Service) bool {
	if hasWord(strings.ToLower(s.Name), "traefik") || hasWord(strings.ToLower(repository(s.Image)), "traefik") {
		return true
	}
	web := slices.ContainsFunc(s.Ports, func(p stack.Port) bool { return p.Published == "80" || p.Published == "443" })
	return web && slices.ContainsFunc(s.Volumes, func(m stack.Mount) bool { return path.Base(m.Target) == "docker.sock" })
}

// hostsDashboard tells a Traefik whose image and settings say nothing by a label that serves its dashboard, on a
// service that is published or sees the engine.
func hostsDashboard(s *stack.Service) bool {
	dashboard := slices.ContainsFunc(append(slices.Clone(s.Labels), s.DeployLabels...), func(l stack.Label) bool {
		key := strings.ToLower(l.Key)
		return strings.HasPrefix(key, "traefik.http.routers.") && strings.HasSuffix(key, ".service") &&
			(l.Value == "api@internal" || l.Value == "dashboard@internal")
	})
	return dashboard && (len(s.Ports) > 0 || s.NetworkMode == "host" ||
		slices.ContainsFunc(s.Volumes, func(m stack.Mount) bool { return path.Base(m.Target) == "docker.sock" }))
}
