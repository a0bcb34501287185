//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
)

func all() {
	// ruleid: go-debug-mode
	gin.SetMode(gin.DebugMode)
	e := echo.New()
	// ruleid: go-debug-mode
	e.Debug = true

	// ok: go-debug-mode
	gin.SetMode(gin.ReleaseMode)
	// ok: go-debug-mode
	gin.SetMode(gin.TestMode)
	// ok: go-debug-mode
	e.Debug = false
}
