package stack

import (
	"slices"
	"strings"
)

// BuildInputs are the parts of a build that only whoever runs it needs.
type BuildInputs struct {
	Secrets   []BuildSecret
	Contexts  []BuildContext // Build.Contexts with their values
	Platforms []string
	Network   string
	Hosts     []string // "name:address"
	SSH       []string // "default", "id=path"
	ShmSize   string
	ArgsUnset []string // arguments whose value depends on a variable that has none, or on the one of two commands
	// Beyond names what the build asks for and is not read here: whoever builds without it makes another image.
	Beyond []string
}

// BuildSecret is a secret that a build mounts. Its value is read by the builder alone.
type BuildSecret struct {
	ID   string
	File string // file that holds it; can be opened as it is
	Env  string // variable that holds it, where no file does
}

// BuildContext is a further context of a build: a folder that can be opened, or a reference with a scheme.
type BuildContext struct{ Name, Value string }

// beyondKeys are settings of a build that change its image and are passed to no builder.
var beyondKeys = words(`entitlements isolation privileged ulimits`)

// buildInputs reads them from the mapping of `build:`.
func (d *decoder) buildInputs(n *node) BuildInputs {
	in := BuildInputs{Network: n.get("network").value(), ShmSize: n.get("shm_size").value()}
	for _, p := range d.pairsQuietly(n.get("args")) {
		if len(p.unset) > 0 {
			in.ArgsUnset = append(in.ArgsUnset, p.key)
		}
	}
	for _, p := range d.pairsQuietly(n.get("additional_contexts")) {
		value := p.value
		switch {
		case strings.HasPrefix(value, "service:") || strings.HasPrefix(value, "target:") || len(p.unset) > 0:
			in.Beyond = append(in.Beyond, "additional_contexts."+p.key)
			continue
		case !remote(value) && !strings.Contains(value, "://"):
			value = resolve(n.unit.base, value)
		}
		in.Contexts = append(in.Contexts, BuildContext{p.key, value})
	}
	in.Platforms = listed(n.get("platforms"))
	in.Hosts = joinedPairs(n.get("extra_hosts"), ":")
	in.SSH = joinedPairs(n.get("ssh"), "=")
	for _, key := range beyondKeys {
		if v := n.get(key); v != nil && v.kind != nullKind && v.text != "false" {
			in.Beyond = append(in.Beyond, key)
		}
	}
	for _, it := range items(n.get("secrets")) {
		in.secret(d, it)
	}
	return in
}

// secret adds one of build.secrets, with what the top level says of it.
func (in *BuildInputs) secret(d *decoder, it *node) {
	name, target := it.value(), ""
	if it.kind == mapKind {
		name, target = it.get("source").value(), it.get("target").value()
	}
	s := BuildSecret{ID: target}
	if s.ID == "" {
		s.ID = name
	}
	def := d.top.get("secrets").get(name)
	switch file, env := def.get("file"), def.get("environment"); {
	case file != nil && len(file.unset) == 0 && file.value() != "" && file.unit != nil:
		s.File = resolve(file.unit.base, file.value())
	case env != nil && len(env.unset) == 0 && env.value() != "":
		s.Env = env.value()
	default:
		in.Beyond = append(in.Beyond, "secrets."+name)
		return
	}
	in.Secrets = append(in.Secrets, s)
}

// pairsQuietly reads pairs of which another reader has already told what is wrong with them.
func (d *decoder) pairsQuietly(n *node) []pair {
	if n == nil || n.kind != mapKind && n.kind != listKind && len(n.parts) == 0 {
		return nil
	}
	told := len(d.host.host.Problems)
	out := d.pairs("", n)
	d.host.host.Problems = d.host.host.Problems[:told]
	return out
}

func items(n *node) []*node {
	if n == nil || n.kind != listKind {
		return nil
	}
	return n.items
}

func listed(n *node) []string { return texts(items(n)) }

// joinedPairs are the items of a list, or the entries of a mapping as items.
func joinedPairs(n *node, sign string) []string {
	out := listed(n)
	if n != nil && n.kind == mapKind {
		for _, e := range n.keys {
			out = append(out, strings.TrimSuffix(e.name+sign+e.val.text, sign))
		}
	}
	return out
}

// option reads an option of a build command that says neither what is built nor its name.
func (c *buildCommand) option(name, value string) {
	key, rest, has := strings.Cut(value, "=")
	switch name {
	case "--build-arg":
		c.buildArg(key, rest, has)
	case "--build-context":
		c.contexts = append(c.contexts, key)
		c.inputs.Contexts = append(c.inputs.Contexts, BuildContext{key, rest})
	case "--secret":
		c.secret(value)
	case "--platform":
		for p := range strings.SplitSeq(value, ",") {
			c.inputs.Platforms = append(c.inputs.Platforms, strings.TrimSpace(p))
		}
	case "--network":
		c.inputs.Network = value
	case "--add-host":
		c.inputs.Hosts = append(c.inputs.Hosts, value)
	case "--ssh":
		c.inputs.SSH = append(c.inputs.SSH, value)
	case "--shm-size":
		c.inputs.ShmSize = value
	case "--label", "--annotation", "--ulimit", "--isolation", "--security-opt", "--allow", "--arch", "--os",
		"--variant":
		c.inputs.Beyond = append(c.inputs.Beyond, name)
	}
}

func (c *buildCommand) buildArg(key, value string, has bool) {
	if strings.Contains(key, unknownPart) || key == "" {
		c.inputs.Beyond = append(c.inputs.Beyond, "--build-arg")
		return
	}
	if c.args == nil {
		c.args = map[string]*string{}
	}
	switch {
	case strings.Contains(value, unknownPart):
		c.inputs.ArgsUnset = append(c.inputs.ArgsUnset, key)
	case has:
		c.args[key] = &value
	default:
		c.args[key] = nil
	}
}

// secret reads "id=name,src=file" or "id=name,env=VARIABLE"; without either the variable of that name, else the file.
func (c *buildCommand) secret(spec string) {
	s := BuildSecret{}
	for part := range strings.SplitSeq(spec, ",") {
		switch key, value, _ := strings.Cut(part, "="); key {
		case "id":
			s.ID = value
		case "src", "source":
			s.File = value
		case "env":
			s.Env = value
		}
	}
	if s.ID == "" || s.File == "" && s.Env == "" || strings.Contains(s.ID+s.File+s.Env, unknownPart) {
		c.inputs.Beyond = append(c.inputs.Beyond, "--secret")
		return
	}
	c.inputs.Secrets = append(c.inputs.Secrets, s)
}

// below is the inputs of a command that runs in a folder, so that paths can be opened.
func (in BuildInputs) below(dir string) BuildInputs {
	in.Secrets = slices.Clone(in.Secrets)
	for i := range in.Secrets {
		if in.Secrets[i].File != "" {
			in.Secrets[i].File = resolve(dir, in.Secrets[i].File)
		}
	}
	in.Contexts = slices.Clone(in.Contexts)
	for i, c := range in.Contexts {
		switch {
		case strings.Contains(c.Value, unknownPart):
			in.Beyond = append(slices.Clone(in.Beyond), "--build-context")
		case !remote(c.Value) && !strings.Contains(c.Value, "://"):
			in.Contexts[i].Value = resolve(dir, c.Value)
		}
	}
	return in
}
