// Package attack tells how somebody outside could come from a weakness to what is worth having: over a router or a port
// to a service, over a weakness into it, and from there over its networks and volumes to a database or the Docker
// socket. All of it is read from a finished report, so that a recorded one is enough.
//
// A path says what may be possible, not that it was tried: whether a weakness lets somebody run a program depends on it.
package attack

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/report"
)

// Bounds of what a report carries.
const (
	maxPaths   = 60 // of all services
	perService = 3  // weaknesses that a service's paths start with
	maxReaches = 12 // things that a path names
	maxWays    = 4  // ways in that a path names
)

// weight is what an asset adds to the priority of the weakness that leads to it.
var weight = map[report.Asset]int{report.AssetDockerSocket: 20, report.AssetHost: 18, report.AssetSecrets: 15,
	report.AssetDatabase: 12, report.AssetStorage: 8, report.AssetQueue: 6, report.AssetCache: 5,
	report.AssetVolume: 3, report.AssetService: 1}

// Paths are the attack paths of a report, worst first. The findings must have their priorities.
func Paths(r *report.Report) []report.AttackPath {
	m := newModel(r)
	var all []report.AttackPath
	for i := range r.Services {
		s := &r.Services[i]
		if s.Exposure != finding.ExposurePublic && s.Exposure != finding.ExposureAuthenticated &&
			s.Exposure != finding.ExposureAllowlisted {
			continue
		}
		all = append(all, m.from(s)...)
	}
	slices.SortStableFunc(all, func(a, b report.AttackPath) int {
		return cmp.Or(cmp.Compare(width[b.From], width[a.From]), cmp.Compare(b.Score, a.Score),
			cmp.Compare(a.Service, b.Service), cmp.Compare(a.ID, b.ID))
	})
	return all[:min(len(all), maxPaths)]
}

// width orders who can go a path.
var width = map[finding.Exposure]int{finding.ExposurePublic: 3, finding.ExposureAuthenticated: 2,
	finding.ExposureAllowlisted: 1}

// model is the report's services with what stands on their networks.
type model struct {
	r        *report.Report
	plain    map[string]int // how many services have a name
	on       map[string][]*report.Service
	byRef    map[string][]*finding.Finding // open findings that may be a weakness
	withHost map[string]bool               // services that the engine gives every right
}

func newModel(r *report.Report) *model {
	m := &model{r: r, plain: map[string]int{}, on: map[string][]*report.Service{},
		byRef: map[string][]*finding.Finding{}, withHost: map[string]bool{}}
	for i := range r.Services {
		s := &r.Services[i]
		m.plain[s.Name]++
		for _, n := range s.Networks {
			m.on[n] = append(m.on[n], s)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != finding.Open {
			continue
		}
		for _, ref := range f.Refs() {
			if f.Rule == "privileged-service" {
				m.withHost[ref] = true
			}
			m.byRef[ref] = append(m.byRef[ref], f)
		}
	}
	return m
}

// ref names a service as findings do.
func (m *model) ref(s *report.Service) string {
	if m.plain[s.Name] > 1 && s.Stack != "" {
		return s.Stack + "/" + s.Name
	}
	return s.Name
}

// from are the paths that lead in by a service, by its worst weaknesses.
func (m *model) from(s *report.Service) []report.AttackPath {
	ref := m.ref(s)
	found := m.weaknesses(s, ref)
	if len(found) == 0 {
		return nil
	}
	ways, reaches := waysInto(s), m.reaches(s)
	score, more := 0, 0
	for _, reach := range reaches {
		score = max(score, weight[reach.Asset], weight[reach.Holds]/2)
	}
	if len(reaches) > maxReaches {
		more = len(reaches) - maxReaches
		reaches = reaches[:maxReaches]
	}
	var out []report.AttackPath
	for _, f := range found[:min(len(found), perService)] {
		h := sha256.Sum256([]byte(ref + "\x00" + f.ID))
		out = append(
			out,
			report.AttackPath{ID: "w-" + hex.EncodeToString(h[:6]), From: s.Exposure, Ways: ways, Service: ref,
				Finding: f.ID, Rule: f.Rule, Title: f.Title, Severity: f.Severity, Priority: f.Priority, Score: f.Priority + score,
				Others: len(found) - 1, Reaches: reaches, More: more},
		)
	}
	return out
}

// weaknesses are the findings by which somebody may come into a service, worst first, one of each package or rule.
func (m *model) weaknesses(s *report.Service, ref string) []*finding.Finding {
	var out []*finding.Finding
	said := map[string]bool{}
	all := slices.Clone(m.byRef[ref])
	slices.SortStableFunc(all, func(a, b *finding.Finding) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID))
	})
	for _, f := range all {
		what := f.Rule
		if f.Package != nil {
			what = f.Package.Name
		}
		if !serves(s, f) || said[what] {
			continue
		}
		said[what] = true
		out = append(out, f)
	}
	return out
}

// serves reports whether a finding may be a way into a service: a hole in a package that ships and may be loaded, or in
// the code; or a port of a store on the machine, which needs no hole.
func serves(s *report.Service, f *finding.Finding) bool {
	if f.Kind.Quality() || f.Weight().Rank() < finding.Medium.Rank() {
		return false
	}
	switch f.Gate {
	case finding.GateImage:
		return f.Package != nil && f.Forecast != finding.ForecastNotShipped && f.Reachable != finding.ReachableNo
	case finding.GateCode:
		return true
	case finding.GateAccess:
		return f.Effect == finding.EffectOpen && f.Router == "" && f.Service == s.Name &&
			assetOf(s) != report.AssetService
	}
	return false
}

