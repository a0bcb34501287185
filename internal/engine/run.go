package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// Label marks every container and network that a Run makes; its value is the run's id.
const Label = "dev.drydock.run"

// cleanTime bounds the removal of a run's resources, which must also work after the command was interrupted.
const cleanTime = 60 * time.Second

// Run is one piece of work in the engine. Whatever it makes carries its id and is removed by Close, in the reverse
// order of making, also when the context that the work ran under has been cancelled.
type Run struct {
	e  *Engine
	ID string

	mu   sync.Mutex
	undo []func(context.Context) error
}

// NewRun starts a run. The caller defers Close.
func (e *Engine) NewRun() (*Run, error) {
	var b [6]byte
	if _, err := rand.Read(b[:]); err != nil {
		return nil, err
	}
	return &Run{e: e, ID: hex.EncodeToString(b[:])}, nil
}

// Engine is the engine that the run works in.
func (r *Run) Engine() *Engine { return r.e }

func (r *Run) later(f func(context.Context) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.undo = append(r.undo, f)
}

// Close removes everything that the run made. It may be called more than once.
func (r *Run) Close() error {
	r.mu.Lock()
	undo := r.undo
	r.undo = nil
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), cleanTime)
	defer cancel()
	var errs []error
	for i := len(undo) - 1; i >= 0; i-- {
		errs = append(errs, undo[i](ctx))
	}
	return errors.Join(append(errs, r.sweep(ctx))...)
}

// sweep removes what carries the run's label but was not recorded: a request that was cut off may have been carried
// out all the same.
func (r *Run) sweep(ctx context.Context) error {
	mine := make(client.Filters).Add("label", Label+"="+r.ID)
	var errs []error
	cs, err := r.e.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: mine})
	errs = append(errs, err)
	for _, c := range cs.Items {
		errs = append(errs, r.e.removeContainer(ctx, c.ID))
	}
	ns, err := r.e.api.NetworkList(ctx, client.NetworkListOptions{Filters: mine})
	errs = append(errs, err)
	for _, n := range ns.Items {
		errs = append(errs, r.e.removeNetwork(ctx, n.ID))
	}
	return errors.Join(errs...)
}

// Build builds an image that lives as long as the run, and returns its name; role tells it apart within the run.
func (r *Run) Build(ctx context.Context, role string, o BuildOptions) (string, error) {
	name := fmt.Sprintf("drydock-run/%s:%s", r.ID, role)
	o.Tags = append(o.Tags, name)
	r.later(func(ctx context.Context) error { return r.e.Remove(ctx, name) })
	if _, err := r.e.Build(ctx, o); err != nil {
		return "", err
	}
	return name, nil
}

// Network is a network of a run.
type Network struct {
	ID, Name string
}

// Network makes an internal network: its containers reach each other and this machine's own end of it, and nothing
// beyond.
func (r *Run) Network(ctx context.Context, role string) (*Network, error) {
	name := fmt.Sprintf("drydock-%s-%s", r.ID, role)
	res, err := r.e.api.NetworkCreate(ctx, name, client.NetworkCreateOptions{
		Driver: "bridge", Internal: true, Labels: map[string]string{Label: r.ID}})
	if err != nil {
		return nil, fmt.Errorf("make network %s: %w", name, err)
	}
	r.later(func(ctx context.Context) error { return r.e.removeNetwork(ctx, res.ID) })
	return &Network{ID: res.ID, Name: name}, nil
}

func (e *Engine) removeNetwork(ctx context.Context, id string) error {
	_, err := e.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

func (e *Engine) removeContainer(ctx context.Context, id string) error {
	_, err := e.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if errdefs.IsNotFound(err) || errdefs.IsConflict(err) { // conflict: its removal is already under way
		return nil
	}
	return err
}
