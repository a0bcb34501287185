package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/clierr"
)

// Image is an image as the engine holds it.
type Image struct {
	ID      string // digest of its configuration
	Tags    []string
	Digests []string // name@sha256:… for images that were pulled or pushed
	Size    int64    // bytes of all its layers, unpacked
	Created string   // RFC 3339
	OS      string
	Arch    string
	Layers  []string // diff ids, lowest first
	Config  Config
}

// Config is what an image says of how it is run.
type Config struct {
	Env          []string // NAME=value; never printed
	Entrypoint   []string
	Cmd          []string
	Shell        []string
	User         string
	WorkingDir   string
	ExposedPorts []string // "8000/tcp", sorted
	Volumes      []string // sorted
	Labels       map[string]string
	StopSignal   string
	OnBuild      []string
	Healthcheck  []string // its Test as the engine holds it: {"CMD", …}, {"CMD-SHELL", …}, {"NONE"}; nil = none
	HealthTimes  HealthTimes
}

// HealthTimes are a health check's durations; zero means the engine's default.
type HealthTimes struct {
	Interval, Timeout, StartPeriod time.Duration
	Retries                        int
}

// ErrNoImage is wrapped where an image is not in the engine.
var ErrNoImage = errors.New("the engine does not hold this image")

// Inspect returns an image by name, tag, digest or id; the error wraps ErrNoImage if the engine does not hold it.
func (e *Engine) Inspect(ctx context.Context, ref string) (*Image, error) {
	r, err := e.api.ImageInspect(ctx, ref)
	if errdefs.IsNotFound(err) {
		return nil, clierr.InputErr(ref,
			ErrNoImage).WithHint("Build or pull it first; drydock pulls nothing by itself.")
	}
	if err != nil {
		return nil, err
	}
	img := &Image{ID: r.ID, Tags: r.RepoTags, Digests: r.RepoDigests, Size: r.Size, Created: r.Created, OS: r.Os,
		Arch: r.Architecture, Layers: r.RootFS.Layers}
	c := r.Config
	if c == nil {
		return img, nil
	}
	img.Config = Config{Env: c.Env, Entrypoint: c.Entrypoint, Cmd: c.Cmd, Shell: c.Shell, User: c.User,
		WorkingDir: c.WorkingDir, Labels: c.Labels, StopSignal: c.StopSignal, OnBuild: c.OnBuild,
		ExposedPorts: slices.Sorted(maps.Keys(c.ExposedPorts)), Volumes: slices.Sorted(maps.Keys(c.Volumes))}
	if h := c.Healthcheck; h != nil {
		img.Config.Healthcheck = h.Test
		img.Config.HealthTimes = HealthTimes{h.Interval, h.Timeout, h.StartPeriod, h.Retries}
	}
	return img, nil
}

// Has reports whether the engine holds an image.
func (e *Engine) Has(ctx context.Context, ref string) bool {
	_, err := e.api.ImageInspect(ctx, ref)
	return err == nil
}

// Tags lists the names of every image that the engine holds, sorted.
func (e *Engine) Tags(ctx context.Context) ([]string, error) {
	r, err := e.api.ImageList(ctx, client.ImageListOptions{})
	if err != nil {
		return nil, err
	}
	var tags []string
	for _, img := range r.Items {
		for _, t := range img.RepoTags {
			if !strings.HasPrefix(t, "<none>") {
				tags = append(tags, t)
			}
		}
	}
	sort.Strings(tags)
	return tags, nil
}

// Tag gives an image another name.
func (e *Engine) Tag(ctx context.Context, source, target string) error {
	_, err := e.api.ImageTag(ctx, client.ImageTagOptions{Source: source, Target: target})
	return err
}

// Remove takes a name off an image, and removes the image with its last name. An absent image is no error.
func (e *Engine) Remove(ctx context.Context, ref string) error {
	_, err := e.api.ImageRemove(ctx, ref, client.ImageRemoveOptions{PruneChildren: true})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}
