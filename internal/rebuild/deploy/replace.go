package deploy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
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

// The roles of signposts: pin leads to the old container while the new one starts, lead to the new one while the old
// one ends.
const (
	pin  = "pin"
	lead = "lead"
	span = "span" // the bridges, which are no signposts and go last
)

// replace starts the new containers and leads the requests to them once they are good.
func (w *work) replace(ctx context.Context, out *Outcome) error {
	if err := w.put(journal.Starting); err != nil {
		return err
	}
	w.mark("starting")
	if err := w.posted(ctx, pin, w.old, out.Rolled, 1); err != nil {
		return fmt.Errorf("the old containers cannot be pinned: %w", err)
	}
	w.mark("pinned")
	if err := w.Engine.Tag(ctx, w.entry.NewImage, w.entry.Image); err != nil {
		return err
	}
	for _, service := range out.Bridged {
		if err := w.bridge(ctx, service); err != nil {
			return err
		}
		w.mark("bridged")
	}
	stopped := time.Now()
	if err := w.start(ctx, out.Rolled); err != nil {
		return err
	}
	w.mark("started")
	fresh, err := w.fresh(ctx)
	if err != nil {
		return err
	}
	if err := w.awaitReady(ctx, fresh); err != nil {
		return err
	}
	if len(out.Stopped) > 0 {
		out.Gap = w.gap(ctx, stopped)
	}
	w.say("ready; watched for %s", w.opt.Settle)
	if err := w.settle(ctx, idsOf(fresh)); err != nil {
		return err
	}
	if err := w.put(journal.Ready); err != nil {
		return err
	}
	w.mark("ready")
	if fresh, err = w.fresh(ctx); err != nil { // with their addresses
		return err
	}
	if err := w.posted(ctx, lead, fresh, slices.Concat(out.Rolled, out.Bridged), 2); err != nil {
		return fmt.Errorf("requests cannot be led to the new containers: %w", err)
	}
	if err := w.put(journal.Switched); err != nil {
		return err
	}
	w.mark("switched")
	return nil
}

// gap is how long the services that were stopped gave no answer: from the stop of the first old container to now. The
// engine's clock says when that was; where it jumped, it is no longer than all that was waited.
func (w *work) gap(ctx context.Context, from time.Time) time.Duration {
	first := time.Now()
	for _, c := range w.old {
		now, err := w.inspect(ctx, c.ID)
		if err != nil || now.State == nil || now.State.Running {
			continue
		}
		t, err := time.Parse(time.RFC3339Nano, now.State.FinishedAt)
		if err == nil && t.After(from.Add(-time.Minute)) && t.Before(first) {
			first = t
		}
	}
	return min(max(time.Since(first), 0), time.Since(from)).Round(10 * time.Millisecond)
}

