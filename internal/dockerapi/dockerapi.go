// Package dockerapi connects to the container engine that the user's docker client would use: DOCKER_HOST first, then
// DOCKER_CONTEXT, then the current context of the docker configuration, then the platform's default socket. The API
// version is negotiated, from Docker 20.10's on. It sends nothing but the first ping; what is asked of the engine is up
// to the caller.
package dockerapi

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/connhelper"
	cctx "github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/moby/moby/client"

	"github.com/drydock/drydock/internal/clierr"
)

// answerWithin bounds the wait for the engine's first answer. An ssh:// host needs its log-in first.
const answerWithin = 20 * time.Second

const (
	envContext = "DOCKER_CONTEXT"
	noContext  = "default" // the name that stands for "no context, the local socket"
)

// Connect returns a client of the engine, after one answered ping, so that "there is no engine" is told here and not in
// the middle of the work. The error is a clierr.Input that names the address and what to do. Close the client.
func Connect(ctx context.Context) (*client.Client, error) {
	ep, from, err := endpoint()
	if err != nil {
		return nil, clierr.InputErr(from, err).WithHint("`docker context ls` shows the contexts there are.")
	}
	opts, err := options(ep)
	if err != nil {
		return nil, clierr.InputErr(from, err)
	}
	cli, err := client.New(append(opts, client.WithUserAgent("drydock"))...)
	if err != nil {
		return nil, clierr.InputErr(from, err)
	}
	wait, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if _, err := cli.Ping(wait, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		host := cli.DaemonHost()
		cli.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f := clierr.Input(host, "no container engine answers")
		f.Err = err
		return nil, f.WithHint("Start the engine, or name another with DOCKER_HOST or `docker context use`; a " +
			"permission error means that this user may not use its socket.")
	}
	return cli, nil
}

// options turns an endpoint into client options: the address of a context with its TLS material, or, for no endpoint,
// what the environment says. DOCKER_HOST may be ssh://, which the environment's own option does not know.
func options(ep *cctx.Endpoint) ([]client.Opt, error) {
	if ep != nil {
		return ep.ClientOpts()
	}
	host := os.Getenv(client.EnvOverrideHost)
	helper, err := connhelper.GetConnectionHelper(host)
	if err != nil {
		return nil, err
	}
	if helper == nil {
		return []client.Opt{client.FromEnv}, nil
	}
	return []client.Opt{
		client.WithHost(helper.Host),
		client.WithDialContext(helper.Dialer),
		client.WithAPIVersionFromEnv(),
	}, nil
}

// endpoint is that of the context in use, nil where there is none; from names where the choice came from.
func endpoint() (ep *cctx.Endpoint, from string, err error) {
	name, from, err := contextName()
	if err != nil || name == "" {
		return nil, from, err
	}
	contexts := store.New(filepath.Join(config.Dir(), "contexts"),
		store.NewConfig(func() any { return &map[string]any{} },
			store.EndpointTypeGetter(cctx.DockerEndpoint, func() any { return &cctx.EndpointMeta{} })))
	meta, err := contexts.GetMetadata(name)
	if err != nil {
		return nil, from, err
	}
	em, err := cctx.EndpointFromContext(meta)
	if err != nil {
		return nil, from, err
	}
	full, err := cctx.WithTLSData(contexts, name, em)
	return &full, from, err
}

func contextName() (name, from string, err error) {
	if os.Getenv(client.EnvOverrideHost) != "" {
		return "", client.EnvOverrideHost, nil
	}
	name, from = os.Getenv(envContext), envContext
	if name == "" {
		f, err := readConfig()
		if err != nil {
			return "", filepath.Join(config.Dir(), config.ConfigFileName), err
		}
		name, from = f.CurrentContext, f.Filename
	}
	if name == noContext {
		name = ""
	}
	return name, from, nil
}

func readConfig() (*configfile.ConfigFile, error) {
	path := filepath.Join(config.Dir(), config.ConfigFileName)
	cf := configfile.New(path)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return cf, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return cf, cf.LoadFromReader(f)
}
