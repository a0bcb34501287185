// Package testenv finds what a test needs beyond Go: a peer tool, an engine, the shared test data. Where it is absent
// the test is skipped and says so; with DRYDOCK_REQUIRE=1 (as in .ci/run, where nothing is absent) it fails instead.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Absent skips the test for want of something, or fails it where nothing may be absent.
func Absent(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("DRYDOCK_REQUIRE") != "" {
		t.Fatalf("absent: "+format, args...)
	}
	t.Skipf("absent: "+format, args...)
}

// Peers is the folder into which .ci/peers installs the tools that tests compare with.
func Peers() string {
	if d := os.Getenv("DRYDOCK_PEERS"); d != "" {
		return d
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".cache", "drydock-peers")
}

// Tool returns the path of a peer tool: of the peers' folder first, then of PATH.
func Tool(t testing.TB, name string) string {
	t.Helper()
	if p := filepath.Join(Peers(), "bin", name); isFile(p) {
		return p
	}
	if p, err := exec.LookPath(name); err == nil {
		return p
	}
	Absent(t, "%s (install it with .ci/peers %s)", name, name)
	return ""
}

// Root is the repository's root folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Shared returns a path below the shared test data, which stands beside the repository or where DRYDOCK_SHARED says.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("DRYDOCK_SHARED")
	if dir == "" {
		dir = filepath.Join(Root(), "..", "shared")
	}
	p := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(p); err != nil {
		Absent(t, "shared test data %s (set DRYDOCK_SHARED)", filepath.Join(elem...))
	}
	return p
}

// Engine returns the path of a docker client whose engine answers. Debian's client in /usr/bin comes first: it has
// BuildKit built in.
func Engine(t testing.TB) string {
	t.Helper()
	for _, c := range []string{"/usr/bin/docker", "docker"} {
		p, err := exec.LookPath(c)
		if err != nil {
			continue
		}
		if exec.Command(p, "version", "--format", "{{.Server.Version}}").Run() == nil {
			return p
		}
	}
	Absent(t, "a Docker engine (.ci/engine starts one)")
	return ""
}

// Userns skips unless the test runs as root, which network namespaces and chroot need.
func Userns(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		Absent(t, "root, for a network namespace of the test's own")
	}
}

func isFile(p string) bool {
	st, err := os.Stat(p)
	return err == nil && st.Mode().IsRegular()
}

// Slow skips a test that takes minutes, unless DRYDOCK_SLOW is set or nothing may be absent.
func Slow(t testing.TB) {
	t.Helper()
	if os.Getenv("DRYDOCK_REQUIRE") == "" && os.Getenv("DRYDOCK_SLOW") == "" {
		t.Skip("slow: set DRYDOCK_SLOW=1 to run it")
	}
}
