package main

import (
	"context"

	"github.com/drydock/drydock/internal/clierr"
)

// rebuildImages builds the images anew, compares each with the one that it replaces and tells the verdicts.
func (a *app) rebuildImages(context.Context, []string, *rebuildFlags) error {
	return clierr.Usage("this version of drydock tells what is due and builds nothing").
		WithHint("drydock rebuild --check tells what a rebuild would mend.")
}
