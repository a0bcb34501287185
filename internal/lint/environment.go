package lint

import (
	"maps"
	"slices"
	"strings"

	"github.com/drydock/drydock/internal/clierr"
)

// Environment adds what hadolint's environment variables say, as hadolint does: lists are joined with those of the
// file, a value stands above the file's. get looks a variable up (os.Getenv). HADOLINT_FORMAT, _OUTPUT, _NOCOLOR and
// _VERBOSE are about hadolint's own output and have no effect.
func (c *Config) Environment(get func(string) string) (*Config, error) {
	out := *c
	out.Ignored = append(slices.Clone(c.Ignored), words(get("HADOLINT_IGNORE"))...)
	out.TrustedRegistries = append(slices.Clone(c.TrustedRegistries),
		words(get("HADOLINT_TRUSTED_REGISTRIES"))...)
	out.Override = map[Level][]string{}
	for _, l := range levels {
		codes := append(append([]string(nil), c.Override[l]...),
			words(get("HADOLINT_OVERRIDE_"+strings.ToUpper(string(l))))...)
		if len(codes) > 0 {
			out.Override[l] = codes
		}
	}
	out.NoFail = c.NoFail || truth(get("HADOLINT_NOFAIL"))
	out.StrictLabels = c.StrictLabels || truth(get("HADOLINT_STRICT_LABELS"))
	out.DisableIgnorePragma = c.DisableIgnorePragma || truth(get("HADOLINT_DISABLE_IGNORE_PRAGMA"))
	if v := get("HADOLINT_FAILURE_THRESHOLD"); v != "" {
		t, err := threshold(v)
		if err != nil {
			return nil, clierr.Usage("HADOLINT_FAILURE_THRESHOLD: %v", err).WithHint(thresholdHint)
		}
		out.FailureThreshold = t
	}
	if err := out.requireLabels(words(get("HADOLINT_REQUIRE_LABELS"))); err != nil {
		return nil, err
	}
	out.Index()
	return &out, nil
}

// requireLabels adds labels of the form "name:kind" to the schema.
func (c *Config) requireLabels(list []string) error {
	if len(list) == 0 {
		return nil
	}
	schema := make(map[string]string, len(c.LabelSchema)+len(list))
	maps.Copy(schema, c.LabelSchema)
	for _, l := range list {
		i := strings.LastIndexByte(l, ':')
		if i <= 0 || !labelKinds[l[i+1:]] {
			return clierr.Usage("HADOLINT_REQUIRE_LABELS: %q is not of the form label:kind", l).WithHint("Kinds: %s.",
				labelKindsHint)
		}
		schema[l[:i]] = l[i+1:]
	}
	c.LabelSchema = schema
	return nil
}

// words splits a list at its commas.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// truth is what hadolint takes for yes.
func truth(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "1", "y", "yes", "true", "on":
		return true
	}
	return false
}
