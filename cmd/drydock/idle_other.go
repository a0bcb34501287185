//go:build !linux

package main

import "runtime/debug"

// rest gives back the memory that only the start needed.
func rest() { debug.FreeOSMemory() }
