package record

import (
	"fmt"
	"maps"
	"slices"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Write is a write that took effect at the TSP. Its time is our clock's; TSPs do not tell when
// they took a write.
type Write struct {
	// Payload is the operation's: the body as it was given and the source ids of its references.
	Payload jsontext.Value
	// Uses says what became of each field. A field of a vehicle, trailer or user that the TSP
	// could not take is none of the record; that of a log is, for nobody else will tell it.
	Uses tsp.Uses
	// At is when the write was settled.
	At time.Time
}

// asWritten names the member of extras that holds, as they were given, the written fields for
// which the read model has no place or another unit. Without it a caller could not read back a
// unit, or a priority, that it has written.
const asWritten = "as_written"

// Written returns the record as it is after a write of it. Payload members that the read model
// has are taken over, null ones cleared. Beyond that:
//
//   - latitude and longitude become location, a GeoJSON Point
//   - odometer is in metres (odometer_km in kilometres) and fuel_volume in litres; without a
//     unit, odometer is unknown
//   - total_cost becomes a decimal string
//   - occurred_at is transaction_time or occurred_at, or else when the write was settled
//   - a message is sent; its message_hash is the SHA-256 of its text, and its thread_id is the
//     same for all messages between the same people
//   - extras.as_written holds the rest, such as priority or fuel_volume_unit
//
// r is the record as it is known, or a new one with empty objects. It must be identified
// afterwards.
func (r Record) Written(w Write) (Record, error) {
	model := ModelOf(r.Kind)
	given, err := object(w.Payload)
	if err != nil {
		return r, fmt.Errorf("reading a written payload: %w", err)
	}
	d := draft{model: model, given: given}
	if d.fields, err = object(r.Fields); err != nil {
		return r, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	extras, err := object(r.Extras)
	if err != nil {
		return r, fmt.Errorf("reading the extras of record %s: %w", r.ID, err)
	}
	if d.rest, err = object(extras[asWritten]); err != nil {
		return r, fmt.Errorf("reading what was written of record %s: %w", r.ID, err)
	}
	delete(given, "connection_id")
	if !model.Log {
		maps.DeleteFunc(given, func(name string, _ jsontext.Value) bool { return w.Uses[name].Use == tsp.UseDropped })
	}
	d.convert()
	if model.Log {
		r.OccurredAt = d.occurred(w.At)
	}
	d.takeOver()
	if len(d.rest) > 0 {
		if extras[asWritten], err = encode(d.rest); err != nil {
			return r, err
		}
	} else {
		delete(extras, asWritten)
	}
	r.SeenAt, r.UpdatedAt = w.At, w.At
	if r.Extras, err = encode(extras); err != nil {
		return r, err
	}
	r.Fields, err = encode(d.fields)
	return r, err
}

// draft is a payload on its way into a record.
type draft struct {
	model         Model
	given, fields map[string]jsontext.Value
	// rest is what goes to extras.as_written.
	rest map[string]jsontext.Value
}

// takeOver moves what is left of the payload into the fields or the rest. A null in an update
// clears a member, and what was never set stays absent.
func (d draft) takeOver() {
	for name, value := range d.given {
		into := d.rest
		if m, ok := d.model.Member(name); ok {
			into, value = d.fields, m.usual(value)
		}
		if value.Kind() == 'n' {
			delete(into, name)
		} else {
			into[name] = value
		}
	}
}

// usual gives ids the form by which they are compared. A caller may write an id in upper case;
// lists are filtered by the lower one.
func (m Member) usual(value jsontext.Value) jsontext.Value {
	switch m.Type {
	case resource.UUID:
		var id uuid.UUID
		if json.Unmarshal(value, &id) == nil && value.Kind() == '"' {
			return quoted(id.String())
		}
	case resource.UUIDs:
		var ids []uuid.UUID
		if json.Unmarshal(value, &ids) == nil {
			if out, err := json.Marshal(ids); err == nil {
				return out
			}
		}
	}
	return value
}

// text takes a string out of the payload; "" if it is not there. The member stays in the payload.
func (d draft) text(name string) string {
	var s string
	if json.Unmarshal(d.given[name], &s) != nil {
		return ""
	}
	return s
}

// References returns the values of the members by which lists of the kind are filtered. They are
// stored apart and found by these very values, so the same record must always give the same.
func (r Record) References() (map[string]string, error) {
	model := ModelOf(r.Kind)
	if len(model.References) == 0 {
		return nil, nil
	}
	fields, err := object(r.Fields)
	if err != nil {
		return nil, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	out := map[string]string{}
	for _, name := range model.References {
		m, _ := model.Member(name)
		value := m.usual(fields[name])
		var text string
		if m.fitting(value) != nil && json.Unmarshal(value, &text) == nil {
			out[name] = text
		}
	}
	return out, nil
}

// Drives tells whether the record is a user who is known to drive or known not to. It decides on
// which shelf the record stands.
func (r Record) Drives() (drives, known bool) {
	if r.Kind != resource.KindUser {
		return false, false
	}
	fields, err := object(r.Fields)
	if err != nil {
		return false, false
	}
	kind := fields["is_driver"].Kind()
	return kind == 't', slices.Contains([]jsontext.Kind{'t', 'f'}, kind)
}

// object reads a JSON object; one that is not there is empty.
func object(raw jsontext.Value) (map[string]jsontext.Value, error) {
	out := map[string]jsontext.Value{}
	if len(raw) == 0 {
		return out, nil
	}
	err := json.Unmarshal(raw, &out)
	return out, err
}

func encode(of map[string]jsontext.Value) (jsontext.Value, error) {
	return json.Marshal(of, json.Deterministic(true))
}
