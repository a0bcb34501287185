package stack

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/drydock/drydock/internal/finding"
)

// The labels by which Compose remembers what a container came from.
const (
	labelProject    = "com.docker.compose.project"
	labelService    = "com.docker.compose.service"
	labelOneOff     = "com.docker.compose.oneoff"
	labelFiles      = "com.docker.compose.project.config_files"
	labelWorkingDir = "com.docker.compose.project.working_dir"
	labelSwarmStack = "com.docker.stack.namespace"
)

// Standalone is the name of the stack that holds a live host's containers of no compose project.
const Standalone = "standalone"

const (
	maxContainers = 5000
	inspectAtOnce = 8
)

// FromEngine reads what runs on an engine now: every running container is a service, with the labels, the image, the
// command, the networks and the ports that it really has. Where a container came from a compose file that can be read
// on this machine, the locations are those of the file; where file and container differ, the container counts and a
// warning tells. Only opts.Env, opts.Root, opts.Images and opts.Engine are heeded.
func FromEngine(ctx context.Context, opts Options) (*Host, error) {
	engine := opts.Engine
	if engine == nil {
		engine = &dockerapi.Shared{}
		defer engine.Close()
	}
	cli, err := engine.Client(ctx)
	if err != nil {
		return nil, err
	}
	l := &liveReader{cli: cli, from: cli.DaemonHost()}
	if err := l.inspect(ctx); err != nil {
		return nil, err
	}
	return l.host(ctx, opts)
}

type liveReader struct {
	cli        *client.Client
	from       string // the engine's address, for errors
	containers []container.InspectResponse
	networks   map[string]network.Summary // by name
	problems   []Problem
}

func (l *liveReader) fail(what string, err error) *clierr.Error {
	e := clierr.Input(l.from, "%s", what)
	e.Err = err
	return e.WithHint("Check the engine with `docker ps`.")
}

