package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/stack"
)

var privilegedService = Rule{
	Rule: finding.Rule{
		ID: "privileged-service", Severity: finding.High, CWE: []string{"CWE-250"},
		Title: "The container runs privileged",
		Description: "A privileged container has every capability, every device and no seccomp or AppArmor profile: whoever " +
			"breaks into it owns the machine.",
		Remedy:    "Remove `privileged: true` and add only the capability or device that the program needs.",
		Standards: []string{"CIS Docker 1.6.0 5.5"},
	},
	Check: func(s *Service, tell func(Found)) {
		if s.Rights.Privileged.True() {
			tell(Found{Location: s.Rights.Privileged.Location})
		}
	},
}

// Capabilities with which a process in a container gets out of it, or at other containers' traffic and memory
// (capabilities(7)).
var (
	escapes = set("ALL SYS_ADMIN SYS_MODULE SYS_PTRACE SYS_RAWIO SYS_BOOT DAC_READ_SEARCH BPF PERFMON " +
		"CHECKPOINT_RESTORE MAC_ADMIN MAC_OVERRIDE SYSLOG")
	strong = set("NET_ADMIN SYS_TIME SYS_RESOURCE SYS_TTY_CONFIG LINUX_IMMUTABLE AUDIT_CONTROL AUDIT_READ " +
		"BLOCK_SUSPEND WAKE_ALARM LEASE IPC_LOCK IPC_OWNER SYS_PACCT SYS_NICE NET_BROADCAST")
)

// set is the words of a text.
func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

func capability(s stack.Setting) string {
	return strings.TrimPrefix(strings.ToUpper(s.Text), "CAP_")
}

var dangerousCapability = Rule{
	Rule: finding.Rule{
		ID: "dangerous-capability", Severity: finding.High, CWE: []string{"CWE-250"},
		Title: "A capability is added that reaches beyond the container",
		Description: "With SYS_ADMIN, SYS_MODULE, SYS_PTRACE, DAC_READ_SEARCH and their like a process can leave the container; " +
			"NET_ADMIN and others reach the machine's network, clock or limits. Medium for the latter.",
		Remedy: "Remove it from `cap_add`. Where the program needs it, say so with a waiver, and drop all others " +
			"(`cap_drop: [ALL]`).",
		Standards: []string{"CIS Docker 1.6.0 5.4"},
	},
	Check: func(s *Service, tell func(Found)) {
		for _, added := range s.Rights.CapAdd {
			name := capability(added)
			f := Found{Location: added.Location, What: name, Title: "The container is given the capability " + name}
			switch {
			case name == "ALL":
				f.Title = "The container is given every capability"
			case strong[name]:
				f.Severity = finding.Medium
			case !escapes[name]:
				continue
			}
			tell(f)
		}
	},
}

var capabilitiesKept = Rule{
	Rule: finding.Rule{
		ID: "capabilities-kept", Severity: finding.Info, CWE: []string{"CWE-250"},
		Title: "The container keeps the engine's usual capabilities",
		Description: "The engine gives each container some fourteen capabilities, NET_RAW and DAC_OVERRIDE among them. A web " +
			"application needs none of them.",
		Remedy:    "Add `cap_drop: [ALL]`, and `cap_add` for the one or two that the program turns out to need.",
		Standards: []string{"CIS Docker 1.6.0 5.4"},
	},
	Check: func(s *Service, tell func(Found)) {
		drops := slices.ContainsFunc(s.Rights.CapDrop, func(d stack.Setting) bool { return capability(d) == "ALL" })
		if !drops && !s.Rights.Privileged.True() {
			tell(Found{})
		}
	},
}

// namespace makes a rule on a namespace that the container shares with its machine.
func namespace(id, title, why, key string, severity finding.Severity, section string,
	of func(*stack.Rights) stack.Setting) Rule {
	return Rule{
		Rule: finding.Rule{
			ID: id, Severity: severity, CWE: []string{"CWE-653"}, Title: title, Description: why,
			Remedy: fmt.Sprintf("Remove `%s: host`.", key), Standards: []string{"CIS Docker 1.6.0 " + section},
		},
		Check: func(s *Service, tell func(Found)) {
			if v := of(&s.Rights); v.Is("host") {
				tell(Found{Location: v.Location})
			}
		},
	}
}

