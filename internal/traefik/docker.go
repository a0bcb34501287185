package traefik

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode"
)

// Container is what the docker provider sees of a container, or the swarm provider of a service.
type Container struct {
	Swarm   bool              // the swarm provider of version 3 sees it, and the docker provider does not
	Project string            // compose project, "" if there is none
	Service string            // compose service
	Name    string            // container name
	Labels  map[string]string // as the engine has them
	Ports   []string          // ports that the container exposes or publishes, "80" or "80/tcp"
	NoPort  bool              // it is known to expose no port at all
	// Hosts are the names, or names with ports, under which Traefik reaches it: for services that name it in a URL.
	Hosts []string
	// Opaque holds the keys of labels whose value is there when it runs but cannot be seen from here (a variable that compose
	// insists on).
	Opaque map[string]bool
}

// Verdict is what became of a container's labels.
type Verdict struct {
	Enabled  bool        // it takes part
	Excluded string      // why it does not: "disabled", "constraint", "label-error" ...
	Err      *LabelError // why Traefik dropped it, or nil
	Dropped  []Dropped   // routers that it declares and Traefik leaves out
	Explicit bool        // traefik.enable is among its labels
	Config   *Dynamic    // nil unless it takes part
}

// Dropped is a router that never comes to be.
type Dropped struct {
	Router string
	TCP    bool
	Reason string
}

// The providers' names in references. Version 2 reads a swarm by the docker provider, under its name.
const (
	dockerProvider = "docker"
	swarmProvider  = "swarm"
)

// Provider is the name by which references find what the container's labels declare.
func (c *Container) Provider() string {
	if c.Swarm {
		return swarmProvider
	}
	return dockerProvider
}

// readContainer turns a container's labels into configuration, as the docker provider does.
func readContainer(i int, c *Container, d *DockerProvider, v Version) Verdict {
	verdict := Verdict{Enabled: d.ExposedByDefault}
	prefixes := []string{"traefik.docker.", "traefik.enable"}
	if c.Swarm {
		prefixes = append(prefixes, "traefik.swarm.")
	}
	tree, lerr := labelTree(c.Labels, prefixes...)
	if lerr == nil && tree != nil {
		lerr = tree.check(enableSchema, v, false)
	}
	if lerr != nil {
		return Verdict{Excluded: "label-error", Err: lerr}
	}
	if e := tree.at("enable"); e != nil {
		verdict.Explicit = true
		verdict.Enabled, _ = strconv.ParseBool(e.value)
	}
	if !verdict.Enabled {
		verdict.Excluded = "disabled"
		return verdict
	}
	if d.Constraints != "" {
		ok, err := MatchConstraint(d.Constraints, c.Labels)
		if err != nil || !ok {
			verdict.Enabled, verdict.Excluded = false, "constraint"
			return verdict
		}
	}
	tree, lerr = labelTree(c.Labels, "traefik.http", "traefik.tcp", "traefik.udp", "traefik.tls.stores.default")
	if lerr == nil && tree != nil {
		lerr = tree.check(schema(), v, false)
	}
	if lerr != nil {
		verdict.Enabled, verdict.Excluded, verdict.Err = false, "label-error", lerr
		return verdict
	}
	if tree == nil {
		tree = &node{name: "traefik"}
	}
	verdict.Config = dynamicOf(tree, c.Provider(), Origin{Container: i})
	if err := verdict.complete(i, c, d); err != nil {
		verdict.Enabled, verdict.Excluded, verdict.Err, verdict.Config = false, "label-error", err, nil
		return verdict
	}
	verdict.Config.veil(c.Opaque)
	return verdict
}

// enableSchema is the little that Traefik reads apart from the routing.
var enableSchema = parseSchema(
	"enable bool\ndocker.network string\ndocker.lbswarm bool\ndocker.allownonrunning bool\nswarm.network string\nswarm.lbswarm bool\n",
)