// inspect asks the engine for its running containers and its networks.
func (l *liveReader) inspect(ctx context.Context) error {
	list, err := l.cli.ContainerList(ctx, client.ContainerListOptions{Limit: maxContainers})
	if err != nil {
		return l.fail("the engine does not list its containers", err)
	}
	l.containers = make([]container.InspectResponse, len(list.Items))
	problems := make([]error, len(list.Items))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(inspectAtOnce)
	for i, c := range list.Items {
		g.Go(func() error {
			got, err := l.cli.ContainerInspect(gctx, c.ID, client.ContainerInspectOptions{})
			l.containers[i], problems[i] = got.Container, err
			return gctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, err := range problems {
		if err != nil && !errdefs.IsNotFound(err) { // one that is not found ended between the two questions
			e := l.fail("the container "+shortID(list.Items[i].ID)+" cannot be inspected", err)
			l.problems = append(l.problems, Problem{Path: l.from, Err: e})
		}
	}
	l.containers = slices.DeleteFunc(
		l.containers,
		func(c container.InspectResponse) bool { return c.ID == "" || c.Config == nil },
	)
	slices.SortFunc(l.containers, func(a, b container.InspectResponse) int { return strings.Compare(a.Name, b.Name) })

	l.networks = map[string]network.Summary{}
	nets, err := l.cli.NetworkList(ctx, client.NetworkListOptions{})
	if err != nil {
		l.problems = append(
			l.problems,
			Problem{Path: l.from, Err: l.fail("the engine does not list its networks", err)},
		)
		return ctx.Err()
	}
	for _, n := range nets.Items {
		l.networks[n.Name] = n
	}
	return nil
}

func shortID(id string) string { return id[:min(12, len(id))] }

// subnetsOf are the ranges that the engine gave a network.
func subnetsOf(n network.Summary) []Subnet {
	var out []Subnet
	for _, c := range n.IPAM.Config {
		s := Subnet{Range: c.Subnet.String()}
		if c.Gateway.IsValid() {
			s.Gateway = c.Gateway.String()
		}
		out = append(out, s)
	}
	return out
}

// host sorts the containers into stacks and finds the files they came from.
func (l *liveReader) host(ctx context.Context, opts Options) (*Host, error) {
	byStack := map[string][]container.InspectResponse{}
	for _, c := range l.containers {
		name := stackOf(c)
		byStack[name] = append(byStack[name], c)
	}
	projects := map[string]Project{}
	for name, cs := range byStack {
		if p, ok := projectOf(name, cs[0]); ok {
			projects[name] = p
		}
	}
	h := newHostReader(opts, slices.Collect(maps.Values(projects)))
	h.host.Live, h.host.Problems = true, l.problems
	for _, name := range slices.Sorted(maps.Keys(byStack)) {
		s := Stack{Name: name, Networks: map[string]Network{}}
		for _, c := range byStack[name] {
			l.add(&s, c)
		}
		if p, ok := projects[name]; ok {
			h.placeStack(ctx, &s, p)
		}
		h.host.Stacks = append(h.host.Stacks, s)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	newJoiner(h).all(h.host.Stacks)
	return h.host, nil
}

func stackOf(c container.InspectResponse) string {
	for _, key := range []string{labelProject, labelSwarmStack} {
		if name := c.Config.Labels[key]; name != "" {
			return name
		}
	}
	return Standalone
}

// projectOf is the compose project of a container, where Compose says which files it was.
func projectOf(name string, c container.InspectResponse) (Project, bool) {
	files := c.Config.Labels[labelFiles]
	if files == "" {
		return Project{}, false
	}
	p := Project{Name: name, Dir: c.Config.Labels[labelWorkingDir]}
	for _, f := range strings.Split(files, ",") {
		if !filepath.IsAbs(f) {
			f = filepath.Join(p.Dir, f)
		}
		p.Files = append(p.Files, f)
	}
	return p, true
}

// add makes a service of a container. A second container of a service adds only its ports.
func (l *liveReader) add(s *Stack, c container.InspectResponse) {
	svc := l.service(s, c)
	for i := range s.Services {
		if s.Services[i].Name == svc.Name {
			s.Services[i].Ports = sortedPorts(append(s.Services[i].Ports, svc.Ports...))
			return
		}
	}
	s.Services = append(s.Services, svc)
}

func (l *liveReader) service(s *Stack, c container.InspectResponse) Service {
	svc := Service{
		Name:        strings.TrimPrefix(c.Name, "/"),
		Stack:       s.Name,
		Image:       c.Config.Image,
		Command:     c.Config.Cmd,
		Entrypoint:  c.Config.Entrypoint,
		User:        c.Config.User,
		ContainerID: c.ID,
	}
	if name := c.Config.Labels[labelService]; name != "" && !strings.EqualFold(c.Config.Labels[labelOneOff], "true") {
		svc.Name = name
	}
	for _, k := range slices.Sorted(maps.Keys(c.Config.Labels)) {
		v := c.Config.Labels[k]
		svc.Labels = append(svc.Labels, Label{Key: k, Value: v, RawKey: k, RawValue: v})
	}
	for _, e := range c.Config.Env {
		name, value, ok := strings.Cut(e, "=")
		svc.Environment = append(svc.Environment, EnvVar{Name: name, Value: value, Known: ok})
	}
	for p := range c.Config.ExposedPorts {
		svc.Expose = append(svc.Expose, p.String())
	}
	slices.Sort(svc.Expose)
	if hc := c.HostConfig; hc != nil {
		svc.Privileged = hc.Privileged
		svc.Rights = liveRights(&c)
		svc.NetworkMode = l.networkMode(string(hc.NetworkMode))
	}
	if ns := c.NetworkSettings; ns != nil {
		svc.Ports = livePorts(ns.Ports)
		if svc.NetworkMode == "" {
			for name, ep := range ns.Networks {
				svc.Networks = append(svc.Networks, name)
				if ep != nil {
					svc.Aliases = append(svc.Aliases, ep.Aliases...)
				}
				s.Networks[name] = Network{
					Key:      name,
					Name:     name,
					Internal: l.networks[name].Internal,
					Driver:   l.networks[name].Driver,
					Subnets:  subnetsOf(l.networks[name]),
				}
			}
			slices.Sort(svc.Networks)
			svc.Aliases = append(svc.Aliases, strings.TrimPrefix(c.Name, "/"))
			slices.Sort(svc.Aliases)
			svc.Aliases = slices.Compact(svc.Aliases)
		}
	}
	for _, m := range c.Mounts {
		source := m.Source
		if m.Type == "volume" {
			source = m.Name
		}
		svc.Volumes = append(
			svc.Volumes,
			Mount{Type: string(m.Type), Source: source, Target: m.Destination, ReadOnly: !m.RW},
		)
	}
	slices.SortFunc(svc.Volumes, func(a, b Mount) int { return strings.Compare(a.Target, b.Target) })
	if h := c.Config.Healthcheck; h != nil {
		svc.Healthcheck = &Healthcheck{Test: h.Test, Disabled: len(h.Test) > 0 && h.Test[0] == "NONE"}
	}
	return svc
}

// networkMode keeps the modes that are no network of their own; the container whose network is shared is named as in
// a compose file.
func (l *liveReader) networkMode(mode string) string {
	if id, ok := strings.CutPrefix(mode, "container:"); ok {
		for _, c := range l.containers {
			if c.ID == id && c.Config.Labels[labelService] != "" {
				return "service:" + c.Config.Labels[labelService]
			}
		}
		return mode
	}
	if mode == "host" || mode == "none" {
		return mode
	}
	return ""
}

// livePorts is what the engine publishes. It lists an address for each of IPv4 and IPv6; all addresses are one.
func livePorts(published network.PortMap) []Port {
	var ports []Port
	for p, bindings := range published {
		for _, b := range bindings {
			ip := ""
			if b.HostIP.IsValid() && b.HostIP != netip.IPv4Unspecified() && b.HostIP != netip.IPv6Unspecified() {
				ip = b.HostIP.String()
			}
			ports = append(
				ports,
				Port{
					HostIP:    ip,
					Published: b.HostPort,
					Target:    uint32(p.Num()),
					Protocol:  string(p.Proto()),
					Mode:      "ingress",
				},
			)
		}
	}
	return sortedPorts(ports)
}

func sortedPorts(ports []Port) []Port {
	slices.SortFunc(ports, func(a, b Port) int { return strings.Compare(portKey(a), portKey(b)) })
	return slices.CompactFunc(ports, func(a, b Port) bool { return portKey(a) == portKey(b) })
}

func portKey(p Port) string {
	return fmt.Sprintf("%05d/%s %s %s", p.Target, p.Protocol, p.HostIP, p.Published)
}

// placeStack gives a live stack the places of the compose files that it came from.
func (h *hostReader) placeStack(ctx context.Context, s *Stack, p Project) {
	h.unset, h.order = map[string]*unsetVar{}, nil
	for i, f := range p.Files {
		p.Files[i] = absolute(f)
	}
	file, err := h.project(ctx, p)
	if err != nil {
		h.addWarning(
			finding.Location{},
			"the compose files of %s cannot be read here (%v): findings on it have no place in a file",
			s.Name,
			err,
		)
		return
	}
	s.Dir, s.Files, s.Volumes = file.Dir, file.Files, file.Volumes
	for i := range s.Services {
		live := &s.Services[i]
		for k := range file.Services {
			if file.Services[k].Name == live.Name {
				h.place(live, &file.Services[k])
			}
		}
	}
}

// place takes over from the file what the engine does not know, and the places of what both know.
func (h *hostReader) place(live, file *Service) {
	live.Location, live.ImageLocation, live.BuildLocation = file.Location, file.ImageLocation, file.BuildLocation
	live.Build, live.JoinedBy = file.Build, file.JoinedBy
	live.DependsOn, live.AwaitsEnd, live.Profiles, live.Extends, live.EnvFiles = file.DependsOn, file.AwaitsEnd, file.Profiles, file.Extends, file.EnvFiles
	if live.Healthcheck != nil && file.Healthcheck != nil {
		live.Healthcheck.Location = file.Healthcheck.Location
	}
	inFile := map[string]Label{}
	for _, l := range file.Labels {
		inFile[l.Key] = l // the last of several counts, as it does for the engine
	}
	var changed []string
	for i := range live.Labels {
		l := &live.Labels[i]
		f, ok := inFile[l.Key]
		delete(inFile, l.Key)
		if !ok {
			if strings.HasPrefix(strings.ToLower(l.Key), "traefik.") {
				changed = append(changed, l.Key)
			}
			continue
		}
		l.RawKey, l.RawValue, l.Location, l.ValueLoc, l.List, l.Shared = f.RawKey, f.RawValue, f.Location, f.ValueLoc, f.List, f.Shared
		if f.Value != l.Value && len(f.Unset) == 0 {
			changed = append(changed, l.Key)
		}
	}
	for key, l := range inFile {
		if len(l.Unset) == 0 {
			changed = append(changed, key)
		}
	}
	if slices.Sort(changed); len(changed) > 0 {
		h.addWarning(
			file.Location,
			"%s runs with other labels than its file has now, so the verdict is about those that run: %s",
			live.Name,
			strings.Join(changed[:min(3, len(changed))], ", "),
		)
	}
	for i := range live.Ports {
		for _, p := range file.Ports {
			if p.Target == live.Ports[i].Target && p.Protocol == live.Ports[i].Protocol {
				live.Ports[i].Location = p.Location
			}
		}
	}
	for i := range live.Volumes {
		for _, m := range file.Volumes {
			if m.Target == live.Volumes[i].Target {
				live.Volumes[i].Location = m.Location
			}
		}
	}
}
