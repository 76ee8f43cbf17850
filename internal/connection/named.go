package connection

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Records finds records for settings that name some.
type Records interface {
	// SourceIDs returns the TSP's ids of those of the records that are as described and not deleted, by
	// our ids.
	SourceIDs(ctx context.Context, as Named, ids []uuid.UUID) (map[uuid.UUID]resource.SourceID, error)
}

// Named describes the records that a setting may name. An Account or Collection of "" is any.
type Named struct {
	Fleet      uuid.UUID
	TSP        tsp.Name
	Account    string
	Kind       resource.Kind
	Collection string
}

// translate puts the TSP's ids into settings where our ids of records stand: settings are kept and
// shown as the TSP knows them, whatever becomes of the records. What before holds already is left
// alone. A problem of an id goes to the body.
func (s *Service) translate(ctx context.Context, b *resource.Object, c Connection, before tsp.Settings) error {
	adapter, ok := s.Caller.Registry().Adapter(c.TSP)
	if !ok {
		return nil
	}
	spec := adapter.Spec()
	for _, one := range spec.Settings {
		if one.Kind == "" || c.Settings.Text(one.Key) == before.Text(one.Key) {
			continue
		}
		list := c.Settings.List(one.Key)
		values := append([]string{}, list...)
		if list == nil {
			values = []string{c.Settings.Text(one.Key)}
		}
		as := Named{Fleet: c.Fleet, TSP: spec.Name, Account: c.Account, Kind: one.Kind, Collection: one.Collection}
		unknown, err := s.replace(ctx, as, values)
		if err != nil {
			return err
		}
		for _, i := range unknown {
			path := "settings." + one.Key
			if list != nil {
				path = fmt.Sprintf("%s[%d]", path, i)
			}
			b.Add(resource.Problem{Path: path, Input: values[i], Code: resource.CodeReference, Message: fmt.Sprintf(
				"is the id of no %s that was imported of this fleet from %s; give the id of one that was, or %[2]s's "+
					"own id of it", what(one), spec.DisplayName)})
		}
		if list != nil {
			c.Settings[one.Key] = values
		} else if len(values[0]) > 0 {
			c.Settings[one.Key] = values[0]
		}
	}
	return nil
}

// what calls the records that a setting names.
func what(one tsp.Setting) string {
	if one.Collection != "" {
		return fmt.Sprintf("%s (%s)", one.Kind, one.Collection)
	}
	return string(one.Kind)
}

// replace puts the TSP's ids in place of ours and returns the places of ids that are nobody's. What
// has not the form of our ids is left as the TSP's.
func (s *Service) replace(ctx context.Context, as Named, values []string) (unknown []int, err error) {
	ours := map[int]uuid.UUID{}
	var ids []uuid.UUID
	for i, v := range values {
		if id, err := uuid.Parse(v); err == nil && len(v) == len(id.String()) {
			ours[i], ids = id, append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.Records.SourceIDs(ctx, as, ids)
	if err != nil {
		return nil, fmt.Errorf("looking up the records that a setting names: %w", err)
	}
	for i := range values {
		id, ok := ours[i]
		if !ok {
			continue
		}
		if source, known := found[id]; known {
			values[i] = string(source)
		} else {
			unknown = append(unknown, i)
		}
	}
	return unknown, nil
}
