package engine

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
)

// BuildOptions say what to build.
type BuildOptions struct {
	Context    string // the build context, a folder
	File       string // path of the Dockerfile; "" = Dockerfile in the context; not used when Dockerfile is given
	Dockerfile []byte // text of the Dockerfile, for one that is not on disk
	Ignore     []byte // .dockerignore that holds instead of the context's own, BuildKit only; nil = the context's own

	Target  string
	Args    map[string]*string // a nil value is taken from the environment, as the docker client does
	Secrets []string           // --secret specifications, BuildKit only; their values reach no output
	Tags    []string
	NoCache bool
	Pull    bool

	Contexts []string // further contexts, "name=folder or reference": see BuildContexts
	Platform string   // "" = the engine's own
	Network  string
	Hosts    []string // "name:address"
	SSH      []string // BuildKit only
	Labels   []string // "key=value"
	ShmSize  string

	Timeout time.Duration // 0 = 30 minutes
	Output  io.Writer     // where the builder's progress goes, build arguments struck out; nil = nowhere
}

const (
	defaultBuildTime = 30 * time.Minute
	logTail          = 64 << 10
	maxImageIDFile   = 4 << 10
	maxSecret        = 1 << 20
)

// Build builds and returns the image's id ("sha256:…"). A build that fails returns a *Failure with the end of the
// builder's output. The values of build arguments stay out of the process list and of every output.
func (e *Engine) Build(ctx context.Context, o BuildOptions) (string, error) {
	if e.docker == "" {
		return "", clierr.Input("", "there is no docker client to build with").
			WithHint("Install the docker command; drydock builds through it, so that your settings hold.")
	}
	timeout := o.Timeout
	if timeout == 0 {
		timeout = defaultBuildTime
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	dir, err := os.MkdirTemp("", "drydock-build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	idFile := filepath.Join(dir, "id")
	args, env, err := e.buildCommand(o, dir, idFile)
	if err != nil {
		return "", err
	}

	cmd := exec.CommandContext(ctx, e.docker, args...)
	cmd.Env = env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	secrets, err := secretValues(o.Secrets)
	if err != nil {
		return "", err
	}
	red := newRedactor(append(argPairs(o.Args), secrets...))
	log := &tail{max: logTail}
	var out io.Writer = log
	if o.Output != nil {
		out = io.MultiWriter(log, &lineRedactor{w: o.Output, r: red})
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		return "", buildFailure(ctx, err, red.clean(log.String()), timeout)
	}
	id, err := bounded.ReadFile(idFile, maxImageIDFile)
	return strings.TrimSpace(string(id)), err
}

func buildFailure(ctx context.Context, err error, log string, timeout time.Duration) error {
	f := &Failure{What: "the build", Log: log, Err: err}
	var exit *exec.ExitError
	switch {
	case tooLong(ctx, err):
		return clierr.InputErr("", errors.New("the build took longer than "+timeout.String()))
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit):
		f.Exit = exit.ExitCode()
	}
	return f
}

// buildCommand is docker's arguments and environment for a build. A Dockerfile given as text is written to dir, its
// .dockerignore beside it, where BuildKit looks for one before it looks into the context.
func (e *Engine) buildCommand(o BuildOptions, dir, idFile string) (args, env []string, err error) {
	args = []string{"build", "--iidfile", idFile}
	env = append(os.Environ(), "DOCKER_BUILDKIT=0")
	if e.buildKit {
		args = append(args, "--progress=plain")
		env = append(os.Environ(), "DOCKER_BUILDKIT=1", "BUILDX_NO_DEFAULT_ATTESTATIONS=1")
	}
	file := o.File
	if o.Dockerfile != nil || o.Ignore != nil {
		if file, err = writeDockerfile(o, dir); err != nil {
			return nil, nil, err
		}
	}
	if file != "" {
		args = append(args, "--file", file)
	}
	if o.Target != "" {
		args = append(args, "--target", o.Target)
	}
	for _, t := range o.Tags {
		args = append(args, "--tag", t)
	}
	for _, s := range o.Secrets {
		args = append(args, "--secret", s)
	}
	args = append(args, o.options()...)
	if o.NoCache {
		args = append(args, "--no-cache")
	}
	if o.Pull {
		args = append(args, "--pull")
	}
	names := slices.Sorted(maps.Keys(o.Args))
	for _, name := range names {
		args = append(args, "--build-arg", name) // the value comes through the environment, out of sight of ps
		if v := o.Args[name]; v != nil {
			env = append(env, name+"="+*v)
		}
	}
	return append(args, "--", o.Context), env, nil
}

// options are the arguments that a build passes on as they are.
func (o *BuildOptions) options() []string {
	var args []string
	for _, f := range []struct {
		name   string
		values []string
	}{
		{"--build-context", o.Contexts}, {"--add-host", o.Hosts}, {"--ssh", o.SSH}, {"--label", o.Labels},
		{"--platform", []string{o.Platform}}, {"--network", []string{o.Network}}, {"--shm-size", []string{o.ShmSize}},
	} {
		for _, v := range f.values {
			if v != "" {
				args = append(args, f.name, v)
			}
		}
	}
	return args
}

// secretValues are the values of secrets as pairs for a redactor: each as a whole and line by line, since a program
// that prints one may print a part.
func secretValues(specs []string) ([]string, error) {
	var pairs []string
	for _, spec := range specs {
		id, file, variable := secretSpec(spec)
		value := os.Getenv(variable)
		if file != "" {
			b, err := bounded.ReadFile(file, maxSecret)
			if err != nil {
				return nil, clierr.InputErr(file, err).WithHint("The build mounts it as the secret %s.", id)
			}
			value = string(b)
		}
		value = strings.TrimSpace(value)
		pairs = append(pairs, id+"="+value)
		for line := range strings.Lines(value) {
			pairs = append(pairs, id+"="+strings.TrimSpace(line))
		}
	}
	return pairs, nil
}

// secretSpec reads "id=name,src=file" or "id=name,env=VARIABLE". Without either, the variable of that name counts.
func secretSpec(spec string) (id, file, variable string) {
	for part := range strings.SplitSeq(spec, ",") {
		switch key, value, _ := strings.Cut(part, "="); key {
		case "id":
			id = value
		case "src", "source":
			file = value
		case "env":
			variable = value
		}
	}
	if file == "" && variable == "" {
		variable = id
	}
	return id, file, variable
}

func writeDockerfile(o BuildOptions, dir string) (string, error) {
	text := o.Dockerfile
	if text == nil {
		f := o.File
		if f == "" {
			f = filepath.Join(o.Context, "Dockerfile")
		}
		var err error
		if text, err = bounded.ReadFile(f, 16<<20); err != nil {
			return "", err
		}
	}
	file := filepath.Join(dir, "Dockerfile")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return "", err
	}
	ignore := o.Ignore
	if ignore == nil && o.File != "" { // a Dockerfile's own ignore file moves with it
		if b, err := bounded.ReadFile(o.File+".dockerignore", 1<<20); err == nil {
			ignore = b
		}
	}
	if ignore == nil {
		return file, nil
	}
	return file, os.WriteFile(file+".dockerignore", ignore, 0o600)
}

func argPairs(args map[string]*string) []string {
	var pairs []string
	for name, v := range args {
		if v == nil {
			if s, ok := os.LookupEnv(name); ok {
				v = &s
			}
		}
		if v != nil {
			pairs = append(pairs, name+"="+*v)
		}
	}
	return pairs
}

// lineRedactor passes whole lines on, struck out: a value never straddles two writes unseen.
type lineRedactor struct {
	w   io.Writer
	r   redactor
	buf []byte
}

func (l *lineRedactor) Write(p []byte) (int, error) {
	l.buf = append(l.buf, p...)
	i := strings.LastIndexByte(string(l.buf), '\n')
	if i < 0 && len(l.buf) < logTail {
		return len(p), nil
	}
	if i < 0 {
		i = len(l.buf) - 1
	}
	_, err := io.WriteString(l.w, l.r.clean(string(l.buf[:i+1])))
	l.buf = append(l.buf[:0], l.buf[i+1:]...)
	return len(p), err
}
