// Package rules carries the rules that come with drydock: <language>/<id>.yaml beside its fixture <id>.<ext>.
package rules

import "embed"

// FS holds the rule files.
//
//go:embed */*.yaml
var FS embed.FS
