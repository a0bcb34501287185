package stack

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/docker/go-connections/nat"
	"github.com/mattn/go-shellwords"

	"github.com/drydock/drydock/internal/clierr"
)

// maxPorts bounds what ranges of ports may become in one project.
const maxPorts = 100_000

// decoder turns the merged tree of one project into services.
type decoder struct {
	host  *hostReader
	stack *Stack
	top   *node // the whole project
	env   lookup
	ports int
}

// refuse notes something that Docker Compose refuses; the rest is read on.
func (d *decoder) refuse(n *node, hint, format string, args ...any) {
	d.host.problem(clierr.Input(n.loc.Path, format, args...).At(n.loc.Line, n.loc.Column).WithHint("%s", hint))
}

func (d *decoder) service(e entry) Service {
	n := e.val
	s := Service{
		Name:        e.name,
		Stack:       d.stack.Name,
		Location:    e.loc,
		Image:       n.get("image").value(),
		NetworkMode: n.get("network_mode").value(),
		User:        n.get("user").value(),
		WorkingDir:  n.get("working_dir").value(),
		Privileged:  n.get("privileged").isTrue(),
		Extends:     n.get(extendedMark) != nil,
	}
	for name, count := range map[string]*node{"scale": n.get("scale"), "deploy.replicas": n.get("deploy").get("replicas")} {
		if count != nil && count.value() == "0" && len(count.unset) == 0 {
			s.Off = name + ": 0"
		}
	}
	if img := n.get("image"); img != nil {
		s.ImageLocation, s.ImageUnset = img.loc, img.unset
	}
	if b := n.get("build"); b != nil && b.kind != nullKind {
		s.Build, s.BuildLocation = d.build(b), b.loc
	}
	if m := n.get(unreadMark); m != nil {
		s.Unread = append(s.Unread, m.text)
	}
	if mode := n.get("network_mode"); len(unsetOf(mode)) > 0 {
		why := fmt.Sprintf("its network, %s, depends on %s, which has no value: %s", mode.raw, variables(mode.unset), giveValue(mode.unset))
		s.Unread = append(s.Unread, why)
		d.host.unread(mode.loc, mode.raw, "service %q: %s", s.Name, why)
	}
	s.Rights = d.rights(n)
	s.Labels = d.labels(&s, n)
	s.DeployLabels = asLabels(d.pairs("deploy.labels", n.get("deploy").get("labels")))
	s.Command, s.CommandUnset = d.command(n.get("command"))
	var unset []string
	s.Entrypoint, unset = d.command(n.get("entrypoint"))
	s.CommandUnset = append(s.CommandUnset, unset...)
	s.CommandOpen = append(openWords(n.get("command")), openWords(n.get("entrypoint"))...)
	d.environment(&s, n)
	for _, p := range d.list("ports", n.get("ports")) {
		ports := d.port(p)
		if len(ports) == 0 {
			s.Unread = append(s.Unread, fmt.Sprintf("a port that it publishes could not be read (line %d)", p.loc.Line))
		}
		s.Ports = append(s.Ports, ports...)
	}
	s.Ports = lastOf(s.Ports, func(p Port) string {
		if p.Target == 0 {
			return p.Location.String()
		}
		return p.HostIP + " " + p.Published + " " + strconv.Itoa(int(p.Target)) + "/" + p.Protocol
	})
	s.Expose = texts(d.list("expose", n.get("expose")))
	s.Networks, s.Aliases = d.networks(n, s.NetworkMode), d.aliases(n)
	if name := n.get("container_name").value(); name != "" {
		s.Aliases = append(s.Aliases, name)
	}
	s.Configs = append(d.configs(n, "configs", "/"), d.configs(n, "secrets", "/run/secrets")...)
	for _, v := range d.list("volumes", n.get("volumes")) {
		if m, ok := d.mount(v); ok {
			s.Volumes = append(s.Volumes, m)
		}
	}
	s.Volumes = lastOf(s.Volumes, func(m Mount) string { return m.Target })
	s.DependsOn = names(n.get("depends_on"))
	for _, e := range keysOf(n.get("depends_on")) {
		if e.val.get("condition").value() == "service_completed_successfully" {
			s.AwaitsEnd = append(s.AwaitsEnd, e.name)
		}
	}
	s.Profiles = texts(d.list("profiles", n.get("profiles")))
	if h := n.entry("healthcheck"); h != nil && h.val.kind == mapKind {
		s.Healthcheck = d.healthcheck(h)
	}
	return s
}

