// Package hostconfig reads host.yaml, which says how this machine deploys and whom it tells. It lies in drydock's own
// folder and not beside a project: what it names is run and asked with the rights of the host.
package hostconfig

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/clierr"
	"github.com/drydock/drydock/internal/state"
	"github.com/drydock/drydock/internal/yamlread"
)

// Config is host.yaml. What is empty was not said.
type Config struct {
	Deploy Deploy
	Notify Notify
}

// Deploy is how images are put live.
type Deploy struct {
	Before, Probe       string
	Wait, Settle, Drain time.Duration
	TraefikAPI          string
	TraefikEntryPoint   string
	TraefikThrottle     time.Duration
}

// Notify is who is told. It holds no secret: those come from the environment or from files.
type Notify struct {
	Webhook                        string
	MailServer, MailFrom, MailUser string
	MailTo                         []string
	Chat                           bool
}

const maxFile = 1 << 20

// Load reads host.yaml; without one it is empty. A file that others may write is refused, since it names commands.
func Load() (*Config, error) {
	path, err := state.Host()
	if err != nil {
		return nil, err
	}
	text, err := bounded.ReadFile(path, maxFile)
	if errors.Is(err, os.ErrNotExist) {
		return &Config{}, nil
	}
	if err != nil {
		return nil, clierr.InputErr(path, err)
	}
	st, err := os.Stat(path)
	if err != nil {
		return nil, clierr.InputErr(path, err)
	}
	if runtime.GOOS != "windows" && st.Mode().Perm()&0o022 != 0 {
		return nil, clierr.Input(path, "others than its owner may write it, and it names commands").
			WithHint("chmod go-w %s", path)
	}
	return parse(path, text)
}

func parse(path string, text []byte) (*Config, error) {
	d := &decoder{yamlread.Decoder{Path: path, Dir: filepath.Dir(path)}}
	c := &Config{}
	if n := d.Root(text); n != nil {
		d.Fields(n, "host.yaml", map[string]func(*yaml.Node){
			"version": func(n *yaml.Node) {
				if n.Value != "1" {
					d.Fail(n, "Write `version: 1`.", "this drydock does not know version %s of the file",
						yamlread.Quote(n))
				}
			},
			"deploy": func(n *yaml.Node) { d.deploy(&c.Deploy, n) },
			"notify": func(n *yaml.Node) { d.notify(&c.Notify, n) },
		})
	}
	return c, errors.Join(d.Errs...)
}

type decoder struct{ yamlread.Decoder }

func (d *decoder) text(to *string, of string) func(*yaml.Node) {
	return func(n *yaml.Node) { *to = d.Text(n, of) }
}

func (d *decoder) time(to *time.Duration, of string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v, err := time.ParseDuration(n.Value)
		if err != nil || v < 0 {
			d.Fail(n, "Write 90s or 2m.", "%s is no time for %s", yamlread.Quote(n), of)
		}
		*to = v
	}
}

func (d *decoder) deploy(c *Deploy, n *yaml.Node) {
	d.Fields(n, "deploy", map[string]func(*yaml.Node){
		"before": d.text(&c.Before, "before"), "probe": d.text(&c.Probe, "probe"),
		"wait": d.time(&c.Wait, "wait"), "settle": d.time(&c.Settle, "settle"), "drain": d.time(&c.Drain, "drain"),
		"traefik": func(n *yaml.Node) {
			d.Fields(n, "traefik", map[string]func(*yaml.Node){
				"api":        d.text(&c.TraefikAPI, "api"),
				"entrypoint": d.text(&c.TraefikEntryPoint, "entrypoint"),
				"throttle":   d.time(&c.TraefikThrottle, "throttle"),
			})
		},
	})
}

func (d *decoder) notify(c *Notify, n *yaml.Node) {
	d.Fields(n, "notify", map[string]func(*yaml.Node){
		"webhook": d.text(&c.Webhook, "webhook"),
		"chat":    func(n *yaml.Node) { c.Chat = d.Flag(n, "chat") },
		"mail": func(n *yaml.Node) {
			d.Fields(n, "mail", map[string]func(*yaml.Node){
				"server": d.text(&c.MailServer, "server"), "from": d.text(&c.MailFrom, "from"),
				"user": d.text(&c.MailUser, "user"),
				"to":   func(n *yaml.Node) { c.MailTo = d.Texts(n, "to") },
			})
			if c.MailServer == "" || c.MailFrom == "" || len(c.MailTo) == 0 {
				d.Fail(n, "Say server (host:port), from and to.", "a mail needs more than this")
			}
		},
	})
}
