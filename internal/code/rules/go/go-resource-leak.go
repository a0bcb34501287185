//go:build ignore

// Package fixture is what a rule is tested on; nothing imports it.
package fixture

func f(path string, b []byte) error {
	// ruleid: go-resource-leak
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = file.Read(b)
	return err
}

func closed(path string, b []byte) error {
	// ok: go-resource-leak
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Read(b)
	return err
}

func given(path string) (*os.File, error) {
	// ok: go-resource-leak
	file, err := os.Open(path)
	return file, err
}
