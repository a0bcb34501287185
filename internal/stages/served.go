package stages

import (
	"path"
	"strings"
)

var fileServers = words("nginx httpd apache2 apachectl apache2ctl apache2-foreground lighttpd caddy")

// servedByOther: a project of Node's that only builds, and a server of the distribution's that serves the result.
func (n *node) servedByOther() bool {
	words := n.started()
	return len(n.builds) > 0 && len(words) > 0 && fileServers[path.Base(words[0])]
}

// planServed leaves Node behind: the final stage is the distribution with the server, and the folders into which the
// original puts what is built.
func (n *node) planServed() error {
	var made []string
	n.parts(func(p *command) {
		if w := strings.Fields(p.text); p.is("cp", "mv") && len(w) > 2 && p.from.in.Line >= n.builds[0].from.in.Line {
			made = append(made, join(p.from.dir, strings.TrimSuffix(w[len(w)-1], "*")))
		}
	})
	if len(made) == 0 {
		for _, o := range n.output {
			made = append(made, path.Join(n.dir, o))
		}
	}
	if len(made) == 0 {
		return refuse(nil, "which folder the build writes and the server serves could not be told")
	}
	if err := n.final(n.linkedOn()...); err != nil {
		return err
	}
	n.res.Language, n.language = "static", "static"
	b := n.stage("The builder makes the site's files.", n.from(), "builder")
	last := 0
	for i, o := range n.instructions {
		for _, p := range o.commands {
			if p.kind != clean && p.kind != account {
				last = i
			}
		}
	}
	for _, o := range n.instructions[:last+1] {
		switch o.in.Keyword {
		case "COPY", "ADD", "RUN":
			b.keep(o, n.text(o))
		case "WORKDIR", "ARG", "ENV", "SHELL":
			b.add(n.text(o))
		}
	}
	f := n.stage("The final stage serves them.", n.res.Final, "")
	w := n.finalWriter(f)
	w.install = func() {
		for _, m := range made {
			f.add("COPY --from=builder " + m + " " + m)
		}
	}
	w.drop = func(o *instruction) bool {
		return o.fromContext() && n.inProject(o) && o.in.Line < n.instructions[last].in.Line
	}
	w.runs = func(p *command) bool {
		return p.kind == account || p.kind == files && !p.is("cp", "mv") && p.from.in.Line > n.builds[0].from.in.Line
	}
	w.writeAsIs()
	return nil
}
