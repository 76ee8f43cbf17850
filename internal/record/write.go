package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
	// Before is the record as the TSP showed it right before an update; nil where that is not known.
	Before *tsp.Record
	// Dropped names the fields of the payload that did not reach the TSP, or items of lists, such as
	// "defects[1]". Nothing of them is the record's.
	Dropped []string
	// Peers are those of Named that are known.
	Peers Peers
	// At is when the write was settled.
	At time.Time
}

// asWritten names the member of extras that holds, as they were given, the written fields that the
// record does not show, or shows in another unit. Without it a caller could not read back a unit, or a
// priority, that it has written. It tells of the last write, and goes with the first change of the record
// that no write of ours has made.
const asWritten = "as_written"

// Written returns the record as it is after a write of it (decision 14). What the TSP shows of it
// stands as an import would bring it. Where it shows nothing, the payload members that the read
// model has are taken over, null ones cleared, under what it shows of a log without the whole source.
// Beyond that:
//
//   - latitude and longitude become location, a GeoJSON Point
//   - odometer is in metres (odometer_km in kilometres) and fuel_volume in litres; without a
//     unit, odometer is unknown
//   - total_cost becomes a decimal string
//   - occurred_at is transaction_time, occurred_at or started_at, or else when the write was settled
//   - a message is sent; its message_hash is the SHA-256 of its text, and its thread_id is the
//     same for all messages between the same people
//   - extras.as_written holds the rest, such as priority or fuel_volume_unit
//
// r is the record as it is known, or a new one with empty objects. It must be identified
// afterwards.
func (r Record) Written(w Write) (Record, error) {
	model := ModelOf(r.Kind)
	given, err := w.reached()
	if err != nil {
		return r, err
	}
	extras, err := object(r.Extras)
	if err != nil {
		return r, fmt.Errorf("reading the extras of record %s: %w", r.ID, err)
	}
	listed := len(r.Source) > 0 && string(r.Source) != "{}"
	if model.Log {
		r.OccurredAt = draft{given: given}.occurred(w.At)
	}
	switch {
	case w.Record != nil && (!model.Log || len(w.Record.Source) > 0):
		if r, err = r.told(*w.Record, w.Peers); err == nil {
			r, err = r.taken()
		}
	// Events are written once: what lists it was read after the write.
	case model.Log && listed:
	default:
		r, err = r.sent(maps.Clone(given), w)
	}
	if err != nil {
		return r, err
	}
	delete(extras, asWritten)
	if rest := r.unshown(given); len(rest) > 0 {
		if extras[asWritten], err = encode(rest); err != nil {
			return r, err
		}
	}
	r.SeenAt, r.UpdatedAt = w.At, w.At
	r.Extras, err = encode(extras)
	return r, err
}

// taken returns a message of whose status the TSP tells nothing as sent: it has taken it.
func (r Record) taken() (Record, error) {
	if !speaks(r.Kind) {
		return r, nil
	}
	fields, err := object(r.Fields)
	if err != nil {
		return r, err
	}
	draft{fields: fields}.fill("status", "sent")
	r.Fields, err = encode(fields)
	return r, err
}

// sent returns the record with what was given, and what little the TSP shows over it.
func (r Record) sent(given map[string]jsontext.Value, w Write) (Record, error) {
	d := draft{model: ModelOf(r.Kind), given: given}
	var err error
	if d.fields, err = object(r.Fields); err != nil {
		return r, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	d.convert()
	d.takeOver()
	if w.Record != nil {
		if r, err = r.shown(d, *w.Record, w.Peers); err != nil {
			return r, err
		}
	}
	d.complete(r.people(w), w.Peers)
	r.Fields, err = encode(d.fields)
	return r, err
}

// unshown returns what was given and is not in the record, or in another unit.
func (r Record) unshown(given map[string]jsontext.Value) map[string]jsontext.Value {
	model := ModelOf(r.Kind)
	fields, _ := object(r.Fields)
	rest := map[string]jsontext.Value{}
	for name, value := range given {
		shown := fields[name]
		switch {
		case value.Kind() == 'n' || strings.HasPrefix(name, sourceOf("")):
			continue
		case name == "latitude" || name == "longitude":
			shown = fields["location"]
		case model.Log && (name == "occurred_at" || name == "transaction_time"):
			continue
		case model.Log && slices.Contains(measures, name):
			shown = nil
		}
		if shown == nil || shown.Kind() == 'n' {
			rest[name] = value
		}
	}
	return rest
}

// measures are the members of logs that read models have in units of their own.
var measures = []string{"odometer", "odometer_unit", "fuel_volume", "fuel_volume_unit"}

// draft is a payload on its way into a record.
type draft struct {
	model         Model
	given, fields map[string]jsontext.Value
}

// takeOver moves the payload's members of the read model into the fields. A null in an update clears a
// member, and what was never set stays absent.
func (d draft) takeOver() {
	d.forget()
	for name, value := range d.given {
		m, ok := d.model.Member(name)
		switch {
		case ok && value.Kind() == 'n':
			delete(d.fields, name)
		case ok:
			d.fields[name] = m.usual(value)
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
