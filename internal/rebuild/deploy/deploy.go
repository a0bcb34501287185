// Package deploy puts a rebuilt image live, for all services of a project that run it, or takes it back. Behind Traefik
// no request fails: the new containers start beside the old ones, requests are led to them when they answer, and the
// old ones end when they have answered theirs. Where that cannot be had, a service is stopped and started, and the gap
// is told. What is done next is written to the journal first, so that a run that was killed is taken up again.
package deploy

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/rebuild/journal"
)

// Options say how to deploy.
type Options struct {
	Probe   string        // "/health" or "8080/health"; "" = the health check, else any answer
	Wait    time.Duration // how long a new container may take to be ready
	Settle  time.Duration // how long it is watched before it counts
	Drain   time.Duration // how long an old container may take to finish its requests
	Stop    bool          // stop and start, also where the services could be rolled
	Before  string        // command that is run before anything is touched
	Traefik Traefik
	Say     func(format string, args ...any) // is told each step; may be nil
}

// Request is one image to put live.
type Request struct {
	Project  string   // name of the compose project
	Files    []string // compose files that the services were read from, as absolute paths
	Services []string // all that run the image
	Image    string   // name by which they run it
	Old, New string   // image ids
	// Labels are Traefik's labels of each service in its file now: where the running container has others, both cannot
	// stand side by side.
	Labels map[string]map[string]string
}

// Outcome is what became of it.
type Outcome struct {
	Deployed, RolledBack bool
	Reason               string        // why it was rolled back
	Left                 error         // deployed, but something could not be cleared away
	Rolled               []string      // services replaced without a gap
	Stopped              []Stopped     // services that were stopped and started
	Bridged              []string      // those of them whose requests by way of Traefik another container answered
	Gap                  time.Duration // the longest time without an answer, of those
}

// Stopped is a service that could not be rolled, and why.
type Stopped struct{ Service, Why string }

// Deployer deploys to one engine.
type Deployer struct {
	Engine  *engine.Engine
	Compose Compose
	Journal *journal.Journal
	Options Options

	at func(string) // tests: called at each line between two steps
}

// work is one deploy on its way.
type work struct {
	*Deployer
	api     *client.Client
	opt     Options
	arch    string
	probe   probe
	traefik *observer
	entry   journal.Entry
	posts   map[string][]post // by role
	pause   string            // id of the signposts' image
	old     []*container.InspectResponse
	project project
	routes  map[string][]route // by service

	oldFails    bool // the old container answers with a server error, so that the new one may
	unreachable bool // no container's address can be reached from here
}

func (d *Deployer) begin(ctx context.Context, entry journal.Entry) (*work, error) {
	w := &work{Deployer: d, api: d.Engine.API(), opt: d.Options, entry: entry, posts: map[string][]post{},
		routes: map[string][]route{}}
	_, w.arch, _ = strings.Cut(d.Engine.Platform(), "/")
	if w.opt.Probe != "" {
		var err error
		if w.probe.path, w.probe.port, err = ParseProbe(w.opt.Probe); err != nil {
			return nil, err
		}
	}
	var err error
	w.traefik, err = observe(ctx, w.opt.Traefik)
	return w, err
}

func (w *work) say(format string, args ...any) {
	if w.opt.Say != nil {
		w.opt.Say(format, args...)
	}
}

// mark tells the tests where the deploy is.
func (w *work) mark(line string) {
	if w.at != nil {
		w.at(line)
	}
}

func (w *work) reason(ctx context.Context, id string) string { return w.Engine.LastWords(ctx, id) }

