package samsara

import (
	"context"
	"net/http"
	"net/url"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// current is what an update may need of the record as Samsara has it.
type current struct {
	Name string `json:"name"`
	Tags []struct {
		ID string `json:"id"`
	} `json:"tags"`
	Attributes []attributeValue `json:"attributes"`
}

// read gets a record from its own path.
func read(ctx context.Context, send rest.Send, path string, of resource.SourceID) (current, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: path + "/" + url.PathEscape(string(of)), Foreseen: foreseen()})
	if err != nil {
		return current{}, err
	}
	body, err := rest.Decode[struct {
		Data current `json:"data"`
	}](a)
	return body.Data, err
}

// foreseen stands for a record in a preview.
func foreseen() any {
	one := current{Name: tsp.Later("first-name") + " " + tsp.Later("last-name"), Attributes: []attributeValue{{ID: tsp.Later("its-attributes")}}}
	one.Tags = append(one.Tags, struct {
		ID string `json:"id"`
	}{tsp.Later("its-tags")})
	return map[string]any{"data": one}
}

// tags are the ids of the record's tags, or the default ones if it has none.
func (c current) tags(s tsp.Settings) []string {
	var ids []string
	for _, tag := range c.Tags {
		ids = append(ids, tag.ID)
	}
	if len(ids) == 0 {
		return s.List(settingTags)
	}
	return ids
}

// kept is what an update sends along of what the record has, because lists replace: its tags, if the token is
// restricted to tags, which must name some, and all its attributes, if one of them is written.
type kept struct {
	tags       []string
	attributes []attributeValue
}

// keeping reads from a record's own path what an update of it sends along. of is the kind of attributes that it
// may have; "" is none.
func (all attributes) keeping(ctx context.Context, send rest.Send, path, of string, w tsp.Write) (kept, error) {
	var k kept
	values, err := all.values(ctx, send, of, w)
	if err != nil || len(values) == 0 && !w.Settings.Bool(settingTagScoped) {
		return k, err
	}
	now, err := read(ctx, send, path, w.Target)
	if err != nil {
		return k, err
	}
	if w.Settings.Bool(settingTagScoped) {
		k.tags = now.tags(w.Settings)
	}
	k.attributes = merged(now.Attributes, values)
	return k, nil
}

// change makes the composer of an update.
func change[P resource.Payload](all attributes, path, of string, encode func(p P, w tsp.Write, k kept) any) rest.Compose {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (any, error) {
		k, err := all.keeping(ctx, send, path, of, w)
		if err != nil {
			return nil, err
		}
		return rest.Body(func(p P, w tsp.Write) (any, error) { return encode(p, w, k), nil })(w)
	}
}
