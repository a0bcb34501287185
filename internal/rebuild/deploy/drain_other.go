//go:build !linux

package deploy

// connectionsOf has no means here.
func connectionsOf(int) func() ([]connection, error) {
	return func() ([]connection, error) { return nil, errNoDrain }
}