// Deploy puts the image live. An error means that nothing was touched, or that the state could not be restored; what
// was rolled back is an outcome.
func (d *Deployer) Deploy(ctx context.Context, r Request) (*Outcome, error) {
	w, err := d.begin(ctx, journal.Entry{})
	if err != nil {
		return nil, err
	}
	if err := w.find(ctx, &r); err != nil {
		return nil, err
	}
	out := w.split(r)
	id, err := newID()
	if err != nil {
		return nil, err
	}
	w.entry = journal.Entry{ID: id, Image: r.Image, Project: r.Project, Services: r.Services, Live: r.Old,
		OldImage: r.Old, NewImage: r.New, Started: time.Now().UTC(), KeptAs: keptName(r),
		Containers: w.entry.Containers}
	if err := w.put(journal.Begun); err != nil {
		return nil, err
	}
	if err := d.Engine.Tag(ctx, r.Old, w.entry.KeptAs); err != nil {
		return nil, fmt.Errorf("the old image cannot be kept for a roll-back: %w", err)
	}
	w.mark("tagged")
	if err := w.hook(ctx); err != nil {
		return nil, errors.Join(err, w.put(journal.RolledBack))
	}
	if err := w.replace(ctx, out); err != nil {
		return w.undo(ctx, out, err)
	}
	out.Deployed = true
	out.Left = w.clear(ctx)
	return out, nil
}

// clear finishes a deploy whose requests go to the new containers. From here on there is no way back, since an old
// container may be gone: neither a failure nor an interruption takes the new ones away. What is left over the journal
// has, and the next run finishes.
func (w *work) clear(ctx context.Context) error {
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime+w.opt.Drain)
	defer cancel()
	return w.finish(clean)
}

// undo rolls back what could not be deployed.
func (w *work) undo(ctx context.Context, out *Outcome, cause error) (*Outcome, error) {
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	w.say("rolling back: %v", cause)
	w.entry.Reason = cause.Error()
	if err := w.rollBack(clean); err != nil {
		return out, fmt.Errorf("%w; and the roll-back did not come to its end: %w", cause, err)
	}
	out.RolledBack, out.Reason, out.Rolled, out.Stopped, out.Bridged = true, cause.Error(), nil, nil, nil
	return out, ctx.Err()
}

// cleanTime bounds what is done after a failure, also after the command was interrupted.
const cleanTime = 5 * time.Minute

// put writes the journal's entry with its next step.
func (w *work) put(s journal.Step) error {
	w.entry.Step = s
	if s == journal.Switched || s == journal.Done {
		w.entry.Live = w.entry.NewImage
	} else {
		w.entry.Live = w.entry.OldImage
	}
	return w.Journal.Put(w.entry)
}

func newID() (string, error) {
	var b [4]byte
	_, err := rand.Read(b[:])
	return hex.EncodeToString(b[:]), err
}

// keptName is the name under which the old image stays.
func keptName(r Request) string { return NameFor(KeptPrefix, r.Project, r.Services[0], r.Old) }

// NameFor is a name of drydock's own for an image of a service.
func NameFor(prefix, project, service, id string) string {
	return prefix + strings.ToLower(project) + "/" + strings.ToLower(service) + ":" + short(id)
}

// Running lists the images that the containers of a project's services run, each once.
func Running(ctx context.Context, e *engine.Engine, project string, services []string) ([]string, error) {
	list, err := e.API().ContainerList(ctx, client.ContainerListOptions{
		Filters: make(client.Filters).Add("label", labelProject+"="+project)})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range list.Items {
		if ofService(c.Labels, services) && !slices.Contains(ids, c.ImageID) {
			ids = append(ids, c.ImageID)
		}
	}
	return ids, nil
}

// ofService reports whether a container is one of these services', and no signpost or bridge of theirs.
func ofService(labels map[string]string, services []string) bool {
	return slices.Contains(services, labels[labelService]) && labels[LabelDeploy] == "" &&
		!strings.EqualFold(labels[labelOneOff], "true")
}

// InUse lists the images that any container was made of, running or not.
func InUse(ctx context.Context, e *engine.Engine) ([]string, error) {
	list, err := e.API().ContainerList(ctx, client.ContainerListOptions{All: true})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range list.Items {
		ids = append(ids, c.ImageID)
	}
	return ids, nil
}

