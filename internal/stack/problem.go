package stack

import "github.com/drydock/drydock/internal/clierr"

// Problem is an input that could not be read, or not in full, while the rest of the host was. A command that meets one
// reports what it could read and exits 3.
type Problem struct {
	Path string        // the file or folder, as findings show it
	Err  *clierr.Error // reason, place and hint
}
