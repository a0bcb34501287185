package stages

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// site is a front end that is built once and then only served.
type site struct {
	dir  string // the folder that is served, in the project
	port int
	spa  bool // every path that is no file is the page itself
}

// staticSite reports whether what the image starts does nothing but serve the build's output; nil if it does more.
func (n *node) staticSite() *site {
	words := n.started()
	if len(n.builds) == 0 || len(words) == 0 {
		return nil
	}
	words = append([]string{path.Base(words[0])}, words[1:]...)
	s := &site{port: n.port()}
	if len(n.output) > 0 {
		s.dir = n.output[0]
	}
	usual := 0
	switch words[0] {
	case "serve":
		usual = 3000
		s.spa = hasWord(words, "-s", "--single")
		s.dir = served(words, s.dir)
	case "http-server":
		usual, s.dir = 8080, served(words, s.dir)
	case "vite":
		if len(words) < 2 || words[1] != "preview" {
			return nil
		}
		usual, s.spa = 4173, true
	case "astro":
		if len(words) < 2 || words[1] != "preview" {
			return nil
		}
		usual = 4321
	default:
		return nil
	}
	for i, w := range words {
		name, value, ok := strings.Cut(w, "=")
		if !ok && i+1 < len(words) {
			value = words[i+1]
		}
		if name == "-l" || name == "-p" || name == "--port" || name == "--listen" {
			if p, err := strconv.Atoi(value[strings.LastIndexByte(value, ':')+1:]); err == nil {
				usual = p
			}
		}
	}
	if s.port == 0 {
		s.port = usual
	}
	if s.dir == "" || n.dev && words[0] != "vite" && words[0] != "serve" && words[0] != "http-server" {
		return nil
	}
	return s
}

func hasWord(words []string, any ...string) bool {
	for _, w := range words {
		for _, a := range any {
			if w == a {
				return true
			}
		}
	}
	return false
}

// served is the folder that a file server is told to serve: its first argument that is no option's value.
func served(words []string, usual string) string {
	for i, w := range words[1:] {
		prev := words[i]
		if !strings.HasPrefix(w, "-") && (!strings.HasPrefix(prev, "-") || prev == "-s" || prev == "--single" ||
			prev == "-n" || prev == "-C" || prev == "--cors") {
			return w
		}
	}
	return usual
}

// planStatic serves the build's output with nginx, as somebody else than root, on the port that the original has.
func (n *node) planStatic(s *site) error {
	candidates := []string{"nginx:stable"}
	for _, h := range n.o.Held {
		if strings.HasPrefix(h, "nginx:") || strings.HasPrefix(h, "nginxinc/nginx-unprivileged:") {
			candidates = append(candidates, h)
		}
	}
	if err := n.final(candidates...); err != nil {
		return err
	}
	n.res.Language = "static"
	b := n.stage("The builder makes the site's files.", n.from(), "builder")
	n.installs(b, false)
	last := n.builds[len(n.builds)-1].from.in.Line
	for _, o := range n.instructions {
		switch {
		case o.fromContext() && !n.manifestCopy(o) && o.in.Line < last:
			b.keep(o, n.text(o))
		case o.in.Keyword == "RUN" && o.in.Line <= last:
			b.keep(o, n.rebuild(o, func(p *command) bool {
				return n.building(p) || p.kind == other || p.kind == files ||
					p.kind == compile
			}))
		}
	}
	f := n.stage("The final stage serves them.", n.res.Final, "")
	f.add(nginxConf(s), "COPY --from=builder "+join(n.dir, s.dir)+" /usr/share/nginx/html")
	for _, o := range n.instructions {
		if o.in.Keyword == "LABEL" {
			f.keep(o, n.text(o))
		}
	}
	user := "USER 10001"
	if n.o.KeepRoot || s.port < 1024 {
		user = ""
	} else {
		n.change("user", "nginx needs nothing of root here")
		n.res.Hardened = true
	}
	f.add(user, fmt.Sprintf("EXPOSE %d", s.port), `CMD ["nginx", "-g", "daemon off;"]`)
	n.change("command", "nginx serves the files")
	n.change("workdir", "nothing runs in it")
	n.change("headers", "another server answers")
	n.change("stop signal", "nginx has its own")
	for _, o := range n.instructions {
		for _, pair := range o.in.Pairs {
			if o.in.Keyword == "ENV" {
				n.change("env "+pair.Key, "a site's files read no environment")
			}
		}
	}
	return nil
}

// nginxConf writes a configuration that needs no root: a high port, every file of its own below /tmp.
func nginxConf(s *site) string {
	fallback := "=404"
	if s.spa {
		fallback = "/index.html"
	}
	lines := []string{
		"pid /tmp/nginx.pid;", "error_log /dev/stderr;", "events {}", "http {", "    include /etc/nginx/mime.types;",
		"    access_log /dev/stdout;",
		"    client_body_temp_path /tmp/client;", "    proxy_temp_path /tmp/proxy;",
		"    fastcgi_temp_path /tmp/fastcgi;", "    uwsgi_temp_path /tmp/uwsgi;", "    scgi_temp_path /tmp/scgi;",
		"    server {", fmt.Sprintf("        listen %d;",
			s.port), "        root /usr/share/nginx/html;", "        location / { try_files $uri $uri/index.html " +
			fallback + "; }", "    }", "}",
	}
	var b strings.Builder
	b.WriteString("RUN printf '%s\\n' \\\n")
	for _, l := range lines {
		b.WriteString("    '" + l + "' \\\n")
	}
	b.WriteString("    > /etc/nginx/nginx.conf")
	return b.String()
}
