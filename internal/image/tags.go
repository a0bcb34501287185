package image

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const (
	maxTagPages = 50      // of one repository, of 1,000 tags each
	maxTagBytes = 4 << 20 // of one page
)

// Tags lists the tags of a registry's repository, with the credentials that the docker client has. Of a repository with
// more than some 50,000 the first ones are listed, and whole is false.
func Tags(ctx context.Context, repository string) (tags []string, whole bool, err error) {
	repo, err := name.NewRepository(repository)
	if err != nil {
		return nil, false, err
	}
	options := append(registryOptions(ctx), remote.WithPageSize(1000),
		remote.WithTransport(boundedPages{remote.DefaultTransport}))
	puller, err := remote.NewPuller(options...)
	if err != nil {
		return nil, false, err
	}
	list, err := puller.Lister(ctx, repo)
	if err != nil {
		return nil, false, err
	}
	for page := 0; list.HasNext(); page++ {
		if page == maxTagPages {
			return tags, false, nil
		}
		next, err := list.Next(ctx)
		if err != nil {
			return tags, false, err
		}
		tags = append(tags, next.Tags...)
	}
	return tags, true, nil
}

// PullSize is how many bytes of layers an image of a registry has, packed as they are fetched.
func PullSize(ctx context.Context, ref, platform string) (int64, error) {
	r, err := name.ParseReference(ref)
	if err != nil {
		return 0, err
	}
	img, err := fetchManifest(ctx, r, Options{Platform: platform})
	if err != nil {
		return 0, err
	}
	return img.packed, nil
}

// boundedPages ends a list of tags that comes to more than any registry sends in a page.
type boundedPages struct{ http.RoundTripper }

var errTags = errors.New("the list of tags is longer than any registry's")

func (b boundedPages) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/tags/list") {
		resp.Body = &boundedBody{resp.Body, maxTagBytes}
	}
	return resp, err
}

type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTags
	}
	return n, err
}
