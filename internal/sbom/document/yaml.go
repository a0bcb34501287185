package document

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"github.com/drydock/drydock/internal/bounded"
	"github.com/drydock/drydock/internal/yamlerr"
)

// maxYAML bounds SPDX as YAML, which has to be in memory whole; hardly any tool writes it.
const maxYAML = 16 << 20

// readYAML reads SPDX 2 as YAML, which is the JSON form in other clothes.
func readYAML(r *bufio.Reader, b *builder) error {
	data, err := bounded.ReadAll(r, maxYAML)
	if err != nil {
		return err
	}
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		return yamlerr.Explain(b.inv.Target, data, err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("this YAML has names that are no text: %w", err)
	}
	return readJSON(bufio.NewReader(io.Reader(bytes.NewReader(text))), b)
}
