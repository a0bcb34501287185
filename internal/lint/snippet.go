package lint

import (
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
)

const maxSnippet = 160

// snippet shows an instruction without any value: of ENV, ARG and LABEL the names, of FROM, COPY and the like the
// whole line, of RUN and its kin the commands' names and their options' names. A reader finds the line by it; a secret
// never gets through.
func snippet(in *dockerfile.Instruction) string {
	var b strings.Builder
	b.WriteString(in.Keyword)
	for _, fl := range in.Flags {
		b.WriteString(" --" + fl.Name)
		if !fl.Bare {
			b.WriteString("=" + shown(fl.Name, fl.Value))
		}
	}
	switch in.Keyword {
	case "ENV", "ARG", "LABEL":
		for _, p := range in.Pairs {
			b.WriteString(" " + p.Key)
			if p.HasValue {
				b.WriteString("=...")
			}
		}
	case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK":
		commands(&b, in.Script)
	case "ONBUILD":
		if in.Trigger != nil {
			b.WriteString(" " + snippet(in.Trigger))
		}
	case "FROM", "COPY", "ADD", "WORKDIR", "USER", "EXPOSE", "VOLUME", "STOPSIGNAL", "SHELL":
		for _, w := range in.Args {
			b.WriteString(" " + withoutUser(w.Text))
		}
	}
	return cut(strings.ToValidUTF8(b.String(), "?"))
}

// shown is a flag's value where it can hold nothing secret.
func shown(name, value string) string {
	switch name {
	case "mount", "from", "chown", "chmod", "platform", "link", "parents", "network", "security", "interval", "timeout",
		"retries", "start-period":
		return withoutUser(value)
	}
	return "..."
}

// commands writes names, subcommands and option names.
func commands(b *strings.Builder, s *dockerfile.Script) {
	if s == nil {
		return
	}
	for i, c := range s.Commands {
		if i > 0 {
			b.WriteString(" ;")
		}
		if b.Len() > maxSnippet {
			return
		}
		b.WriteString(" " + c.Name)
		if in := c.Install(); in != nil {
			b.WriteString(" " + in.Verb)
			for _, p := range in.Packages {
				b.WriteString(" " + withoutUser(p.Name))
			}
		}
	}
}

// withoutUser drops the user and password of an address.
func withoutUser(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	host, path, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = "..." + host[i:]
	}
	if q := strings.IndexByte(path, '?'); q >= 0 {
		path = path[:q] + "?..."
	}
	return scheme + "://" + strings.TrimSuffix(host+"/"+path, "/")
}

func cut(s string) string {
	if len(s) <= maxSnippet {
		return s
	}
	return strings.ToValidUTF8(s[:maxSnippet], "") + "..."
}
