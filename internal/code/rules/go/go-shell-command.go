// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"context"
	"os/exec"
)

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
	// ruleid: go-shell-command
	exec.Command("/bin/sh", "-c", "ls "+name)
	// ruleid: go-shell-command
	exec.CommandContext(context.Background(), "bash", "-c", "ls "+name)
	// ok: go-shell-command
	exec.CommandContext(context.Background(), "/bin/sh", "-c", "ls")
	// ok: go-shell-command
	exec.CommandContext(context.Background(), "ls", "-c", name)
}