// KeptPrefix begins the names of the images that are kept for a roll-back.
const KeptPrefix = "drydock-kept/"

// The labels by which Compose knows its containers.
const (
	labelProject = "com.docker.compose.project"
	labelService = "com.docker.compose.service"
	labelOneOff  = "com.docker.compose.oneoff"
	labelFiles   = "com.docker.compose.project.config_files"
	labelDir     = "com.docker.compose.project.working_dir"
	labelEnv     = "com.docker.compose.project.environment_file"
)

// containers lists those of a project's services, running or not.
func (w *work) containers(ctx context.Context, name string, services []string) ([]*container.InspectResponse, error) {
	list, err := w.api.ContainerList(ctx, client.ContainerListOptions{All: true,
		Filters: make(client.Filters).Add("label", labelProject+"="+name)})
	if err != nil {
		return nil, err
	}
	var out []*container.InspectResponse
	for _, c := range list.Items {
		if !ofService(c.Labels, services) {
			continue
		}
		in, err := w.inspect(ctx, c.ID)
		if errdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, in)
	}
	return out, nil
}

// find looks for the containers that run the old image, and refuses what cannot be replaced as it stands.
func (w *work) find(ctx context.Context, r *Request) error {
	all, err := w.containers(ctx, r.Project, r.Services)
	if err != nil {
		return err
	}
	var running []string
	for _, c := range all {
		if c.State != nil && c.State.Running {
			running = append(running, c.Config.Labels[labelService])
		}
	}
	r.Services = slices.DeleteFunc(slices.Clone(r.Services),
		func(s string) bool { return !slices.Contains(running, s) })
	for _, c := range all {
		service := c.Config.Labels[labelService]
		if !slices.Contains(r.Services, service) {
			continue
		}
		stopped := c.State == nil || !c.State.Running
		w.entry.Containers = append(w.entry.Containers, journal.Container{ID: c.ID,
			Name: strings.TrimPrefix(c.Name, "/"), Service: service, Stopped: stopped})
		if stopped {
			continue
		}
		if c.Image != r.Old {
			return clierr.Input(service, "it runs %s, not %s that was compared with", short(c.Image), short(r.Old)).
				WithHint("Something else deployed meanwhile; run drydock rebuild again.")
		}
		p := projectOf(c, r.Files)
		if w.project.name == "" {
			w.project = p
		}
		w.old = append(w.old, c)
		if why := otherFiles(p, r.Files); why != "" {
			return clierr.Input(service, "%s", why).WithHint("Name the same files with -f, so that the " +
				"service that is deployed is the one that was looked at.")
		}
	}
	if len(w.old) == 0 {
		return clierr.Input(r.Project, "no container of the services runs: there is nothing to replace").
			WithHint("Start it with docker compose up first.")
	}
	w.askOld(ctx)
	return nil
}

// askOld learns what the new containers may be measured by.
func (w *work) askOld(ctx context.Context) {
	reached, tried := false, false
	for _, c := range w.old {
		routes, _ := routesOf(c.Config.Labels)
		port, ip := routedPort(c, routes), addressOf(c)
		if port == 0 || ip == "" {
			continue
		}
		tried = true
		status, err := get(ctx, fmt.Sprintf("http://%s:%d/", ip, port))
		reached = reached || err == nil
		w.oldFails = w.oldFails || status >= 500
	}
	w.unreachable = tried && !reached
}

func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(12, len(id))]
}

func projectOf(c *container.InspectResponse, known []string) project {
	l := c.Config.Labels
	p := project{name: l[labelProject], dir: l[labelDir]}
	for _, f := range splitFiles(l[labelFiles], known) {
		if filepath.Base(f) != overrideName || slices.Contains(known, f) {
			p.files = append(p.files, f)
		}
	}
	for _, f := range strings.Split(l[labelEnv], ",") {
		if f != "" {
			p.envFiles = append(p.envFiles, f)
		}
	}
	return p
}

