package engine

import (
	"context"
	"fmt"
	"io"
	"net/netip"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
)

// Spec is a container to start. What is not given is the image's own. It never gets a mount of this machine, the
// engine's socket, a published port, a device or more privileges than Caps.
type Spec struct {
	Role       string // tells the container apart within its run
	Image      string
	Network    *Network // nil: no network at all
	Aliases    []string // names by which others on the network find it
	Entrypoint []string
	Cmd        []string
	Env        []string // NAME=value, added to the image's
	User       string
	WorkingDir string
	Volumes    []string // folders that get a volume of their own, which is removed with the container
	Files      []Copied // copies of files of this machine
	Caps       []string // capabilities left to it; nil = none
	Hostname   string   // "" = "drydock", so that two containers of one run see the same name
	Tmpfs      []string // folders that are given a small memory file system of their own
	Memory     int64    // bytes, 0 = 1 GiB
	Pids       int64    // 0 = 512
	CPUs       float64  // 0 = 2
}

const (
	defaultMemory = 1 << 30
	defaultPids   = 512
	defaultCPUs   = 2
	maxLog        = 1 << 20
)

// Container is a container of a run.
type Container struct {
	run  *Run
	ID   string
	Role string
	IP   netip.Addr // its address on its network, zero without one
	red  redactor
}

// State is how a container fares.
type State struct {
	Running   bool
	Exit      int
	OOMKilled bool
	Error     string // why it could not be started
	Health    string // "healthy", "unhealthy", "starting"; "" without a health check
}

