package traefiktest

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/drydock/drydock/internal/testenv"
)

// inside marks the process that runs in the namespace.
const inside = "DRYDOCK_TEST_NAMESPACE"

// InNamespace runs the rest of a test in a network namespace of its own, whose loopback interface has further
// addresses. It returns true in there; the caller returns at once where it is false, after the test has run in there.
// It needs root and iproute2.
func InNamespace(t *testing.T, addresses ...string) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		return true
	}
	testenv.Userns(t)
	if _, err := exec.LookPath("ip"); err != nil {
		testenv.Absent(t, "ip, of iproute2")
	}
	setup := "ip link set lo up"
	for _, a := range addresses {
		setup += " && ip address add " + a + " dev lo nodad"
	}
	args := []string{"-c", setup + ` && exec "$0" "$@"`, os.Args[0], "-test.run=^" + t.Name() + "$", "-test.v",
		"-test.timeout=5m"}
	cmd := exec.Command("sh", args...)
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	t.Logf("in a namespace of its own:\n%s", out)
	if err != nil {
		t.Errorf("in the namespace: %v", err)
	}
	return false
}
