package compose

import (
	"strings"

	"github.com/distribution/reference"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/secretname"
)

var noMemoryLimit = Rule{
	Rule: finding.Rule{
		ID: "no-memory-limit", Severity: finding.Low, CWE: []string{"CWE-770"},
		Title: "The container may take all of the machine's memory",
		Description: "One request that makes the program grow takes down every service of the machine, the database and Traefik " +
			"among them.",
		Remedy:    "Add `mem_limit: 512m`, or `deploy.resources.limits.memory`, with room above what it uses.",
		Standards: []string{"CIS Docker 1.6.0 5.11"},
	},
	Check: func(s *Service, tell func(Found)) {
		if m := s.Rights.Memory; !m.Set || m.Is("0") {
			tell(Found{Location: m.Location})
		}
	},
}

var noPIDsLimit = Rule{
	Rule: finding.Rule{
		ID: "no-pids-limit", Severity: finding.Info, CWE: []string{"CWE-770"},
		Title:       "The container may start any number of processes",
		Description: "A program that forks without end leaves the machine without process numbers for anything else.",
		Remedy:      "Add `pids_limit: 200`, or `deploy.resources.limits.pids`.",
		Standards:   []string{"CIS Docker 1.6.0 5.29"},
	},
	Check: func(s *Service, tell func(Found)) {
		if p := s.Rights.PIDs; !p.Set || p.Is("0", "-1") {
			tell(Found{Location: p.Location})
		}
	},
}

var oomKillerOff = Rule{
	Rule: finding.Rule{
		ID: "oom-killer-off", Severity: finding.Medium, CWE: []string{"CWE-770"},
		Title: "The kernel may not end the container when memory runs out",
		Description: "The kernel then ends other programs of the machine instead, or hangs where the container has a limit and " +
			"reaches it.",
		Remedy: "Remove `oom_kill_disable: true`.",
	},
	Check: func(s *Service, tell func(Found)) {
		if o := s.Rights.OOMKillOff; o.True() {
			tell(Found{Location: o.Location})
		}
	},
}

var noHealthcheck = Rule{
	Rule: finding.Rule{
		ID: "no-healthcheck", Severity: finding.Low, CWE: []string{"CWE-1059"},
		Title: "Nothing tells whether the service works",
		Description: "Without a health check a container that hangs counts as running: Traefik sends requests to it, nothing " +
			"restarts it, and a new version goes live before it answers.",
		Remedy:    "Add `healthcheck:` to the service or HEALTHCHECK to its Dockerfile, with a request that the program answers.",
		Standards: []string{"CIS Docker 1.6.0 4.6, 5.27"},
	},
	Check: func(s *Service, tell func(Found)) {
		switch h := s.Healthcheck; {
		case h != nil && h.Disabled:
			tell(Found{Location: h.Location, Title: "The service's health check is switched off"})
		case h == nil && s.ImageHealth == "no" && !s.ends():
			tell(Found{})
		}
	},
}

// ends reports whether other services wait for the service to end: a job has no health.
func (s *Service) ends() bool {
	for i := range s.Stack.Services {
		for _, name := range s.Stack.Services[i].AwaitsEnd {
			if name == s.Name {
				return true
			}
		}
	}
	return false
}

var latestImage = Rule{
	Rule: finding.Rule{
		ID: "latest-image", Severity: finding.Medium, CWE: []string{"CWE-1357"}, OWASP: []string{"A03:2025", "A08:2021"},
		Title: "The image has no version",
		Description: "`latest` is whatever was pushed last. The next pull may bring another major version, or one that somebody " +
			"else pushed, and nobody can say what ran yesterday.",
		Remedy:    "Name a version, `postgres:16.4`, and pin it by digest where it must not change unseen.",
		Standards: []string{"CIS Docker 1.6.0 5.28"},
	},
	Check: func(s *Service, tell func(Found)) {
		if tag, digest, ok := pulled(s); ok && !digest && (tag == "" || tag == "latest") {
			tell(Found{Location: s.ImageLocation})
		}
	},
}

var imageWithoutDigest = Rule{
	Rule: finding.Rule{
		ID: "image-without-digest", Severity: finding.Info, CWE: []string{"CWE-1357"},
		OWASP: []string{"A03:2025", "A08:2021"},
		Title: "The image is not pinned by digest",
		Description: "A tag can be moved to another image. With a digest the machine runs what was tested, and a change is a change " +
			"in the repository.",
		Remedy: "Write `image: NAME:TAG@sha256:…`, and let an update bot raise both.",
	},
	Check: func(s *Service, tell func(Found)) {
		if tag, digest, ok := pulled(s); ok && !digest && tag != "" && tag != "latest" {
			tell(Found{Location: s.ImageLocation})
		}
	},
}

// pulled tells of the image that a service pulls; ok is false for one that is built here, or whose name is not known.
func pulled(s *Service) (tag string, digest, ok bool) {
	if s.Build != nil || s.Image == "" || len(s.ImageUnset) > 0 {
		return "", false, false
	}
	ref, err := reference.ParseNormalizedNamed(s.Image)
	if err != nil {
		return "", false, false
	}
	if t, is := ref.(reference.Tagged); is {
		tag = t.Tag()
	}
	_, digest = ref.(reference.Digested)
	return tag, digest, true
}

