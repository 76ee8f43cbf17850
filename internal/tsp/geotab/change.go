package geotab

import (
	"context"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// hardware is what a Device tells of its hardware: the official sample leaves it out of what it
// writes back, and Geotab refuses the last.
func hardware() []string {
	return []string{"deviceType", "productId", "hardwareId", "engineVehicleIdentificationNumber"}
}

// change is what an update writes: members, and lists, which Set replaces whole, so that they follow from the entity
// as it is.
type change struct {
	members any
	// lists is nil where no list changes and nothing is asked of the entity.
	lists listing
}

type listing func(ctx context.Context, c *call, entity jsontext.Value) (any, error)

// changeStep changes an entity: it reads the entity and writes it back with the changes, or
// writes the changes alone where the connection says so. Repeating it changes nothing more.
func changeStep(entity, collection string, changes change, w tsp.Write) step {
	return step{key: mainStep, method: set, entity: entity, collection: collection,
		body: func(ctx context.Context, c *call, of resource.SourceID) (any, error) {
			base, err := json.Marshal(ref{of})
			if err != nil {
				return nil, err
			}
			partial := w.Settings.Bool(settingPartialSet)
			if partial && changes.lists == nil {
				return overlay(base, changes.members)
			}
			as, err := c.entity(ctx, entity, of)
			if err != nil {
				return nil, err
			}
			c.tell(w, collection, as)
			if !partial {
				base = as
			}
			return changes.over(ctx, c, as, base)
		}}
}

// over puts the changes of an entity over what is written of it.
func (ch change) over(ctx context.Context, c *call, as, base jsontext.Value) (any, error) {
	out, err := overlay(base, ch.members, hardware()...)
	if err != nil || ch.lists == nil {
		return out, err
	}
	lists, err := ch.lists(ctx, c, as)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return overlay(text, lists)
}

// foreseen stands for what is found of an entity in a preview.
func foreseen(entity string, of resource.SourceID) any {
	rest := tsp.Later("other-members")
	one := map[string]any{"id": of, rest: rest}
	if entity == "Device" {
		one["serialNumber"], one["groups"] = tsp.Later("serial-number"), []string{tsp.Later("its-groups")}
		one["customProperties"] = []any{map[string]any{"property": map[string]any{"id": tsp.Later("its-properties")}, "value": rest}}
	}
	return []any{one}
}

// entity reads the entity that is to be changed. What is written back names its record itself, so it must be the one
// that was asked for.
func (c *call) entity(ctx context.Context, entity string, of resource.SourceID) (jsontext.Value, error) {
	c.foreseen = foreseen(entity, of)
	all, err := get[jsontext.Value](ctx, c, entity, ref{of})
	c.foreseen = nil
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(one jsontext.Value) bool {
		id, err := idIn(one)
		return err == nil && id == of
	})
	if i < 0 {
		return nil, missing(strings.ToLower(entity), of)
	}
	return all[i], nil
}
