package deploy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// A signpost is a container that carries only labels: for each router of a service one with the same rule and a
// slightly higher priority, that leads to one chosen container. Traffic is switched by setting and removing signposts,
// never by stopping a container that serves. It shares the network of the container that it points to, so that Traefik
// finds that one's address by itself, in every version.

// LabelDeploy marks what a deploy makes; its value is the deploy's id.
const LabelDeploy = "dev.drydock.deploy"

// route is one router of a service as its labels declare it.
type route struct {
	kind     string // "http" or "tcp"
	name     string
	priority int               // as written, else the rule's length
	settings map[string]string // the labels below the router's name, but service and priority
	service  string            // name of the Traefik service that it leads to, "" for the container's own
}

// routesOf reads the routers from a container's labels. They are refused, with the reason, where a signpost could not
// repeat them.
func routesOf(labels map[string]string) ([]route, string) {
	found := map[string]*route{}
	for key, value := range labels {
		parts := strings.SplitN(key, ".", 5)
		if len(parts) != 5 || !strings.EqualFold(parts[0], "traefik") || !strings.EqualFold(parts[2], "routers") {
			if len(parts) > 2 && strings.EqualFold(parts[0], "traefik") && strings.EqualFold(parts[1], "udp") {
				return nil, "it has a UDP router"
			}
			continue
		}
		kind, name, setting := strings.ToLower(parts[1]), parts[3], strings.ToLower(parts[4])
		r := found[kind+" "+name]
		if r == nil {
			r = &route{kind: kind, name: name, settings: map[string]string{}}
			found[kind+" "+name] = r
		}
		switch setting {
		case "service":
			r.service = value
		case "priority":
			r.priority, _ = strconv.Atoi(value)
		default:
			r.settings[setting] = value
		}
	}
	var all []route
	for _, r := range found {
		if strings.Contains(r.service, "@") && !strings.HasSuffix(r.service, "@docker") {
			continue // it leads elsewhere, whatever becomes of this container
		}
		r.service = strings.TrimSuffix(r.service, "@docker")
		if r.settings["rule"] == "" {
			return nil, fmt.Sprintf("its router %s has no rule of its own, and a signpost cannot repeat the default "+
				"one", r.name)
		}
		if r.priority == 0 {
			r.priority = len(r.settings["rule"])
		}
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b route) int { return strings.Compare(a.kind+a.name, b.kind+b.name) })
	return all, ""
}

// serviceSettings are the settings of the Traefik services that labels declare: "http name" -> setting -> value.
func serviceSettings(labels map[string]string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for key, value := range labels {
		parts := strings.SplitN(key, ".", 5)
		if len(parts) != 5 || !strings.EqualFold(parts[0], "traefik") || !strings.EqualFold(parts[2], "services") {
			continue
		}
		at := strings.ToLower(parts[1]) + " " + parts[3]
		if out[at] == nil {
			out[at] = map[string]string{}
		}
		out[at][strings.ToLower(parts[4])] = value
	}
	return out
}

const portSetting = "loadbalancer.server.port"

// composeCounts are the labels without which Compose takes a container for none of its own. A signpost has the others:
// Traefik's constraints may ask for them.
var composeCounts = map[string]bool{"com.docker.compose.config-hash": true, "com.docker.compose.oneoff": true,
	"com.docker.compose.container-number": true}

// signpostLabels are the labels of a signpost to a container with these labels: above is what its routers' priorities
// are raised by, port the container's where its labels name none.
func signpostLabels(labels map[string]string, routes []route, id, nonce string, above int, port string,
) map[string]string {
	out := map[string]string{LabelDeploy: id}
	for key, value := range labels {
		lower := strings.ToLower(key)
		routing := strings.HasPrefix(lower, "traefik.http.") || strings.HasPrefix(lower, "traefik.tcp.") ||
			strings.HasPrefix(lower, "traefik.udp.")
		if !routing && lower != LabelDeploy && !composeCounts[lower] {
			out[key] = value
		}
	}
	services := serviceSettings(labels)
	for _, r := range routes {
		name := strings.ToLower(r.name) + "-" + nonce
		at := "traefik." + r.kind + ".routers." + name + "."
		for setting, value := range r.settings {
			if setting == "middlewares" {
				value = qualified(value)
			}
			out[at+setting] = value
		}
		out[at+"priority"] = strconv.Itoa(r.priority + above)
		out[at+"service"] = name
		settings := services[r.kind+" "+serviceOf(r, services)]
		base := "traefik." + r.kind + ".services." + name + "."
		for setting, value := range settings {
			out[base+setting] = value
		}
		if settings[portSetting] == "" {
			out[base+portSetting] = port
		}
	}
	return out
}

