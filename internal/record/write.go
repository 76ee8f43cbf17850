package record

import (
	"fmt"
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
	// Record is the record as the TSP shows it after the write; nil where that is not known.
	Record *tsp.Record
	// Dropped names the fields of the payload that did not reach the TSP, or items of lists, such as
	// "defects[1]". Nothing of them is the record's.
	Dropped []string
	// Peers are those of Named that are known.
	Peers Peers
	// At is when the write was settled.
	At time.Time
}

// asWritten names the member of extras that holds, as they were given, the written fields for
// which the read model has no place or another unit. Without it a caller could not read back a
// unit, or a priority, that it has written.
const asWritten = "as_written"

// Written returns the record as it is after a write of it (decision 14). What the TSP shows of it
// stands as an import would bring it. Where it shows nothing, the payload members that the read
// model has are taken over, null ones cleared; of a log they are taken over in either case, under
// what the TSP shows, because an event does not change. Beyond that:
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
	d, extras, err := r.draft(w)
	if err != nil {
		return r, err
	}
	d.convert()
	if d.model.Log {
		r.OccurredAt = d.occurred(w.At)
	}
	asShown := w.Record != nil && !d.model.Log
	d.takeOver(!asShown)
	if asShown {
		r, err = r.told(*w.Record, w.Peers)
	} else {
		r, err = r.completed(d, w)
	}
	if err != nil {
		return r, err
	}
	if len(d.rest) > 0 {
		if extras[asWritten], err = encode(d.rest); err != nil {
			return r, err
		}
	} else {
		delete(extras, asWritten)
	}
	r.SeenAt, r.UpdatedAt = w.At, w.At
	r.Extras, err = encode(extras)
	return r, err
}

// completed returns the record with the fields of a draft, and what the TSP shows over them.
func (r Record) completed(d draft, w Write) (Record, error) {
	var err error
	if w.Record != nil {
		if r, err = r.shown(d, *w.Record, w.Peers); err != nil {
			return r, err
		}
	}
	d.complete(r.people(w), w.Peers)
	r.Fields, err = encode(d.fields)
	return r, err
}

// draft reads what is known of the record, and what reached the TSP of a payload.
func (r Record) draft(w Write) (d draft, extras map[string]jsontext.Value, err error) {
	d.model = ModelOf(r.Kind)
	if d.given, err = w.reached(); err != nil {
		return d, nil, err
	}
	if d.fields, err = object(r.Fields); err != nil {
		return d, nil, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	if extras, err = object(r.Extras); err != nil {
		return d, nil, fmt.Errorf("reading the extras of record %s: %w", r.ID, err)
	}
	if d.rest, err = object(extras[asWritten]); err != nil {
		return d, nil, fmt.Errorf("reading what was written of record %s: %w", r.ID, err)
	}
	return d, extras, nil
}

// draft is a payload on its way into a record.
type draft struct {
	model         Model
	given, fields map[string]jsontext.Value
	// rest is what goes to extras.as_written.
	rest map[string]jsontext.Value
}

// takeOver moves what is left of the payload into the fields, if they follow from it, and the rest.
// A null in an update clears a member, and what was never set stays absent.
func (d draft) takeOver(fields bool) {
	if fields {
		d.forget()
	}
	for name, value := range d.given {
		into := d.rest
		if m, ok := d.model.Member(name); ok {
			if !fields {
				continue
			}
			into, value = d.fields, m.usual(value)
		}
		if value.Kind() == 'n' {
			delete(into, name)
		} else {
			into[name] = value
		}
	}
}

// forget drops what may follow from what is written: TSPs keep whether a record is active and its
// status in one member or in two, and the one that was not given may have changed with the other.
func (d draft) forget() {
	for one, other := range map[string]string{"is_active": "status", "status": "is_active"} {
		value, given := d.given[one]
		if _, both := d.given[other]; given && !both && string(value) != string(d.fields[one]) {
			delete(d.fields, other)
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
