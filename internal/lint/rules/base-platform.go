package rules

import (
	"github.com/containerd/platforms"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/drydock/drydock/internal/dockerfile"
	"github.com/drydock/drydock/internal/finding"
	"github.com/drydock/drydock/internal/lint"
)

var basePlatform = lint.Rule{
	BuildCheck: "InvalidBaseImagePlatform",
	Rule: finding.Rule{
		ID: "base-platform", Aliases: []string{"InvalidBaseImagePlatform"}, Severity: finding.Medium,
		Title: "The base image is for another platform",
		Description: "The image that is held under this name was made for another system or processor than the one " +
			"that FROM asks for; its programs do not run, or only in emulation. Told where the engine holds the image.",
		Remedy:     "Pull the base for the platform, or name one that has it.",
		References: []string{"https://docs.docker.com/build/building/multi-platform/"},
	},
	Check: func(p *lint.Pass) {
		if p.Context.Base == nil {
			return
		}
		global := globalArgs(p, p.Context.Args)
		for _, s := range p.File.Stages {
			if want, ok := wantedPlatform(p, s.Platform); ok && builtOn(p, s, global) == nil {
				name, _, _ := process(shell.NewLex(rune(p.File.Escape)), s.Base.Raw, global)
				image := dockerfile.ParseRef(name)
				image.Span = s.Base.Span
				forPlatform(p, s.From, image, want)
			}
			want, ok := wantedPlatform(p, "")
			for _, in := range s.Instructions {
				if from, named := in.Flag("from"); ok && named && in.Keyword == "COPY" && p.File.CopiedFrom(in) == nil {
					image := dockerfile.ParseRef(from.Value)
					image.Span = from.ValueSpan
					forPlatform(p, in, image, want)
				}
			}
		}
	},
}

// forPlatform reports an image that is held for another platform.
func forPlatform(p *lint.Pass, in *dockerfile.Instruction, ref dockerfile.Ref, want v1.Platform) {
	if ref.Scratch() || ref.Text == "" {
		return
	}
	base, ok := p.Context.Base(ref.Text)
	if ok && base.OS != "" && (base.OS != want.OS || base.Arch != want.Architecture) {
		p.ReportAt(in, ref.Span, "the base image is for "+base.OS+"/"+base.Arch+", not for "+want.OS+"/"+
			want.Architecture)
	}
}

// wantedPlatform is the platform that an image is to be for: the one that is written, else that of the build.
func wantedPlatform(p *lint.Pass, text string) (v1.Platform, bool) {
	if text == "" {
		text = p.Context.Platform
	}
	if text == "" {
		return v1.Platform{}, false
	}
	filled, _, err := process(shell.NewLex(rune(p.File.Escape)), text, globalArgs(p, p.Context.Args))
	if err != nil {
		return v1.Platform{}, false
	}
	want, err := platforms.Parse(filled)
	return want, err == nil
}
