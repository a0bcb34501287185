//go:build ignore

// Package fixture is what the Go rules are tested on; nothing imports it.
package fixture

import (
	"strconv"
)

func bad(text string) int32 {
	n, _ := strconv.Atoi(text)
	// ruleid: go-integer-overflow
	return int32(n)
}

func good(text string) int16 {
	n, err := strconv.Atoi(text)
	if err != nil || n > 1000 || n < 0 {
		return 0
	}
	// ok: go-integer-overflow
	return int16(n)
}

func sized(text string) int32 {
	n, _ := strconv.ParseInt(text, 10, 32)
	// ok: go-integer-overflow
	return int32(n)
}

func wide(text string) int64 {
	n, _ := strconv.Atoi(text)
	// ok: go-integer-overflow
	return int64(n)
}
