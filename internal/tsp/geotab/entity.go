package geotab

import (
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
)

// ref is how an entity names another one.
type ref struct {
	ID resource.SourceID `json:"id"`
}

func refTo(id resource.SourceID) *ref { return &ref{id} }

// id is that of the entity; "" for nil.
func (r *ref) id() string {
	if r == nil {
		return ""
	}
	return string(r.ID)
}

// refs names entities by their ids.
func refs(ids ...string) []ref {
	out := make([]ref, len(ids))
	for i, id := range ids {
		out[i] = ref{resource.SourceID(id)}
	}
	return out
}

// The longest texts that Geotab takes, in characters.
const (
	maxName      = 50
	maxUser      = 255
	maxVIN       = 50
	maxPlate     = 50
	maxSerial    = 12
	maxEmployee  = 50
	maxPhone     = 20
	maxReference = 255
	maxComment   = 1024
)

// What codes are made of; Geotab writes them in capitals.
const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// stamp is a time as Geotab writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// forever is the activeTo of what is active.
const forever = "2050-01-01T00:00:00.000Z"

// made is when an operation was accepted, which its id tells. It is the same at every attempt,
// so it marks what the operation makes: activeFrom of new records, and the time of events
// that have none of their own.
func made(operation uuid.UUID) time.Time {
	seconds, nanos := operation.Time().UnixTime()
	return time.Unix(seconds, nanos).UTC().Truncate(time.Millisecond)
}

// activeTo is how a record's being active is written. What ends, ends when the operation was
// accepted.
func activeTo(active resource.Opt[bool], operation uuid.UUID) *string {
	on, ok := active.Get()
	if !ok {
		return nil
	}
	until := forever
	if !on {
		until = stamp(made(operation))
	}
	return &until
}

// text is how a three-state text is written: absent, cleared or set. Set keeps what is null, so
// a text is cleared by the empty string.
func text(o resource.Opt[string]) *string {
	if o.State() == resource.Absent {
		return nil
	}
	s := o.Or("")
	return &s
}

// flag is how a three-state flag is written; null cannot be.
func flag(o resource.Opt[bool]) *bool {
	if b, ok := o.Get(); ok {
		return &b
	}
	return nil
}

// overlay puts the members of changes over an entity as Geotab has it.
func overlay(entity jsontext.Value, changes any, drop ...string) (map[string]jsontext.Value, error) {
	out := map[string]jsontext.Value{}
	if err := json.Unmarshal(entity, &out); err != nil {
		return nil, err
	}
	for _, name := range drop {
		delete(out, name)
	}
	encoded, err := json.Marshal(changes)
	if err != nil {
		return nil, err
	}
	var over map[string]jsontext.Value
	if err := json.Unmarshal(encoded, &over); err != nil {
		return nil, err
	}
	for name, value := range over {
		out[name] = value
	}
	return out, nil
}
