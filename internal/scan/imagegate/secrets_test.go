package imagegate

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/drydock/drydock/internal/image/imagetest"
	"github.com/drydock/drydock/internal/scan/gate"
	"github.com/drydock/drydock/internal/scan/target"
)

// Secrets in layers are found, those too that a later layer removes, and so are those of the configuration and the build
// history; each once, and none is shown.
func TestSecrets(t *testing.T) {
	t.Setenv("DRYDOCK_HOME", t.TempDir())
	token := "ghp_" + "lbSH4CWqHKWSJCtf6JdQKnIkM6IkV00NzVax"
	hook := "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"
	const random, password = "f9Qz7LxV2t" + "RmK3cWfD8sYpE1u", "Zk4vQ9tR2m"
	img := imagetest.Image(t, [][]byte{
		imagetest.Tar(t, imagetest.File{Name: "app/.env", Data: "A=1\nAPI_KEY=" + random + "\n"},
			imagetest.File{Name: "root/.netrc", Data: "password " + token},
			imagetest.File{Name: "usr/lib/python3/x.py", Data: token},
			imagetest.File{Name: "app/node_modules/a/x.js", Data: token}),
		imagetest.Tar(t, imagetest.File{Name: "root/.wh..netrc"}),
	}, "COPY . . # buildkit", "RUN |2 NPM_TOKEN="+password+" V=1 /bin/sh -c rm /root/.netrc # buildkit")
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	c = c.DeepCopy()
	c.Config.Env = []string{"PATH=/usr/bin", "STRIPE=" + hook, "DB_PASSWORD_FILE=/run/secrets/db", "GPG_KEY=A035C8C19219BA82"}
	c.Config.Labels = map[string]string{"deploy.token": password + "x7"}
	if img, err = mutate.ConfigFile(img, c); err != nil {
		t.Fatal(err)
	}
	ref := "docker-archive:" + imagetest.Docker(t, img, "app:1")
	for range 2 { // the second run has the layers from the cache
		res, err := run(context.Background(), &target.Target{Name: ref, Images: []string{ref}}, &gate.Options{Offline: true, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range res.Findings {
			f := &res.Findings[i]
			if f.Rule[:7] == "secret-" {
				got = append(got, f.Rule+" "+f.Location.String()+" "+strings.SplitN(f.Title, ", ", 2)[1])
			}
		}
		want := []string{"secret-generic app/.env:2 in the image's file /app/.env",
			"secret-github-token root/.netrc:1 in the image's file /root/.netrc, which a later layer removes",
			"secret-stripe-key " + ref + " in the image's configuration: variable STRIPE",
			"secret-generic " + ref + " in the image's configuration: label deploy.token",
			"secret-generic " + ref + " in the image's build history"}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		text, err := json.Marshal(res.Findings)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{token, hook, random, password} {
			if strings.Contains(string(text), secret) {
				t.Errorf("a finding holds %s", secret)
			}
		}
	}
}
