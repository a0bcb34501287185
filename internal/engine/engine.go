// Package engine talks to a container engine: it builds, starts, asks, tags and removes. It is the only package of
// drydock that starts anything, and only the commands whose purpose that is use it.
//
// Builds go through the user's own docker client, so that its credentials, contexts and builder settings hold;
// everything else goes through the engine's API, whose version is negotiated (Docker 20.10 and newer).
package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/dockerapi"
	"github.com/moby/moby/client"
)

// Engine is a container engine that answers.
type Engine struct {
	api      *client.Client
	docker   string // the docker client that builds, "" where there is none
	buildKit bool   // docker can build with BuildKit
	buildx   bool   // through the buildx plugin, which knows more than the BuildKit of old clients
	podman   bool   // it is Podman, by Docker's API
	version  string
	platform string
}

// Open connects to the engine that the user's docker client uses. docker is the client to build with; "" looks for one,
// preferring one that has BuildKit. Without any the engine answers all the same, and only Build fails.
func Open(ctx context.Context, docker string) (*Engine, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	api, err := dockerapi.Connect(ctx)
	if err != nil {
		return nil, err
	}
	e := &Engine{api: api}
	v, err := api.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		host := api.DaemonHost()
		api.Close()
		return nil, clierr.InputErr(host, fmt.Errorf("the container engine does not say its version: %w", err)).
			WithHint("drydock speaks Docker's API from 1.40 to %s; DOCKER_HOST names another engine, and "+
				"DOCKER_API_VERSION another version.", client.MaxAPIVersion)
	}
	e.version, e.platform = v.Version, v.Os+"/"+v.Arch
	e.docker, e.buildKit = findDocker(ctx, docker)
	e.buildx = e.docker != "" && hasBuildx(ctx, e.docker)
	for _, c := range v.Components {
		e.podman = e.podman || strings.HasPrefix(c.Name, "Podman")
	}
	if e.podman { // it answers the docker client, but for BuildKit's own protocol
		e.buildKit, e.buildx = false, false
	}
	return e, nil
}

// API is the connection to the engine, for those that do what this package has no words for.
func (e *Engine) API() *client.Client { return e.api }

// Docker is the docker client that builds, "" where there is none.
func (e *Engine) Docker() string { return e.docker }

// Platform is the engine's own, for instance "linux/amd64".
func (e *Engine) Platform() string { return e.platform }

// BuildContexts reports whether a build can be given further contexts.
func (e *Engine) BuildContexts() bool { return e.buildx }

// Platforms are those that the builder can build for.
func (e *Engine) Platforms(ctx context.Context) []string {
	all := []string{e.platform}
	if !e.buildx {
		return all
	}
	out, err := exec.CommandContext(ctx, e.docker, "buildx", "inspect").Output()
	if err != nil {
		return all
	}
	for line := range strings.Lines(string(out)) {
		list, ok := strings.CutPrefix(strings.TrimSpace(line), "Platforms:")
		for p := range strings.SplitSeq(list, ",") {
			if p = strings.TrimSuffix(strings.TrimSpace(p), "*"); ok && p != "" {
				all = append(all, p)
			}
		}
	}
	return all
}

// Close ends the connection. Runs are closed on their own.
func (e *Engine) Close() error { return e.api.Close() }

// Version is the engine's version, for instance "20.10.24".
func (e *Engine) Version() string { return e.version }

// Kind is whose engine it is.
func (e *Engine) Kind() string {
	if e.podman {
		return "Podman"
	}
	return "Docker"
}

// BuildKit reports whether builds run with BuildKit, so that RUN --mount is understood.
func (e *Engine) BuildKit() bool { return e.buildKit }

// findDocker looks for a docker client, the first with BuildKit, else the first.
func findDocker(ctx context.Context, docker string) (path string, buildKit bool) {
	candidates := []string{"docker", "/usr/bin/docker", "/usr/local/bin/docker"}
	if docker != "" {
		candidates = []string{docker}
	}
	for _, c := range candidates {
		p, err := exec.LookPath(c)
		if err != nil {
			continue
		}
		if hasBuildKit(ctx, p) {
			return p, true
		}
		if path == "" {
			path = p
		}
	}
	return path, false
}

// hasBuildKit: clients before 23 have BuildKit built in, later ones build with it through the buildx plugin.
func hasBuildKit(ctx context.Context, docker string) bool {
	if hasBuildx(ctx, docker) {
		return true
	}
	out, err := exec.CommandContext(ctx, docker, "--version").Output()
	if err != nil {
		return false
	}
	major, ok := clientMajor(string(out))
	return ok && major >= 19 && major < 23
}

func hasBuildx(ctx context.Context, docker string) bool {
	return exec.CommandContext(ctx, docker, "buildx", "version").Run() == nil
}

// clientMajor reads the major version from "Docker version 20.10.24+dfsg1, build 297e128".
func clientMajor(s string) (int, bool) {
	_, rest, ok := strings.Cut(s, "version ")
	if !ok {
		return 0, false
	}
	major, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(major)
	return n, err == nil
}

// Failure is a build or a container that failed, with the end of what it printed.
type Failure struct {
	What string // "the build", "the container"
	Exit int    // its exit code
	Log  string // the end of its output, secrets struck out
	Err  error  // cause, may be nil
}

// Error is what failed and the last line that it printed.
func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString(f.What + " failed")
	if f.Exit != 0 {
		b.WriteString(" with exit code " + strconv.Itoa(f.Exit))
	}
	if l := f.Reason(); l != "" {
		b.WriteString(": " + l)
	} else if f.Err != nil {
		b.WriteString(": " + f.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Reason is the line of the log that most likely tells why: the last that speaks of an error, else the last.
func (f *Failure) Reason() string { return Reason(f.Log) }

// tooLong reports whether err comes from a deadline, to say so instead of "killed".
func tooLong(ctx context.Context, err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded)
}

// tail keeps the last max bytes that are written to it.
type tail struct {
	buf bytes.Buffer
	max int
}

func (t *tail) Write(p []byte) (int, error) {
	t.buf.Write(p)
	if over := t.buf.Len() - 2*t.max; over > 0 {
		t.buf.Next(t.buf.Len() - t.max)
	}
	return len(p), nil
}

func (t *tail) String() string {
	b := t.buf.Bytes()
	if len(b) > t.max {
		b = b[len(b)-t.max:]
	}
	return string(b)
}