// lastOf keeps one value for each key, the last, at the place of the first.
func lastOf[T any](list []T, key func(T) string) []T {
	at := make(map[string]int, len(list))
	out := list[:0:0]
	for _, v := range list {
		k := key(v)
		if i, ok := at[k]; ok {
			out[i] = v
			continue
		}
		at[k] = len(out)
		out = append(out, v)
	}
	return out
}

// list is the items of a list, or of a lone value.
func (d *decoder) list(what string, n *node) []*node {
	if n == nil || n.kind == nullKind {
		return nil
	}
	if n.kind == mapKind {
		d.refuse(n, "Write each item on a line of its own, after a dash.", "`%s` must be a list, this is a mapping", what)
		return nil
	}
	return asSequence(n).items
}

func texts(items []*node) []string {
	var out []string
	for _, it := range items {
		if it.kind == scalarKind && !slices.Contains(out, it.text) {
			out = append(out, it.text)
		}
	}
	return out
}

// names is the keys of a mapping, or the items of a list.
func names(n *node) []string {
	if n == nil || n.kind == nullKind {
		return nil
	}
	var out []string
	for _, e := range asMapping(n).keys {
		if e.name != "" { // a variable without a value
			out = append(out, e.name)
		}
	}
	return out
}

// command splits a command line as Compose does.
func (d *decoder) command(n *node) (words, unset []string) {
	if n == nil || n.kind == nullKind {
		return nil, nil
	}
	if n.kind != scalarKind {
		for _, it := range d.list("command", n) {
			words = append(words, it.text)
			unset = append(unset, it.unset...)
		}
		return words, unset
	}
	words, err := shellwords.Parse(n.text)
	if err != nil {
		d.refuse(n, "Write the command as a list.", "the command line cannot be split into words")
		words = strings.Fields(n.text)
	}
	return words, n.unset
}

// openWords are the words of a command in which a variable without a value stands, as written.
func openWords(n *node) []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, it := range asSequence(n).items {
		for _, word := range strings.Fields(it.raw) {
			if slices.ContainsFunc(it.unset, func(name string) bool {
				return strings.Contains(word, "$"+name) || strings.Contains(word, "{"+name)
			}) {
				out = append(out, word)
			}
		}
	}
	return out
}

func (d *decoder) build(n *node) *Build {
	if n.kind == listKind {
		d.refuse(n, "Write `build: ./folder`, or a mapping with `context:`.", "`build` must be a path or a mapping")
		return nil
	}
	n = buildMapping(n)
	ctx, file := n.get("context"), n.get("dockerfile")
	b := &Build{Target: n.get("target").value(), Inline: n.get("dockerfile_inline").value()}
	if args := n.get("args"); args != nil {
		b.Args = map[string]*string{}
		for _, p := range d.pairs("build.args", args) {
			b.Args[p.key] = nil
			if p.has {
				b.Args[p.key] = &p.value
			}
		}
	}
	if contexts := n.get("additional_contexts"); contexts != nil {
		for _, p := range d.pairs("build.additional_contexts", contexts) {
			b.Contexts = append(b.Contexts, p.key)
		}
	}
	b.Inputs = d.buildInputs(n)
	b.Labels = asLabels(d.pairs("build.labels", n.get("labels")))
	for i := range b.Labels {
		b.Labels[i].Shared = true // of every container of the image
	}
	if b.Unset = append(slices.Clone(unsetOf(ctx)), unsetOf(file)...); len(b.Unset) > 0 {
		return b
	}
	context := ctx.value()
	if context == "" {
		context = "."
	}
	if remote(context) || strings.Contains(context, "://") {
		b.Remote, b.Context = true, redactURL(context)
		return b
	}
	base := n.unit.home
	if ctx != nil {
		base = ctx.unit.base
	}
	b.Context = resolve(base, context)
	if b.Inline == "" {
		b.Dockerfile = filepath.Join(b.Context, "Dockerfile")
		if f := file.value(); f != "" {
			b.Dockerfile = resolve(b.Context, f)
		}
	}
	return b
}

func unsetOf(n *node) []string {
	if n == nil {
		return nil
	}
	return n.unset
}

// networks is the keys of the networks that a service joins, in file order.
func (d *decoder) networks(n *node, mode string) []string {
	if mode != "" || n.get("provider") != nil {
		return nil
	}
	if list := names(n.get("networks")); len(list) > 0 {
		return list
	}
	return []string{"default"}
}

