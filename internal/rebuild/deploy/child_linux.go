package deploy

import (
	"os/exec"
	"syscall"
)

// endWithParent has a child end when this process is killed: a Compose that works on alone would undo what the next run
// makes of the state that it finds.
func endWithParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