var loggingOff = Rule{
	Rule: finding.Rule{
		ID: "logging-off", Severity: finding.Low, CWE: []string{"CWE-778"}, OWASP: []string{"A09:2025", "A09:2021"},
		Title:       "What the service writes to its log is thrown away",
		Description: "After an incident nothing tells what was asked of the service, by whom, and what it answered.",
		Remedy:      "Remove `logging.driver: none`; bound the log instead: `options: {max-size: 10m, max-file: \"3\"}`.",
	},
	Check: func(s *Service, tell func(Found)) {
		if l := s.Rights.LogDriver; l.Is("none") {
			tell(Found{Location: l.Location})
		}
	},
}

// Values that stand in the documentation of an image, and in every list that is tried first.
var usualPasswords = set("admin administrator root toor password passwd pass secret changeme change-me change_me " +
	"changeit letmein default example test guest user postgres mysql mariadb redis mongo mongodb rabbitmq minioadmin minio " +
	"grafana elastic neo4j neo4j/neo4j neo4j/test sa 1234 12345 123456 12345678 123456789 qwerty abc123 password1 " +
	"password123 admin123 root123 welcome dbpassword db_password mypassword mysecretpassword my-secret-pw supersecret " +
	"s3cr3t p@ssw0rd pa55w0rd postgres123 keycloak wordpress drupal joomla nextcloud odoo django flask insecure " +
	"guacamole_pass replace_me replaceme todo dev development app airflow superset")

// Switches with which an image starts without a password.
var noPassword = map[string]func(value string) bool{
	"MYSQL_ALLOW_EMPTY_PASSWORD":        on,
	"MARIADB_ALLOW_EMPTY_PASSWORD":      on,
	"MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": on,
	"ALLOW_EMPTY_PASSWORD":              on,
	"POSTGRES_HOST_AUTH_METHOD":         func(v string) bool { return strings.EqualFold(v, "trust") },
	"NEO4J_AUTH":                        func(v string) bool { return strings.EqualFold(v, "none") },
	"xpack.security.enabled":            func(v string) bool { return strings.EqualFold(v, "false") },
	"DISABLE_SECURITY_PLUGIN":           on,
	"GF_AUTH_ANONYMOUS_ENABLED":         on,
	"DISABLE_AUTH":                      on,
}

func on(value string) bool {
	switch strings.ToLower(value) {
	case "1", "true", "yes", "on":
		return true
	}
	return false
}

var defaultPassword = Rule{
	Rule: finding.Rule{
		ID: "default-password", Severity: finding.High, CWE: []string{"CWE-1392", "CWE-798"},
		OWASP: []string{"A07:2025", "A07:2021"},
		Title: "The service has a password that everybody knows, or none",
		Description: "The value stands in an image's documentation or on the lists that are tried first, or the image is told to " +
			"start without a password. Whoever reaches the service is its administrator.",
		Remedy: "Make a long random value for each installation and hand it in as a secret (`secrets:` and the image's `_FILE` " +
			"variable), not in the compose file.",
	},
	Check: func(s *Service, tell func(Found)) {
		for _, v := range s.Environment {
			f := Found{Location: v.Location, What: v.Name}
			switch off := noPassword[v.Name]; {
			case !v.Known || s.Live && v.Location.Path == "":
				continue
			case off != nil && off(v.Value):
				f.Title = v.Name + " lets everybody in"
			case passwordName(v.Name) && usualPasswords[strings.ToLower(v.Value)]:
				f.Title = v.Name + " is a password that everybody tries first"
			default:
				continue
			}
			tell(f)
		}
	},
}

// passwordName reports whether a variable holds what somebody logs in or signs with. RABBITMQ_DEFAULT_PASS and
// NEO4J_AUTH are such names beside those that say so.
func passwordName(name string) bool {
	upper := strings.ToUpper(name)
	return secretname.Holds(name) || strings.HasSuffix(upper, "_PASS") || strings.HasSuffix(upper, "_PWD") ||
		upper == "NEO4J_AUTH" || strings.HasSuffix(upper, "_ROOT_PW")
}

var secretInEnvironment = Rule{
	Rule: finding.Rule{
		ID: "secret-in-compose-file", Kind: finding.KindSecret, Severity: finding.Medium, CWE: []string{"CWE-798", "CWE-526"},
		OWASP: []string{"A07:2025", "A07:2021"},
		Title: "A secret stands in the compose file",
		Description: "Whoever can read the repository has it, today and in its history. The environment also shows it in " +
			"`docker inspect`, in crash reports and to every program that the service starts.",
		Remedy: "Hand it in by `secrets:` and the image's `_FILE` variable, or at least by `${NAME}` from a file outside the " +
			"repository. Then replace the value: it has been published.",
	},
	Check: func(s *Service, tell func(Found)) {
		for _, v := range s.Environment {
			if !v.Written || !secretname.Holds(v.Name) || notSecret(v.Value) ||
				usualPasswords[strings.ToLower(v.Value)] {
				continue
			}
			tell(
				Found{
					Location: v.Location,
					What:     v.Name,
					Title:    "The value of " + v.Name + " stands in the compose file",
				},
			)
		}
	},
}

// notSecret reports whether a value says that it is none: nothing, a switch, a path, an address, a placeholder.
func notSecret(v string) bool {
	lower := strings.ToLower(strings.TrimSpace(v))
	switch {
	case len(lower) < 4, lower == "true", lower == "false", lower == "none", lower == "null":
		return true
	case strings.HasPrefix(lower, "/"), strings.HasPrefix(lower, "file:"), strings.Contains(lower, "://"):
		return true
	case strings.HasPrefix(lower, "<") && strings.HasSuffix(lower, ">"), strings.Trim(lower, "x*.-") == "":
		return true
	case strings.HasPrefix(lower, "your"), strings.HasPrefix(lower, "{{"):
		return true
	}
	return false
}