func (d *decoder) port(n *node) []Port {
	if n.kind == mapKind {
		p := Port{
			HostIP:    n.get("host_ip").value(),
			Published: n.get("published").value(),
			Protocol:  strings.ToLower(n.get("protocol").value()),
			Mode:      n.get("mode").value(),
			Location:  n.loc,
		}
		for _, e := range n.keys {
			p.Unset = append(p.Unset, e.val.unset...)
		}
		target, err := strconv.ParseUint(n.get("target").value(), 10, 16)
		if err != nil && len(unsetOf(n.get("target"))) == 0 {
			d.refuse(n, "Give the container's port: `target: 80`.", "a port without a target")
			return nil
		}
		p.Target = uint32(target)
		if p.Protocol == "" {
			p.Protocol = "tcp"
		}
		if p.Mode == "" {
			p.Mode = "ingress"
		}
		return []Port{p}
	}
	mappings, err := nat.ParsePortSpec(n.text)
	if err != nil {
		if len(n.unset) > 0 {
			return []Port{{Protocol: "tcp", Mode: "ingress", Unset: n.unset, Location: n.loc}}
		}
		d.refuse(n, "Write \"8080:80\", in quotes.", "a port that cannot be read: %q", n.text)
		return nil
	}
	if d.ports += len(mappings); d.ports > maxPorts {
		return nil
	}
	ports := make([]Port, 0, len(mappings))
	for _, m := range mappings {
		ports = append(ports, Port{
			HostIP: m.Binding.HostIP, Published: m.Binding.HostPort,
			Target: uint32(m.Port.Int()), Protocol: m.Port.Proto(),
			Mode: "ingress", Unset: n.unset, Location: n.loc,
		})
	}
	return ports
}

func (d *decoder) mount(n *node) (Mount, bool) {
	m := Mount{Location: n.loc}
	if n.kind == mapKind {
		m.Type, m.Source, m.Target = n.get("type").value(), n.get("source").value(), n.get("target").value()
		m.ReadOnly = n.get("read_only").isTrue()
		m.Propagation = n.get("bind").get("propagation").value()
		for _, e := range n.keys {
			m.Unset = append(m.Unset, e.val.unset...)
		}
	} else {
		v, err := format.ParseVolume(n.text)
		switch {
		case err == nil:
			m.Type, m.Source, m.Target, m.ReadOnly = v.Type, v.Source, v.Target, v.ReadOnly
			if v.Bind != nil {
				m.Propagation = v.Bind.Propagation
			}
		case len(n.unset) > 0:
			if _, rest, ok := strings.Cut(n.text, ":"); ok {
				m.Target, _, _ = strings.Cut(rest, ":")
			}
		default:
			d.refuse(n, "Write `source:/target`.", "a volume that cannot be read")
			return m, false
		}
		m.Unset = n.unset
	}
	if m.Type == "bind" && m.Source != "" {
		m.Source = resolve(n.unit.base, m.Source)
	}
	if m.Target != "" {
		m.Target = filepath.ToSlash(filepath.Clean(m.Target))
	}
	return m, true
}

func (d *decoder) healthcheck(e *entry) *Healthcheck {
	h := &Healthcheck{Location: e.loc, Disabled: e.val.get("disable").isTrue()}
	switch t := e.val.get("test"); {
	case t == nil || t.kind == nullKind:
	case t.kind == scalarKind:
		h.Test = []string{"CMD-SHELL", t.text}
	default:
		for _, it := range d.list("healthcheck.test", t) {
			h.Test = append(h.Test, it.text)
		}
	}
	if len(h.Test) > 0 && h.Test[0] == "NONE" {
		h.Disabled = true
	}
	return h
}

// network reads one network of the project, n being nil where the file says nothing of it.
func (d *decoder) network(key string, n *node) Network {
	net := Network{Key: key, Name: d.stack.Name + "_" + key}
	if n == nil || n.kind != mapKind {
		return net
	}
	net.Location = n.loc
	net.Internal = n.get("internal").isTrue()
	net.Driver = n.get("driver").value()
	for _, c := range d.list("ipam.config", n.get("ipam").get("config")) {
		net.Subnets = append(net.Subnets, Subnet{Range: c.get("subnet").value(), Gateway: c.get("gateway").value()})
	}
	switch ext := n.get("external"); {
	case ext.isTrue():
		net.External, net.Name = true, key
	case ext != nil && ext.kind == mapKind: // the form of Compose's version 2
		net.External, net.Name = true, key
		if name := ext.get("name").value(); name != "" {
			net.Name = name
		}
	}
	if name := n.get("name"); name != nil && name.kind == scalarKind {
		net.Unset = name.unset
		if name.text != "" {
			net.Name = name.text
		}
	}
	return net
}