// posted sets a signpost to one container of each service that is rolled, and waits until all of them count.
func (w *work) posted(ctx context.Context, role string, cs []*container.InspectResponse, rolled []string, above int,
) error {
	done := map[string]bool{}
	for _, c := range cs {
		service := c.Config.Labels[labelService]
		if done[service] || !slices.Contains(rolled, service) {
			continue
		}
		done[service] = true
		if err := w.signpost(ctx, c, w.routes[service], role, above); err != nil {
			return err
		}
	}
	for _, p := range w.posts[role] {
		if err := w.traefik.effective(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// start has Compose start the new containers. The old ones are kept: those of rolled services serve on, the others
// stop.
func (w *work) start(ctx context.Context, rolled []string) error {
	p := &proxy{api: w.api, keep: map[string]*kept{}}
	services := w.entry.Services
	for _, c := range w.entry.Containers {
		p.keep[c.ID] = &kept{name: c.Name, serving: slices.Contains(rolled, c.Service)}
	}
	host, err := p.start()
	if err != nil {
		return err
	}
	defer p.stop()
	file, err := override(w.Journal.Dir, w.entry.Image, w.entry.NewImage, services)
	if err != nil {
		return err
	}
	w.say("starting %s", strings.Join(services, ", "))
	return w.Compose.up(ctx, w.project, host, file, services)
}

// fresh lists the new containers: all of the services but those from before. They must run the new image.
func (w *work) fresh(ctx context.Context) ([]*container.InspectResponse, error) {
	all, err := w.containers(ctx, w.entry.Project, w.entry.Services)
	if err != nil {
		return nil, err
	}
	var out []*container.InspectResponse
	for _, c := range all {
		if w.wasThere(c.ID) {
			continue
		}
		if c.Image != w.entry.NewImage {
			return nil, failed("%s runs %s, not the image that was built", strings.TrimPrefix(c.Name, "/"),
				short(c.Image))
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, failed("Compose started no new container")
	}
	return out, nil
}

func (w *work) wasThere(id string) bool {
	return slices.ContainsFunc(w.entry.Containers, func(c journal.Container) bool { return c.ID == id })
}

func idsOf(cs []*container.InspectResponse) []string {
	var out []string
	for _, c := range cs {
		out = append(out, c.ID)
	}
	return out
}

func (w *work) awaitReady(ctx context.Context, cs []*container.InspectResponse) error {
	for _, c := range cs {
		if err := w.ready(ctx, c.ID, w.routes[c.Config.Labels[labelService]]); err != nil {
			return err
		}
	}
	return nil
}

// finish ends the old containers, whose requests go elsewhere by now, and takes the signposts away. It may be called
// again after it was interrupted at any line.
func (w *work) finish(ctx context.Context) error {
	for _, c := range w.entry.Containers {
		in, err := w.inspect(ctx, c.ID)
		if errdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		if in.State != nil && in.State.Running {
			port := routedPort(in, w.routes[c.Service])
			if err := drain(ctx, connectionsOf(in.State.Pid), port, w.opt.Drain); err != nil {
				return err
			}
			w.mark("drained")
			if _, err := w.api.ContainerStop(ctx, c.ID, client.ContainerStopOptions{}); err != nil {
				return err
			}
		}
		if err := w.remove(ctx, c.ID); err != nil {
			return err
		}
		w.mark("removed")
	}
	if len(w.posts) > 0 {
		if err := w.traefik.settle(ctx); err != nil { // until Traefik knows the new containers alone
			return err
		}
	}
	for _, role := range []string{pin, lead} {
		if err := w.removePosts(ctx, role); err != nil {
			return err
		}
	}
	if err := w.drainBridges(ctx); err != nil {
		return err
	}
	w.dropPause(ctx)
	w.mark("unposted")
	return w.put(journal.Done)
}

// remove takes a container away, and never its anonymous volumes: the new one may share them.
func (w *work) remove(ctx context.Context, id string) error {
	_, err := w.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true})
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) { // conflict: its removal is already under way
		return nil
	}
	return err
}

// dropPause removes the signposts' image, if there is one.
func (w *work) dropPause(ctx context.Context) {
	_, _ = w.api.ImageRemove(ctx, signpostImage+w.entry.ID, client.ImageRemoveOptions{})
}

// rollBack restores what was there before: the new containers go, the old ones get their names back and run, the old
// image its name. It proves that the old ones answer.
func (w *work) rollBack(ctx context.Context) error {
	if err := w.adoptPosts(ctx); err != nil {
		return err
	}
	if err := w.removePosts(ctx, lead); err != nil { // before what it leads to
		return err
	}
	all, err := w.containers(ctx, w.entry.Project, w.entry.Services)
	if err != nil {
		return err
	}
	for _, c := range all {
		if !w.wasThere(c.ID) {
			if err := w.remove(ctx, c.ID); err != nil {
				return err
			}
		}
	}
	for _, c := range w.entry.Containers {
		if err := w.restore(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	if err := w.Engine.Tag(ctx, w.entry.OldImage, w.entry.Image); err != nil {
		return err
	}
	for _, c := range w.entry.Containers {
		if c.Stopped {
			continue
		}
		if err := w.answersAgain(ctx, c); err != nil {
			return err
		}
	}
	if len(w.posts) > 0 { // Traefik has to know the old ones alone before nothing holds requests there
		if err := w.traefik.settle(ctx); err != nil {
			return err
		}
	}
	if err := w.removePosts(ctx, pin); err != nil {
		return err
	}
	if err := w.drainBridges(ctx); err != nil {
		return err
	}
	w.dropPause(ctx)
	if err := w.put(journal.RolledBack); err != nil {
		return fmt.Errorf("the image from before answers again, but that cannot be written down: %w", err)
	}
	return nil
}

// restore gives an old container its name back and starts it where it was stopped.
func (w *work) restore(ctx context.Context, c journal.Container) error {
	in, err := w.inspect(ctx, c.ID)
	if err != nil {
		return err
	}
	if strings.TrimPrefix(in.Name, "/") != c.Name {
		if _, err := w.api.ContainerRename(ctx, c.ID, client.ContainerRenameOptions{NewName: c.Name}); err != nil {
			return err
		}
	}
	if in.State != nil && !in.State.Running && !c.Stopped {
		_, err = w.api.ContainerStart(ctx, c.ID, client.ContainerStartOptions{})
	}
	return err
}

// answersAgain waits until an old container answers as a new one would have to.
func (w *work) answersAgain(ctx context.Context, c journal.Container) error {
	end := time.Now().Add(w.opt.Wait)
	for {
		in, err := w.inspect(ctx, c.ID)
		if err != nil {
			return err
		}
		routes, _ := routesOf(in.Config.Labels)
		ok, why := w.answers(ctx, in, routes)
		if ok {
			w.say("%s answers, with the image from before", c.Name)
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s, with the image from before, does not answer: %s", c.Name, why)
		}
		if err := sleep(ctx, readyEvery); err != nil {
			return err
		}
	}
}

// adoptPosts finds the signposts of this deploy that another process set.
func (w *work) adoptPosts(ctx context.Context) error {
	known := map[string]bool{}
	for _, posts := range w.posts {
		for _, p := range posts {
			known[p.id] = true
		}
	}
	list, err := w.api.ContainerList(ctx, client.ContainerListOptions{All: true,
		Filters: make(client.Filters).Add("label", LabelDeploy+"="+w.entry.ID)})
	if err != nil {
		return err
	}
	for _, c := range list.Items {
		if known[c.ID] || len(c.Names) == 0 {
			continue
		}
		p := post{id: c.ID}
		name := strings.TrimPrefix(c.Names[0], "/")
		role := pin
		for _, r := range []string{lead, span} {
			if strings.Contains(name, "-"+r+"-") {
				role = r
			}
		}
		p.nonce, p.routes = postedRoutes(c.Labels)
		w.posts[role] = append(w.posts[role], p)
	}
	return nil
}

// postedRoutes are the routers that a signpost carries, apart from its beacon, by their names before.
func postedRoutes(labels map[string]string) (nonce string, routes []route) {
	all, _ := routesOf(labels)
	for _, r := range all {
		name, rest, ok := strings.Cut(r.name, "-drydock-")
		if ok {
			nonce = "drydock-" + rest
			routes = append(routes, route{kind: r.kind, name: name})
		}
	}
	return nonce, routes
}

// Recover brings a deploy that was interrupted to an end: before the switch it is rolled back, after it finished. It
// returns what it did, "" where there was nothing to do.
func (d *Deployer) Recover(ctx context.Context, e journal.Entry) (string, error) {
	if !e.Step.Open() {
		return "", nil
	}
	w, err := d.begin(ctx, e)
	if err != nil {
		return "", err
	}
	all, err := w.containers(ctx, e.Project, e.Services)
	if err != nil {
		return "", err
	}
	for _, c := range all {
		routes, _ := routesOf(c.Config.Labels)
		w.routes[c.Config.Labels[labelService]] = routes
	}
	switch e.Step {
	case journal.Begun:
		return "an interrupted run had touched nothing", w.put(journal.RolledBack)
	case journal.Switched:
		return w.complete(ctx)
	}
	return w.recoverOld(ctx)
}

func (w *work) recoverOld(ctx context.Context) (string, error) {
	if !w.oldStands(ctx) || w.foreign(ctx) {
		return w.accept(ctx)
	}
	w.entry.Reason = "the run was interrupted at the step " + string(w.entry.Step)
	if err := w.rollBack(ctx); err != nil {
		return "", clierr.InputErr(strings.Join(w.entry.Services, ", "), err).WithHint("An interrupted deploy could "+
			"not be rolled back. Its old image is kept as %s.", w.entry.KeptAs)
	}
	return "an interrupted deploy was rolled back; " + short(w.entry.OldImage) + " is live", nil
}

// foreign reports whether a container of the services runs that is neither from before nor of this deploy.
func (w *work) foreign(ctx context.Context) bool {
	ids, err := Running(ctx, w.Engine, w.entry.Project, w.entry.Services)
	return err == nil && slices.ContainsFunc(ids, func(id string) bool {
		return id != w.entry.OldImage && id != w.entry.NewImage
	})
}

// accept takes what somebody else made of an interrupted deploy, whose old containers are gone: what runs now is live.
func (w *work) accept(ctx context.Context) (string, error) {
	ids, err := Running(ctx, w.Engine, w.entry.Project, w.entry.Services)
	if err != nil {
		return "", err
	}
	for _, c := range w.entry.Containers { // those that are left under their other name
		in, err := w.inspect(ctx, c.ID)
		if err == nil && strings.TrimPrefix(in.Name, "/") == oldName(c.Name) {
			err = w.remove(ctx, c.ID)
		}
		if err != nil && !errdefs.IsNotFound(err) {
			return "", err
		}
	}
	if err := w.adoptPosts(ctx); err != nil {
		return "", err
	}
	for _, role := range []string{pin, lead, span} {
		if err := w.removePosts(ctx, role); err != nil {
			return "", err
		}
	}
	w.dropPause(ctx)
	w.entry.Reason = "the containers were replaced by something else after the run was interrupted"
	if err := w.put(journal.RolledBack); err != nil {
		return "", err
	}
	if len(ids) != 1 {
		return "an interrupted deploy left no container of one image: look with docker compose ps", nil
	}
	w.entry.Live = ids[0]
	return "after an interrupted deploy something else replaced the containers; " + short(ids[0]) + " is live",
		w.Journal.Put(w.entry)
}

// complete finishes a deploy that had switched, if the new containers still run; else the old image is still at hand.
func (w *work) complete(ctx context.Context) (string, error) {
	fresh, err := w.fresh(ctx)
	if err == nil {
		err = w.awaitReady(ctx, fresh)
	}
	var no *failure
	if errors.As(err, &no) {
		return w.recoverOld(ctx)
	}
	if err != nil {
		return "", err
	}
	if err := w.adoptPosts(ctx); err != nil {
		return "", err
	}
	if err := w.finish(ctx); err != nil {
		return "", err
	}
	return "an interrupted deploy was finished; " + short(w.entry.NewImage) + " is live", nil
}

// oldStands reports whether every old container is still there.
func (w *work) oldStands(ctx context.Context) bool {
	for _, c := range w.entry.Containers {
		if _, err := w.inspect(ctx, c.ID); err != nil {
			return false
		}
	}
	return true
}

// hookEnds is how long the output of a hook that has ended is read on.
const hookEnds = 2 * time.Second

// hook runs the command that was asked for before a deploy. It comes from a flag or the host's own settings, never from
// the project.
func (w *work) hook(ctx context.Context) error {
	if w.opt.Before == "" {
		return nil
	}
	w.say("running the hook before the deploy")
	shell := []string{"/bin/sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C"}
	}
	cmd := exec.CommandContext(ctx, shell[0], shell[1], w.opt.Before)
	cmd.Env = append(os.Environ(), "DRYDOCK_PROJECT="+w.entry.Project, "DRYDOCK_IMAGE="+w.entry.Image,
		"DRYDOCK_SERVICES="+strings.Join(w.entry.Services, " "), "DRYDOCK_OLD="+w.entry.OldImage,
		"DRYDOCK_NEW="+w.entry.NewImage)
	cmd.WaitDelay = hookEnds // what it left running in the background is not waited for
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return clierr.Input("", "the hook before the deploy failed (%v): %s", err, engine.Reason(string(out))).
			WithHint("Nothing was touched.")
	}
	return nil
}
