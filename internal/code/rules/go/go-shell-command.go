// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import "os/exec"

// Run starts commands.
func Run(name string) {
	// ruleid: go-shell-command
	exec.Command("sh", "-c", "ls "+name)
	// ok: go-shell-command
	exec.Command("sh", "-c", "ls")
	const fixed = "ls -l"
	// ok: go-shell-command
	exec.Command("bash", "-c", fixed)
	// ok: go-shell-command
	exec.Command("ls", name)
}