var (
	hostProcesses = namespace(
		"host-pid",
		"The container shares the machine's processes",
		"It sees every process of the machine with its arguments and environment, and can signal or trace those of its user: "+
			"all of them where it runs as root.",
		"pid",
		finding.High,
		"5.16",
		func(r *stack.Rights) stack.Setting { return r.PID },
	)
	hostIPC = namespace(
		"host-ipc",
		"The container shares the machine's shared memory",
		"It reads and writes the shared memory and message queues of the machine's own programs.",
		"ipc",
		finding.Medium,
		"5.17",
		func(r *stack.Rights) stack.Setting { return r.IPC },
	)
	hostUTS = namespace("host-uts", "The container shares the machine's host name",
		"It can change the host name that logs and certificates of the machine rely on.", "uts", finding.Low, "5.21",
		func(r *stack.Rights) stack.Setting { return r.UTS })
	hostUsers = namespace("host-users", "The container is kept out of user namespaces",
		"Where the engine maps users (userns-remap), this container's root is the machine's root all the same.",
		"userns_mode", finding.Medium, "5.31", func(r *stack.Rights) stack.Setting { return r.UserNS })
	hostCgroups = namespace(
		"host-cgroup",
		"The container shares the machine's control groups",
		"It sees the limits and the names of everything that runs on the machine, and may change them where it is root.",
		"cgroup",
		finding.Low,
		"5.25",
		func(r *stack.Rights) stack.Setting { return r.Cgroup },
	)
)

var confinementOff = Rule{
	Rule: finding.Rule{
		ID: "confinement-off", Severity: finding.High, CWE: []string{"CWE-693"},
		Title: "A profile that confines the container is switched off",
		Description: "Seccomp keeps some sixty system calls from containers, AppArmor and SELinux the files of the machine. " +
			"Without them a fault of the kernel is within reach of the program.",
		Remedy:    "Remove the entry, or name a profile of your own that allows just what the program needs.",
		Standards: []string{"CIS Docker 1.6.0 5.2, 5.3, 5.22"},
	},
	Check: func(s *Service, tell func(Found)) {
		for _, opt := range s.Rights.SecurityOpt {
			name, value := securityOption(opt.Text)
			if value == "unconfined" || name == "label" && value == "disable" {
				tell(Found{Location: opt.Location, What: name, Title: confinement(name) + " is switched off"})
			}
		}
	},
}

func confinement(name string) string {
	switch name {
	case "seccomp":
		return "The seccomp profile"
	case "apparmor":
		return "The AppArmor profile"
	case "label":
		return "SELinux"
	}
	return "The protection of " + name
}

// securityOption splits "seccomp:unconfined" or "seccomp=unconfined".
func securityOption(text string) (name, value string) {
	i := strings.IndexAny(text, ":=")
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i+1:]
}

var newPrivileges = Rule{
	Rule: finding.Rule{
		ID: "new-privileges", Severity: finding.Low, CWE: []string{"CWE-250"},
		Title: "A program in the container can gain rights by setuid",
		Description: "A program with the setuid bit (su, sudo, mount) makes root of any user in the container. Web applications " +
			"use none of them.",
		Remedy:    "Add `security_opt: [no-new-privileges:true]`.",
		Standards: []string{"CIS Docker 1.6.0 5.26"},
	},
	Check: func(s *Service, tell func(Found)) {
		for _, opt := range s.Rights.SecurityOpt {
			name, value := securityOption(opt.Text)
			if name != "no-new-privileges" {
				continue
			}
			if value == "false" {
				tell(Found{Location: opt.Location})
			}
			return
		}
		tell(Found{})
	},
}

// Folders of the machine that make whoever writes to them its master, and those that tell too much to whoever reads.
var (
	takeover = []string{
		"/",
		"/etc",
		"/root",
		"/boot",
		"/dev",
		"/proc",
		"/sys",
		"/usr",
		"/bin",
		"/sbin",
		"/lib",
		"/lib64",
		"/var/lib/docker",
		"/var/lib/containerd",
		"/var/lib/kubelet",
		"/var/run",
		"/run",
		"/var/spool/cron",
		"/home",
	}
	telling = []string{"/", "/etc", "/root", "/proc", "/var/lib/docker", "/var/lib/containerd", "/home"}
	// What monitoring reads by design; read-only it tells of the machine, and no secrets.
	watched = []string{"/etc/localtime", "/etc/timezone", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf",
		"/etc/machine-id", "/etc/os-release", "/sys", "/var/run", "/run"}
)