// waysInto are the routers by which a service is as exposed as the report says, or its ports where none is.
func waysInto(s *report.Service) []report.Way {
	var out []report.Way
	for _, rt := range s.Routers {
		word, _, _ := strings.Cut(rt.Access, " ")
		if strings.TrimRight(word, ":,") == string(s.Exposure) && len(out) < maxWays {
			out = append(out, report.Way{Router: rt.Name, Rule: rt.Rule})
		}
	}
	if len(out) == 0 {
		out = append(out, report.Way{})
	}
	return out
}

// reaches is what a service reaches, the gravest first.
func (m *model) reaches(s *report.Service) []report.Reach {
	var out []report.Reach
	ref := m.ref(s)
	if own := assetOf(s); own != report.AssetService {
		out = append(out, report.Reach{Asset: own, Name: ref})
	}
	if m.withHost[ref] {
		out = append(out, report.Reach{Asset: report.AssetHost, Name: "the machine (privileged)"})
	}
	for _, v := range s.Mounts {
		if asset := mounted(v); asset != "" {
			out = append(out, report.Reach{Asset: asset, Name: cmp.Or(v.Source, v.Target), ReadOnly: v.ReadOnly})
		}
	}
	seen := map[*report.Service]bool{s: true}
	for _, network := range s.Networks {
		if network == hostNetwork {
			out = append(out, report.Reach{Asset: report.AssetHost, Name: "the machine's network", Network: network})
			continue
		}
		for _, other := range m.on[network] {
			if seen[other] {
				continue
			}
			seen[other] = true
			reach := report.Reach{Asset: assetOf(other), Name: m.ref(other), Network: network}
			reach.Holds = m.holds(other)
			out = append(out, reach)
		}
	}
	slices.SortStableFunc(out, func(a, b report.Reach) int {
		return cmp.Or(cmp.Compare(max(weight[b.Asset], weight[b.Holds]/2), max(weight[a.Asset], weight[a.Holds]/2)),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Network, b.Network))
	})
	return out
}

// hostNetwork is the name of the network of a service that has the machine's own.
const hostNetwork = "host"

// holds is the gravest of what another service has in its hands.
func (m *model) holds(s *report.Service) report.Asset {
	if m.withHost[m.ref(s)] {
		return report.AssetHost
	}
	for _, v := range s.Mounts {
		if asset := mounted(v); asset == report.AssetDockerSocket || asset == report.AssetHost {
			return asset
		}
	}
	return ""
}

// mounted tells what a mount gives, "" for a folder of the project.
func mounted(v report.Mount) report.Asset {
	for _, p := range []string{v.Source, v.Target} {
		switch path.Base(path.Clean(p)) {
		case "docker.sock", "podman.sock":
			return report.AssetDockerSocket
		}
	}
	if !v.Bind {
		if v.Source == "" {
			return ""
		}
		return report.AssetVolume
	}
	switch at := path.Clean(v.Source); {
	case at == "/", at == "/var", at == "/run", at == "/var/run", at == "/run/podman":
		return report.AssetDockerSocket // which stands there or below
	case slices.Contains(hostFolders, at), strings.HasPrefix(at, "/var/lib/docker"):
		return report.AssetHost
	}
	return ""
}

// hostFolders are folders of the machine by which somebody comes to more than the container.
var hostFolders = []string{"/etc", "/root", "/home", "/usr", "/boot", "/dev", "/proc", "/sys", "/opt", "/srv",
	"/etc/shadow", "/root/.ssh", "/var/lib"}

// stores are words with which the names of images of what keeps something begin.
var stores = []struct {
	asset report.Asset
	words string
}{
	{report.AssetSecrets, "vault openbao infisical vaultwarden"},
	{
		report.AssetDatabase,
		"postgres postgis pgvector timescaledb mysql mariadb percona mongo mongodb mssql oracle cockroach " +
			"cockroachdb clickhouse influxdb neo4j couchdb couchbase cassandra scylla elasticsearch opensearch ferretdb " +
			"rethinkdb surrealdb questdb qdrant weaviate milvus db database",
	},
	{report.AssetStorage, "minio seaweedfs garage"},
	{report.AssetQueue, "rabbitmq kafka nats mosquitto activemq redpanda pulsar"},
	{report.AssetCache, "redis valkey keydb dragonfly memcached"},
}

// helpers are words of images that stand beside a store and keep nothing.
var helpers = []string{"exporter", "commander", "express", "ui", "admin", "insight", "backup", "client", "web", "gui",
	"proxy", "operator", "manager", "init", "migrate", "migrations"}

// assetOf tells by a service's image what it keeps, or by its name where it is built here.
func assetOf(s *report.Service) report.Asset {
	name := s.Image
	if name == "" || s.Build != nil {
		name = s.Name
	}
	name, _, _ = strings.Cut(name, "@")
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	name, _, _ = strings.Cut(name, ":")
	words := strings.FieldsFunc(name, func(c rune) bool { return c == '-' || c == '_' || c == '.' })
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(helpers, w) }) {
		return report.AssetService
	}
	for _, store := range stores {
		for _, word := range strings.Fields(store.words) {
			if slices.ContainsFunc(words, func(w string) bool { return w == word || w == word+"ql" }) {
				return store.asset
			}
		}
	}
	return report.AssetService
}