// complete adds what labels leave to defaults: services, rules, the service of a router.
func (v *Verdict) complete(i int, c *Container, d *DockerProvider) *LabelError {
	cfg, name := v.Config, c.serviceName()
	add := func(m map[string]*Service) *LabelError {
		if len(m) == 0 {
			m[name] = &Service{
				Name:       name,
				Kind:       "loadbalancer",
				Containers: []int{i},
				Origin:     Origin{Container: i},
				settings:   "{}",
			}
		}
		for _, s := range m {
			if s.Kind != "loadbalancer" {
				return &LabelError{
					Kind: BadService,
					Key:  firstOf(s.Origin.Keys),
					Msg:  fmt.Sprintf("service %q: load-balancer is not defined", s.Name),
				}
			}
			if s.Port == "" && len(s.Servers) == 0 && c.NoPort {
				return &LabelError{
					Kind: PortMissing,
					Key:  firstOf(s.Origin.Keys),
					Msg:  fmt.Sprintf("service %q: port is missing", s.Name),
				}
			}
		}
		return nil
	}
	other := false
	if len(cfg.TCPRouters) > 0 || len(cfg.TCPServices) > 0 {
		other = true
		if err := add(cfg.TCPServices); err != nil {
			return err
		}
		v.link(cfg.TCPRouters, cfg.TCPServices, true, noRule)
	}
	if len(cfg.UDPRouters) > 0 || len(cfg.UDPServices) > 0 {
		other = true
		if err := add(cfg.UDPServices); err != nil {
			return err
		}
		v.link(cfg.UDPRouters, cfg.UDPServices, false, nil)
	}
	if other && len(cfg.Routers) == 0 && len(cfg.Middlewares) == 0 && len(cfg.Services) == 0 {
		return nil
	}
	if err := add(cfg.Services); err != nil {
		return err
	}
	if len(cfg.Routers) == 0 && len(cfg.Services) == 1 {
		cfg.Routers[name] = &Router{Name: name, Provider: c.Provider(), Auto: true, Origin: Origin{Container: i}}
	}
	v.link(cfg.Routers, cfg.Services, false, func() (string, error) { return c.defaultRule(d.DefaultRule) })
	return nil
}

func firstOf(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// noRule is the rule of a TCP router that has none: there is no default one.
func noRule() (string, error) { return "", nil }

// link gives routers their rule and service, or drops them. rule is nil for UDP, which knows no rules.
func (v *Verdict) link(
	routers map[string]*Router,
	services map[string]*Service,
	tcp bool,
	rule func() (string, error),
) {
	drop := func(name, reason string) {
		v.Dropped = append(v.Dropped, Dropped{Router: name, TCP: tcp, Reason: reason})
		delete(routers, name)
	}
	for name, r := range routers {
		if r.Rule == "" && rule != nil {
			text, err := rule()
			switch {
			case errors.Is(err, ErrTemplate):
				r.DefaultRule = true
			case err != nil || text == "":
				reason := "the default rule gives nothing for it"
				if tcp {
					reason = "it has no rule"
				}
				drop(name, reason)
				continue
			default:
				r.Rule, r.DefaultRule = text, true
			}
		}
		if r.Service != "" {
			continue
		}
		if len(services) > 1 {
			drop(name, "its container has several services and it names none of them")
			continue
		}
		for s := range services {
			r.Service = s
		}
	}
}

// serviceName is the name that Traefik makes for a container.
func (c *Container) serviceName() string {
	if c.Project != "" && c.Service != "" {
		return Normalize(c.Service + "_" + c.Project)
	}
	return Normalize(c.Name)
}

// Normalize joins the letters and digits of a name by dashes, as the default rule's function of that name does.
func Normalize(name string) string {
	return strings.Join(
		strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }),
		"-",
	)
}

// ErrTemplate means that a default rule uses more of the template language than is run here.
var ErrTemplate = errors.New("the default rule's template cannot be worked out here")

// maxRendered bounds what a template may write.
const maxRendered = 4 << 10

type boundedText struct{ strings.Builder }

func (b *boundedText) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxRendered {
		return 0, ErrTemplate
	}
	return b.Builder.Write(p)
}

