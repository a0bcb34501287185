// Package config reads drydock.yaml: what a team tells drydock about its host. Every key is checked; a word that
// drydock does not know is an error with its place, since a policy that is not applied is worse than none.
package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/yamlread"
)

// Names are the file names that Find looks for, in this order.
var Names = []string{"drydock.yaml", "drydock.yml"}

// Version is the only version of the format.
const Version = 1

const maxFile = 1 << 20

// Config is a drydock.yaml. All paths in it are absolute: in the file they start at the file's folder.
type Config struct {
	Path       string // of the file
	Stacks     []Stack
	Images     []Image
	Groups     map[string][]string // name -> addresses and ranges
	Public     []string            // routers and services that are meant to be public
	Access     Access
	Gates      []finding.Gate // the gates to run; none = all
	Policy     Policy
	Advisories Advisories
}

// Stack is a compose project of the host.
type Stack struct {
	Name     string   // "" = as Compose names it
	Path     string   // project folder
	Files    []string // none = as drydock finds them in the folder
	EnvFiles []string
}

// Image says which Dockerfile builds an image.
type Image struct {
	Name       string
	Context    string
	Dockerfile string // "" = Dockerfile in Context
	Target     string
}

// Access is what the access gate cannot see in the projects' files.
type Access struct {
	Logins   []string // forwardAuth middlewares that ask for a login: "sso@docker", "sso", or the service they ask
	Bouncers []string // those that let in whoever they do not know
	// Traefik's static configuration, a file or the folder that it stands in; "" = as the projects say
	TraefikConfig string
	Checked       []Checked
}

// Checked is what somebody found out by hand of routes that no file here tells: those of a provider of Traefik's, or of
// another reverse proxy. It counts up to a day.
type Checked struct {
	Source string // "redis", "nginx-proxy", or the service that is the proxy
	Routes []CheckedRoute
	By     string
	Until  time.Time
}

// CheckedRoute is a service to which something leads, and who may enter there.
type CheckedRoute struct {
	Service string
	Access  finding.Exposure
}

// Policy is when a scan fails.
type Policy struct {
	FailOn       finding.Severity // "" = never
	OnlyFixed    bool
	Efficiency   float64 // least efficiency of an image, 0 to 1
	AllowPartial bool
	Kinds        []finding.Kind // kinds about the quality of code that count too
}

// Advisories says where advisories come from and how old they may be.
type Advisories struct {
	From       string // a folder (absolute) or a URL; "" = the public export
	Ecosystems []string
	MaxAge     time.Duration // 0 = drydock's own limit
}

// Find returns the drydock.yaml that a folder stands under: in the folder itself or in a parent, up to the root of the
// repository; outside of a repository only in the folder itself. "" if there is none.
func Find(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	found := ""
	for d := abs; ; {
		if found == "" {
			found = fileIn(d)
		}
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return found
		}
		parent := filepath.Dir(d)
		if parent == d {
			return fileIn(abs)
		}
		d = parent
	}
}

func fileIn(dir string) string {
	for _, n := range Names {
		p := filepath.Join(dir, n)
		if st, err := os.Stat(p); err == nil && st.Mode().IsRegular() {
			return p
		}
	}
	return ""
}

// Load reads a file. The error holds a clierr.Error for each thing that is wrong, in file order, at most ten.
func Load(path string) (*Config, error) {
	text, err := bounded.ReadFile(path, maxFile)
	switch {
	case errors.Is(err, bounded.ErrTooLarge):
		return nil, clierr.Input(path, "too large: at most %d MB are read", maxFile>>20)
	case err != nil:
		return nil, clierr.Input(path, "cannot be read: %s", cause(err))
	}
	return Parse(path, text)
}

func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Parse reads the text of a file; path is where it stands, for errors and relative paths.
func Parse(path string, text []byte) (*Config, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, clierr.InputErr(path, err)
	}
	d := &decoder{yamlread.Decoder{Path: path, Dir: filepath.Dir(abs)}}
	c := &Config{Path: abs, Groups: map[string][]string{}}
	if root := d.Root(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))); root != nil {
		d.config(c, root)
	}
	if len(d.Errs) > 0 {
		return nil, errors.Join(d.Errs...)
	}
	return c, nil
}
