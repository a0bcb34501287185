package stages

import "testing"

func TestEstimate(t *testing.T) {
	sizes := map[string]int64{"python:3.11": 835e6, "python:3.11-slim": 147e6}
	size := func(ref string) (int64, bool) { n, ok := sizes[ref]; return n, ok }
	for name, c := range map[string]struct {
		res  Result
		size func(string) (int64, bool)
		want string
	}{
		"both at hand": {Result{Builder: "python:3.11", Final: "python:3.11-slim"}, size,
			"at least 688 MB less: python:3.11 has 835 MB, python:3.11-slim 147 MB"},
		"onto nothing": {Result{Builder: "python:3.11", Final: "scratch"}, size,
			"at least 835 MB less: python:3.11 has 835 MB, scratch 0 MB"},
		"one is absent": {Result{Builder: "python:3.11", Final: "python:3.12-slim"}, size,
			"no estimate: the size of python:3.12-slim is not at hand"},
		"no engine": {Result{Builder: "python:3.11", Final: "python:3.11-slim"}, nil,
			"no estimate without a container engine: the sizes of python:3.11 and python:3.11-slim are not at hand"},
		"the same base": {Result{Builder: "python:3.11-slim", Final: "python:3.11-slim"}, size,
			"no estimate: both stages stand on bases of the same size"},
	} {
		if e := EstimateOf(&c.res, c.size); e.Text != c.want || e.Known != (e.Text[0] == 'a') {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