// ruleFuncs are the functions that default rules use; each costs no more than its arguments. Others are ErrTemplate.
var ruleFuncs = template.FuncMap{
	"normalize": Normalize, "lower": strings.ToLower, "upper": strings.ToUpper, "trim": strings.TrimSpace,
	"trimPrefix": func(p, s string) string { return strings.TrimPrefix(s, p) },
	"trimSuffix": func(p, s string) string { return strings.TrimSuffix(s, p) },
	"trimAll":    func(cut, s string) string { return strings.Trim(s, cut) },
	"contains":   func(sub, s string) bool { return strings.Contains(s, sub) },
	"hasPrefix":  func(p, s string) bool { return strings.HasPrefix(s, p) },
	"hasSuffix":  func(p, s string) bool { return strings.HasSuffix(s, p) },
	"default": func(def string, given ...string) string {
		if len(given) == 0 || given[0] == "" {
			return def
		}
		return given[0]
	},
	"replace": func(old, new, s string) (string, error) {
		if old == "" || len(new) > 64 {
			return "", ErrTemplate
		}
		return strings.ReplaceAll(s, old, new), nil
	},
	"splitList": func(sep, s string) []string { return strings.Split(s, sep) },
	// Go's own printf takes widths, by which a short text makes a huge one.
	"printf": func(format string, args ...any) (string, error) {
		if strings.ContainsAny(format, "0123456789*") {
			return "", ErrTemplate
		}
		return fmt.Sprintf(format, args...), nil
	},
	"first": func(l []string) string {
		if len(l) == 0 {
			return ""
		}
		return l[0]
	},
}

func (c *Container) defaultRule(text string) (string, error) {
	if len(text) > maxRendered {
		return "", ErrTemplate
	}
	t, err := template.New("defaultRule").Funcs(ruleFuncs).Parse(text)
	if err != nil || t.Tree == nil || !plain(t.Root) {
		return "", ErrTemplate
	}
	var out boundedText
	err = t.Execute(&out, struct {
		Name, ContainerName string
		Labels              map[string]string
	}{c.serviceName(), strings.TrimPrefix(c.Name, "/"), c.Labels})
	if err != nil {
		return "", ErrTemplate
	}
	return out.String(), nil
}

// plain reports whether a template has no loop and calls no other template, so that running it ends soon.
func plain(n parse.Node) bool {
	switch x := n.(type) {
	case nil:
		return true
	case *parse.ListNode:
		if x == nil {
			return true
		}
		for _, c := range x.Nodes {
			if !plain(c) {
				return false
			}
		}
		return true
	case *parse.IfNode:
		return plain(x.List) && plain(x.ElseList)
	case *parse.WithNode:
		return plain(x.List) && plain(x.ElseList)
	case *parse.TextNode, *parse.ActionNode, *parse.CommentNode:
		return true
	}
	return false
}

// MatchConstraint evaluates a provider's constraints: Label(`key`, `value`) and LabelRegex(`key`, `expression`), joined by &&,
// || and !.
func MatchConstraint(text string, labels map[string]string) (bool, error) {
	if len(text) > maxRule {
		return false, errors.New("the constraint is too long")
	}
	e, err := parser.ParseExpr(text)
	if err != nil {
		return false, errors.New("not a constraint")
	}
	return constraint(e, labels, 0)
}

func constraint(e ast.Expr, labels map[string]string, depth int) (bool, error) {
	if depth > maxRuleDepth {
		return false, errors.New("the constraint is nested too deeply")
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return constraint(x.X, labels, depth+1)
	case *ast.UnaryExpr:
		v, err := constraint(x.X, labels, depth+1)
		if x.Op != token.NOT {
			err = errors.New("not a constraint")
		}
		return !v, err
	case *ast.BinaryExpr:
		l, err := constraint(x.X, labels, depth+1)
		if err != nil {
			return false, err
		}
		r, err := constraint(x.Y, labels, depth+1)
		if err != nil {
			return false, err
		}
		switch x.Op {
		case token.LAND:
			return l && r, nil
		case token.LOR:
			return l || r, nil
		}
	case *ast.CallExpr:
		id, ok := x.Fun.(*ast.Ident)
		if !ok || len(x.Args) != 2 {
			break
		}
		var args [2]string
		for i, a := range x.Args {
			lit, ok := a.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return false, errors.New("not a constraint")
			}
			args[i], _ = strconv.Unquote(lit.Value)
		}
		switch id.Name {
		case "Label":
			return labels[args[0]] == args[1], nil
		case "LabelRegex":
			re, err := regexp.Compile(args[1])
			return err == nil && re.MatchString(labels[args[0]]), nil
		}
	}
	return false, errors.New("not a constraint")
}
