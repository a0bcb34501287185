package rules

import (
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var buildCacheShipped = lint.Rule{
	Rule: finding.Rule{
		ID: "build-cache-shipped", Severity: finding.Low,
		Title: "A package manager's cache is in the image",
		Description: "What a RUN downloads and does not remove itself stays in its layer for good; a later RUN that " +
			"removes it only hides it. Only stages that ship are judged: a builder may keep its caches.",
		Remedy:     "Mount a cache (RUN --mount=type=cache), switch the cache off, or remove it in the same RUN.",
		References: []string{"https://docs.docker.com/build/cache/optimize/#use-cache-mounts"},
	},
	Covers: []string{"DL3009", "DL3019", "DL3032", "DL3036", "DL3040", "DL3042", "DL3060"},
	Check: func(p *lint.Pass) {
		env := map[string]string{}
		shipped(p, func(in *dockerfile.Instruction) {
			switch {
			case in.Keyword == "ENV":
				for _, pair := range in.Pairs {
					env[pair.Key] = pair.Value
				}
			case in.Keyword == "RUN" && in.Script != nil:
				if c, k := cacheLeft(in, env); c != nil {
					var opts []lint.Option
					if k.minor {
						opts = append(opts, lint.Severity(finding.Info))
					}
					p.ReportAt(in, c.Span, k.name+" leaves "+k.what+" in the image", opts...)
				}
			}
		})
	},
}

// cache is what a package manager leaves behind, and what keeps it from doing so.
type cache struct {
	name, what string
	fills      func(*dockerfile.Command) bool
	off        []string // options that switch it off
	env        []string // variables that switch it off or move it, where they are set
	paths      []string // where it lies: a mount on it, or removing it in the same RUN, keeps it out
	clean      []string // words of the command that clears it
	minor      bool
}

var caches = []cache{
	{name: "apt", what: "its package lists", paths: []string{"/var/lib/apt/lists", "/var/lib/apt"},
		fills: func(c *dockerfile.Command) bool {
			n, _ := c.Effective()
			return (n == "apt-get" || n == "apt") && c.HasArg("update")
		}},
	{name: "pip", what: "its download cache", off: []string{"--no-cache-dir", "--no-index", "--no-cache"},
		env: []string{"PIP_NO_CACHE_DIR", "PIP_CACHE_DIR"}, paths: []string{"/root/.cache/pip", "/root/.cache",
			"~/.cache/pip", "~/.cache"},
		fills: installs("pip", "install", "wheel"), clean: []string{"pip", "cache", "purge"}},
	{name: "apk", what: "its index", off: []string{"--no-cache"}, paths: []string{"/var/cache/apk", "/etc/apk/cache"},
		fills: installs("apk", "add")},
	{name: "dnf", what: "its cache", paths: []string{"/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5",
		"/var/cache"}, fills: installs("dnf", "install", "reinstall"), clean: []string{"clean"}},
	{name: "zypper", what: "its cache", paths: []string{"/var/cache/zypp", "/var/cache"},
		fills: installs("zypper", "install", "in"), clean: []string{"clean"}},
	{name: "yarn", what: "its cache", env: []string{"YARN_CACHE_FOLDER"}, off: []string{"--cache-folder"},
		paths: []string{"/usr/local/share/.cache", "/root/.cache", "/root/.yarn", "~/.cache", "/tmp"},
		fills: installs("yarn", "install", "add"), clean: []string{"yarn", "cache", "clean"}},
	{name: "uv", what: "its cache", env: []string{"UV_NO_CACHE", "UV_CACHE_DIR"},
		off: []string{"--no-cache", "-n", "--cache-dir"}, paths: []string{"/root/.cache/uv", "/root/.cache"},
		fills: installs("uv", "sync", "add"), clean: []string{"uv", "cache"}},
	{name: "poetry", what: "its cache", env: []string{"POETRY_NO_CACHE", "POETRY_CACHE_DIR"},
		off: []string{"--no-cache"}, paths: []string{"/root/.cache/pypoetry", "/root/.cache"},
		fills: installs("poetry", "install", "add", "sync"), clean: []string{"poetry", "cache", "clear"}},
	{name: "conda", what: "its packages' archives", paths: []string{"/opt/conda/pkgs", "/root/micromamba/pkgs",
		"/opt/micromamba/pkgs"}, fills: installs("conda", "install", "create"), clean: []string{"clean"}},
	{name: "pnpm", what: "its store", env: []string{"PNPM_HOME", "npm_config_store_dir"}, off: []string{"--store-dir"},
		paths: []string{"/root/.local/share/pnpm/store", "/root/.local/share/pnpm", "/pnpm/store"},
		fills: installs("pnpm", "install", "i", "add"), clean: []string{"pnpm", "store", "prune"}, minor: true},
	{name: "npm", what: "its cache", env: []string{"NPM_CONFIG_CACHE", "npm_config_cache"}, off: []string{"--cache"},
		paths: []string{"/root/.npm", "~/.npm", "/tmp"}, fills: installs("npm", "install", "i", "ci", "add"),
		clean: []string{"npm", "cache", "clean"}, minor: true},
	{name: "composer", what: "its cache", env: []string{"COMPOSER_CACHE_DIR", "COMPOSER_HOME"},
		off: []string{"--no-cache"}, paths: []string{"/root/.composer", "/root/.cache", "/tmp/cache", "~/.composer"},
		fills: installs("composer", "install", "require"), clean: []string{"composer", "clear-cache"}, minor: true},
}

func installs(manager string, verbs ...string) func(*dockerfile.Command) bool {
	return func(c *dockerfile.Command) bool {
		in := c.Install()
		return in != nil && in.Manager == manager && slices.Contains(verbs, in.Verb)
	}
}

// cacheLeft finds the first command of a RUN whose cache stays in the layer.
func cacheLeft(in *dockerfile.Instruction, env map[string]string) (*dockerfile.Command, *cache) {
	for i, c := range in.Script.Commands {
		for j := range caches {
			k := &caches[j]
			if k.fills(c) && !k.keptOut(in, c, in.Script.Commands[i+1:], env) {
				return c, k
			}
		}
	}
	return nil, nil
}

func (k *cache) keptOut(in *dockerfile.Instruction, c *dockerfile.Command, later []*dockerfile.Command,
	env map[string]string) bool {
	if inst := c.Install(); inst != nil && inst.Has(k.off...) {
		return true
	}
	for _, v := range k.env {
		if s, ok := env[v]; ok && s != "0" && !strings.EqualFold(s, "false") && s != "" || assigned(in.Script, v) {
			return true
		}
	}
	if cached(in, func(target string) bool { return k.covers(target) }) {
		return true
	}
	for _, l := range later {
		if k.clears(l) {
			return true
		}
	}
	return false
}

// assigned reports whether the script sets a variable anywhere.
func assigned(s *dockerfile.Script, name string) bool {
	for _, c := range s.Commands {
		for _, a := range c.Assigns {
			if a.Name == name {
				return true
			}
		}
		for _, w := range c.Args() {
			if strings.HasPrefix(w.Text, name+"=") {
				return true
			}
		}
	}
	return false
}

// covers reports whether a folder is the cache or holds it; another user's home counts like root's.
func (k *cache) covers(path string) bool {
	path = strings.TrimRight(path, "/*")
	for _, p := range k.paths {
		if path == p {
			return true
		}
		home := strings.TrimPrefix(strings.TrimPrefix(p, "/root"), "~")
		if home != p && strings.HasSuffix(path, home) {
			return true
		}
	}
	return false
}

// clears reports whether a later command of the RUN removes the cache.
func (k *cache) clears(c *dockerfile.Command) bool {
	name, words := c.Effective()
	if name == "rm" || name == "find" {
		for _, w := range words[1:] {
			if !strings.HasPrefix(w.Text, "-") && k.covers(w.Text) {
				return true
			}
		}
		return false
	}
	if len(k.clean) == 0 {
		return false
	}
	for _, want := range k.clean {
		if want != name && !c.HasArg(want) {
			return false
		}
	}
	return true
}