var sensitiveMount = Rule{
	Rule: finding.Rule{
		ID: "sensitive-host-path", Severity: finding.High, CWE: []string{"CWE-552"},
		Title: "A folder of the machine itself is mounted",
		Description: "Whoever writes to /etc, /root, /usr or the engine's own folder is root on the machine at the next login " +
			"or job. Read-only it still tells password hashes, keys and other containers' files. Medium where it is read-only.",
		Remedy:    "Mount just the file or the subfolder that the program needs, read-only, or use a named volume.",
		Standards: []string{"CIS Docker 1.6.0 5.6"},
	},
	Check: func(s *Service, tell func(Found)) {
		for i := range s.Volumes {
			m := &s.Volumes[i]
			if m.Type != "bind" || len(m.Unset) > 0 {
				continue
			}
			source := path.Clean(strings.ReplaceAll(m.Source, `\`, "/"))
			f := Found{
				Location: m.Location,
				What:     m.Target,
				Title: fmt.Sprintf("%s of the machine is mounted at %s, to be "+
					"written", source, m.Target),
			}
			switch {
			case slices.Contains(watched, source) && (m.ReadOnly || strings.HasPrefix(source, "/etc/")):
				continue
			case !m.ReadOnly && slices.Contains(takeover, source):
			case m.ReadOnly && slices.Contains(telling, source):
				f.Severity, f.Title = finding.Medium, fmt.Sprintf(
					"%s of the machine is mounted at %s",
					source,
					m.Target,
				)
			default:
				continue
			}
			tell(f)
		}
	},
}

var sharedMount = Rule{
	Rule: finding.Rule{
		ID: "shared-mount", Severity: finding.Medium, CWE: []string{"CWE-668"},
		Title: "Mounts made in the container appear on the machine",
		Description: "With shared propagation a file system that the container mounts over this folder is mounted on the machine, " +
			"and in every container that shares it.",
		Remedy:    "Remove `propagation: shared`, or use `rslave`, which lets mounts of the machine in and none out.",
		Standards: []string{"CIS Docker 1.6.0 5.20"},
	},
	Check: func(s *Service, tell func(Found)) {
		for i := range s.Volumes {
			if m := &s.Volumes[i]; m.Propagation == "shared" || m.Propagation == "rshared" {
				tell(Found{Location: m.Location, What: m.Target})
			}
		}
	},
}

var hostDevice = Rule{
	Rule: finding.Rule{
		ID: "host-device", Severity: finding.Medium, CWE: []string{"CWE-668"},
		Title: "A device of the machine is handed into the container",
		Description: "Memory, disks and /dev/kvm reach past the container's file system; whoever holds a disk reads and writes " +
			"every file on it. High for disks, memory and device rules for all devices.",
		Remedy:    "Remove the device, or hand in the one node that is needed, with `:r` where reading is enough.",
		Standards: []string{"CIS Docker 1.6.0 5.18"},
	},
	Check: func(s *Service, tell func(Found)) {
		for _, d := range s.Rights.Devices {
			source, _, _ := strings.Cut(d.Text, ":")
			f := Found{
				Location: d.Location,
				What:     source,
				Title:    "The device " + source + " is handed into the container",
			}
			switch {
			case len(d.Unset) > 0 || !strings.HasPrefix(source, "/dev"): // a CDI name: vendor.com/gpu=0
				continue
			case harmless(source):
				continue
			case ownsMachine(source):
				f.Severity = finding.High
			}
			tell(f)
		}
		for _, r := range s.Rights.DeviceRules {
			if fields := strings.Fields(r.Text); len(fields) > 1 && (fields[0] == "a" || fields[1] == "*:*") {
				tell(Found{Location: r.Location, What: "rule", Severity: finding.High,
					Title: "The container may use every device of the machine"})
			}
		}
	},
}

// harmless reports whether a device holds nothing of others: graphics, sound, video, serial lines, tunnels.
func harmless(source string) bool {
	for _, p := range []string{"/dev/dri", "/dev/snd", "/dev/video", "/dev/nvidia", "/dev/net/tun", "/dev/fuse",
		"/dev/ttyUSB", "/dev/ttyACM", "/dev/serial", "/dev/bus/usb", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
		"/dev/kfd", "/dev/rtc", "/dev/i2c", "/dev/gpio", "/dev/shm"} {
		if strings.HasPrefix(source, p) {
			return true
		}
	}
	return false
}

func ownsMachine(source string) bool {
	for _, p := range []string{"/dev/mem", "/dev/kmem", "/dev/port", "/dev/sd", "/dev/hd", "/dev/vd", "/dev/xvd", "/dev/nvme",
		"/dev/dm-", "/dev/mapper", "/dev/md", "/dev/mmcblk", "/dev/loop"} {
		if strings.HasPrefix(source, p) {
			return true
		}
	}
	return path.Clean(source) == "/dev"
}

var writableRoot = Rule{
	Rule: finding.Rule{
		ID: "writable-root", Severity: finding.Info, CWE: []string{"CWE-732"},
		Title: "The container's own files can be changed",
		Description: "Whoever breaks in can put programs into the container and change the application's code until it is made " +
			"anew.",
		Remedy:    "Add `read_only: true`, and `tmpfs: [/tmp]` or volumes for what the program writes.",
		Standards: []string{"CIS Docker 1.6.0 5.13"},
	},
	Check: func(s *Service, tell func(Found)) {
		if r := s.Rights.ReadOnly; !r.True() && len(r.Unset) == 0 {
			tell(Found{Location: r.Location})
		}
	},
}

var userRoot = Rule{
	Rule: finding.Rule{
		ID: "user-root", Severity: finding.Medium, CWE: []string{"CWE-250"},
		Title: "The service is told to run as root",
		Description: "`user:` overrides the user that the image was built for. As root, a fault of the program is a fault of " +
			"everything in the container, and of the machine's kernel interfaces.",
		Remedy:    "Remove `user:`, or name the user that the image has for the program.",
		Standards: []string{"CIS Docker 1.6.0 4.1"},
	},
	Check: func(s *Service, tell func(Found)) {
		name, _, _ := strings.Cut(s.Rights.User.Text, ":")
		// A container's user may be the image's own; the Dockerfile gate speaks of that.
		if u := s.Rights.User; u.Set && !s.Live && len(u.Unset) == 0 && (name == "root" || name == "0") {
			tell(Found{Location: u.Location})
		}
	},
}

var defaultBridge = Rule{
	Rule: finding.Rule{
		ID: "default-bridge", Severity: finding.Low, CWE: []string{"CWE-653"},
		Title: "The service is on the engine's default network",
		Description: "On the default bridge every container of the machine that is started without a network reaches every other " +
			"one.",
		Remedy:    "Remove `network_mode: bridge`, so that the service is on its project's own network.",
		Standards: []string{"CIS Docker 1.6.0 5.30"},
	},
	Check: func(s *Service, tell func(Found)) {
		if m := s.Rights.NetworkMode; m.Is("bridge", "default") && !s.Live {
			tell(Found{Location: m.Location})
		}
	},
}

var privilegedBuild = Rule{
	Rule: finding.Rule{
		ID: "privileged-build", Severity: finding.Medium, CWE: []string{"CWE-250"},
		Title: "The image is built with rights on the machine",
		Description: "A build with `privileged`, `security.insecure` or the host's network runs what a dependency's install script " +
			"says with rights on the machine that builds.",
		Remedy: "Remove it; where one step needs it, move that step out of the build.",
	},
	Check: func(s *Service, tell func(Found)) {
		if r := s.Rights.BuildRights; r.True() || r.Is("security.insecure") {
			tell(Found{Location: r.Location, What: "rights"})
		}
		if n := s.Rights.BuildNetwork; n.Is("host") {
			tell(Found{Location: n.Location, What: "network", Severity: finding.Low,
				Title: "The image is built on the machine's own network"})
		}
	},
}
