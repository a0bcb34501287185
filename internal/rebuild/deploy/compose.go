package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/engine"
	"github.com/drydock/drydock/internal/safefile"
)

// Compose is the Docker Compose that is installed, as the words that start it.
type Compose []string

// FindCompose looks for Compose: the plugin of the docker client, else docker-compose.
func FindCompose(ctx context.Context, docker string) (Compose, error) {
	for _, words := range []Compose{{docker, "compose"}, {"docker", "compose"}, {"docker-compose"}} {
		if words[0] == "" {
			continue
		}
		cmd := exec.CommandContext(ctx, words[0], append(words[1:], "version")...)
		if err := cmd.Run(); err == nil {
			return words, nil
		}
	}
	return nil, clierr.Input("", "there is no Docker Compose to deploy with").
		WithHint("Install the compose plugin of docker, or docker-compose.")
}

// project is what Compose has to be told to work on the running project, as its containers remember it.
type project struct {
	name, dir string
	files     []string
	envFiles  []string
}

// overrideName tells drydock's file from the project's own in the list that Compose keeps of them.
const overrideName = "drydock-override.yaml"

// override writes the file that is laid over the project's own. The image's id stands in it for people: were it the
// value of `image:`, Compose would take the container for one of another configuration, and the next `up` of the
// project's own files would replace it. The name is given to that image instead, and nothing may pull over it.
func override(dir, image, id string, services []string) (string, error) {
	path := filepath.Join(dir, overrideName)
	return path, safefile.Create(path, func(w io.Writer) error {
		fmt.Fprintf(w, "# Written by drydock: %s is %s.\nservices:\n", oneLine(image), id)
		for _, s := range services {
			fmt.Fprintf(w, "  %q:\n    pull_policy: never\n", s)
		}
		return nil
	})
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// up has Compose start the services' new containers, by way of the engine at host.
func (c Compose) up(ctx context.Context, p project, host, override string, services []string) error {
	return c.on(ctx, p, host, override, append([]string{"up", "-d", "--no-deps", "--no-build"}, services...))
}

// runBridge has Compose start one more container of a service, without its host ports and unseen by Traefik.
func (c Compose) runBridge(ctx context.Context, p project, host, override, service, name, id string) error {
	return c.on(ctx, p, host, override, []string{"run", "-d", "-T", "--no-deps", "--name", name,
		"--label", "traefik.enable=false", "--label", LabelDeploy + "=" + id, service})
}

// on runs a command of Compose on the project, by way of the engine at host.
func (c Compose) on(ctx context.Context, p project, host, override string, command []string) error {
	args := append([]string{}, c[1:]...)
	args = append(args, "-p", p.name, "--project-directory", p.dir)
	for _, f := range p.envFiles {
		args = append(args, "--env-file", f)
	}
	for _, f := range append(p.files, override) {
		args = append(args, "-f", f)
	}
	cmd := exec.CommandContext(ctx, c[0], append(args, command...)...)
	cmd.Env = composeEnv(os.Environ(), host)
	cmd.Dir = p.dir
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	endWithParent(cmd)
	runtime.LockOSThread() // the child ends with the thread that started it
	defer runtime.UnlockOSThread()
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit):
		return fmt.Errorf("%s %s: %s", strings.Join(c, " "), command[0], engine.Reason(out.String()))
	}
	return err
}

// composeEnv points Compose at another engine, whatever else the environment says of engines.
func composeEnv(env []string, host string) []string {
	var out []string
	for _, e := range env {
		switch name, _, _ := strings.Cut(e, "="); name {
		case "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_TLS", "COMPOSE_FILE", "COMPOSE_PROFILES",
			"COMPOSE_PROJECT_NAME":
		default:
			out = append(out, e)
		}
	}
	return append(out, "DOCKER_HOST="+host)
}
