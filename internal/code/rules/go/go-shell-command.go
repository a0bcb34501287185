//go:build fixture

package main

import "os/exec"

func run(name string) {
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