// Start makes a container and starts it. One that cannot be started at all (no such executable) is a *Failure.
func (r *Run) Start(ctx context.Context, s Spec) (*Container, error) {
	c, err := r.create(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := c.copyIn(ctx, s.Files); err != nil {
		return nil, err
	}
	if _, err := r.e.api.ContainerStart(ctx, c.ID, client.ContainerStartOptions{}); err != nil {
		return nil, &Failure{What: "starting the container", Log: c.red.clean(err.Error()), Err: err}
	}
	if s.Network == nil {
		return c, nil
	}
	in, err := r.e.api.ContainerInspect(ctx, c.ID, client.ContainerInspectOptions{})
	if err != nil {
		return nil, err
	}
	if ns := in.Container.NetworkSettings; ns != nil {
		for _, ep := range ns.Networks {
			c.IP = ep.IPAddress
		}
	}
	return c, nil
}

func (r *Run) create(ctx context.Context, s Spec) (*Container, error) {
	name := fmt.Sprintf("drydock-%s-%s", r.ID, s.Role)
	host := &container.HostConfig{
		CapDrop:     []string{"ALL"},
		CapAdd:      s.Caps,
		SecurityOpt: []string{"no-new-privileges"},
		NetworkMode: "none",
		LogConfig: container.LogConfig{Type: "json-file",
			Config: map[string]string{"max-size": "8m", "max-file": "1"}},
		Resources: container.Resources{
			Memory:     or(s.Memory, defaultMemory),
			MemorySwap: or(s.Memory, defaultMemory), // the same: no swap
			NanoCPUs:   int64(or(s.CPUs, defaultCPUs) * 1e9),
			PidsLimit:  ptr(or(s.Pids, defaultPids)),
		},
	}
	for _, t := range s.Tmpfs {
		if host.Tmpfs == nil {
			host.Tmpfs = map[string]string{}
		}
		host.Tmpfs[t] = "size=64m,mode=1777"
	}
	nets := &network.NetworkingConfig{}
	if s.Network != nil {
		host.NetworkMode = container.NetworkMode(s.Network.Name)
		nets.EndpointsConfig = map[string]*network.EndpointSettings{s.Network.Name: {Aliases: s.Aliases}}
	}
	volumes := map[string]struct{}{}
	for _, v := range s.Volumes {
		volumes[v] = struct{}{}
	}
	res, err := r.e.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:             name,
		NetworkingConfig: nets,
		HostConfig:       host,
		Config: &container.Config{
			Image: s.Image, Entrypoint: s.Entrypoint, Cmd: s.Cmd, Env: s.Env, User: s.User, WorkingDir: s.WorkingDir,
			Volumes:  volumes,
			Hostname: or(s.Hostname, "drydock"), Labels: map[string]string{Label: r.ID},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("make container %s: %w", s.Role, err)
	}
	r.later(func(ctx context.Context) error { return r.e.removeContainer(ctx, res.ID) })
	hidden := s.Env
	if img, err := r.e.Inspect(ctx, s.Image); err == nil {
		hidden = append(secretPairs(img.Config.Env), s.Env...)
	}
	return &Container{run: r, ID: res.ID, Role: s.Role, red: newRedactor(hidden)}, nil
}

// State asks how the container fares.
func (c *Container) State(ctx context.Context) (State, error) {
	in, err := c.run.e.api.ContainerInspect(ctx, c.ID, client.ContainerInspectOptions{})
	if err != nil {
		return State{}, err
	}
	st := in.Container.State
	s := State{Running: st.Running, Exit: st.ExitCode, OOMKilled: st.OOMKilled, Error: c.red.clean(st.Error)}
	if st.Health != nil {
		s.Health = string(st.Health.Status)
	}
	return s, nil
}

// Wait waits until the container has ended and returns its exit code.
func (c *Container) Wait(ctx context.Context) (int, error) {
	w := c.run.e.api.ContainerWait(ctx, c.ID, client.ContainerWaitOptions{})
	select {
	case res := <-w.Result:
		return int(res.StatusCode), nil
	case err := <-w.Error:
		return 0, err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Logs returns what the container has printed so far, at most a mebibyte of each; the values of the environment that
// it was given are struck out.
func (c *Container) Logs(ctx context.Context) (stdout, stderr string, err error) {
	rc, err := c.run.e.api.ContainerLogs(ctx, c.ID, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		return "", "", err
	}
	defer rc.Close()
	out, errs := &tail{max: maxLog}, &tail{max: maxLog}
	if _, err := stdcopy.StdCopy(out, errs, rc); err != nil && err != io.EOF {
		return "", "", err
	}
	return c.red.clean(out.String()), c.red.clean(errs.String()), nil
}

// Exec runs a command inside the running container and returns its exit code and the end of its output.
func (c *Container) Exec(ctx context.Context, argv []string) (int, string, error) {
	api := c.run.e.api
	ex, err := api.ExecCreate(ctx, c.ID, client.ExecCreateOptions{Cmd: argv, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return 0, "", err
	}
	at, err := api.ExecAttach(ctx, ex.ID, client.ExecAttachOptions{})
	if err != nil {
		return 0, "", err
	}
	defer at.Close()
	stop := context.AfterFunc(ctx, at.Close) // a hanging command must not hang us
	defer stop()
	out := &tail{max: maxLog}
	if _, err := stdcopy.StdCopy(out, out, at.Reader); err != nil && ctx.Err() == nil {
		return 0, "", err
	}
	if ctx.Err() != nil {
		return 0, "", ctx.Err()
	}
	in, err := api.ExecInspect(ctx, ex.ID, client.ExecInspectOptions{})
	return in.ExitCode, c.red.clean(out.String()), err
}

// Remove ends and removes the container, with its anonymous volumes.
func (c *Container) Remove(ctx context.Context) error { return c.run.e.removeContainer(ctx, c.ID) }

// Output runs a container to its end, within the context's time, and returns its exit code and output. A container
// that fails is no error; one that cannot be started is a *Failure.
func (r *Run) Output(ctx context.Context, s Spec) (exit int, stdout, stderr string, err error) {
	c, err := r.Start(ctx, s)
	if err != nil {
		return 0, "", "", err
	}
	defer c.Remove(context.WithoutCancel(ctx))
	if exit, err = c.Wait(ctx); err != nil {
		return 0, "", "", err
	}
	stdout, stderr, err = c.Logs(ctx)
	return exit, stdout, stderr, err
}

// Export streams the whole file system of an image as one tar archive, as a container of it would see it. Nothing of
// the image is run. The caller closes the reader.
func (r *Run) Export(ctx context.Context, image string) (io.ReadCloser, error) {
	c, err := r.create(ctx, Spec{Role: "export-" + nonce(), Image: image, Entrypoint: []string{"none"}})
	if err != nil {
		return nil, err
	}
	rc, err := r.e.api.ContainerExport(ctx, c.ID, client.ContainerExportOptions{})
	if err != nil {
		return nil, err
	}
	return &removing{rc, c}, nil
}

type removing struct {
	io.ReadCloser
	c *Container
}

func (r *removing) Close() error {
	err := r.ReadCloser.Close()
	r.c.Remove(context.Background())
	return err
}

func or[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

func ptr[T any](v T) *T { return &v }
