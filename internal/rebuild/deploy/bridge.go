package deploy

import (
	"context"
	"fmt"

	"github.com/moby/moby/api/types/container"
)

// A service that publishes a port on the host cannot have two containers with it. Behind Traefik another container of
// the new image, a bridge, answers for it while its own is replaced: without the port, unseen by Traefik but for a
// signpost. It starts before the old one is touched, so that a version that does not work changes nothing.

// bridge starts one, leads the service's requests to it and lets the old container finish its own.
func (w *work) bridge(ctx context.Context, service string) error {
	p := &proxy{api: w.api}
	host, err := p.start()
	if err != nil {
		return err
	}
	defer p.stop()
	file, err := override(w.Journal.Dir, w.entry.Image, w.entry.NewImage, w.entry.Services)
	if err != nil {
		return err
	}
	name := "drydock-" + w.entry.ID + "-" + span + "-" + service
	w.say("starting a bridge for %s", service)
	if err := w.Compose.runBridge(ctx, w.project, host, file, service, name, w.entry.ID); err != nil {
		return err
	}
	if err := w.ready(ctx, name, w.routes[service]); err != nil {
		return fmt.Errorf("a second container beside the old one: %w", err)
	}
	c, err := w.inspect(ctx, name)
	if err != nil {
		return err
	}
	w.posts[span] = append(w.posts[span], post{id: c.ID})
	var old *container.InspectResponse
	for _, o := range w.old {
		if o.Config.Labels[labelService] == service {
			old = o
		}
	}
	c.Config.Labels = old.Config.Labels // the signpost's are those by which Traefik sees the service
	if err := w.posted(ctx, pin, []*container.InspectResponse{c}, []string{service}, 1); err != nil {
		return err
	}
	for _, o := range w.old {
		if o.Config.Labels[labelService] != service || o.State == nil {
			continue
		}
		port := routedPort(o, w.routes[service])
		if err := drain(ctx, connectionsOf(o.State.Pid), port, w.opt.Drain); err != nil {
			return err
		}
	}
	return nil
}

// drainBridges lets the bridges finish what they were asked and removes them.
func (w *work) drainBridges(ctx context.Context) error {
	for _, p := range w.posts[span] {
		c, err := w.inspect(ctx, p.id)
		if err != nil || c.State == nil || !c.State.Running {
			continue
		}
		if err := drain(ctx, connectionsOf(c.State.Pid), routedPort(c, nil), w.opt.Drain); err != nil {
			return err
		}
	}
	for _, p := range w.posts[span] {
		if err := w.remove(ctx, p.id); err != nil {
			return err
		}
	}
	delete(w.posts, span)
	return nil
}