// splitFiles parts a list at its commas, but for those in the names of files that are known.
func splitFiles(list string, known []string) []string {
	var out []string
	for list != "" {
		file, rest, _ := strings.Cut(list, ",")
		for _, k := range known {
			if after, ok := strings.CutPrefix(list, k); ok && (after == "" || after[0] == ',') {
				file, rest = k, strings.TrimPrefix(after, ",")
			}
		}
		if file != "" {
			out = append(out, file)
		}
		list = rest
	}
	return out
}

// otherFiles says why a container is not of the files that were looked at.
func otherFiles(p project, files []string) string {
	for _, f := range p.files {
		if !slices.Contains(files, f) {
			return fmt.Sprintf("it was started from %s, which was not looked at", strings.Join(p.files, ", "))
		}
	}
	if len(p.files) == 0 {
		return "its container does not say which compose files it was started from"
	}
	return ""
}

// split tells the services that can be rolled from those that are stopped and started, with the reasons.
func (w *work) split(r Request) *Outcome {
	out := &Outcome{}
	why := map[string]string{}
	for _, c := range w.old {
		service := c.Config.Labels[labelService]
		routes, no := routesOf(c.Config.Labels)
		switch {
		case w.opt.Stop:
			no = "stop and start was asked for"
		case no == "" && len(routes) == 0:
			no = "no router of Traefik leads to it"
		case no == "":
			no = cannotRoll(c, r.Labels[service])
		}
		if _, ok := pausePrograms[w.arch]; no == "" && !ok {
			no = "no signpost can be set on " + w.arch
		}
		w.routes[service] = routes
		if no != "" || why[service] == "" {
			why[service] = no
		}
	}
	for _, s := range r.Services {
		switch no, runs := why[s]; {
		case !runs:
		case no == "":
			out.Rolled = append(out.Rolled, s)
		case strings.HasSuffix(no, publishes) && w.bridgeable(s):
			out.Bridged = append(out.Bridged, s)
			out.Stopped = append(
				out.Stopped,
				Stopped{s, no + "; requests by way of Traefik were answered by another " +
					"container meanwhile"},
			)
		default:
			out.Stopped = append(out.Stopped, Stopped{s, no})
		}
	}
	return out
}

// publishes ends the reason for which a service cannot have two containers and can have a bridge.
const publishes = "on the host"

// bridgeable reports whether another container may answer for a service while its own is replaced: not where it has
// anonymous volumes, since what the bridge writes there is lost.
func (w *work) bridgeable(service string) bool {
	for _, c := range w.old {
		if c.Config.Labels[labelService] != service {
			continue
		}
		for _, m := range c.Mounts {
			if m.Type == "volume" && len(m.Name) == 64 && strings.Trim(m.Name, "0123456789abcdef") == "" {
				return false
			}
		}
	}
	return true
}

// cannotRoll says why two containers of a service cannot stand side by side.
func cannotRoll(c *container.InspectResponse, labels map[string]string) string {
	if h := c.HostConfig; h != nil {
		for port, bindings := range h.PortBindings {
			if len(bindings) > 0 {
				return fmt.Sprintf("it publishes port %s %s", port.String(), publishes)
			}
		}
		switch mode := h.NetworkMode; {
		case mode.IsHost(), mode.IsContainer(), mode.IsNone():
			return fmt.Sprintf("its network is %s", mode)
		}
	}
	if c.NetworkSettings != nil {
		for name, n := range c.NetworkSettings.Networks {
			if n == nil || n.IPAMConfig == nil {
				continue
			}
			if n.IPAMConfig.IPv4Address.IsValid() || n.IPAMConfig.IPv6Address.IsValid() {
				return "it has a fixed address in the network " + name
			}
		}
	}
	for key, value := range labels {
		if strings.HasPrefix(strings.ToLower(key), "traefik.") && c.Config.Labels[key] != value {
			return "its label " + key + " has changed in the file, and Traefik refuses two that differ"
		}
	}
	return ""
}
