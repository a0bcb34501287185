package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/config"
	"github.com/drydock/drydock/internal/policy"
	"github.com/drydock/drydock/internal/scan/target"
	"github.com/drydock/drydock/internal/stack"
)

// stackFlags say what is looked at and under which drydock.yaml, for every command that reads a host.
type stackFlags struct {
	files    []string
	envFiles []string
	project  string
	config   string
	engine   bool
	stdin    []byte // the compose file that came on standard input, as --file -
}

func (f *stackFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringArrayVarP(&f.files, "file", "f", nil,
		"compose file, - is standard input; several are laid over one another as one project, as docker compose does")
	fl.StringArrayVar(&f.envFiles, "env-file", nil, "variables for the compose files, instead of the project's .env")
	fl.StringVarP(&f.project, "project-name", "p", "", "the compose project's name")
	fl.BoolVar(&f.engine, "engine", false, "look at what runs on this host now, instead of files")
	fl.StringVar(&f.config, "config", "", "the drydock.yaml to use; else the one at or above what is looked at")
}

func (f *stackFlags) options() stack.Options {
	return stack.Options{Files: f.files, EnvFiles: f.envFiles, Name: f.project, Stdin: f.stdin}
}

// given are the flags by which `access add` reads the same projects as a command with these arguments.
func (f *stackFlags) given(args []string) string {
	var b strings.Builder
	flag := func(name, value string) {
		if strings.ContainsAny(value, " '\"$`\\;&|<>()*?") {
			value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
		}
		b.WriteString(" " + name + " " + value)
	}
	for _, p := range args {
		if p != "." {
			flag("--path", p)
		}
	}
	for _, p := range f.files {
		flag("-f", p)
	}
	for _, p := range f.envFiles {
		flag("--env-file", p)
	}
	if f.project != "" {
		flag("-p", f.project)
	}
	if f.config != "" {
		flag("--config", f.config)
	}
	return b.String()
}

// resolve reads drydock.yaml and tells the inputs that flags, arguments and it name together.
func (f *stackFlags) resolve(args []string) (target.Inputs, *config.Config, error) {
	if f.engine && len(args)+len(f.files) > 0 {
		return target.Inputs{}, nil,
			clierr.Usage("--engine takes no paths: it looks at what runs").WithHint("Give either --engine or paths.")
	}
	if err := f.readStdin(os.Stdin); err != nil {
		return target.Inputs{}, nil, err
	}
	cfg, err := f.settings(args)
	if err != nil {
		return target.Inputs{}, nil, err
	}
	in := target.Inputs{Args: args, Stack: f.options(), Engine: f.engine}
	for _, i := range cfg.Images {
		in.Stack.Images = append(in.Stack.Images, stack.ImageSource{Name: i.Name, Context: i.Context,
			Dockerfile: i.Dockerfile, Target: i.Target})
	}
	if len(f.files) == 0 && len(cfg.Stacks) > 0 && isHome(cfg.Path, args) {
		in.Args = nil
		for _, s := range cfg.Stacks {
			in.Stacks = append(in.Stacks, stack.Project{Name: s.Name, Dir: s.Path, Files: s.Files,
				EnvFiles: s.EnvFiles})
		}
	}
	return in, cfg, nil
}

// readStdin reads the compose file of --file -.
func (f *stackFlags) readStdin(in io.Reader) error {
	if f.stdin != nil || !slices.Contains(f.files, "-") {
		return nil
	}
	data, err := bounded.ReadAll(in, maxComposeFile)
	if err != nil {
		return clierr.InputErr("standard input", err)
	}
	f.stdin = append([]byte{}, data...)
	return nil
}

// settings finds and reads drydock.yaml; without one it is empty.
func (f *stackFlags) settings(args []string) (*config.Config, error) {
	path := f.config
	if path == "" {
		path = shown(config.Find(folderOf(append(append([]string{}, args...), f.files...))))
	}
	if path == "" {
		return &config.Config{}, nil
	}
	return config.Load(path)
}

// shown is a path relative to the working folder where it lies below it.
func shown(path string) string {
	wd, err := os.Getwd()
	if err != nil || path == "" {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// folderOf is the folder that the first path among the arguments lies in, else the working folder.
func folderOf(args []string) string {
	for _, a := range args {
		st, err := os.Stat(a)
		switch {
		case err != nil:
		case st.IsDir():
			return a
		default:
			return filepath.Dir(a)
		}
	}
	return "."
}

// isHome reports whether the arguments name nothing but the folder of drydock.yaml, whose stacks are then meant.
func isHome(config string, args []string) bool {
	if len(args) == 0 {
		args = []string{"."}
	}
	if len(args) != 1 {
		return false
	}
	a, err1 := os.Stat(args[0])
	b, err2 := os.Stat(filepath.Dir(config))
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

// policyOf is drydock.yaml's policy, which flags override.
func policyOf(c *config.Config) policy.Policy {
	return policy.Policy{FailOn: c.Policy.FailOn, OnlyFixed: c.Policy.OnlyFixed, Efficiency: c.Policy.Efficiency,
		AllowPartial: c.Policy.AllowPartial, Kinds: c.Policy.Kinds}
}
