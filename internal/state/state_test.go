package state

import (
	"path/filepath"
	"testing"
)

func TestFolders(t *testing.T) {
	for _, c := range []struct{ home, xdgData, xdgCache, data, cache string }{
		{"/d", "/x", "/y", "/d/data", "/d/cache"},
		{"", "/x", "/y", "/x/drydock", "/y/drydock"},
	} {
		t.Setenv("DRYDOCK_HOME", c.home)
		t.Setenv("XDG_DATA_HOME", c.xdgData)
		t.Setenv("XDG_CACHE_HOME", c.xdgCache)
		data, err1 := Data()
		cache, err2 := Cache()
		if err1 != nil || err2 != nil || data != filepath.FromSlash(c.data) || cache != filepath.FromSlash(c.cache) {
			t.Errorf("%+v: %q, %q, %v, %v", c, data, cache, err1, err2)
		}
	}
}
