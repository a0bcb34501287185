package ast

import (
	"strings"
	"testing"
	"time"

	"github.com/drydock/drydock/internal/syntax"
)

// Templates and XML are read whole, and what stands in them is as it was written.
func TestMarkupIsReadWhole(t *testing.T) {
	if !syntax.Available {
		t.Skip("built without cgo")
	}
	for name, src := range map[string]string{
		"jinja.html": "<ul>\n{% for x in list if x.n < 3 %}\n<li {% if x %}class=\"a\"{% endif %}>{{ x }}</li>\n" +
			"{% endfor %}\n</ul>\n",
		"twig.html":       "<a href={{ path('<b>') }}>{# a <b> #}</a>\n",
		"handlebars.html": "<p {{#if a}}id=\"b\"{{/if}}>{{{c}}}</p>\n",
		"blade.html":      "@if (a < b)\n<p @x>{!! $c !!}</p>\n@endif\n",
		"erb.html":        "<% if a < b %><p class=\"<%= c %>\"><%= d %></p><% end %>\n",
		"page.html":       "<?php if ($a < 1) { ?><p><?= $b ?></p><?php } ?>\n",
		"a.xml": "<?xml version=\"1.0\"?>\n<!DOCTYPE p [<!ENTITY a \"b\">]>\n" +
			"<p><source>1.8</source><link>a</link><p>b</p><mime_type.x>c</mime_type.x></p>\n",
		"b.xml": "<?xml version=\"1.0\"?>\n<a><![CDATA[ x < y && <z ]]></a>\n",
	} {
		tree, err := htmlLang.Parse(name, []byte(src), syntax.DefaultLimits)
		if err != nil || len(tree.Errors) > 0 {
			t.Errorf("%s: %v %v", name, err, tree.Errors)
		}
	}
	// What is broken stays so.
	tree, err := htmlLang.Parse("a.html", []byte("<p {{ a }}><<<\n"), syntax.DefaultLimits)
	if err != nil || len(tree.Errors) == 0 {
		t.Errorf("broken markup is read: %v", err)
	}
	tree, _ = htmlLang.Parse("a.xml", []byte("<?xml version=\"1.0\"?>\n<source>1</source>\n"), syntax.DefaultLimits)
	if e := firstElement(tree); e == Nil || !tree.HasText(tree.Child(e, Ident), "source") {
		t.Errorf("the element has another name:\n%s", tree.Dump(0))
	}
}

// What never ends is looked for once.
func TestMaskingIsLinear(t *testing.T) {
	src := []byte("{{" + strings.Repeat("{%%}<%", 200_000))
	began := time.Now()
	if got := maskMarkup("a.html", src); len(got) != len(src) {
		t.Errorf("%d bytes of %d", len(got), len(src))
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func firstElement(t *Tree) ID {
	for i := range t.Nodes {
		if t.Nodes[i].Kind == Element {
			return ID(i)
		}
	}
	return Nil
}
