package stack

import (
	"strings"

	"github.com/moby/moby/api/types/container"

	"github.com/drydock/drydock/internal/finding"
)

// Rights is what a service's container may do on its machine: what the file gives it and takes from it. A zero Setting
// is one that the file does not have.
type Rights struct {
	Privileged   Setting
	CapAdd       []Setting
	CapDrop      []Setting
	SecurityOpt  []Setting
	PID          Setting // "host", "service:x", ...
	IPC          Setting
	UTS          Setting
	UserNS       Setting
	Cgroup       Setting
	NetworkMode  Setting
	ReadOnly     Setting
	Memory       Setting // mem_limit, or deploy.resources.limits.memory
	PIDs         Setting // pids_limit, or deploy.resources.limits.pids
	OOMKillOff   Setting // oom_kill_disable
	Devices      []Setting
	DeviceRules  []Setting // device_cgroup_rules
	LogDriver    Setting
	User         Setting
	BuildRights  Setting // build.privileged, or an entitlement of the build
	BuildNetwork Setting
}

// Setting is a value of the file with its place.
type Setting struct {
	Text     string // after interpolation; "" with Set where a variable has no value
	Set      bool
	Unset    []string
	Location finding.Location
}

// Is reports whether the setting has one of the values, in any case of letters.
func (s Setting) Is(values ...string) bool {
	for _, v := range values {
		if s.Set && strings.EqualFold(s.Text, v) {
			return true
		}
	}
	return false
}

// True reports whether the setting is YAML's or Compose's true.
func (s Setting) True() bool { return s.Is("true", "yes", "on", "y", "1") }

func setting(n *node) Setting {
	if n == nil || n.kind == nullKind {
		return Setting{}
	}
	return Setting{Text: n.value(), Set: true, Unset: n.unset, Location: n.loc}
}

func (d *decoder) settings(n *node, key string) []Setting {
	var out []Setting
	for _, item := range d.list(key, n.get(key)) {
		if item.kind == mapKind { // a device in its long form
			item = item.get("source")
		}
		if s := setting(item); s.Set {
			out = append(out, s)
		}
	}
	return out
}

func (d *decoder) rights(n *node) Rights {
	limits := n.get("deploy").get("resources").get("limits")
	r := Rights{
		Privileged: setting(n.get("privileged")), CapAdd: d.settings(n, "cap_add"), CapDrop: d.settings(n, "cap_drop"),
		SecurityOpt: d.settings(n, "security_opt"), PID: setting(n.get("pid")), IPC: setting(n.get("ipc")),
		UTS: setting(n.get("uts")), UserNS: setting(n.get("userns_mode")), Cgroup: setting(n.get("cgroup")),
		NetworkMode: setting(n.get("network_mode")), ReadOnly: setting(n.get("read_only")),
		Memory:  firstSet(setting(n.get("mem_limit")), setting(limits.get("memory"))),
		PIDs:    firstSet(setting(n.get("pids_limit")), setting(limits.get("pids"))),
		Devices: d.settings(n, "devices"), DeviceRules: d.settings(n, "device_cgroup_rules"),
		OOMKillOff: setting(n.get("oom_kill_disable")), LogDriver: setting(n.get("logging").get("driver")),
		User: setting(n.get("user")),
	}
	if b := n.get("build"); b != nil && b.kind == mapKind {
		r.BuildRights = setting(b.get("privileged"))
		for _, e := range d.settings(b, "entitlements") {
			if !r.BuildRights.True() {
				r.BuildRights = e
			}
		}
		r.BuildNetwork = setting(b.get("network"))
	}
	return r
}

func firstSet(all ...Setting) Setting {
	for _, s := range all {
		if s.Set {
			return s
		}
	}
	return Setting{}
}

// liveRights is what the engine says of a container.
func liveRights(c *container.InspectResponse) Rights {
	var r Rights
	text := func(s string) Setting { return Setting{Text: s, Set: s != ""} }
	list := func(all []string) (out []Setting) {
		for _, s := range all {
			out = append(out, text(s))
		}
		return out
	}
	if c.Config != nil {
		r.User = text(c.Config.User)
	}
	hc := c.HostConfig
	if hc == nil {
		return r
	}
	yes := func(b bool) Setting {
		if b {
			return text("true")
		}
		return Setting{}
	}
	r.Privileged, r.ReadOnly = yes(hc.Privileged), yes(hc.ReadonlyRootfs)
	r.CapAdd, r.CapDrop, r.SecurityOpt = list(hc.CapAdd), list(hc.CapDrop), list(hc.SecurityOpt)
	r.PID, r.IPC, r.UTS = text(string(hc.PidMode)), text(string(hc.IpcMode)), text(string(hc.UTSMode))
	r.UserNS, r.Cgroup = text(string(hc.UsernsMode)), text(string(hc.CgroupnsMode))
	r.NetworkMode, r.LogDriver = text(string(hc.NetworkMode)), text(hc.LogConfig.Type)
	r.OOMKillOff = yes(hc.OomKillDisable != nil && *hc.OomKillDisable)
	r.Memory = yes(hc.Memory > 0)
	r.PIDs = yes(hc.PidsLimit != nil && *hc.PidsLimit > 0)
	for _, d := range hc.Devices {
		r.Devices = append(r.Devices, text(d.PathOnHost))
	}
	r.DeviceRules = list(hc.DeviceCgroupRules)
	return r
}
