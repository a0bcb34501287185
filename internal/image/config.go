package image

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/drydock/drydock/internal/inventory"
	"github.com/drydock/drydock/internal/lazyregexp"
	"github.com/drydock/drydock/internal/secretname"
)

// applyConfig fills info from an image's configuration: what it runs, its layers, and the instruction of each.
func applyConfig(info *inventory.Image, data []byte) error {
	var c v1.ConfigFile
	if err := json.Unmarshal(data, &c); err != nil {
		return err
	}
	if c.RootFS.Type != "layers" && len(c.RootFS.DiffIDs) == 0 && c.OS == "" {
		return errors.New("not an image's configuration")
	}
	if len(c.RootFS.DiffIDs) > maxLayers {
		return fmt.Errorf("%d layers, at most %d can be", len(c.RootFS.DiffIDs), maxLayers)
	}
	sum := sha256.Sum256(data)
	info.ID = "sha256:" + hex.EncodeToString(sum[:])
	info.OS, info.Arch, info.Variant = c.OS, c.Architecture, c.Variant
	if !c.Created.IsZero() {
		info.Created = c.Created.UTC().Format("2006-01-02T15:04:05Z07:00")
	}
	info.Entrypoint, info.Cmd, info.Env = c.Config.Entrypoint, c.Config.Cmd, c.Config.Env
	info.User, info.WorkingDir, info.Labels = c.Config.User, c.Config.WorkingDir, c.Config.Labels
	for p := range c.Config.ExposedPorts {
		info.ExposedPorts = append(info.ExposedPorts, p)
	}
	sort.Strings(info.ExposedPorts)
	info.Layers = make([]inventory.Layer, len(c.RootFS.DiffIDs))
	for i, d := range c.RootFS.DiffIDs {
		info.Layers[i] = inventory.Layer{DiffID: d.String(), HistoryRow: -1}
	}
	for _, row := range c.History {
		info.History = append(info.History, row.CreatedBy)
	}
	applyHistory(info, c.History)
	return nil
}

// maxLayers is more than any engine can mount.
const maxLayers = 1000

// applyHistory gives each layer the instruction that made it. Rows that made no layer are marked so; where the rest
// does not fit the layers, nothing is told rather than something wrong.
func applyHistory(info *inventory.Image, rows []v1.History) {
	n := 0
	for _, r := range rows {
		if !r.EmptyLayer {
			n++
		}
	}
	if n != len(info.Layers) {
		return
	}
	i := 0
	for row, r := range rows {
		if r.EmptyLayer {
			continue
		}
		info.Layers[i].HistoryRow = row
		info.Layers[i].CreatedBy = Instruction(r.CreatedBy)
		if info.Layers[i].CreatedBy == "" {
			info.Layers[i].CreatedBy = strings.TrimSpace(r.Comment) // "Imported from -"
		}
		i++
	}
}

var (
	// The shell that a builder wraps around a RUN instruction's command.
	shellRE = lazyregexp.New(`^(?:/\S*/)?(?:ba|da|a|z)?sh(?:\s+-[a-z]+|\s+pipefail)*\s+-[a-z]*c\s+`)
	// The same, found after build arguments, whose values are not told.
	argsShellRE = lazyregexp.New(`\s/\S*sh(?:\s+-[a-z]+|\s+pipefail)*\s+-[a-z]*c\s+`)
	argsRE      = lazyregexp.New(`^\|\d+ `)
	keywordRE   = lazyregexp.New(
		`^(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s`)
	blanksRE = lazyregexp.New(`\s+`)
)

// Instruction is a row of an image's history as the Dockerfile would have it: without the builder's shell, without the
// values of build arguments and environment variables, on one line.
func Instruction(createdBy string) string {
	s := blanksRE.ReplaceAllString(strings.TrimSpace(createdBy), " ")
	s = strings.TrimSpace(strings.TrimSuffix(s, "# buildkit"))
	s = strings.TrimPrefix(s, "RUN ")
	run := len(s) != len(strings.TrimPrefix(s, "RUN ")) || !keywordRE.MatchString(s+" ")
	if argsRE.MatchString(s) {
		loc := argsShellRE.FindStringIndex(s)
		if loc == nil {
			return "RUN"
		}
		s, run = s[loc[1]:], true
	} else if loc := shellRE.FindStringIndex(s); loc != nil {
		s, run = s[loc[1]:], true
	}
	if rest, ok := strings.CutPrefix(s, "#(nop) "); ok {
		s, run = strings.TrimSpace(rest), false
	}
	switch word, rest, _ := strings.Cut(s, " "); word {
	case "ENV", "ARG":
		if !run {
			name, _, _ := strings.Cut(rest, "=")
			return word + " " + name
		}
	}
	s = secretname.Hide(s)
	if run && s != "" && createdBy != "" && !keywordRE.MatchString(s+" ") {
		return "RUN " + s
	}
	return s
}
