//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"net/http"
	"os/exec"
	"strconv"

	"github.com/labstack/echo/v4"
)

func ping(w http.ResponseWriter, r *http.Request) {
	host := r.FormValue("host")
	// ruleid: go-command-injection
	exec.Command("sh", "-c", "ping -c 1 "+host).Run()
	// ruleid: go-command-injection
	exec.CommandContext(r.Context(), "/bin/bash", "-c", "ping "+host).Run()
	// ruleid: go-command-injection
	exec.Command(r.FormValue("tool"), "-h").Run()
	// ruleid: go-command-injection
	exec.Command("git", "clone", r.FormValue("repo")).Run()

	// ok: go-command-injection
	exec.Command("ping", "-c", "1", "--", host).Run()
	// ok: go-command-injection
	exec.Command("sh", "-c", "uptime").Run()
	count, _ := strconv.Atoi(r.FormValue("count"))
	// ok: go-command-injection
	exec.Command("sh", "-c", "sleep "+strconv.Itoa(count)).Run()
	tool := "df"
	if r.FormValue("tool") == "uptime" {
		tool = "uptime"
	}
	// ok: go-command-injection
	exec.Command(tool).Run()
}

func run(c echo.Context) error {
	// ruleid: go-command-injection
	return exec.Command("sh", "-c", c.QueryParam("cmd")).Run()
}