// qualified gives the middlewares of a list the name by which another container's router finds them.
func qualified(list string) string {
	names := strings.Split(list, ",")
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
		if names[i] != "" && !strings.Contains(n, "@") {
			names[i] += "@docker"
		}
	}
	return strings.Join(names, ",")
}

// serviceOf is the service that a router leads to: the one it names, else the only one of its kind.
func serviceOf(r route, services map[string]map[string]string) string {
	if r.service != "" {
		return r.service
	}
	for at := range services {
		if name, ok := strings.CutPrefix(at, r.kind+" "); ok {
			return name
		}
	}
	return ""
}

// portOf is the port that Traefik would choose: the lowest that the container exposes.
func portOf(c *container.InspectResponse) string {
	lowest := 0
	for p := range c.Config.ExposedPorts {
		if n := int(p.Num()); lowest == 0 || n < lowest {
			lowest = n
		}
	}
	if lowest == 0 {
		return ""
	}
	return strconv.Itoa(lowest)
}

// routedPort is the port that the first router leads to, 0 where it is not known.
func routedPort(c *container.InspectResponse, routes []route) int {
	services := serviceSettings(c.Config.Labels)
	for _, r := range routes {
		port := services[r.kind+" "+serviceOf(r, services)][portSetting]
		if port == "" {
			port = portOf(c)
		}
		if n, err := strconv.Atoi(port); err == nil {
			return n
		}
	}
	n, _ := strconv.Atoi(portOf(c))
	return n
}

// signpost sets one to a container.
func (d *work) signpost(ctx context.Context, c *container.InspectResponse, routes []route, role string, above int,
) error {
	name := "drydock-" + d.entry.ID + "-" + role + "-" + c.ID[:12]
	nonce := "drydock-" + strings.ToLower(d.entry.ID) + "-" + role + "-" + c.ID[:6]
	labels := signpostLabels(c.Config.Labels, routes, d.entry.ID, nonce, above, portOf(c))
	for key, value := range d.traefik.beacon(nonce) {
		labels[key] = value
	}
	if d.pause == "" {
		var err error
		if d.pause, err = pauseImage(ctx, d.api, d.arch, signpostImage+d.entry.ID); err != nil {
			return err
		}
	}
	pids := int64(8)
	res, err := d.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:   name,
		Config: &container.Config{Image: d.pause, Labels: labels, User: "65534:65534"},
		HostConfig: &container.HostConfig{
			NetworkMode: container.NetworkMode("container:" + c.ID), ReadonlyRootfs: true, CapDrop: []string{"ALL"},
			SecurityOpt: []string{"no-new-privileges"},
			Resources:   container.Resources{Memory: 16 << 20, PidsLimit: &pids},
		},
	})
	if err != nil {
		return err
	}
	if _, err := d.api.ContainerStart(ctx, res.ID, client.ContainerStartOptions{}); err != nil {
		return err
	}
	d.posts[role] = append(d.posts[role], post{id: res.ID, nonce: nonce, routes: routes})
	return nil
}

// post is a signpost that stands.
type post struct {
	id, nonce string
	routes    []route
}

// removePosts takes the signposts of a role away and waits until Traefik has noticed.
func (d *work) removePosts(ctx context.Context, role string) error {
	posts := d.posts[role]
	delete(d.posts, role)
	for _, p := range posts {
		if err := d.remove(ctx, p.id); err != nil {
			return err
		}
	}
	for _, p := range posts {
		if err := d.traefik.gone(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
